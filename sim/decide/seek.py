"""Seeking: what would it take to reach a goal with a chance, and what can be promised for which cost.

The packages of a scenario's levers are selected among (`sim.decide.selection`), simulated by the engines of a study
with the same luck, and kept in a folder: the same search goes on where it stopped. First a greedy climb, from nothing
pulled to everything pulled, finds good packages with few looks; it proves nothing of those it leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from sim.analysis.compare import ProbabilityDifference, compare_probabilities
from sim.analysis.estimates import quantiles
from sim.analysis.indices import Swing, tornado
from sim.decide.packages import Lattice, Packages
from sim.decide.rows import KEPT, Rows
from sim.decide.selection import FOUND, Selection, compared_pair, frontier_of, sooner_steps, surer_steps
from sim.decide.sought import Found, Trial, chance_that_it_meets, write_found
from sim.decide.tally import Tally
from sim.problems import Code, InputError, Mark, Problem, ScenarioError
from sim.sampling import LATIN_HYPERCUBE
from sim.scenario.load import Loaded
from sim.study import files
from sim.study.cases import Cases
from sim.study.chunks import Job
from sim.study.contents import SWEEP_FOLDER
from sim.study.design import VARIANTS
from sim.study.levers import Package, SeekPlan, paths_of_file
from sim.study.lock import held
from sim.study.manifest import INTERRUPTED, SEEK, begun, now, to_go_on_with, watched, write_manifest
from sim.study.runner import Listener, Progress
from sim.study.sweep import Start, require_factors
from sim.study.sweep_tables import open_sweep
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version

BUDGET: Final = 10_000
"""Replications of a search, some minutes of a large plan."""
MOST: Final = 3_200
"""Replications of one package."""
CONFIRM: Final = 400
"""Replications of each package that may be best for its cost."""
SHARES: Final = (0.5, 0.7, 0.8, 0.9)
"""Of the dates that are told of every package, beside the levels that are asked for."""
_ALL: Final = 64
"""Up to so many packages all are looked at, so that none that is best for its cost is missed."""
_FOR_LEVELS: Final = 0.6
"""Share of all replications that the levels may take before what is compared has its own."""
_ROUNDS: Final = 3

_AT_ONCE: Final = 2
"""Levers that are looked at together, so that workers share them."""


def seek(
    start: Start,
    plan: SeekPlan,
    *,
    seed: int,
    most: int = MOST,
    budget: int = BUDGET,
    compared: int = CONFIRM,
    engine: Executor,
    folder: Path | None = None,
    command: str = "",
    on_progress: Listener = lambda _: None,
) -> Found:
    """Search the packages; `most` replications at most are spent on one, and `budget` in all.

    What may be best for its cost is compared with `compared` replications of each, or what the budget allows.

    The same search goes on where it stopped. Ctrl-C ends it with what is known.

    Raises:
        ScenarioError: if the scenario is wrong, a lever's path does not exist, or a value of one is invalid.
        InputError: if the levers make too many packages.
        FolderError: if the folder cannot be used, or another process holds it.
    """
    try:
        packages = Packages(plan.levers)
    except ValueError as error:
        raise InputError(str(error)) from None
    loaded = start.load()
    require_factors(start, [packages[number].case for number in packages.alone()], "seek", paths_of_file(loaded, plan))
    texts: dict[tuple[str, ...], str] = {(): start.text((), loaded.scenario.name)}
    key = files.digest(f"seek\n{texts[()]}\n{code_version()}\n{TABLE_FORMAT}\n{seed}\n{plan.levers!r}".encode())
    where = folder or Path("runs") / f"{loaded.scenario.name}-seek-{key[:8]}"
    fresh = begun(
        SEEK, loaded.scenario.name, key, seed=seed, sampling=LATIN_HYPERCUBE, replications=budget, command=command
    )
    to_go_on_with(where, fresh, texts[()])
    with held(where):
        sweep = open_sweep(where, fresh, (), texts)
        with watched(where, SWEEP_FOLDER):
            rows = Rows(sweep, start, packages, plan.goal, plan.by_d, Job(Cases(texts, seed), KEPT), engine, texts)
            _require_valid(rows, plan, loaded.layered.keys)
            found = _LeverSearch(rows, plan, most, budget, min(compared, most), on_progress).run(loaded)
            write_found(found)
            if found.interrupted:
                write_manifest(where, replace(rows.sweep.manifest, state=INTERRUPTED, finished=now()))
    return found


def _require_valid(rows: Rows, plan: SeekPlan, keys: Mapping[tuple[str | int, ...], Mark]) -> None:
    """Refuse a value that makes no valid scenario, alone or with any one variant, before anything is simulated.

    Raises:
        ScenarioError: with each of them, at its place in the file.
    """
    nothing, *singles = rows.packages.lattice.alone()
    reasons = rows.check([nothing, *singles])
    if nothing in reasons:
        raise InputError(reasons[nothing])
    variants = [number for number in singles if rows.packages[number].case.variants]
    problems = []
    for number in (one for one in singles if one in reasons):
        package = rows.packages[number]
        both = [rows.packages.together(number, other) for other in variants] if package.case.settings else []
        if len(rows.check(both)) == len(both):
            problems.append(_problem(package, reasons[number], keys))
    if problems:
        raise ScenarioError(problems)


def _problem(package: Package, reason: str, keys: Mapping[tuple[str | int, ...], Mark]) -> Problem:
    name, _ = package.pulls[0]
    path = ("seek", "levers" if package.case.settings else VARIANTS, name)
    said = reason.splitlines()[0]
    hint = (
        "a lever's values must each make a plan that can be simulated; `ilrs check` with --set or --variant says more"
    )
    return Problem(keys.get(path), ".".join(path), Code.OUT_OF_RANGE, "error", f"{package.text}: {said}", hint)


class _LeverSearch:
    def __init__(
        self, rows: Rows, plan: SeekPlan, most: int, budget: int, compared: int, on_progress: Listener
    ) -> None:
        self.rows, self.plan, self.budget, self.compared = rows, plan, budget, compared
        self.lattice = rows.packages.lattice
        self.shares = tuple(sorted({*SHARES, *plan.levels}))
        self.tally = Tally(
            self.lattice,
            rows,
            most=most,
            budget=budget,
            on_progress=lambda spent: on_progress(Progress("simulating", min(spent, budget), budget)),
        )
        self.selection = Selection(self.tally, plan.levels)
        self.looked: list[int] = []
        """What is compared, all with `count` replications."""
        self.count = self.tally.first

    def run(self, loaded: Loaded) -> Found:
        """Pull each lever alone, climb, settle every level, and bring what may be best for its cost to one number."""
        interrupted = False
        try:
            self._explore()
            self._compare()
            self.selection.run()  # with what is left
            self._compare()
        except KeyboardInterrupt:
            interrupted = True
        if self.lattice.alone()[0] not in self.rows.dates_d:
            raise KeyboardInterrupt  # nothing is known
        return self._found(loaded, interrupted=interrupted)

    def _explore(self) -> None:
        tally = self.tally
        tally.budget = int(_FOR_LEVELS * self.budget)
        few = range(len(self.lattice)) if len(self.lattice) <= _ALL else self.lattice.alone()
        tally.look(dict.fromkeys([*self.lattice.alone(), *few], tally.first))
        climb(self.lattice, lambda numbers: tally.look(dict.fromkeys(numbers, tally.first)), self._gain_d)
        self.selection.run()
        tally.budget = self.budget

    def _gain_d(self, here: int, other: int) -> float:
        n = self.tally.first
        return float(np.mean(self.rows.counted_d(here)[:n] - self.rows.counted_d(other)[:n]))

    def _compare(self) -> None:
        """Bring what may be best for its cost to one number of replications; what falls back makes room for others.

        Where the budget is large enough, everything that was looked at is compared.
        """
        tally = self.tally
        answers = (one.option for one in self.selection.known() if one.state == FOUND)
        kept = {self.lattice.alone()[0], *(one for one in answers if one is not None)}
        fallen: set[int] = set()
        for _ in range(_ROUNDS):
            wanted = {*kept, *self.looked, *self._frontier(tally.late_d.keys() - fallen, tally.first)}
            if not self.looked and self._extra(tally.late_d, self.compared) <= self.budget - tally.replications:
                wanted |= tally.late_d.keys()
            count = self._affordable(wanted) if not self.looked else self.count
            extra = self._extra(wanted, count)
            if wanted == set(self.looked) or count < tally.first or extra > self.budget - tally.replications:
                return
            tally.look(dict.fromkeys(sorted(wanted), count))
            self.looked, self.count = sorted(wanted), count
            fallen = wanted - kept - self._frontier(wanted, count)

    def _frontier(self, numbers: Iterable[int], count: int) -> set[int]:
        surer, sooner = self._chains(numbers, count)
        return {*surer, *sooner}

    def _chains(self, numbers: Iterable[int], count: int) -> tuple[list[int], list[int]]:
        late_d, dates_d = (
            {number: one[number][:count] for number in numbers if self.tally.tried(number) >= count}
            for one in (self.tally.late_d, self.rows.dates_d)
        )
        return frontier_of(late_d, self.lattice.costs, late_d, dates_d, self.plan.confidence)

    def _affordable(self, wanted: set[int]) -> int:
        """Return how many replications each of some packages can have."""
        left, count = self.budget - self.tally.replications, self.compared
        while count > self.tally.first and self._extra(wanted, count) > left:
            count -= 1
        return count

    def _extra(self, wanted: Iterable[int], count: int) -> int:
        """Return the replications that bring some packages to so many each."""
        return sum(max(0, count - self.tally.tried(one)) for one in wanted)

    def _trial(self, number: int, until: int | None = None) -> Trial:
        package = self.rows.packages[number]
        if number not in self.rows.dates_d:
            return Trial(package, 0, 0, 0.0, self.rows.reason(number))
        dates_d, met = self.rows.dates_d[number][:until], self.tally.met(number, until)
        posterior = chance_that_it_meets(met, dates_d.size, self.plan.confidence)
        return Trial(package, met, dates_d.size, posterior, "", quantiles(dates_d, self.shares))

    def _found(self, loaded: Loaded, *, interrupted: bool) -> Found:
        tally, rows, scenario = self.tally, self.rows, loaded.scenario
        compared = self.looked or [one for one in tally.late_d if tally.tried(one) >= self.count]
        surer, sooner = self._chains(compared, self.count)
        late_d, dates_d = (
            {number: one[number][: self.count] for number in compared} for one in (tally.late_d, rows.dates_d)
        )
        surer_told = surer_steps(surer, late_d, len(compared))
        nearest, nothing = self._nearest(surer[-1]), self.lattice.alone()[0]
        levels = tuple(one if one.state == FOUND else replace(one, option=nearest) for one in self.selection.known())
        best = next(one.option for one in levels if one.level == self.plan.confidence)
        return Found(
            plan=self.plan,
            scenario=scenario.name,
            title=scenario.goals[self.plan.goal].title or self.plan.goal,
            seed=rows.sweep.manifest.seed,
            folder=str(rows.sweep.folder),
            start=scenario.calendar.start.isoformat(),
            end=scenario.calendar.end.isoformat(),
            by_d=rows.goals[nothing].by_d,
            shares=self.shares,
            levels=levels,
            trials=tuple(self._trial(number) for number in rows.looked_at()),
            rows=tuple(self._trial(number, self.count) for number in sorted(compared)),
            surer=surer_told,
            sooner=sooner_steps(sooner, dates_d, self.plan.confidence, len(compared)),
            packages=len(rows.packages),
            swings=self._swings(),
            tests=tally.order.tests(),
            nearest=nearest,
            as_good=tuple(self._as_good(nearest, compared)),
            gain=None if best is None else self._gain(best, nothing),
            replications=tally.replications,
            budget=self.budget,
            interrupted=interrupted,
            s_each=rows.s_each,
        )

    def _nearest(self, best: int) -> int:
        """Return the package with the highest chance: one that has more replications must win by what both have."""
        for number in sorted(self.tally.late_d, key=lambda one: (-self.tally.tried(one), one)):
            common = min(self.tally.tried(number), self.tally.tried(best))
            if common > self.count and self.tally.met(number, common) > self.tally.met(best, common):
                best = number
        return best

    def _as_good(self, best: int, compared: Sequence[int]) -> Iterator[int]:
        """Yield what costs less than the best and is not told from it, though all pairs share the risk."""
        for number in compared:
            if self.lattice.costs[number] < self.lattice.costs[best]:
                n = min(self.tally.tried(number), self.tally.tried(best))
                won, lost = (self.tally.late_d[one][:n] <= 0.0 for one in (number, best))
                if compared_pair(won, lost, len(compared)).high >= 0.0:
                    yield number

    def _swings(self) -> tuple[Swing, ...]:
        nothing, *singles = [number for number in self.lattice.alone() if number in self.rows.dates_d]
        if not singles:
            return ()
        n = min(self.tally.tried(number) for number in (nothing, *singles))
        ends = [(*self.rows.packages[number].pulls[0], self.rows.counted_d(number)[:n]) for number in singles]
        return tornado(self.rows.counted_d(nothing)[:n], ends) if n > 1 else ()

    def _gain(self, best: int, nothing: int) -> ProbabilityDifference:
        n = min(self.tally.tried(best), self.tally.tried(nothing))
        return compare_probabilities(self.tally.late_d[best][:n], self.tally.late_d[nothing][:n], 0.0)


def climb(
    lattice: Lattice,
    look: Callable[[Sequence[int]], Sequence[int]],
    gain_d: Callable[[int, int], float],
) -> list[int]:
    """Return the packages of the path; it ends where no lever brings the date forward.

    `look` simulates packages and returns those that have outcomes; `gain_d` is the days by which the second of two
    is sooner. A lever is not looked at again at a step where its gain of an earlier one is below the best of this
    step: gains mostly shrink as others are pulled.
    """
    here = lattice.alone()[0]
    path = [here] if look([here]) else []
    known: dict[tuple[int, int], float] = {}
    while path:
        further = lattice.further(here)
        waiting = sorted(further, key=lambda number: (-known.get(further[number], math.inf), number))
        best, best_rate = here, 0.0
        while waiting and known.get(further[waiting[0]], math.inf) > best_rate:
            batch, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            for number in look(batch):
                cost = float(lattice.costs[number] - lattice.costs[here])
                rate = known[further[number]] = _rate(gain_d(here, number), cost)
                if rate > best_rate:
                    best, best_rate = number, rate
        if best == here:
            break
        path.append(best)
        here = best
    return path


def _rate(gain_d: float, cost: float) -> float:
    return gain_d if gain_d <= 0.0 else gain_d / cost if cost > 0.0 else math.inf
