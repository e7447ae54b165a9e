"""What `ilrs optimise` is asked: the goal, what is free, what is to be least, what must hold; said or assumed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.campaign.plan import Campaign
from sim.problems import Code, Problem, ScenarioError, suggest
from sim.scenario.check_optimise import check_optimise, check_wishes, not_free
from sim.scenario.draft import Draft
from sim.scenario.load import Loaded
from sim.scenario.schema import FlightStack, Optimise

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
    reasons = {one: not_free(mission) for one, mission in loaded.scenario.missions.items()}
    if missions:
        _refuse(check_optimise(Draft(loaded.scenario, loaded.layered)))
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
    if block is not None and not free.cargo:
        _refuse(check_wishes(Draft(loaded.scenario, loaded.layered), missions))
    return question


def _goal(loaded: Loaded, name: str | None) -> str:
    goals = loaded.scenario.goals
    if not goals:
        raise _at(loaded, (), "the scenario has no goal", "add one under goals")
    if name is not None and name not in goals:
        raise _wrong("--goal", f"there is no goal '{name[:60]}'", suggest(name, goals), Code.NO_SUCH_NAME)
    return name or next(iter(goals))


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


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise ScenarioError(found)


def _at(loaded: Loaded, path: Path, message: str, hint: str = "", *, key: bool = False) -> ScenarioError:
    mark = loaded.layered.key_mark(path) if key else loaded.layered.mark(path)
    return ScenarioError([Problem(mark, ".".join(map(str, path)), Code.VALUE, "error", message, hint)])


def _wrong(option: str, message: str, hint: str, code: Code = Code.WRONG_CHOICE) -> ScenarioError:
    from sim.problems import Mark

    return ScenarioError([Problem(Mark(option), "", code, "error", message, hint)])
