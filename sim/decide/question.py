"""What `ilrs optimise` is asked: the goal, what is free, what is to be least, what must hold; said or assumed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sim.clock import Calendar
from sim.problems import Code, Mark, Problem, ScenarioError, suggest
from sim.scenario.check_optimise import (
    LIMITS,
    carriers_of,
    check_optimise,
    check_wishes,
    missing_costs,
    not_free,
    read_limit,
)
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
    at_most: Mapping[str, float]
    """Upper limits; a date is the last hour of its day, counted from the calendar's start."""
    typed: frozenset[str]
    """Limits that the caller gave, not the file."""
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
    calendar: Calendar,
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
    case = Draft(loaded.scenario, loaded.layered)
    if missions:
        _refuse(check_optimise(case))
    else:
        missions = carriers_of(loaded.scenario, name)
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
        at_most=dict(_limits(loaded, calendar, said.at_most, at_most or {})),
        typed=frozenset(at_most or {}),
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
    if not free.cargo:
        _refuse(check_wishes(case, missions))
    if "cost" in (*question.minimise, *question.at_most):
        _refuse(missing_costs(case, missions))
    return question


def _limits(
    loaded: Loaded, calendar: Calendar, said: Mapping[Any, str | float], given: Mapping[str, str | float]
) -> Iterator[tuple[str, float]]:
    """Yield upper limits as numbers: what is given counts before what the file says."""
    for name, limit in {**said, **given}.items():
        try:
            if name not in NAMES:
                raise ValueError(name)
            read = read_limit(name, str(limit))
        except ValueError:
            mark = Mark("--at-most") if name in given else loaded.layered.mark(("optimise", "at_most", name))
            message = f"'{limit!s:.40}' is no limit"
            raise ScenarioError([Problem(mark, f"at_most.{name}", Code.VALUE, "error", message, LIMITS)]) from None
        if isinstance(read, datetime.datetime):
            yield str(name), int((calendar.to_days(read) + 1.0) * 24.0) - 1
        else:
            yield str(name), read


def _goal(loaded: Loaded, name: str | None) -> str:
    goals = loaded.scenario.goals
    if not goals:
        raise _at(loaded, (), "the scenario has no goal", "add one under goals")
    if name is not None and name not in goals:
        raise _wrong("--goal", f"there is no goal '{name[:60]}'", suggest(name, goals), Code.NO_SUCH_NAME)
    return name or next(iter(goals))


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
    return ScenarioError([Problem(Mark(option), "", code, "error", message, hint)])
