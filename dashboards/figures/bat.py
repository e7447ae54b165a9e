"""The bat chart: who is where, from Earth at the bottom to the lunar surface at the top, in one replication."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural, term
from sim.analysis.findings import Findings
from sim.analysis.story import detail_of
from sim.campaign.plan import PlaceName
from sim.clock import Calendar
from sim.model.tracing import Move, Trace, Verb

_EARTH_PLACE = "earth"
_ROOM_D = 3.0
_PAUSE_D = 50.0
_LONGEST_ZOOM_D = 90.0
_OFFSET = 0.035
"""Lanes a vehicle class is shifted by, so that classes do not hide one another."""


Drawn: TypeAlias = dict[str, Any]
"""A figure, or a trace of one, as plain values."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The heights of the chart: Earth 0, its orbits 1, then each orbit of the Moon, its surface on top."""

    names: tuple[str, ...]
    places: dict[str, int]

    def level(self, place: str) -> int:
        """Return the height of a place; one that is not a node, such as a launch pad, lies on Earth."""
        return self.places.get(place, 0)

    def is_top(self, place: str) -> bool:
        """Tell whether a place lies on the lunar surface."""
        return self.level(place) == len(self.names) - 1


def draw_bat(findings: Findings, trace: Trace) -> Card:
    """Return the bat chart of a whole replication."""
    card, figure = sketch_bat(findings, trace)
    return replace(card, figure=theme.as_figure(figure), table=_table(findings.calendar, told_moves(trace)))


def sketch_bat(findings: Findings, trace: Trace) -> tuple[Card, Drawn]:
    """Return the same in words, and its figure as plain values: Plotly's own records take as long as a replication."""
    calendar = findings.calendar
    lanes = order_lanes(findings.places)
    moves = told_moves(trace)
    span = {"range": _date_range(calendar, moves)} if moves else {}
    figure = _draw(calendar, lanes, moves, height=430, x=span)
    card = Card(
        id=f"bat-{_slug(trace)}",
        title=_title(moves, lanes, trace),
        reading=(
            _(
                "How to read: one run only, the {run}, not a forecast. Level lines are stays, slanted ones journeys: "
                "from Earth at the bottom over the orbits to the lunar surface on top. A dot is a landing, a cross a "
                "loss. Journeys last days, so over decades they look upright; the zoom below shows them.{untold}"
            ).format(run=formats.run_name(trace), untold=_untold(trace))
        ),
        keys=keys_of(moves),
        narrow={"yaxis.tickfont.size": 11},
    )
    return card, figure


def draw_bat_zoom(findings: Findings, trace: Trace) -> Card:
    """Return the few weeks of a replication in which its most eventful mission flies."""
    card, figure, moves = sketch_zoom(findings, trace)
    return replace(card, figure=theme.as_figure(figure), table=_table(findings.calendar, moves))


def sketch_zoom(findings: Findings, trace: Trace) -> tuple[Card, Drawn, list[Move]]:
    """Return the same in words, its figure as plain values, and the moves in it."""
    calendar = findings.calendar
    lanes = order_lanes(findings.places)
    told = told_moves(trace)
    own = find_episode(told)
    subject = own[0].subject
    start, end = own[0].start_d - _ROOM_D, _last(own) + _ROOM_D
    moves = [move for move in told if move.end_d >= start and move.start_d <= end]
    span = [formats.iso_time(calendar, start), formats.iso_time(calendar, end)]
    figure = _draw(
        calendar,
        lanes,
        [_clip(move, start, end) for move in moves],
        height=380,
        x={"range": span, "tickformat": _("%-d %b\n%Y")},
        faint_but=subject,
    )
    card = Card(
        id=f"bat-zoom-{_slug(trace)}",
        title=_zoom_title(calendar, own, trace),
        reading=(
            _(
                "How to read: the same run, {duration} of it. The most eventful mission in full colour; whatever else "
                "is under way in the same days is faint."
            ).format(duration=formats.duration(end - start))
        ),
        keys=keys_of(moves),
        narrow={"yaxis.tickfont.size": 11, "xaxis.nticks": 5},
    )
    return card, figure, moves


