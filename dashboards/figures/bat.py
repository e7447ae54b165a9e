"""The bat chart: who is where, from Earth at the bottom to the lunar surface at the top, in one replication."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from sim.analysis.findings import Findings, Move, Trace
from sim.clock import Calendar

_EARTH = "Earth"
_ROOM_D = 3.0
_PAUSE_D = 30.0
_LONGEST_ZOOM_D = 60.0
_OFFSET = 0.035
"""Lanes a vehicle class is shifted by, so that classes do not hide one another."""


@dataclass(frozen=True, slots=True)
class _Lanes:
    """Which height a place has: Earth 0, then orbits outward, the lunar surface on top."""

    names: tuple[str, ...]

    def level(self, place: str) -> int:
        """Return the height of a place; one that is not a node, such as a launch pad, lies on Earth."""
        return self.names.index(place) if place in self.names else 0


def draw_bat(findings: Findings, trace: Trace) -> Card:
    """Return the bat chart of a whole replication."""
    calendar = formats.calendar_of(findings)
    lanes = order_lanes(findings.places)
    moves = sorted(trace.moves, key=lambda move: (move.start_d, move.end_d))
    figure = _draw(calendar, lanes, moves, height=430)
    if moves:
        figure.update_xaxes(range=_date_range(calendar, moves))
    return Card(
        id=f"bat-{_slug(trace)}",
        title=_title(moves, lanes, trace),
        reading=(
            f"How to read: one run only, the {trace.title} run, not a forecast. Level lines are stays, slanted ones "
            "journeys: from Earth at the bottom over the orbits to the lunar surface on top. A cross is a loss. "
            "Journeys last days, so over decades they look upright; the zoom below shows them."
        ),
        figure=figure,
        table=_table(calendar, moves),
        keys=_keys(moves),
        narrow={"yaxis.tickfont.size": 11},
    )


def draw_bat_zoom(findings: Findings, trace: Trace) -> Card:
    """Return the few weeks of a replication in which its most eventful mission flies."""
    calendar = formats.calendar_of(findings)
    lanes = order_lanes(findings.places)
    own = find_episode(trace.moves)
    subject = own[0].subject
    start, end = own[0].start_d - _ROOM_D, _last(own) + _ROOM_D
    moves = [move for move in trace.moves if move.end_d >= start and move.start_d <= end]
    figure = _draw(calendar, lanes, [_clip(move, start, end) for move in moves], height=380, faint_but=subject)
    figure.update_xaxes(
        range=[formats.iso_time(calendar, start), formats.iso_time(calendar, end)], tickformat="%-d %b\n%Y"
    )
    return Card(
        id=f"bat-zoom-{_slug(trace)}",
        title=_zoom_title(calendar, own, trace),
        reading=(
            f"How to read: the same run, {formats.duration(end - start)} of it. The most eventful mission in full "
            "colour; whatever else is under way in the same days is faint."
        ),
        figure=figure,
        table=_table(calendar, moves),
        keys=_keys(moves),
        narrow={"yaxis.tickfont.size": 11, "xaxis.nticks": 5},
    )


def order_lanes(places: Sequence[tuple[str, str, bool]]) -> _Lanes:
    """Return the places from the bottom up: Earth, its orbits, other orbits, lunar orbits, the lunar surface."""

    def rank(place: tuple[str, str, bool]) -> int:
        _, body, surface = place
        if body.lower() == "earth":
            return 0 if surface else 1
        if body.lower() == "moon":
            return 4 if surface else 3
        return 2

    ordered = [name for name, body, surface in sorted(places, key=rank) if not (body.lower() == "earth" and surface)]
    return _Lanes((_EARTH, *ordered))


def find_episode(moves: Sequence[Move]) -> list[Move]:
    """Return the journeys worth a closer look, in order: of one mission, the most crewed ones, then simply the most.

    A mission that pauses for longer than a month starts a new episode; two months are shown at most.
    """
    episodes: list[list[Move]] = []
    for move in sorted(_journeys(moves), key=lambda m: (m.subject, m.start_d)):
        current = episodes[-1] if episodes else []
        if (
            current
            and current[0].subject == move.subject
            and move.start_d - _last(current) <= _PAUSE_D
            and move.end_d - current[0].start_d <= _LONGEST_ZOOM_D
        ):
            current.append(move)
        else:
            episodes.append([move])
    return max(episodes, key=lambda episode: (sum(m.crew > 0 for m in episode), len(episode), -episode[0].start_d))


def has_journeys(trace: Trace) -> bool:
    """Tell whether there is anything to zoom on."""
    return bool(_journeys(trace.moves))


def _date_range(calendar: Calendar, moves: Sequence[Move]) -> list[str]:
    """Return the span of the journeys; what merely stays on does not stretch the chart."""
    journeys = _journeys(moves) or list(moves)
    first, last = min(move.start_d for move in journeys), _last(journeys)
    room = max(30.0, 0.04 * (last - first))
    return [calendar.iso(first - room), calendar.iso(last + 2 * room)]


def _draw(
    calendar: Calendar, lanes: _Lanes, moves: Sequence[Move], *, height: int, faint_but: str | None = None
) -> go.Figure:
    figure = theme.draft_figure(height)
    for kind, members in _by_kind(moves).items():
        if faint_but is not None:
            _add_lines(figure, calendar, lanes, kind, [m for m in members if m.subject != faint_but], opacity=0.3)
        strong = members if faint_but is None else [m for m in members if m.subject == faint_but]
        _add_lines(figure, calendar, lanes, kind, strong, opacity=0.95)
    _add_losses(figure, calendar, lanes, [move for move in moves if move.outcome == "lost"])
    names = [formats.figure_text(formats.shorten(name, 18)) for name in lanes.names]
    figure.update_xaxes(type="date", showgrid=True)
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[-0.45, len(names) - 0.55],
        tickfont={"color": theme.INK, "size": 13},
    )
    return figure


def _add_lines(
    figure: go.Figure, calendar: Calendar, lanes: _Lanes, kind: str, moves: Sequence[Move], *, opacity: float
) -> None:
    if not moves:
        return
    colour, dash = theme.vehicle_style(kind)
    shift = _shift(kind)
    x: list[str | None] = []
    y: list[float | None] = []
    words: list[str | None] = []
    for move in moves:
        x += [formats.iso_time(calendar, move.start_d), formats.iso_time(calendar, move.end_d), None]
        y += [lanes.level(move.origin) + shift, lanes.level(move.destination) + shift, None]
        words += [_hover(calendar, move)] * 2 + [None]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "dash": dash, "width": 2.4},
        opacity=opacity,
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_losses(figure: go.Figure, calendar: Calendar, lanes: _Lanes, lost: Sequence[Move]) -> None:
    if lost:
        figure.add_scatter(
            x=[formats.iso_time(calendar, move.end_d) for move in lost],
            y=[lanes.level(move.destination) + _shift(move.kind) for move in lost],
            mode="markers",
            marker={"symbol": "x", "size": 11, "color": theme.INK},
            customdata=[_hover(calendar, move) for move in lost],
            hovertemplate="%{customdata}<extra></extra>",
        )


def _by_kind(moves: Iterable[Move]) -> dict[str, list[Move]]:
    groups: dict[str, list[Move]] = {kind: [] for kind in theme.VEHICLE_KINDS}
    for move in moves:
        groups.setdefault(move.kind, []).append(move)
    return {kind: members for kind, members in groups.items() if members}


def _shift(kind: str) -> float:
    kinds = list(theme.VEHICLE_KINDS)
    return _OFFSET * (kinds.index(kind) - len(kinds) // 2) if kind in kinds else 0.0


def _clip(move: Move, start_d: float, end_d: float) -> Move:
    """Return a stay cut to the days shown; a journey stays whole, for its slope means its length."""
    if not _is_stay(move):
        return move
    return Move(
        subject=move.subject,
        vehicle=move.vehicle,
        kind=move.kind,
        origin=move.origin,
        destination=move.destination,
        start_d=max(move.start_d, start_d),
        end_d=min(move.end_d, end_d),
        mass_kg=move.mass_kg,
        crew=move.crew,
        outcome=move.outcome,
    )


def _is_stay(move: Move) -> bool:
    return move.origin == move.destination


def _journeys(moves: Sequence[Move]) -> list[Move]:
    return [move for move in moves if not _is_stay(move)]


def _last(moves: Sequence[Move]) -> float:
    return max(move.end_d for move in moves)


def _hover(calendar: Calendar, move: Move) -> str:
    crew = f", crew {move.crew}" if move.crew else ""
    lost = " <b>lost</b>" if move.outcome == "lost" else ""
    way = move.origin if _is_stay(move) else f"{move.origin} → {move.destination}"
    return (
        f"<b>{formats.figure_text(formats.shorten(move.subject, 50))}</b> "
        f"({formats.figure_text(formats.shorten(move.vehicle, 40))}){lost}<br>"
        f"{formats.figure_text(formats.shorten(way, 60))}<br>{formats.day(calendar, move.start_d)}"
        f" to {formats.day(calendar, move.end_d)}<br>{formats.tonnes(move.mass_kg)}{crew}"
    )


def _keys(moves: Sequence[Move]) -> tuple[Key, ...]:
    keys = [Key(kind, theme.vehicle_style(kind)[0], dash=theme.vehicle_style(kind)[1]) for kind in _by_kind(moves)]
    if any(move.outcome == "lost" for move in moves):
        keys.append(Key("lost", theme.INK, "cross"))
    return tuple(keys)


def _title(moves: Sequence[Move], lanes: _Lanes, trace: Trace) -> str:
    run = f"the {trace.title} run"
    if not moves:
        return f"Nothing moves in {run}"
    launches = sum(move.kind == "launcher" for move in moves)
    top = lanes.names[-1]
    landings = sum(move.destination == top and not _is_stay(move) and move.outcome != "lost" for move in moves)
    lost = sum(move.outcome == "lost" for move in moves)
    ending = f", {lost} lost" if lost else ", none lost"
    start = f"{launches} launches and " if launches else ""
    return f"{start}{landings} landings at {formats.shorten(top, 30)}{ending}: one run, {run}"


def _zoom_title(calendar: Calendar, own: Sequence[Move], trace: Trace) -> str:
    crew = max(move.crew for move in own)
    people = f" with a crew of {crew}" if crew else ""
    length = formats.duration(_last(own) - own[0].start_d)
    start = formats.day(calendar, own[0].start_d)
    name = formats.shorten(own[0].subject, 40)
    return f"{name}{people} flies for {length} from {start}, in the {trace.title} run"


def _slug(trace: Trace) -> str:
    return "".join(c for c in trace.title.lower() if c.isascii() and c.isalnum()) or "run"


def _table(calendar: Calendar, moves: Sequence[Move]) -> Table:
    columns = (
        "mission",
        "vehicle",
        "class",
        "from",
        "to",
        "departs",
        "arrives",
        "mass, kg",
        "crew",
        "outcome",
    )
    rows = tuple(
        (
            move.subject,
            move.vehicle,
            move.kind,
            move.origin,
            move.destination,
            formats.iso_time(calendar, move.start_d),
            formats.iso_time(calendar, move.end_d),
            formats.trim(move.mass_kg),
            str(move.crew),
            move.outcome,
        )
        for move in moves
    )
    return Table(columns, rows, frozenset({7, 8}))
