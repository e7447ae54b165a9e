"""Where everything is on each day of one replication: crafts with their ways, what is lost, who stands down.

Plain data for the page that moves (`assets/campaign.js`); times are days since the calendar's start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from dashboards import formats
from dashboards.event_words import CRAFT_LOSSES, NAME_LENGTH, sentence_of, tone_of
from dashboards.figures.bat import fill_stays
from dashboards.translation import _
from sim.campaign.plan import PlaceName
from sim.model.tracing import Event, Move, Trace, Verb

Json = dict[str, Any]
EARTH: Final = "earth"
PAUSE_D: Final = 30.0
"""Days without a way after which a craft's next try is another craft."""
_LASTING: Final = frozenset({"relay", "orbiter", "station"})
"""Classes that go on working where they arrive."""
_ENDS: Final = (Verb.LAUNCHES, Verb.IS_LOST_AT_LAUNCH, Verb.IS_HELD_BACK)
"""What ends the days on a pad."""


@dataclass(frozen=True, slots=True)
class Craft:
    """Something that flies, with its stays and journeys in order."""

    subject: str
    vehicle: str
    ways: tuple[Move, ...]
    lasting: bool
    """Whether it stays where it arrives to the end."""


def crafts_of(trace: Trace, places: Sequence[PlaceName], end_d: float, stations: frozenset[str]) -> list[Craft]:
    """Return the crafts of a replication in order of their first day.

    `stations` names the missions that bring what stays in orbit. A move without a place, such as a past flight that is
    only known to have happened, cannot be shown.
    """
    moves = [move for move in trace.moves if move.origin and move.destination]
    stays = [] if any(move.origin == move.destination for move in moves) else fill_stays(moves)
    every = sorted([*moves, *stays, *pad_stays(trace)], key=lambda move: (move.start_d, move.end_d))
    ground, orbits = _moon_ground(places), {one.name for one in places if not one.surface}
    found: list[Craft] = []
    for subject, vehicle in dict.fromkeys((move.subject, move.vehicle) for move in every):
        own = [move for move in every if (move.subject, move.vehicle) == (subject, vehicle)]
        for ways in _episodes(own):
            last = ways[-1]
            lasts = last.outcome != "lost" and _lasts(last, ground, orbits, stations)
            if lasts and last.end_d < end_d:
                ways.append(replace(last, origin=last.destination, start_d=last.end_d, end_d=end_d))
            found.append(Craft(subject, vehicle, tuple(ways), lasts))
    return sorted(found, key=lambda craft: craft.ways[0].start_d)


def pad_stays(trace: Trace) -> Iterator[Move]:
    """Yield the days that each payload spends on its pad, from roll-out to launch."""
    for event in trace.events:
        if event.verb is not Verb.ROLLS_OUT:
            continue
        leaves = (
            one.t_d
            for one in trace.events
            if (one.subject, one.place) == (event.subject, event.place) and one.verb in _ENDS and one.t_d >= event.t_d
        )
        end_d = next(leaves, None)
        if end_d is not None:
            mass_kg = event.mass_kg or 0.0
            pad = event.place
            yield Move(event.subject, event.vehicle, "launcher", pad, pad, event.t_d, end_d, mass_kg, 0, "ok")


def share_crew(crafts: Sequence[Craft]) -> list[Craft]:
    """Return the crafts with the people that each carries: a ship that waits has those who are in no other craft.

    A wait is cut where part of its crew leaves or comes back.
    """
    shared = []
    for craft in crafts:
        out = [
            way
            for mate in crafts
            if mate.subject == craft.subject and mate.vehicle != craft.vehicle
            for way in mate.ways
            if way.crew
        ]
        shared.append(replace(craft, ways=tuple(part for way in craft.ways for part in _cut(way, out))))
    return shared


def _cut(way: Move, out: Sequence[Move]) -> Iterator[Move]:
    if way.origin != way.destination or not way.crew:
        yield way
        return
    out = [one for one in out if one.start_d > way.start_d]  # who waits first has the crew, the other takes some of it
    days = {day for one in out for day in (one.start_d, one.end_d) if way.start_d < day < way.end_d}
    for start_d, end_d in pairwise([way.start_d, *sorted(days), way.end_d]):
        away = max((one.crew for one in out if one.start_d <= start_d and one.end_d >= end_d), default=0)
        yield replace(way, start_d=start_d, end_d=end_d, crew=max(way.crew - away, 0))


def slots_of(crafts: Sequence[Craft]) -> list[int]:
    """Return the column in which each craft is drawn: the first that is free for all its days.

    Those that stay to the end have columns of their own, counted by the place where they stay.
    """
    busy: list[float] = []
    standing: dict[str, int] = {}
    slots = []
    for craft in crafts:
        if craft.lasting:
            place = craft.ways[-1].destination
            slots.append(standing.get(place, 0))
            standing[place] = slots[-1] + 1
            continue
        first_d, last_d = craft.ways[0].start_d, craft.ways[-1].end_d
        free = next((slot for slot, until_d in enumerate(busy) if until_d <= first_d), len(busy))
        busy[free:] = [last_d, *busy[free + 1 :]]
        slots.append(free)
    return slots


