"""What a sweep answers, ready to be drawn: every case with its levers in order and the goal's numbers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dashboards.lever_axis import AS_IS, VARIANTS, LeverAxis, levers_of
from sim.analysis.estimates import Estimate, probability_by, quantiles
from sim.analysis.indices import SobolIndex, Swing
from sim.analysis.sensitivity import Correlation
from sim.scenario.provenance import Note
from sim.study.naming import name_of
from sim.study.responses import Response, failures, indices_of, ranks_of, responses, swings_of
from sim.study.sweep_tables import SweepTables

FLAT = 0.01
"""Difference between the chances of cases below which dates tell more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One case and what it says of a goal."""

    number: int
    values: Mapping[str, str]
    chance: Estimate
    p50_d: float | None
    p80_d: float | None
    mean_d: float
    """Mean date, the calendar's end where it is not reached."""
    low_d: float
    high_d: float
    """95 % interval of the mean."""
    p70_d: float | None = None


@dataclass(frozen=True, slots=True)
class GoalAnswers:
    """One goal over all cases of a sweep."""

    goal: str
    by_d: float
    answers: tuple[Answer, ...]
    indices: tuple[SobolIndex, ...]
    swings: tuple[Swing, ...]
    ranks: tuple[tuple[str, Correlation], ...]
    """Of each lever whose values are numbers or dates with the mean date, the strongest first."""
    title: str = ""
    """What the scenario wants pages to call it."""

    @property
    def called(self) -> str:
        """Its title, or its key where the scenario gives none."""
        return self.title or self.goal

    @property
    def is_flat(self) -> bool:
        """Whether the chance says nothing: it is the same in all cases, to a point."""
        chances = [one.chance.value for one in self.answers]
        return max(chances) - min(chances) < FLAT


@dataclass(frozen=True, slots=True)
class SweepAnswers:
    """A sweep, read."""

    scenario: str
    design: str
    replications: int
    seed: int
    key: str
    levers: tuple[LeverAxis, ...]
    goals: tuple[GoalAnswers, ...]
    failed: tuple[tuple[int, str], ...]
    """(case, reason)."""
    planned: int
    commands: Mapping[int, str]
    """By case: the command that runs it alone, with its own report."""
    start: datetime.datetime
    folder: Path
    named: str = ""
    """What it is called: its label, or scenario and variants."""
    notes: Mapping[str, Note] = field(default_factory=dict)
    """By lever: where the figure that it replaces comes from, as far as the scenario says."""
    names: Mapping[str, str] = field(default_factory=dict)
    """By lever: what pages call it."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """By lever: what the key means."""

    @property
    def called(self) -> str:
        """Its name, or that of its scenario."""
        return self.named or self.scenario


def read_answers(
    sweep: SweepTables,
    start: datetime.datetime,
    commands: Mapping[int, str],
    notes: Mapping[str, Note],
    titles: Mapping[str, str],
    names: Mapping[str, str],
    meanings: Mapping[str, str],
) -> SweepAnswers:
    """Read a sweep's answers; `start` is day 0 of its calendar, `notes` what is said of each lever's figure.

    `titles` are what pages call the goals, where the scenario says so; `names` and `meanings` those of levers.

    Raises FolderError when a table cannot be read.
    """
    found = responses(sweep)
    levers = levers_of([_values(item) for items in list(found.values())[:1] for item in items])
    return SweepAnswers(
        scenario=sweep.manifest.scenario,
        design=sweep.manifest.design,
        replications=sweep.manifest.replications,
        seed=sweep.manifest.seed,
        key=sweep.manifest.key,
        levers=levers,
        goals=tuple(_goal(name, titles.get(name, ""), items, levers) for name, items in found.items()),
        failed=tuple((case.number, reason) for case, reason in failures(sweep)),
        planned=len(sweep.planned),
        commands=commands,
        start=start,
        folder=sweep.folder,
        named=name_of(sweep.manifest),
        notes=notes,
        names=names,
        meanings=meanings,
    )


def nearest(answers: Sequence[Answer], levers: Sequence[LeverAxis], wanted: Mapping[str, str]) -> tuple[Answer, bool]:
    """Return the case that was run nearest to wanted values, and whether it has exactly those.

    Near is the sum of squared steps, each lever's range counting as one; nothing between cases is made up.
    Raises ValueError when there is no case.
    """
    if not answers:
        raise ValueError("no case was run")
    best = min(answers, key=lambda one: sum(_step(lever, one, wanted) ** 2 for lever in levers))
    return best, all(best.values.get(lever.path) == wanted.get(lever.path) for lever in levers)


def level_of(lever: LeverAxis, answer: Answer) -> float:
    """Return where a case stands on a lever's axis."""
    return lever.levels[lever.values.index(answer.values[lever.path])]


def _step(lever: LeverAxis, answer: Answer, wanted: Mapping[str, str]) -> float:
    span = max(lever.levels) - min(lever.levels)
    value = wanted.get(lever.path)
    if value is None or value not in lever.values or span == 0.0:
        return 0.0
    return (level_of(lever, answer) - lever.levels[lever.values.index(value)]) / span


def _values(item: Response) -> dict[str, str]:
    values = dict(item.case.settings)
    if item.case.variants:
        values[VARIANTS] = "+".join(item.case.variants)
    return values


def _goal(name: str, title: str, items: Sequence[Response], levers: Sequence[LeverAxis]) -> GoalAnswers:
    answers = tuple(_answer(item, levers) for item in items)
    return GoalAnswers(
        goal=name,
        by_d=items[0].goal.by_d,
        answers=answers,
        indices=indices_of(
            [item for item in items if item.case.role in ("A", "B") or item.case.role.startswith("AB:")]
        ),
        swings=swings_of(items),
        ranks=ranks_of(items),
        title=title,
    )


def _answer(item: Response, levers: Sequence[LeverAxis]) -> Answer:
    chance = probability_by(item.dates_d, item.goal.by_d)
    p50, p70, p80 = quantiles(item.dates_d, (0.5, 0.7, 0.8))
    days = item.counted_d
    half = 1.96 * float(days.std(ddof=1)) / float(np.sqrt(days.size)) if days.size > 1 else 0.0
    values = _values(item)
    return Answer(
        number=item.case.number,
        values={lever.path: values.get(lever.path, AS_IS) for lever in levers},
        chance=chance,
        p50_d=p50.value,
        p80_d=p80.value,
        mean_d=float(days.mean()),
        low_d=float(days.mean()) - half,
        high_d=float(days.mean()) + half,
        p70_d=p70.value,
    )


__all__ = ["Answer", "GoalAnswers", "LeverAxis", "SweepAnswers", "level_of", "nearest", "read_answers"]
