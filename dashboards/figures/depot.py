"""Propellant in orbit in one replication: filled by tankers, boiled off, taken on by who passes."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.setting import Setting, Tank
from sim.analysis.findings import Event, Findings, Trace
from sim.clock import Calendar

_COLOURS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE)
_FILLS = "is topped up"
_TAKES = "takes propellant on"
_SAG_D = 5.0
"""Days between points where propellant boils off between two events."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a tank holds over time."""

    t_d: tuple[float, ...]
    level_kg: tuple[float, ...]


def used_tanks(setting: Setting | None, trace: Trace) -> tuple[Tank, ...]:
    """Return the tanks that are filled in a replication."""
    filled = {event.subject for event in trace.events if event.verb == _FILLS}
    return tuple(tank for tank in (setting.tanks if setting is not None else ()) if tank.subject in filled)


def level_of(tank: Tank, trace: Trace) -> Level:
    """Return a tank's level from the events of a trace: what is delivered, less what boils off and is taken."""
    moves = [(event.t_d, _change(event, tank)) for event in trace.events]
    times: list[float] = []
    levels: list[float] = []
    now = 0.0
    since: float | None = None
    for time_d, change in sorted((one for one in moves if one[1]), key=lambda one: one[0]):
        if since is not None:
            for t, kept in _sag(tank, since, time_d, now):
                times.append(t)
                levels.append(kept)
            now = now * (1.0 - tank.boil_off_per_d) ** (time_d - since)
        else:
            times.append(time_d)
            levels.append(0.0)
        now = min(max(now + change, 0.0), tank.capacity_kg)
        times.append(time_d)
        levels.append(now)
        since = time_d
    return Level(tuple(times), tuple(levels))


def draw_depot(findings: Findings, trace: Trace, setting: Setting) -> Card:
    """Return the level of each tank with its capacity."""
    calendar = formats.calendar_of(findings)
    tanks = used_tanks(setting, trace)
    figure = theme.draft_figure(320)
    levels = [(tank, level_of(tank, trace)) for tank in tanks]
    for index, (tank, level) in enumerate(levels):
        colour = _COLOURS[index % len(_COLOURS)]
        figure.add_scatter(
            x=[formats.iso_time(calendar, t) for t in level.t_d],
            y=[round(kg / 1000, 3) for kg in level.level_kg],
            mode="lines",
            line={"color": colour, "width": 2.2},
            fill="tozeroy",
            fillcolor=theme.tint(colour, 0.12),
            hovertemplate=f"{formats.figure_text(tank.subject)}: %{{y:.1f}} t on %{{x|%d %b %Y}}<extra></extra>",
        )
        figure.add_hline(y=tank.capacity_kg / 1000, line={"color": colour, "dash": "dot", "width": 1.5})
    figure.update_yaxes(title_text="t of propellant", rangemode="tozero")
    figure.update_xaxes(type="date")
    return Card(
        id="depot",
        title=_title(levels, trace),
        reading=(
            f"How to read: one run only, the {formats.run_name(trace)}. A step up is a tanker that has delivered, a "
            "step down a ship that took propellant on, the slope between is boil-off; the dotted line is what the "
            "tank can hold."
        ),
        figure=figure,
        table=_table(calendar, levels),
        keys=tuple(Key(tank.subject, _COLOURS[i % len(_COLOURS)]) for i, tank in enumerate(tanks)),
        wide=False,
    )


def _change(event: Event, tank: Tank) -> float:
    if event.mass_kg is None:
        return 0.0
    if event.verb == _FILLS and event.subject == tank.subject:
        return event.mass_kg
    return -event.mass_kg if event.verb == _TAKES and event.subject in tank.customers else 0.0


def _sag(tank: Tank, since: float, until: float, level_kg: float) -> list[tuple[float, float]]:
    steps = max(1, int((until - since) / _SAG_D)) if tank.boil_off_per_d > 0.0 else 1
    times = [since + (until - since) * (i + 1) / steps for i in range(steps)]
    return [(t, level_kg * (1.0 - tank.boil_off_per_d) ** (t - since)) for t in times]


def _title(levels: list[tuple[Tank, Level]], trace: Trace) -> str:
    fills = sum(event.verb == _FILLS for event in trace.events)
    taken = sum(event.mass_kg or 0.0 for event in trace.events if event.verb == _TAKES)
    most = max(max(level.level_kg, default=0.0) for _, level in levels)
    return (
        f"{fills} tankers fill the tanks in the {formats.run_name(trace)}, up to {formats.tonnes(most)}; ships take "
        f"{formats.tonnes(taken)} from them"
    )


def _table(calendar: Calendar, levels: list[tuple[Tank, Level]]) -> Table:
    rows = tuple(
        (tank.subject, formats.iso_time(calendar, t), f"{kg:.0f}")
        for tank, level in levels
        for t, kg in zip(level.t_d, level.level_kg, strict=True)
    )
    return Table(("tank", "time", "level, kg"), rows, frozenset({2}))
