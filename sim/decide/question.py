"""What `ilrs optimise` is asked: the goal, what is free, what is to be least, what must hold; said or assumed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.campaign.plan import Campaign
from sim.problems import Code, Problem, ScenarioError, suggest
from sim.scenario.load import Loaded
from sim.scenario.schema import FlightStack, Mission, Optimise

NAMES: Final = {"date": "date", "launches": "launches", "imleo": "mass", "cost": "cost"}
"""Objectives as the user says them, and as the solver does."""
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What may be changed, what must hold, and what is to be least."""

    goal: str
    minimise: tuple[str, ...]
    at_most: Mapping[str, str | float]
    missions: tuple[str, ...]
    """Whose cargo is free."""
    stacks: Mapping[str, FlightStack]
    dates: tuple[datetime.datetime | None, datetime.datetime | None] | None
    """(from, to), each None for the usual one; None when the dates stay."""
    more: tuple[str, int] | None
    """(mission that a new flight is like, flights in all)."""
    optional: tuple[str, ...]
    keep: Mapping[str, tuple[str, ...]]
    together: tuple[tuple[str, ...], ...]
    apart: tuple[tuple[str, ...], ...]
    costs: Mapping[str, float]
    assumed: tuple[str, ...] = field(default=())
    """What nobody said, in sentences."""


def ask(
    loaded: Loaded,
    campaign: Campaign,
    *,
    goal: str | None = None,
    minimise: Sequence[str] = (),
    at_most: Mapping[str, str | float] | None = None,
) -> Question:
    """Return the question that the scenario and the command line ask.

    What the command line says comes first. Without a block `optimise` the cargo and the dates of the missions are
    free that have not flown and carry elements of the goal to one place on one route.

    Raises:
        ScenarioError: if nothing is free, with the reason of each mission, or a name or a limit is wrong.
    """
    block = loaded.scenario.optimise
    said = block or Optimise()
    name = _goal(loaded, goal or said.goal)
    wanted = tuple(minimise) or tuple(said.minimise or ()) or ("date",)
    for one in wanted:
        if one not in NAMES:
            raise _wrong("--minimise", f"no objective '{one[:40]}'", suggest(one, NAMES))
    free = said.free
    missions, assumed = tuple(free.cargo or ()), []
    reasons = {one: _not_free(mission) for one, mission in loaded.scenario.missions.items()}
    if missions:
        for number, one in enumerate(missions):
            if reasons[one]:
                raise _at(loaded, ("optimise", "free", "cargo", number), f"'{one}' is not free: {reasons[one]}")
    else:
        missions = _carriers(campaign, loaded, name, reasons)
        what = "the cargo" if block is not None and free.dates is None else "the cargo and the dates"
        assumed.append(f"free are {what} of {', '.join(missions)}, which carry elements of {name} on one route")
    if not missions:
        raise _nothing_free(loaded, name, reasons)
    if block is None:
        assumed.append("vehicles stay; all other flights keep their days, vehicles and pads of the plan")
    dates = None
    if block is None or free.dates is not None:
        dates = (free.dates.from_, free.dates.to) if free.dates is not None else (None, None)
    question = Question(
        goal=name,
        minimise=wanted,
        at_most={**{str(one): limit for one, limit in said.at_most.items()}, **(at_most or {})},
        missions=missions,
        stacks=free.stacks,
        dates=dates,
        more=(free.flights.like, free.flights.most) if free.flights is not None else None,
        optional=tuple(free.optional),
        keep={one: tuple(loads) for one, loads in said.keep.items()},
        together=tuple(map(tuple, said.together)),
        apart=tuple(map(tuple, said.apart)),
        costs=said.costs,
        assumed=tuple(assumed),
    )
    _require_free(loaded, question)
    return question


def _goal(loaded: Loaded, name: str | None) -> str:
    goals = loaded.scenario.goals
    if not goals:
        raise _at(loaded, (), "the scenario has no goal", "add one under goals")
    if name is not None and name not in goals:
        raise _wrong("--goal", f"there is no goal '{name[:60]}'", suggest(name, goals), Code.NO_SUCH_NAME)
    return name or next(iter(goals))


def _not_free(mission: Mission) -> str:
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


