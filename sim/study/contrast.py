"""Studies side by side: what the second changes against the first, replication by replication, and why.

Replication i of all studies of one seed saw the same luck, so differences are taken pair by pair.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clusters import blocks_of
from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.analysis.findings import Findings, GoalFinding
from sim.campaign.plan import GoalPlan
from sim.sampling import STRATA
from sim.study.differences import paths_that_differ, read_inputs, text_at
from sim.study.files import FolderError
from sim.study.idle import Idle, idle_reason
from sim.study.naming import names_apart
from sim.study.pairing import GoalName, GoalRow
from sim.study.store import StudyTables
from sim.study.summary import findings_of, over_figures

Document: TypeAlias = dict[str, object]
Floats = NDArray[np.float64]
LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_RESAMPLED = 20_000
"""Pairs a bootstrap rests on; more would take minutes and say the same."""


@dataclass(frozen=True, slots=True)
class Side:
    """One study of a comparison."""

    label: str
    """A, B, C and so on."""
    name: str
    """What the user called it."""
    study: StudyTables
    findings: Findings

    def dates_d(self, goal: str, since: datetime.datetime) -> Floats:
        """Return the dates of a goal in days since a moment, shape (n,)."""
        line = next(one for one in self.study.outline.goals if one.name == goal)
        return self.study.sample.reached_d[:, line.reached] + self._shift_d(since)

    def by_d(self, goal: str, since: datetime.datetime) -> float:
        """Return the day a goal is wanted by, in days since a moment."""
        return self.goal(goal).by_d + self._shift_d(since)

    def goal(self, name: str) -> GoalFinding:
        """Return what is found of a goal."""
        return next(goal for goal in self.findings.goals if goal.name == name)

    def _shift_d(self, since: datetime.datetime) -> float:
        start = datetime.datetime.fromisoformat(self.findings.start_iso)
        return (start - since) / datetime.timedelta(days=1)


def sides_of(studies: Sequence[StudyTables]) -> tuple[Side, ...]:
    """Label studies, and refuse those that cannot be paired.

    Raises:
        FolderError: if a study has another seed or another way of sampling than the first.
    """
    seed, sampling = studies[0].manifest.seed, studies[0].manifest.sampling
    for study in studies[1:]:
        if study.manifest.sampling != sampling:
            message = f"was drawn with --sampling {study.manifest.sampling}, and the first with {sampling}"
            raise FolderError(study.folder, f"{message}: their luck differs", "run one of them again as the other")
        if study.manifest.seed != seed:
            message = f"has seed {study.manifest.seed}, and the first has {seed}: their luck differs"
            raise FolderError(study.folder, message, "run one of them again with the other's --seed")
    names = names_apart([study.manifest for study in studies], [study.folder for study in studies])
    return tuple(
        Side(label, name, study, findings_of(study)) for label, name, study in zip(LABELS, names, studies, strict=False)
    )


def goal_names(goals: Iterable[GoalPlan]) -> tuple[GoalName, ...]:
    """Return the goals of a study as others may know them."""
    return tuple(GoalName(goal.name, goal.counts_as) for goal in goals)


def compare_sides(sides: Sequence[Side], rows: Sequence[GoalRow], apart: Mapping[str, str] | None = None) -> Document:
    """Put a comparison into one document; every difference is the later study less the first that has the goal.

    `apart` says of studies that were left out, by name, why.
    """
    return {
        "difference": "B less A: days later, points more likely",
        "seed": sides[0].findings.seed,
        "studies": {side.label: _study(side) for side in sides},
        **({"left_out": dict(apart)} if apart else {}),
        "goals": {row.title: _goal(sides, row.picked) for row in rows},
        "input": inputs_that_differ(sides),
    }


def inputs_that_differ(sides: Sequence[Side]) -> list[Document]:
    """List the values that are not the same in all scenarios, None where a scenario has no such key."""
    flat = {side.label: read_inputs(side.study.folder) for side in sides}
    return [
        {"path": path, **{label: text_at(values, path) for label, values in flat.items()}}
        for path in paths_that_differ(list(flat.values()))
    ]


def _study(side: Side) -> Document:
    found = side.findings
    return {
        "name": side.name,
        "scenario": found.scenario,
        "identity": found.identity,
        "folder": str(side.study.folder),
        "replications": found.replications,
    }


def _goal(sides: Sequence[Side], picked: Sequence[str | None]) -> Document:
    pairs = [(side, name) for side, name in zip(sides, picked, strict=True) if name is not None]
    without = [side.label for side, name in zip(sides, picked, strict=True) if name is None]
    told: Document = {side.label: _side(side, name) for side, name in pairs}
    differences = {side.label: _difference(pairs[0], (side, name)) for side, name in pairs[1:]}
    if len(sides) == 2:
        return {**told, **differences["B"]}
    left_out: Document = {"left_out": without} if without else {}
    return {**told, "base": pairs[0][0].label, **left_out, "differences": differences}


def _side(side: Side, name: str) -> Document:
    goal, calendar = side.goal(name), side.findings.calendar
    by_share = {round(one.share * 100): one for one in goal.quantiles}

    def iso(day: float | None) -> str | None:
        return None if day is None else calendar.iso(day)

    return {
        "goal": name,
        "by": iso(goal.by_d),
        "probability": goal.probability.value,
        "interval": [goal.probability.low, goal.probability.high],
        "p50": iso(by_share[50].value),
        "p80": iso(by_share[80].value),
        "reached": goal.reached,
        **over_figures(goal, calendar),
        "slip_by_cause_d": {one.cause: one.mean_d for one in goal.slip_by_cause} | {"total": goal.total_slip_d},
    }


def _difference(first: tuple[Side, str], second: tuple[Side, str]) -> Mapping[str, object]:
    """Return what the second study changes against the first, over the replications that both have."""
    since = datetime.datetime.fromisoformat(first[0].findings.start_iso)
    one, two = (side.dates_d(name, since) for side, name in (first, second))
    n = min(one.size, two.size)
    one, two = one[:n], two[:n]
    by_one, by_two = (side.by_d(name, since) for side, name in (first, second))
    blocks = blocks_of(n, STRATA[first[0].study.manifest.sampling])
    mean = compare_values(two, one, blocks=blocks)
    chance = compare_probabilities(two - by_two, one - by_one, 0.0, blocks=blocks)
    some = slice(MOST_RESAMPLED)
    held = None if blocks is None else blocks[some]
    p50, p80 = (compare_quantiles(two[some], one[some], q, blocks=held) for q in (0.5, 0.8))
    idle = idle_reason(first[0].study, second[0].study, first[1], second[1])
    return {
        "difference_d": None if mean.mean is None else mean.mean.value,
        "interval_d": None if mean.mean is None else [mean.mean.low, mean.mean.high],
        "correlation": mean.correlation,
        "replications": n,
        "pairs": mean.pairs,
        "only_first_reached": mean.only_second,
        "only_second_reached": mean.only_first,
        "probability_difference": chance.value,
        "probability_interval": [chance.low, chance.high],
        "p_value": chance.p_value,
        "p50_difference_d": p50.value,
        "p50_interval_d": [p50.low, p50.high],
        "p80_difference_d": p80.value,
        "p80_interval_d": [p80.low, p80.high],
        **({"nothing_moves": _idle(idle)} if idle is not None else {}),
    }


def _idle(idle: Idle) -> Document:
    """Put into a document why a study moves nothing of a goal."""
    return {
        "changed": list(idle.changed),
        "goal_needs": list(idle.goal.names),
        "others_need": {one.goal: list(one.names) for one in idle.others},
    }
