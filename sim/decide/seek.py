"""Seeking: what would it take to reach a goal with a chance, and what can be promised for which cost.

The packages of a scenario's levers are selected among (`sim.decide.selection`), simulated by the engines of a study
with the same luck, and kept in a folder: the same search goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from sim.analysis.compare import ProbabilityDifference, compare_probabilities
from sim.analysis.estimates import quantiles
from sim.analysis.indices import Swing, tornado
from sim.clock import Calendar
from sim.decide.climb import climb
from sim.decide.packages import Option
from sim.decide.pulling import options_of
from sim.decide.rows import KEPT, Rows
from sim.decide.selection import Floats, Frontier, LevelAnswer, Request, select
from sim.decide.sought import Doubt, Found, Level, Trial, chance_that_it_meets, sooner
from sim.problems import Code, InputError, Mark, Problem, ScenarioError
from sim.scenario.load import Loaded
from sim.study import files
from sim.study.cases import Cases
from sim.study.chunks import Job
from sim.study.design import VARIANTS
from sim.study.levers import Package, SeekPlan, packages_of, paths_of_file
from sim.study.lock import held
from sim.study.manifest import INTERRUPTED, SEEK, begun, now, to_go_on_with, watched, write_manifest
from sim.study.runner import Listener, Progress
from sim.study.sweep import Start, require_factors
from sim.study.sweep_tables import open_sweep, plan_cases
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version

BUDGET: Final = 10_000
"""Replications of a search, some minutes of a large plan."""
MOST: Final = 3_200
"""Replications of one package."""
FIRST: Final = 50
"""Replications of a first look: a large plan takes as long to compile as these to simulate."""
CONFIRM: Final = 400
"""Replications of each package whose date is promised."""
SHARES: Final = (0.5, 0.7, 0.8, 0.9)
"""Of the dates that are told of every package, beside the levels that are asked for."""
_MOST_STEPS: Final = 6
"""Dates that are confirmed."""


def seek(
    start: Start,
    plan: SeekPlan,
    *,
    seed: int,
    most: int = MOST,
    budget: int = BUDGET,
    engine: Executor,
    folder: Path | None = None,
    command: str = "",
    on_progress: Listener = lambda _: None,
) -> Found:
    """Search the packages; `most` replications at most are spent on one, and no look begins after `budget` in all.

    The same search goes on where it stopped. Ctrl-C ends it with what is known.

    Raises:
        ScenarioError: if the scenario is wrong, a lever's path does not exist, or a value of one is invalid.
        InputError: if the levers make too many packages.
        FolderError: if the folder cannot be used, or another process holds it.
    """
    try:
        packages = packages_of(plan.levers)
    except ValueError as error:
        raise InputError(str(error)) from None
    cases = [package.case for package in packages]
    require_factors(start, cases, "seek", paths_of_file(start.load(), plan))
    texts = start.texts(cases)
    loaded = start.load()
    key = files.digest(f"seek\n{texts[()]}\n{code_version()}\n{TABLE_FORMAT}\n{seed}\n{plan.levers!r}".encode())
    where = folder or Path("runs") / f"{loaded.scenario.name}-seek-{key[:8]}"
    fresh = begun(SEEK, loaded.scenario.name, key, seed=seed, replications=most, command=command)
    to_go_on_with(where, fresh, texts[()])
    with held(where):
        sweep = open_sweep(where, fresh, plan_cases(texts, cases, code_version(), seed), texts)
        with watched(where, sweep=True):
            rows = Rows(sweep, Job(Cases(texts, seed), KEPT), engine, plan.goal)
            _require_valid(rows, packages, plan, loaded.layered.keys)
            search = _Search(rows, plan, packages, most, budget, on_progress)
            found = search.run(loaded)
            if found.interrupted:
                write_manifest(where, replace(sweep.manifest, state=INTERRUPTED, finished=now()))
    return found


def _require_valid(
    rows: Rows, packages: Sequence[Package], plan: SeekPlan, keys: Mapping[tuple[str | int, ...], Mark]
) -> None:
    """Refuse a value that makes no valid scenario, alone or with any one variant, before anything is simulated.

    Raises:
        ScenarioError: with each of them, at its place in the file.
    """
    singles = _singles(packages)
    reasons = rows.check([0, *singles])
    if 0 in reasons:
        raise InputError(reasons[0])
    problems = []
    for number in (one for one in singles if one in reasons):
        pulled = packages[number].case
        with_variant = [
            other
            for other, one in enumerate(packages)
            if pulled.settings and one.case.settings == pulled.settings and len(one.case.variants) == 1
        ]
        if not with_variant or len(rows.check(with_variant)) == len(with_variant):
            problems.append(_problem(packages[number], reasons[number], keys))
    if problems:
        raise ScenarioError(problems)


def _problem(package: Package, reason: str, keys: Mapping[tuple[str | int, ...], Mark]) -> Problem:
    name = package.case.settings[0][0] if package.case.settings else package.case.variants[0]
    path = ("seek", "levers" if package.case.settings else VARIANTS, name)
    said = reason.splitlines()[0]
    hint = (
        "a lever's values must each make a plan that can be simulated; `ilrs check` with --set or --variant says more"
    )
    return Problem(keys.get(path), ".".join(path), Code.OUT_OF_RANGE, "error", f"{package.text}: {said}", hint)


def _singles(packages: Sequence[Package]) -> list[int]:
    """Return the packages that pull one lever."""
    return [number for number, one in enumerate(packages) if len(one.case.settings) + len(one.case.variants) == 1]


class _Search:
    def __init__(
        self, rows: Rows, plan: SeekPlan, packages: Sequence[Package], most: int, budget: int, on_progress: Listener
    ) -> None:
        self.rows, self.plan, self.packages, self.most, self.budget = rows, plan, packages, most, budget
        self.shares = tuple(sorted({*SHARES, *plan.levels}))
        self.options: list[Option]
        self.options, self.directed = options_of(packages, plan.levers)
        self.on_progress = on_progress

    def run(self, loaded: Loaded) -> Found:
        """Select for every level, then look for what brings the date forward, and confirm what is promised."""
        frontier = select(
            self.options,
            self.directed,
            self.rows,
            self.plan.levels,
            most=self.most,
            first=FIRST,
            budget=self.budget,
            on_progress=lambda _looked, _spent: self._tell(),
        )
        interrupted = frontier.interrupted
        if not interrupted:
            try:
                self._promise()
            except KeyboardInterrupt:
                interrupted = True
        if 0 not in self.rows.dates_d:
            raise KeyboardInterrupt  # nothing is known
        return self._found(frontier, loaded, interrupted=interrupted)

    def _promise(self) -> None:
        self.look(_singles(self.packages), FIRST)
        climb(self.options, lambda numbers: self.look(numbers, FIRST), self._gain_d)
        place = self.shares.index(self.plan.confidence)
        for _ in range(2):  # a second time, for the first may have shown another to be sooner
            promised = sooner([self._trial(number) for number in self.rows.dates_d], place)[:_MOST_STEPS]
            self.look([one.package.case.number for one in promised], min(CONFIRM, self.most))

    def look(self, numbers: Sequence[int], count: int) -> list[int]:
        """Bring packages to so many replications as the budget allows; return those that have outcomes."""
        wanted = [Request(one, self.tried(one), count - self.tried(one)) for one in numbers if self.tried(one) < count]
        left = self.budget - self.spent
        wanted = [one for one in wanted if not self.rows.reason(one.option)]
        spent = np.cumsum([one.count for one in wanted])
        requests = [one for one, until in zip(wanted, spent, strict=True) if until <= left]
        if requests:
            self.rows(requests)
            self._tell()
        return [number for number in numbers if number in self.rows.dates_d]

    def tried(self, number: int) -> int:
        """Return the replications of a package so far."""
        return self.rows.dates_d[number].size if number in self.rows.dates_d else 0

    @property
    def spent(self) -> int:
        """Return all replications so far."""
        return sum(one.size for one in self.rows.dates_d.values())

    def _tell(self) -> None:
        self.on_progress(Progress("simulating", min(self.spent, self.budget), self.budget))

    def _gain_d(self, here: int, other: int) -> float:
        one, two = self._pair(here, other)
        return float(np.mean(one - two))

    def _pair(self, first: int, second: int) -> tuple[Floats, Floats]:
        one, two = self.rows.counted_d(first), self.rows.counted_d(second)
        n = min(one.size, two.size)
        return one[:n], two[:n]

    def _trial(self, number: int) -> Trial:
        package = self.packages[number]
        if number not in self.rows.dates_d:
            return Trial(package, 0, 0, 0.0, self.rows.reason(number))
        dates_d = self.rows.dates_d[number]
        met, tried = int(np.count_nonzero(self.rows.late_d(number) <= 0.0)), dates_d.size
        posterior = chance_that_it_meets(met, tried, self.plan.confidence)
        return Trial(package, met, tried, posterior, "", quantiles(dates_d, self.shares))

    def _found(self, frontier: Frontier, loaded: Loaded, *, interrupted: bool) -> Found:
        seen = [n for n in range(len(self.packages)) if n in self.rows.dates_d or self.rows.reason(n)]
        trials = {number: self._trial(number) for number in seen}
        found = Found(
            plan=self.plan,
            scenario=loaded.scenario.name,
            title=loaded.scenario.goals[self.plan.goal].title or self.plan.goal,
            seed=self.rows.sweep.manifest.seed,
            folder=self.rows.sweep.folder,
            calendar=Calendar(loaded.scenario.calendar.start, loaded.scenario.calendar.end),
            by_d=self.rows.goals[0].by_d,
            shares=self.shares,
            levels=tuple(self._level(one, trials) for one in frontier.levels),
            trials=tuple(trials.values()),
            packages=len(self.packages),
            steps=self._steps(trials),
            swings=self._swings(),
            tests=frontier.tests,
            ruled_out=min(frontier.unseen, len(self.packages) - len(trials)),
            gain=None,
            replications=self.spent,
            budget=self.budget,
            interrupted=interrupted,
        )
        return replace(found, gain=self._gain(found.answer or found.best))

    def _level(self, answer: LevelAnswer, trials: dict[int, Trial]) -> Level:
        option = None if answer.option is None else trials[answer.option]
        found = answer.state == "found"
        return Level(
            level=answer.level,
            state=answer.state,
            answer=option if found else None,
            nearest=None
            if found
            else max(
                (one for one in trials.values() if one.tried),
                key=lambda one: (one.chance.value, -one.package.cost),
                default=None,
            ),
            doubts=tuple(Doubt(trials[one.option], one.more) for one in answer.doubtful),
            ties=tuple(trials[one] for one in answer.ties),
            unseen=answer.unseen,
        )

    def _steps(self, trials: dict[int, Trial]) -> tuple[int, ...]:
        """Return the places of the trials that are best for their cost, in chance or in date."""
        valid = sorted((one for one in trials.values() if one.tried), key=lambda one: (one.package.cost, -one.met))
        best, kept = -1.0, set()
        for one in valid:
            if one.chance.value > best:
                best = one.chance.value
                kept.add(one.package.case.number)
        dated = sooner(valid, self.shares.index(self.plan.confidence))
        kept |= {one.package.case.number for one in dated}
        return tuple(place for place, number in enumerate(trials) if number in kept)

    def _swings(self) -> tuple[Swing, ...]:
        singles = [number for number in _singles(self.packages) if number in self.rows.dates_d]
        if not singles or 0 not in self.rows.dates_d:
            return ()
        n = min(self.tried(number) for number in (0, *singles))
        ends = [(*_pulled(self.packages[number]), self.rows.counted_d(number)[:n]) for number in singles]
        return tornado(self.rows.counted_d(0)[:n], ends) if n > 1 else ()

    def _gain(self, best: Trial | None) -> ProbabilityDifference | None:
        number = None if best is None else best.package.case.number
        if number is None:
            return None
        n = min(self.tried(number), self.tried(0))
        return compare_probabilities(self.rows.late_d(number)[:n], self.rows.late_d(0)[:n], 0.0)


def _pulled(package: Package) -> tuple[str, str]:
    """Return the lever that a package pulls alone, and its value."""
    if package.case.settings:
        return package.case.settings[0]
    return package.case.variants[0], "taken"