def _carriers(campaign: Campaign, loaded: Loaded, goal: str, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """Return the missions that carry elements of a goal on the route on which most of them are carried."""
    wanted = elements_of(campaign, goal)
    routes: dict[tuple[str, ...], list[str]] = {}
    for name, mission in loaded.scenario.missions.items():
        if not reasons[name] and wanted.intersection(mission.cargo):
            routes.setdefault(tuple(mission.route), []).append(name)
    most = max((len(names) for names in routes.values()), default=0)
    return tuple(next((names for names in routes.values() if len(names) == most), []))


def elements_of(campaign: Campaign, goal: str) -> set[str]:
    """Return the elements that a goal needs, those that they need among them."""
    subject_of = [one.subject for one in campaign.milestones]
    elements = {one.subject: one for one in campaign.elements}
    goals = {one.subject: one for one in campaign.goals}
    works = {one.operational for one in campaign.elements}
    start = next(one for one in campaign.goals if one.name == goal)
    open_, found = [*start.needs], set[str]()
    while open_:
        milestone = open_.pop()
        subject = subject_of[milestone]
        if subject in goals:
            open_ += goals[subject].needs
        elif subject in elements and milestone in works and campaign.subjects[subject].name not in found:
            found.add(campaign.subjects[subject].name)
            open_ += elements[subject].needs
    return found


def _require_free(loaded: Loaded, question: Question) -> None:
    """Refuse wishes about what is not free, and missions of different routes."""
    missions = loaded.scenario.missions
    ways = {tuple(missions[name].route) for name in question.missions}
    if len(ways) > 1:
        at = ("optimise", "free", "cargo")
        raise _at(loaded, at, "these missions fly different routes", "name those of one route only")
    carried = {load for name in question.missions for load in missions[name].cargo}
    if question.more is not None and question.more[0] not in question.missions:
        raise _at(
            loaded,
            ("optimise", "free", "flights", "like"),
            f"'{question.more[0]}' is not among free.cargo",
            suggest("", question.missions),
        )
    for one in question.keep:
        if one not in question.missions:
            raise _at(loaded, ("optimise", "keep", one), f"'{one}' is not among free.cargo", key=True)
    lists: dict[Path, Iterable[str]] = {}
    lists["optimise", "free", "optional"] = question.optional
    for one, kept in question.keep.items():
        lists["optimise", "keep", one] = kept
    for word, groups in (("together", question.together), ("apart", question.apart)):
        for place, group in enumerate(groups):
            lists["optimise", word, place] = group
    for path, named in lists.items():
        for number, load in enumerate(named):
            if load not in carried:
                hint = suggest(load, carried) or "name what they carry"
                raise _at(loaded, (*path, number), f"'{load}' flies on none of the free missions", hint)
    for name in question.costs:
        if name not in question.missions and name not in question.stacks:
            known = [*question.missions, *question.stacks]
            raise _at(loaded, ("optimise", "costs", name), f"'{name}' is no free mission and no stack",
                      suggest(name, known), key=True)  # fmt: skip


def _nothing_free(loaded: Loaded, goal: str, reasons: Mapping[str, str]) -> ScenarioError:
    carrying = [
        f"{name}: {reason}"
        for name, reason in reasons.items()
        if reason and isinstance(loaded.scenario.missions[name].cargo, list) and loaded.scenario.missions[name].cargo
    ]
    why = f" ({'; '.join(carrying[:4])})" if carrying else ""
    message = f"nothing is free: no mission that can be changed carries an element of {goal}{why}"
    hint = "name missions under optimise.free.cargo, or ask for another --goal"
    return _at(loaded, ("goals", goal), message, hint, key=True)


def _at(loaded: Loaded, path: Path, message: str, hint: str = "", *, key: bool = False) -> ScenarioError:
    mark = loaded.layered.key_mark(path) if key else loaded.layered.mark(path)
    return ScenarioError([Problem(mark, ".".join(map(str, path)), Code.VALUE, "error", message, hint)])


def _wrong(option: str, message: str, hint: str, code: Code = Code.WRONG_CHOICE) -> ScenarioError:
    from sim.problems import Mark

    return ScenarioError([Problem(Mark(option), "", code, "error", message, hint)])
