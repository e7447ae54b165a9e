"""One mission of a replication: where its vehicles are, day by day; the reader chooses the mission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Alternative, Card
from dashboards.figures.bat import Lanes, is_stay, keys_of, order_lanes, say_move, shift_of, told_moves
from dashboards.translation import _
from sim.analysis.findings import Findings
from sim.clock import Calendar
from sim.model.tracing import Move, Trace

_ROOM: Final = 0.04
"""Share of the time shown that stays free before and after the mission."""
_LEAST_ROOM_D: Final = 0.5
_HEIGHT_PX: Final = 380
_SAME_D: Final = 0.5


def draw_ways(findings: Findings, trace: Trace, names: Mapping[str, str]) -> Card | None:
    """Return the ways of all missions of a replication, one at a time; None where none is told.

    `names` has what the reader chooses by the mission's own name; the first that is told is drawn.
    """
    calendar, lanes, moves = findings.calendar, order_lanes(findings.places), told_moves(trace)
    own = {name: [move for move in moves if move.subject == name] for name in names}
    told = {name: members for name, members in own.items() if any(not is_stay(move) for move in members)}
    if not told:
        return None
    kinds = list(dict.fromkeys(move.kind for members in told.values() for move in members))
    ways = {names[name]: _way(calendar, lanes, kinds, members) for name, members in told.items()}
    first = next(iter(ways.values()))
    return Card(
        id="way",
        title=first.title,
        reading=_(
            "How to read: the {run} only, not a forecast. Level lines are stays, slanted ones journeys, from Earth at "
            "the bottom over the orbits to the lunar surface on top. A dot is an arrival, a cross a loss. Choose "
            "another flight in the menu at the top of the page."
        ).format(run=formats.run_name(trace)),
        figure=_figure(lanes, kinds, first),
        keys=keys_of([move for members in told.values() for move in members]),
        narrow={"yaxis.tickfont.size": 11, "xaxis.nticks": 4},
        alternatives=ways,
    )


def _figure(lanes: Lanes, kinds: Sequence[str], first: Alternative) -> go.Figure:
    names = [formats.figure_text(formats.shorten(formats.place_name(name), 18)) for name in lanes.names]
    axis = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": [-0.45, len(names) - 0.55],
        "tickfont": {"color": theme.INK, "size": 13},
    }
    figure = theme.draft_figure(_HEIGHT_PX, x={"type": "date", "range": first.layout["xaxis.range"]}, y=axis)
    hover = "%{customdata}<extra></extra>"
    for kind, part in zip(kinds, first.data, strict=False):
        colour, dash = theme.vehicle_style(kind)
        figure.add_scatter(
            **part, mode="lines", line={"color": colour, "dash": dash, "width": 2.6}, hovertemplate=hover
        )
    arrivals, losses = first.data[-2:]
    figure.add_scatter(**arrivals, mode="markers", marker={"size": 8, "color": theme.INK}, hovertemplate=hover)
    cross = {"symbol": "x", "size": 11, "color": theme.VERMILLION}
    figure.add_scatter(**losses, mode="markers", marker=cross, hovertemplate=hover)
    return figure


def _way(calendar: Calendar, lanes: Lanes, kinds: Sequence[str], moves: Sequence[Move]) -> Alternative:
    """Return a mission's lines by kind of vehicle, its arrivals and its losses, and the days that they span."""
    journeys = [move for move in moves if not is_stay(move)]
    first, last = min(move.start_d for move in journeys), max(move.end_d for move in journeys)
    room = max(_ROOM * (last - first), _LEAST_ROOM_D)
    span = [formats.iso_time(calendar, day) for day in (first - room, last + room)]
    lines = [_lines(calendar, lanes, [move for move in moves if move.kind == kind]) for kind in kinds]
    ends = [move for move in journeys if move.kind != "launcher"]
    points = [
        _points(calendar, lanes, [move for move in ends if (move.outcome == "lost") == lost]) for lost in (False, True)
    ]
    return Alternative(_title(calendar, journeys, first, last), (*lines, *points), {"xaxis.range": span})


def _lines(calendar: Calendar, lanes: Lanes, moves: Sequence[Move]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {"x": [], "y": [], "customdata": []}
    for move in moves:
        shift, words = shift_of(move.kind), say_move(calendar, move)
        found["x"] += [formats.iso_time(calendar, move.start_d), formats.iso_time(calendar, move.end_d), None]
        found["y"] += [lanes.level(move.origin) + shift, lanes.level(move.destination) + shift, None]
        found["customdata"] += [words, words, None]
    return found


def _points(calendar: Calendar, lanes: Lanes, moves: Sequence[Move]) -> dict[str, Any]:
    return {
        "x": [formats.iso_time(calendar, move.end_d) for move in moves],
        "y": [lanes.level(move.destination) + shift_of(move.kind) for move in moves],
        "customdata": [say_move(calendar, move) for move in moves],
    }


def _title(calendar: Calendar, journeys: Sequence[Move], first_d: float, last_d: float) -> str:
    start, length = formats.day(calendar, first_d), formats.duration(last_d - first_d)
    crew = max(move.crew for move in journeys)
    if last_d - first_d < _SAME_D:
        return _("There on the day of its launch, {start}").format(start=start)
    if crew:
        return _("Under way for {length} from {start}, with a crew of {crew}").format(
            length=length, start=start, crew=crew
        )
    return _("Under way for {length} from {start}").format(length=length, start=start)
