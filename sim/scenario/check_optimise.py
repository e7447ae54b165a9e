"""The block `optimise`: what it frees must be able to change, and its wishes must be about what is free."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sim.problems import Code, Problem, suggest
from sim.scenario.draft import Draft
from sim.scenario.events import end_names
from sim.scenario.schema import Mission, Optimise, Scenario
from sim.scenario.text import Path

LIMITS: Final = "for example launches=5, date=2034-12-31, imleo=350000 (kg) or cost=60"


def not_free(mission: Mission) -> str:
    """Return why the cargo of a mission cannot be free; empty when it can."""
    launch = next(iter(mission.launches.values()), None)
    does_more = (mission.rendezvous, mission.refuel, mission.operations, mission.sequence, mission.crew, mission.back)
    reasons = {
        "it has flown": mission.flown is not None,
        "it repeats": mission.every is not None or mission.from_ is not None or mission.repeats is not None,
        "it has not just one launch": len(mission.launches) != 1,
        "it does more than to carry something there": any(does_more),
        "it flies in place of another": mission.reserve or mission.substitute is not None,
        "it carries no elements": not isinstance(mission.cargo, list) or not mission.cargo,
        "it has no route of its own": not mission.route or (launch is not None and launch.after is not None),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def elements_of(scenario: Scenario, goal: str) -> set[str]:
    """Return the elements that a goal needs, those that they need among them."""
    needed = {name: one.needs for name, one in scenario.elements.items()}
    needed |= {name: one.needs for name, one in scenario.stations.items()}
    ends = {word: name for name in needed for word in end_names("elements", name)}
    goals = {word: name for name in scenario.goals for word in end_names("goals", name)}
    open_, found = [*scenario.goals[goal].needs], set[str]()
    seen = {goal}
    while open_:
        word = open_.pop()
        if word in goals and goals[word] not in seen:
            seen.add(goals[word])
            open_ += scenario.goals[goals[word]].needs
        elif word in ends and ends[word] not in found:
            found.add(ends[word])
            open_ += needed[ends[word]]
    return found


def carriers_of(scenario: Scenario, goal: str) -> tuple[str, ...]:
    """Return the missions that may change and carry elements of a goal, on the route that most of them fly."""
    wanted = elements_of(scenario, goal)
    routes: dict[tuple[str, ...], list[str]] = {}
    for name, mission in scenario.missions.items():
        if not not_free(mission) and wanted.intersection(mission.cargo):
            routes.setdefault(tuple(mission.route), []).append(name)
    most = max((len(names) for names in routes.values()), default=0)
    return tuple(next((names for names in routes.values() if len(names) == most), []))


def check_optimise(case: Draft) -> Iterator[Problem]:
    """Refuse limits that are none, missions under `free.cargo` that cannot change, wishes about what is not free."""
    block, scenario = case.scenario.optimise, case.scenario
    if block is None:
        return
    for limited, said in block.at_most.items():
        try:
            read_limit(limited, str(said))
        except ValueError:
            message = f"'{said!s:.40}' is no limit"
            yield case.problem(("optimise", "at_most", limited), Code.VALUE, message, LIMITS)
    named = block.free.cargo or ()
    if any(name not in scenario.missions for name in named) or (block.goal or "") not in {"", *scenario.goals}:
        return
    reasons = [not_free(scenario.missions[name]) for name in named]
    for number, reason in enumerate(reasons):
        if reason:
            path = ("optimise", "free", "cargo", number)
            yield case.problem(path, Code.VALUE, f"'{named[number]}' is not free: {reason}", "leave it out")
    if any(reasons) or not scenario.goals:
        return
    free = named or carriers_of(scenario, block.goal or next(iter(scenario.goals)))
    yield from check_wishes(case, free)
    if "cost" in (*(block.minimise or ()), *block.at_most):
        yield from missing_costs(case, free)


def missing_costs(case: Draft, free: Sequence[str]) -> Iterator[Problem]:
    """Refuse flights that have no cost, where cost is to be least or limited."""
    block, missions = case.scenario.optimise or Optimise(), case.scenario.missions
    lacking: list[tuple[str, Path]] = [(name, ("missions", name)) for name in free if not missions[name].cost]
    lacking += [(name, ("optimise", "free", "stacks", name)) for name in block.free.stacks]
    for name, path in lacking:
        if name not in block.costs:
            hint = f"say optimise: {{costs: {{{name}: 10}}}}" + (", or cost: 10 in it" if name in missions else "")
            message = f"the cost of a flight of '{name}' is missing; without it the least cost is not defined"
            yield case.problem(path, Code.MISSING_KEY, message, hint, key=True)


def read_limit(name: str, text: str) -> datetime.datetime | float:
    """Return an upper limit: a date for `date`, a number for everything else; raises ValueError."""
    if name == "date":
        return datetime.datetime.fromisoformat(text)
    limit = float(text)
    if not math.isfinite(limit):
        raise ValueError(text)
    return limit


def check_wishes(case: Draft, free: Sequence[str]) -> Iterator[Problem]:
    """Refuse free missions of different routes, and wishes of the block about what is not among them."""
    block = case.scenario.optimise
    if block is None:
        return
    missions = case.scenario.missions
    if len({tuple(missions[name].route) for name in free}) > 1:
        message = "these missions fly different routes"
        yield case.problem(("optimise", "free", "cargo"), Code.VALUE, message, "name those of one route only")
    yield from _wrong_missions(case, block, free)
    cargoes = (missions[name].cargo for name in free)
    carried = {load for cargo in cargoes if isinstance(cargo, list) for load in cargo}
    for path, named in _loads(block, free):
        for number, load in enumerate(named):
            if load not in carried and load in case.scenario.elements:
                hint = suggest(load, carried) or "name what they carry"
                message = f"'{load}' flies on none of the free missions"
                yield case.problem((*path, number), Code.VALUE, message, hint)


def _wrong_missions(case: Draft, block: Optimise, free: Sequence[str]) -> Iterator[Problem]:
    like = block.free.flights.like if block.free.flights is not None else None
    others = case.scenario.missions.keys() - set(free)
    if like in others:
        path = ("optimise", "free", "flights", "like")
        yield case.problem(path, Code.VALUE, f"'{like}' is not among free.cargo", suggest(str(like), free))
    for name in block.keep:
        if name in others:
            message = f"'{name}' is not among free.cargo"
            yield case.problem(("optimise", "keep", name), Code.VALUE, message, suggest(name, free), key=True)
    known = [*free, *block.free.stacks]
    for name in block.costs:
        if name not in known:
            message = f"'{name}' is no free mission and no stack"
            yield case.problem(("optimise", "costs", name), Code.VALUE, message, suggest(name, known), key=True)


def _loads(block: Optimise, free: Sequence[str]) -> Iterator[tuple[Path, Iterable[str]]]:
    yield ("optimise", "free", "optional"), block.free.optional
    for name, kept in block.keep.items():
        if name in free:
            yield ("optimise", "keep", name), kept
    for word, groups in (("together", block.together), ("apart", block.apart)):
        for place, group in enumerate(groups):
            yield ("optimise", word, place), group