def film_of(
    trace: Trace,
    places: Sequence[PlaceName],
    end_d: float,
    called: Callable[[str], str],
    stations: frozenset[str] = frozenset(),
    cargo: Mapping[str, str] = MappingProxyType({}),
) -> Json:
    """Return one replication as the page needs it.

    `called` says what a page calls a subject; `cargo`, by mission, what it brings.
    """
    crafts = share_crew(crafts_of(trace, places, end_d, stations))
    return {
        "crafts": [
            {
                "name": formats.shorten(called(craft.subject), NAME_LENGTH),
                "cargo": cargo.get(craft.subject, ""),
                "vehicle": formats.shorten(craft.vehicle, NAME_LENGTH),
                "slot": slot,
                "lasting": craft.lasting,
                "ways": [_way(way) for way in craft.ways],
            }
            for craft, slot in zip(crafts, slots_of(crafts), strict=True)
        ],
        "log": [[_round(e.t_d), sentence_of(e, called), tone_of(e)] for e in sorted(trace.events, key=_when)],
        "losses": [
            [_round(event.t_d), event.place, formats.shorten(called(event.subject), NAME_LENGTH)]
            for event in trace.events
            if event.verb in CRAFT_LOSSES and event.place
        ],
        "grounded": [
            [_round(event.t_d), _round(event.t_d + event.stand_down_d), formats.shorten(event.launcher, NAME_LENGTH)]
            for event in trace.events
            if event.stand_down_d > 0.0
        ],
        "goals": {event.subject: _round(event.t_d) for event in trace.events if event.verb is Verb.IS_REACHED},
        "landings": [
            [_round(move.end_d), move.destination, round(move.mass_kg)]
            for move in trace.moves
            if move.destination in _moon_ground(places) and move.origin != move.destination and move.outcome != "lost"
        ],
    }


def parting_of(first: Trace, second: Trace, called: Callable[[str], str]) -> Json | None:
    """Return the day on which two replications part, and what happens in each then; None when they never do."""
    ours, theirs = (sorted(trace.events, key=_when) for trace in (first, second))
    alike = next((i for i, pair in enumerate(zip(ours, theirs, strict=False)) if not _same(*pair)), None)
    place = min(len(ours), len(theirs)) if alike is None else alike
    here, there = (events[place] if place < len(events) else None for events in (ours, theirs))
    days = [event.t_d for event in (here, there) if event is not None]
    if not days:
        return None
    return {"day": _round(min(days)), "here": _next_words(here, called), "there": _next_words(there, called)}


def _next_words(event: Event | None, called: Callable[[str], str]) -> list[Any]:
    return [None, _("Nothing more happens.")] if event is None else [_round(event.t_d), sentence_of(event, called)]


def _same(one: Event, other: Event) -> bool:
    alike = (one.subject, one.verb, one.place) == (other.subject, other.verb, other.place)
    return alike and abs(one.t_d - other.t_d) < 1.0


def _episodes(ways: Iterable[Move]) -> list[list[Move]]:
    found: list[list[Move]] = []
    for way in ways:
        if found and way.start_d - found[-1][-1].end_d <= PAUSE_D and found[-1][-1].outcome != "lost":
            found[-1].append(way)
        else:
            found.append([way])
    return found


def _lasts(last: Move, ground: frozenset[str], orbits: set[str], stations: frozenset[str]) -> bool:
    """Tell whether something stays where it arrived: a crew on the Moon, and in an orbit what works there."""
    if last.destination in ground:
        return last.crew > 0
    return last.destination in orbits and (last.kind in _LASTING or last.subject in stations)


def _moon_ground(places: Sequence[PlaceName]) -> frozenset[str]:
    return frozenset(one.name for one in places if one.surface and one.body.lower() != EARTH)


def _way(way: Move) -> list[Any]:
    start, end = _round(way.start_d), _round(way.end_d)
    return [start, end, way.origin, way.destination, way.kind, round(way.mass_kg), way.crew]


def _round(day: float) -> float:
    return round(float(day), 3)


def _when(event: Event) -> float:
    return event.t_d


def spots_of(places: Sequence[PlaceName], films: Iterable[Mapping[str, Any]]) -> tuple[Json, list[Json]]:
    """Return where each place lies (its lane, and its number among the places of that lane), and the lanes, top first.

    The lanes are the ground of the Moon, each of its orbits, the way, the orbits of the Earth, and Earth; a place that
    nothing is ever at is left out, and so is the Moon where nothing goes there. What is no place of the scenario is a
    pad on Earth.
    """
    used = dict.fromkeys(
        place for film in films for craft in film["crafts"] for way in craft["ways"] for place in (way[2], way[3])
    )
    kinds = {one.name: _lane_of(one) for one in places}
    orbits = [one.name for one in places if one.name in used and not one.surface and one.body.lower() != EARTH]
    lanes: list[Json] = []
    if orbits or "moon" in {kinds.get(place) for place in used}:
        shown = [(name, formats.shorten(formats.place_name(name), NAME_LENGTH)) for name in reversed(orbits)]
        lanes += [
            {"id": "moon", "label": _("Surface of the Moon")},
            *({"id": name, "label": word} for name, word in shown),
        ]
        lanes.append({"id": "way", "label": _("On the way between Earth and Moon")})
    lanes += [{"id": "earth-orbit", "label": _("Orbit around the Earth")}, {"id": EARTH, "label": _("Earth")}]
    spots: Json = {}
    count: dict[str, dict[str, int]] = {}
    for place in used:
        lane = kinds.get(place, EARTH)
        group = place.split(".")[0] if lane == EARTH else place
        numbers = count.setdefault(lane, {})
        number = numbers.setdefault(group, len(numbers))
        label = formats.shorten(formats.place_name(group), 24) if group != EARTH else ""
        spots[place] = {"lane": lane, "number": number, "label": label}
    return spots, lanes


def _lane_of(place: PlaceName) -> str:
    if place.body.lower() == EARTH:
        return EARTH if place.surface else "earth-orbit"
    return "moon" if place.surface else place.name
