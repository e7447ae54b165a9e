"""Propellant in orbit in one replication: filled by tankers, boiled off, taken on by who passes."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural
from sim.analysis.findings import Findings
from sim.clock import Calendar
from sim.model.tracing import TankLevel, Trace, Verb

_COLOURS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE)
_SAG_D = 5.0
"""Days between points where propellant boils off between two moments that the trace has."""


def level_of(tank: TankLevel) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return days and kilograms of a tank's level, with points between where it boils off."""
    times, levels = list[float](), list[float]()
    for t_d, before_kg, after_kg in zip(tank.t_d, tank.before_kg, tank.after_kg, strict=True):
        if levels:
            since, kept_kg = times[-1], levels[-1]
            steps = max(1, int((t_d - since) / _SAG_D)) if before_kg < kept_kg else 1
            for step in range(1, steps):
                times.append(since + (t_d - since) * step / steps)
                levels.append(kept_kg * (before_kg / kept_kg) ** (step / steps))
        times += [t_d, t_d]
        levels += [before_kg, after_kg]
    return tuple(times), tuple(levels)


def draw_depot(findings: Findings, trace: Trace) -> Card:
    """Return the level of each tank with its capacity."""
    calendar = findings.calendar
    figure = theme.draft_figure(320)
    levels = [(tank, *level_of(tank)) for tank in trace.tanks]
    for index, (tank, times, masses) in enumerate(levels):
        colour = _COLOURS[index % len(_COLOURS)]
        figure.add_scatter(
            x=[formats.iso_time(calendar, t) for t in times],
            y=[round(kg / 1000, 3) for kg in masses],
            mode="lines",
            line={"color": colour, "width": 2.2},
            fill="tozeroy",
            fillcolor=theme.tint(colour, 0.12),
            hovertemplate=_("{tank}: {mass} t on {day}<extra></extra>").format(
                tank=formats.figure_text(tank.subject), mass="%{y:.1f}", day=formats.hover_day()
            ),
        )
        figure.add_hline(y=tank.capacity_kg / 1000, line={"color": colour, "dash": "dot", "width": 1.5})
    figure.update_yaxes(title_text=_("t of propellant"), rangemode="tozero")
    figure.update_xaxes(type="date")
    return Card(
        id="depot",
        title=_title(trace),
        reading=(
            _(
                "How to read: one run only, the {run}. A step up is a tanker that has delivered, a step down a ship "
                "that took propellant on, the slope between is boil-off; the dotted line is what the tank can hold."
            ).format(run=formats.run_name(trace))
        ),
        figure=figure,
        table=_table(calendar, levels),
        keys=tuple(Key(tank.subject, _COLOURS[i % len(_COLOURS)]) for i, tank in enumerate(trace.tanks)),
        wide=False,
    )


def _title(trace: Trace) -> str:
    fills = sum(event.verb is Verb.IS_TOPPED_UP for event in trace.events)
    taken = sum(event.mass_kg or 0.0 for event in trace.events if event.verb is Verb.TAKES_PROPELLANT)
    most = max(max(tank.after_kg) for tank in trace.tanks)
    text = plural(
        "{count} tanker fills the tanks in the {run}, up to {most}; ships take {taken} from them",
        "{count} tankers fill the tanks in the {run}, up to {most}; ships take {taken} from them",
        fills,
    )
    return text.format(count=fills, run=formats.run_name(trace), most=formats.tonnes(most), taken=formats.tonnes(taken))


def _table(calendar: Calendar, levels: Sequence[tuple[TankLevel, Sequence[float], Sequence[float]]]) -> Table:
    rows = tuple(
        (tank.subject, formats.iso_time(calendar, t), f"{kg:.0f}")
        for tank, times, masses in levels
        for t, kg in zip(times, masses, strict=True)
    )
    return Table((_("tank"), _("time"), _("level, kg")), rows, frozenset({2}))