def order_lanes(places: Sequence[PlaceName]) -> Lanes:
    """Return the lanes from the bottom up; all Earth orbits share one, and so do all sites on the Moon."""
    orbits = [one.name for one in places if one.body.lower() != "earth" and not one.surface]
    names = (_("Earth"), _("Earth orbit"), *orbits, _("lunar surface"))
    levels = {name: names.index(name) for name in orbits}
    for one in places:
        if one.body.lower() == "earth":
            levels[one.name] = 0 if one.surface else 1
        elif one.surface:
            levels[one.name] = len(names) - 1
    return Lanes(names, levels)


def launch_legs(trace: Trace) -> list[Move]:
    """Return the way up of each launch that is told as an event only, to where the mission's next journey starts."""
    legs: list[Move] = []
    for event in trace.events:
        if event.verb is not Verb.LAUNCHES:
            continue
        ways = (m for m in trace.moves if m.subject == event.subject and 0 <= m.start_d - event.t_d < 1)
        onward = next(ways, None)
        if onward is not None and onward.origin and onward.origin != _EARTH_PLACE:
            up = replace(onward, vehicle=detail_of(event), kind="launcher", origin=event.place, crew=onward.crew)
            legs.append(replace(up, destination=onward.origin, start_d=event.t_d, end_d=onward.start_d, outcome="ok"))
    return legs


def fill_stays(moves: Sequence[Move]) -> list[Move]:
    """Return the stays that lie between journeys: a vehicle waits where it arrived until it, or its crew, departs.

    Who departs after the same class has come there again, in another try, is the one that came last.
    """
    stays: list[Move] = []
    journeys = _journeys(moves)
    by_subject: dict[str, list[Move]] = {}
    for move in journeys:
        by_subject.setdefault(move.subject, []).append(move)
    for arrival in journeys:
        later = [m for m in by_subject[arrival.subject] if m.start_d >= arrival.end_d]
        same = (m.end_d for m in later if (m.vehicle, m.destination) == (arrival.vehicle, arrival.destination))
        again_d = min(same, default=math.inf)
        later = [m for m in later if m.start_d < again_d]
        departures = [m for m in later if m.origin == arrival.destination]
        own = [m.start_d for m in departures if m.vehicle == arrival.vehicle]
        others = [m.start_d for m in departures if m.start_d - arrival.end_d <= _LONGEST_ZOOM_D]
        end = min(own) if own else max(others, default=arrival.end_d)
        if arrival.outcome != "lost" and arrival.kind != "launcher" and end > arrival.end_d:
            stays.append(replace(arrival, origin=arrival.destination, start_d=arrival.end_d, end_d=end))
    return stays


