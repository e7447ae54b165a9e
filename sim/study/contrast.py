"""Studies side by side: what the second changes against the first, replication by replication, and why.

Replication i of all studies of one seed saw the same luck, so differences are taken pair by pair.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clusters import blocks_of
from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.analysis.findings import Findings, GoalFinding
from sim.sampling import STRATA
from sim.scenario.load import load_scenario
from sim.scenario.provenance import without_remarks
from sim.scenario.writing import flow, leaves
from sim.study.files import FolderError
from sim.study.store import StudyTables
from sim.study.summary import findings_of, over_figures

Document: TypeAlias = dict[str, object]
Floats = NDArray[np.float64]
LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_RESAMPLED = 20_000
"""Pairs a bootstrap rests on; more would take minutes and say the same."""
_SILENT = ("sweep", "seek", "name")
"""Blocks of which a difference changes no date; nor does one of remarks."""


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


def sides_of(names: Sequence[str], studies: Sequence[StudyTables]) -> tuple[Side, ...]:
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
    return tuple(
        Side(label, name, study, findings_of(study)) for label, name, study in zip(LABELS, names, studies, strict=False)
    )


def goals_in_common(sides: Sequence[Side], wanted: str | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (title, the goal's name in each study): those all studies have, or else the first goal of each.

    `wanted` is one name, or one for each study joined by `=`.

    Raises:
        FolderError: if a study has no such goal.
    """
    names = [[goal.name for goal in side.findings.goals] for side in sides]
    if wanted is not None:
        parts = wanted.split("=")
        picked = tuple(parts if len(parts) == len(sides) else [wanted] * len(sides))
        for side, known, name in zip(sides, names, picked, strict=True):
            if name not in known:
                raise FolderError(side.study.folder, f"has no goal '{name:.60}'", f"known are {', '.join(known)}")
        return ((wanted, picked),)
    common = [name for name in names[0] if all(name in others for others in names)]
    if common:
        return tuple((name, (name,) * len(sides)) for name in common)
    firsts = tuple(known[0] for known in names)
    return (("=".join(firsts), firsts),)


def compare_sides(sides: Sequence[Side], wanted: str | None = None) -> Document:
    """Put a comparison into one document; every difference is the later study less the first, A."""
    goals = {title: _goal(sides, picked) for title, picked in goals_in_common(sides, wanted)}
    return {
        "difference": "B less A: days later, points more likely",
        "seed": sides[0].findings.seed,
        "studies": {side.label: _study(side) for side in sides},
        "goals": goals,
        "input": inputs_that_differ(sides),
    }


def inputs_that_differ(sides: Sequence[Side]) -> list[Document]:
    """List the values that are not the same in all scenarios, None where a scenario has no such key."""
    flat = [_inputs(side.study) for side in sides]
    paths = dict.fromkeys(path for values in flat for path in values)
    return [
        {"path": path, **{side.label: values.get(path) for side, values in zip(sides, flat, strict=True)}}
        for path in paths
        if len({values.get(path) for values in flat}) > 1
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


def _goal(sides: Sequence[Side], picked: Sequence[str]) -> Document:
    pairs = list(zip(sides, picked, strict=True))
    told: Document = {side.label: _side(side, name) for side, name in pairs}
    differences = {side.label: _difference(pairs[0], (side, name)) for side, name in pairs[1:]}
    if len(sides) == 2:
        return {**told, **differences["B"]}
    return {**told, "differences": differences}


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
    }


def _inputs(study: StudyTables) -> dict[str, str]:
    layered = load_scenario(study.folder / "scenario.resolved.yaml").layered
    deciding = replace(layered, values=without_remarks(layered.values))
    return {leaf.name: flow(leaf.value) for leaf in leaves(deciding) if leaf.path and leaf.path[0] not in _SILENT}
