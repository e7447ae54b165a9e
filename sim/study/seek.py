"""Seeking: the cheapest package of levers that meets a goal's confidence, with replications spent where they decide.

Packages are tried from the cheapest up, first with few replications. Those that surely miss or surely meet are left
alone; only those in doubt that are cheaper than the cheapest sure one get twice as many, and again, up to a limit.
All packages see the same luck. Sureness is the posterior chance, from a flat prior on the chance of success.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from scipy import stats

from sim.analysis.compare import ProbabilityDifference, compare_probabilities
from sim.analysis.estimates import Proportion, wilson
from sim.problems import InputError
from sim.study import files
from sim.study.cases import Errand, Sweeping
from sim.study.engines import Engine
from sim.study.ledger import Planned, Sweep, keep, missing, now, open_sweep, refuse_strangers
from sim.study.levers import Package, SeekPlan, packages_of
from sim.study.lock import held
from sim.study.manifest import RUNNING, SEEK, SWEEP_FORMAT, SweepManifest
from sim.study.records import to_json
from sim.study.responses import Floats, responses_of
from sim.study.runner import Listener, Progress
from sim.study.sweep import Start, plan_cases, require_paths, watched
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version

FIRST = 100
"""Replications with which every package is looked at first."""
DOUBT = 0.01
"""A package is decided when the chance of the contrary is below this."""
SURE_ENOUGH = 0.9
"""Posterior chance from which an answer is given although doubt is left at the last replication."""
BATCH = 16
"""Packages looked at before asking whether a cheap one already meets the confidence."""

Document: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of one package."""

    package: Package
    met: int
    """Replications in which the goal is reached by its date."""
    tried: int
    posterior: float
    """Chance that the package meets the confidence, given the replications."""
    failed: str
    """Why the scenario is invalid with it; empty when it is not."""

    @property
    def chance(self) -> Proportion:
        """Give the chance of reaching the goal by its date, with its interval."""
        return wilson(self.met, self.tried)

    @property
    def in_doubt(self) -> bool:
        """Tell whether more replications could decide."""
        return not self.failed and DOUBT <= self.posterior <= 1.0 - DOUBT


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a search."""

    plan: SeekPlan
    folder: Path
    answer: Trial | None
    """The cheapest package that meets the confidence; None when none does."""
    sure: float
    """Chance that the answer holds: it meets the confidence and nothing cheaper does; or, without one, nothing does."""
    trials: tuple[Trial, ...]
    packages: int
    gain: ProbabilityDifference | None
    """Chance with the answer (or with the best package) less that of the plan as it is, paired."""

    @property
    def best(self) -> Trial | None:
        """Give the trial with the highest chance."""
        return max((trial for trial in self.trials if trial.tried), key=lambda one: one.chance.value, default=None)

    @property
    def doubtful(self) -> tuple[Trial, ...]:
        """Give the cheaper packages of which it is not sure that they miss."""
        limit = self.answer.package.cost if self.answer else np.inf
        return tuple(one for one in self.trials if one.in_doubt and one.package.cost < limit)


def seek(
    start: Start,
    plan: SeekPlan,
    *,
    seed: int,
    most: int,
    engine: Engine,
    folder: Path | None = None,
    command: str = "",
    on_progress: Listener = lambda _: None,
) -> Found:
    """Search the packages; `most` replications at most are spent on one. The same search goes on where it stopped.

    Raises:
        ScenarioError: if the scenario is wrong, or a lever's path does not exist.
        InputError: if the levers make too many packages.
        FolderError: if the folder cannot be used, or another process holds it.
    """
    try:
        packages = packages_of(plan.levers)
    except ValueError as error:
        raise InputError(str(error)) from None
    cases = [package.case for package in packages]
    require_paths(start, cases)
    texts = start.texts(cases)
    planned = plan_cases(texts, cases, seed)
    name = start.load().scenario.name
    key = files.digest(f"seek\n{texts[()]}\n{code_version()}\n{TABLE_FORMAT}\n{seed}\n{plan.levers!r}".encode())
    where = folder or Path("runs") / f"{name}-seek-{key[:8]}"
    manifest = SweepManifest(
        format=SWEEP_FORMAT,
        state=RUNNING,
        scenario=name,
        key=key,
        code=code_version(),
        design=SEEK,
        cases=len(cases),
        replications=most,
        seed=seed,
        command=command,
        started=now(),
        finished=None,
        design_sha256=files.digest(to_json(planned).encode()),
    )
    refuse_strangers(where, manifest, texts[()])
    with held(where), watched(where, manifest):
        sweep = open_sweep(where, manifest, planned, texts)
        search = _Search(sweep, plan, packages, Sweeping(texts, seed), engine, most, on_progress)
        return search.run()


class _Search:
    def __init__(
        self,
        sweep: Sweep,
        plan: SeekPlan,
        packages: Sequence[Package],
        job: Sweeping,
        engine: Engine,
        most: int,
        on_progress: Listener,
    ) -> None:
        self.sweep, self.plan, self.packages = sweep, plan, packages
        self.job, self.engine, self.most, self.on_progress = job, engine, most, on_progress
        self.trials: dict[int, Trial] = {}
        self.dates_d: dict[int, tuple[Floats, float]] = {}

    def run(self) -> Found:
        """Look at packages from the cheapest up until one surely meets the confidence, then settle the doubts."""
        for first in range(0, len(self.packages), BATCH):
            self._spend(range(first, min(first + BATCH, len(self.packages))), FIRST)
            self._settle()
            if self._sure() is not None:
                break
        return self._found()

    def _settle(self) -> None:
        """Double the replications of what is in doubt and could be the answer."""
        count = FIRST
        while count < self.most:
            limit = self._sure()
            doubtful = [number for number, one in self.trials.items() if one.in_doubt and one.tried <= count]
            if limit is not None:
                doubtful = [number for number in doubtful if number < limit]
            if not doubtful:
                return
            count = min(2 * count, self.most)
            self._spend(doubtful, count)

    def _sure(self) -> int | None:
        """Give the cheapest package that surely meets the confidence."""
        met = (number for number, one in self.trials.items() if not one.failed and one.posterior > 1.0 - DOUBT)
        return min(met, default=None)

    def _spend(self, numbers: Sequence[int], count: int) -> None:
        errands = [errand for number in numbers for errand in self._errands(number, count)]
        rows = list(self.sweep.rows)
        for errand, done in self.engine(self.job, errands) if errands else ():
            rows.append(keep(self.sweep.folder, errand, done))
        self.sweep = replace(self.sweep, rows=tuple(rows))
        for number in numbers:
            self.trials[number] = self._trial(number, count)
        self.on_progress(Progress("simulating", len(self.trials), len(self.packages), "packages"))

    def _errands(self, number: int, count: int) -> Iterator[Errand]:
        planned = self.sweep.planned[number]
        if not self.sweep.reason(planned.key):
            for span in missing(self.sweep.rows_of(planned.key), count):
                yield Errand(planned.key, planned.case, span)

    def _trial(self, number: int, count: int) -> Trial:
        planned, package = self.sweep.planned[number], self.packages[number]
        reason = self.sweep.reason(planned.key)
        if reason:
            return Trial(package, 0, 0, 0.0, reason)
        self.dates_d[number] = dates, by_d = self._dates(planned, count)
        met = int(np.count_nonzero(dates <= by_d))
        return Trial(package, met, count, chance_that_it_meets(met, count, self.plan.confidence), "")

    def _dates(self, planned: Planned, count: int) -> tuple[Floats, float]:
        """Give the first dates of the goal, shape (count,), though a former search may have left more."""
        found = next(one for one in responses_of(self.sweep, planned) if one.goal.name == self.plan.goal)
        return found.dates_d[:count], found.goal.by_d

    def _found(self) -> Found:
        ordered = [self.trials[number] for number in sorted(self.trials)]
        index = self._answer()
        cheaper = ordered if index is None else ordered[:index]
        missed = max(0.0, 1.0 - sum(one.posterior for one in cheaper))
        sure = missed if index is None else max(0.0, missed - (1.0 - self.trials[index].posterior))
        answer = None if index is None else self.trials[index]
        found = Found(self.plan, self.sweep.folder, answer, sure, tuple(ordered), len(self.packages), None)
        return replace(found, gain=self._gain(answer or found.best))

    def _answer(self) -> int | None:
        """Give the cheapest package that meets the confidence, in all likelihood."""
        met = (number for number, one in self.trials.items() if not one.failed and one.posterior >= SURE_ENOUGH)
        return min(met, default=None)

    def _gain(self, best: Trial | None) -> ProbabilityDifference | None:
        number = None if best is None else best.package.case.number
        if number is None or number not in self.dates_d or 0 not in self.dates_d:
            return None
        (one, by_one), (two, by_two) = self.dates_d[number], self.dates_d[0]
        n = min(one.size, two.size)
        return compare_probabilities(one[:n] - by_one, two[:n] - by_two, 0.0)


def chance_that_it_meets(met: int, tried: int, confidence: float) -> float:
    """Give the posterior chance that the probability of success is at least `confidence`, from a flat prior.

    Source: Bayes (1763): after `met` successes of `tried`, the probability is Beta(met + 1, tried - met + 1).
    """
    return float(stats.beta.sf(confidence, met + 1, tried - met + 1))


def document(found: Found) -> Document:
    """Put the answer of a search into one document."""
    return {
        "goal": found.plan.goal,
        "confidence": found.plan.confidence,
        "found": found.answer is not None,
        "answer": _trial(found.answer),
        "sure": found.sure,
        "best": _trial(found.best),
        "gain": None
        if found.gain is None
        else {"probability": found.gain.value, "interval": [found.gain.lo, found.gain.hi]},
        "in_doubt": [_trial(one) for one in found.doubtful],
        "tried": len(found.trials),
        "packages": found.packages,
        "replications": sum(one.tried for one in found.trials),
        "trials": [_trial(one) for one in found.trials],
        "folder": str(found.folder),
    }


def _trial(trial: Trial | None) -> Mapping[str, object] | None:
    if trial is None:
        return None
    said: Document = {
        "set": dict(trial.package.case.settings),
        "variants": list(trial.package.case.variants),
        "cost": trial.package.cost,
    }
    if trial.failed:
        return {**said, "failed": trial.failed}
    chance = trial.chance
    return {
        **said,
        "probability": chance.value,
        "interval": [chance.lo, chance.hi],
        "replications": trial.tried,
        "meets": trial.posterior,
    }