def find_episode(moves: Sequence[Move]) -> list[Move]:
    """Return the journeys worth a closer look, in order: of one mission, the most crewed ones, then simply the most.

    A mission that pauses for longer than seven weeks starts a new episode; three months are shown at most.
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
    return any(move.origin and move.destination and not is_stay(move) for move in trace.moves)


def _date_range(calendar: Calendar, moves: Sequence[Move]) -> list[str]:
    """Return the span of the journeys; what merely stays on does not stretch the chart."""
    journeys = _journeys(moves) or list(moves)
    first, last = min(move.start_d for move in journeys), _last(journeys)
    room = max(30.0, 0.04 * (last - first))
    return [calendar.iso(first - room), calendar.iso(last + 2 * room)]


def _draw(
    calendar: Calendar,
    lanes: Lanes,
    moves: Sequence[Move],
    *,
    height: int,
    x: Mapping[str, Any],
    faint_but: str | None = None,
) -> Drawn:
    traces: list[Drawn] = []
    for kind, members in _by_kind(moves).items():
        if faint_but is not None:
            traces += _lines(calendar, lanes, kind, [m for m in members if m.subject != faint_but], opacity=0.3)
        strong = members if faint_but is None else [m for m in members if m.subject == faint_but]
        traces += _lines(calendar, lanes, kind, strong, opacity=0.95)
    landings = [m for m in moves if lanes.is_top(m.destination) and not is_stay(m) and m.outcome != "lost"]
    traces += _ends(calendar, lanes, landings, _landings(landings, faint_but))
    cross = {"symbol": "x", "size": 11, "color": theme.INK}
    traces += _ends(calendar, lanes, [move for move in moves if move.outcome == "lost"], cross)
    names = [formats.figure_text(formats.shorten(formats.place_name(name), 18)) for name in lanes.names]
    lane_axis = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": [-0.45, len(names) - 0.55],
        "tickfont": {"color": theme.INK, "size": 13},
    }
    return {
        "data": traces,
        "layout": theme.draft_layout(height, x={"type": "date", "showgrid": True, **x}, y=lane_axis),
    }


def _lines(calendar: Calendar, lanes: Lanes, kind: str, moves: Sequence[Move], *, opacity: float) -> Iterator[Drawn]:
    if not moves:
        return
    colour, dash = theme.vehicle_style(kind)
    shift = shift_of(kind)
    x: list[str | None] = []
    y: list[float | None] = []
    words: list[str | None] = []
    for move in moves:
        x += [formats.iso_time(calendar, move.start_d), formats.iso_time(calendar, move.end_d), None]
        y += [lanes.level(move.origin) + shift, lanes.level(move.destination) + shift, None]
        words += [say_move(calendar, move)] * 2 + [None]
    yield {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"color": colour, "dash": dash, "width": 2.4},
        "opacity": opacity,
        "customdata": words,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _landings(moves: Sequence[Move], faint_but: str | None) -> dict[str, Any]:
    return {
        "symbol": "circle",
        "size": 7,
        "color": [theme.vehicle_style(move.kind)[0] for move in moves],
        "opacity": [1.0 if faint_but in {None, move.subject} else 0.35 for move in moves],
    }


def _ends(calendar: Calendar, lanes: Lanes, moves: Sequence[Move], marker: Mapping[str, Any]) -> Iterator[Drawn]:
    if moves:
        yield {
            "type": "scatter",
            "x": [formats.iso_time(calendar, move.end_d) for move in moves],
            "y": [lanes.level(move.destination) + shift_of(move.kind) for move in moves],
            "mode": "markers",
            "marker": marker,
            "customdata": [say_move(calendar, move) for move in moves],
            "hovertemplate": "%{customdata}<extra></extra>",
        }


def _by_kind(moves: Iterable[Move]) -> dict[str, list[Move]]:
    groups: dict[str, list[Move]] = {kind: [] for kind in theme.VEHICLE_KINDS}
    for move in moves:
        groups.setdefault(move.kind, []).append(move)
    return {kind: members for kind, members in groups.items() if members}


def shift_of(kind: str) -> float:
    """Return the lanes by which a vehicle class is shifted."""
    kinds = list(theme.VEHICLE_KINDS)
    return _OFFSET * (kinds.index(kind) - len(kinds) // 2) if kind in kinds else 0.0


def _clip(move: Move, start_d: float, end_d: float) -> Move:
    """Return a stay cut to the days shown; a journey stays whole, for its slope means its length."""
    if not is_stay(move):
        return move
    return replace(move, start_d=max(move.start_d, start_d), end_d=min(move.end_d, end_d))


def is_stay(move: Move) -> bool:
    """Tell whether a move goes nowhere."""
    return move.origin == move.destination


def told_moves(trace: Trace) -> list[Move]:
    """Return the moves that can be drawn, in order, with the stays between them.

    A move without a place, such as a past flight that is only known to have happened, cannot be drawn.
    """
    known = [move for move in trace.moves if move.origin and move.destination]
    if not any(move.kind == "launcher" for move in known):
        known += launch_legs(trace)
    stays = [] if any(is_stay(move) for move in known) else fill_stays(known)
    return sorted([*known, *stays], key=lambda move: (move.start_d, move.end_d))


def _journeys(moves: Sequence[Move]) -> list[Move]:
    return [move for move in moves if not is_stay(move)]


def _last(moves: Sequence[Move]) -> float:
    return max(move.end_d for move in moves)


def say_move(calendar: Calendar, move: Move) -> str:
    """Return what a move says under the pointer, as Plotly must be given it."""
    crew = f", {_('crew {crew}').format(crew=move.crew)}" if move.crew else ""
    lost = f" <b>{_('lost')}</b>" if move.outcome == "lost" else ""
    way = move.origin if is_stay(move) else f"{move.origin} → {move.destination}"
    return _("<b>{subject}</b> ({vehicle}){lost}<br>{way}<br>{start} to {end}<br>{mass}{crew}").format(
        subject=formats.figure_text(formats.shorten(move.subject, 50)),
        vehicle=formats.figure_text(formats.shorten(move.vehicle, 40)),
        lost=lost,
        way=formats.figure_text(formats.shorten(way, 60)),
        start=formats.day(calendar, move.start_d),
        end=formats.day(calendar, move.end_d),
        mass=formats.tonnes(move.mass_kg),
        crew=crew,
    )


def keys_of(moves: Sequence[Move]) -> tuple[Key, ...]:
    """Return the key of the vehicle classes that move."""
    keys = [
        Key(term("vehicle", kind), theme.vehicle_style(kind)[0], dash=theme.vehicle_style(kind)[1])
        for kind in _by_kind(moves)
    ]
    if any(move.outcome == "lost" for move in moves):
        keys.append(Key(_("lost"), theme.INK, "cross"))
    return tuple(keys)


def _title(moves: Sequence[Move], lanes: Lanes, trace: Trace) -> str:
    run = formats.run_name(trace)
    if not moves:
        return _("Nothing moves in the {run}").format(run=run)
    launches = sum(event.verb is Verb.LAUNCHES for event in trace.events)
    arrivals = [move for move in _journeys(moves) if lanes.is_top(move.destination)]
    landings = sum(move.outcome != "lost" for move in arrivals)
    lost = sum(move.outcome == "lost" for move in trace.moves)
    said = [plural("{count} launch", "{count} launches", launches).format(count=launches)] if launches else []
    said.append(plural("{count} landing on the Moon", "{count} landings on the Moon", landings).format(count=landings))
    said.append(_("{count} lost").format(count=lost) if lost else _("none lost"))
    return _("{counts}: this is one run, the {run}").format(counts=_(", ").join(said), run=run)


def _untold(trace: Trace) -> str:
    count = sum(not (move.origin and move.destination) for move in trace.moves)
    return " " + _("Past flights whose way is not told are left out: {count}.").format(count=count) if count else ""


def _zoom_title(calendar: Calendar, own: Sequence[Move], trace: Trace) -> str:
    crew = max(move.crew for move in own)
    length = formats.duration(_last(own) - own[0].start_d)
    start = formats.day(calendar, own[0].start_d)
    name = formats.shorten(own[0].subject, 40)
    text = (
        _("{name} with a crew of {crew} flies for {length} from {start}, in the {run}")
        if crew
        else _("{name} flies for {length} from {start}, in the {run}")
    )
    return text.format(name=name, crew=crew, length=length, start=start, run=formats.run_name(trace))


def _slug(trace: Trace) -> str:
    return "".join(c for c in trace.title.lower() if c.isascii() and c.isalnum()) or "run"


def _table(calendar: Calendar, moves: Sequence[Move]) -> Table:
    columns = (
        _("mission"),
        _("vehicle"),
        _("class"),
        _("from"),
        _("to"),
        _("departs"),
        _("arrives"),
        _("mass, kg"),
        _("crew"),
        _("outcome"),
    )
    rows = tuple(
        (
            move.subject,
            move.vehicle,
            term("vehicle", move.kind),
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
