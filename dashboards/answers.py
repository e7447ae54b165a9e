"""What a sweep answers, ready to be drawn: every case with its levers in order and the goal's numbers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.analysis.estimates import probability_by, quantiles
from sim.analysis.findings import Share
from sim.analysis.indices import SobolIndex, Swing
from sim.analysis.sensitivity import Correlation
from sim.study.ledger import Sweep
from sim.study.responses import Response, failures, indices_of, ranks_of, responses, swings_of

VARIANTS = "variants"
"""The lever of cases that differ in their variants."""
_NUMBER = re.compile(r"^\s*([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that a sweep varies, with the values that were tried, in order."""

    path: str
    values: tuple[str, ...]
    levels: tuple[float, ...]
    """Where each value stands on an axis: its number, its day, or its place in the list."""
    numeric: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One case and what it says of a goal."""

    number: int
    values: Mapping[str, str]
    chance: Share
    p50_d: float | None
    p80_d: float | None
    mean_d: float
    """Mean date, the calendar's end where it is not reached."""
    low_d: float
    high_d: float
    """95 % interval of the mean."""


@dataclass(frozen=True, slots=True)
class GoalAnswers:
    """One goal over all cases of a sweep."""

    goal: str
    by_d: float
    answers: tuple[Answer, ...]
    indices: tuple[SobolIndex, ...]
    swings: tuple[Swing, ...]
    ranks: tuple[tuple[str, Correlation], ...]


@dataclass(frozen=True, slots=True)
class SweepAnswers:
    """A sweep, read."""

    scenario: str
    design: str
    replications: int
    seed: int
    key: str
    levers: tuple[Lever, ...]
    goals: tuple[GoalAnswers, ...]
    failed: tuple[tuple[int, str], ...]
    """(case, reason)."""
    planned: int
    commands: Mapping[int, str]
    """By case: the command that runs it alone, with its own report."""
    start: datetime.datetime
    folder: Path


def read_answers(sweep: Sweep, start: datetime.datetime, commands: Mapping[int, str]) -> SweepAnswers:
    """Read a sweep's answers; `start` is day 0 of its calendar.

    Raises FolderError when a table cannot be read.
    """
    found = responses(sweep)
    return SweepAnswers(
        scenario=sweep.manifest.scenario,
        design=sweep.manifest.design,
        replications=sweep.manifest.replications,
        seed=sweep.manifest.seed,
        key=sweep.manifest.key,
        levers=_levers([item for items in list(found.values())[:1] for item in items]),
        goals=tuple(_goal(name, items) for name, items in found.items()),
        failed=tuple((case.number, reason) for case, reason in failures(sweep)),
        planned=len(sweep.planned),
        commands=commands,
        start=start,
        folder=sweep.folder,
    )


def nearest(answers: Sequence[Answer], levers: Sequence[Lever], wanted: Mapping[str, str]) -> tuple[Answer, bool]:
    """Return the case that was run nearest to wanted values, and whether it has exactly those.

    Near is the sum of squared steps, each lever's range counting as one; nothing between cases is made up.
    Raises ValueError when there is no case.
    """
    if not answers:
        raise ValueError("no case was run")
    best = min(answers, key=lambda one: sum(_step(lever, one, wanted) ** 2 for lever in levers))
    return best, all(best.values.get(lever.path) == wanted.get(lever.path) for lever in levers)


def level_of(lever: Lever, answer: Answer) -> float:
    """Return where a case stands on a lever's axis."""
    return lever.levels[lever.values.index(answer.values[lever.path])]


def _step(lever: Lever, answer: Answer, wanted: Mapping[str, str]) -> float:
    span = max(lever.levels) - min(lever.levels)
    value = wanted.get(lever.path)
    if value is None or value not in lever.values or span == 0.0:
        return 0.0
    return (level_of(lever, answer) - lever.levels[lever.values.index(value)]) / span


def _levers(items: Sequence[Response]) -> tuple[Lever, ...]:
    cases = [_values(item) for item in items]
    levers = []
    for path in dict.fromkeys(path for case in cases for path in case):
        texts = list(dict.fromkeys(case.get(path, "") for case in cases))
        if len(texts) < 2:
            continue
        numbers = [_number(text) for text in texts]
        known = [number for number in numbers if number is not None]
        numeric = len(known) == len(texts) and len(set(known)) == len(texts)
        places = known if numeric else [float(i) for i in range(len(texts))]
        order = sorted(range(len(texts)), key=lambda i: places[i])
        levers.append(Lever(path, tuple(texts[i] for i in order), tuple(places[i] for i in order), numeric))
    return tuple(levers)


def _values(item: Response) -> dict[str, str]:
    values = dict(item.case.settings)
    if item.case.variants:
        values[VARIANTS] = "+".join(item.case.variants)
    return values


def _number(text: str) -> float | None:
    if _DATE.match(text.strip()):
        return float(datetime.date.fromisoformat(text.strip()).toordinal())
    found = _NUMBER.match(text)
    return float(found[1]) if found else None


def _goal(name: str, items: Sequence[Response]) -> GoalAnswers:
    paths = dict.fromkeys(path for item in items for path in _values(item))
    return GoalAnswers(
        goal=name,
        by_d=items[0].goal.by_d,
        answers=tuple(_answer(item, paths) for item in items),
        indices=indices_of(
            [item for item in items if item.case.role in ("A", "B") or item.case.role.startswith("AB:")]
        ),
        swings=swings_of(items),
        ranks=ranks_of(items),
    )


def _answer(item: Response, paths: Mapping[str, None]) -> Answer:
    chance = probability_by(item.dates_d, item.goal.by_d)
    p50, p80 = quantiles(item.dates_d, (0.5, 0.8))
    days = item.counted_d
    half = 1.96 * float(days.std(ddof=1)) / float(np.sqrt(days.size)) if days.size > 1 else 0.0
    values = _values(item)
    return Answer(
        number=item.case.number,
        values={path: values.get(path, "") for path in paths},
        chance=Share(chance.value, chance.lo, chance.hi),
        p50_d=p50.value,
        p80_d=p80.value,
        mean_d=float(days.mean()),
        low_d=float(days.mean()) - half,
        high_d=float(days.mean()) + half,
    )
