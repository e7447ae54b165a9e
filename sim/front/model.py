"""The model: a scenario that was read and makes sense, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.front.arguments import (
    MOST_REPLICATIONS,
    MOST_SEED,
    Day,
    Values,
    day_of,
    label_of,
    named_of,
    names_of,
    precision_of,
    require_design,
    require_sampling,
    require_whole,
    settings_of,
    workers,
)
from sim.front.pages import check
from sim.front.progress import Listening, listening
from sim.problems import Problem, counted
from sim.sampling import LATIN_HYPERCUBE

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.campaign.plan import Campaign
    from sim.front.best_order import BestOrder
    from sim.front.forecast_history import ForecastHistory
    from sim.front.optimisation import Optimisation
    from sim.front.plan import Plan
    from sim.front.study import Study
    from sim.front.sweeps import Search, Sweep
    from sim.front.trace import Events
    from sim.scenario.load import Loaded
    from sim.study.sweep import Start

COUNT, MOST = 500, 128_000
"""Replications unless told otherwise: of a plain run, and the most of one that goes on until it is precise."""
SEED = 2035


def load(
    file: str | Path,
    variant: str | Iterable[str] = (),
    set: Values | None = None,  # noqa: A002
    *,
    as_of: Day | None = None,
) -> Model:
    """Read a scenario, or a shipped one by its name (`ilrs-2035`), with variants and values of its keys.

    `variant` is one name or several, used from left to right; `set` is {dotted path: value} and stronger: a text stands
    for what it would be on the command line ("5 %", "{uniform: [90 d, 240 d]}"). With `as_of`, a date, only what was
    known on that day counts.

    Raises:
        ScenarioError: with everything that is wrong, each with its place and the way out.
    """
    from sim.scenario.load import load_scenario

    variants, sets, day = names_of(variant), settings_of(set), day_of(as_of)
    return Model(load_scenario(file, variants, sets, day), file, variants, sets, day)


class Model:
    """A scenario with its variants and values; `run`, `plan`, `sweep`, `seek` and `optimise` ask it something."""

    def __init__(
        self,
        loaded: Loaded,
        file: str | Path,
        variants: tuple[str, ...] = (),
        sets: tuple[str, ...] = (),
        as_of: str | None = None,
    ) -> None:
        self._loaded = loaded
        self.file = file
        """The file, or the name, that it was loaded by."""
        self.variants = variants
        """Its variants, from left to right."""
        self.sets = sets
        """The values that are set, as `path=value`."""
        self.as_of = as_of
        """The day whose knowledge counts; None for today's."""

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self._loaded.scenario.name

    @property
    def about(self) -> str:
        """What the scenario says of itself."""
        return self._loaded.scenario.about or ""

    @property
    def goals(self) -> tuple[str, ...]:
        """Names of the goals; the first is the one that counts."""
        return tuple(self._loaded.scenario.goals)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is not wrong, but worth a look."""
        return self._loaded.warnings

    @cached_property
    def campaign(self) -> Campaign:
        """The scenario compiled: transfers computed, the mass of every flight closed.

        Raises:
            ScenarioError: with every flight that does not close.
        """
        from sim.campaign.compile import compile_campaign

        return compile_campaign(self._loaded)

    def check(self, *, flights: bool = False) -> tuple[Problem, ...]:
        """Return what `check` says of it."""
        return check(self.file, self.variants, self.sets, as_of=self.as_of, flights=flights)

    def run(
        self,
        replications: int | None = None,
        *,
        seed: int = SEED,
        sampling: str = LATIN_HYPERCUBE,
        jobs: int | None = None,
        folder: str | Path | None = None,
        until_precise: str | None = None,
        quantile: float = 0.8,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        shared: str | None = None,
        large: bool = False,
        label: str | None = None,
        progress: Listening = None,
        command: str = "",
    ) -> Study:
        """Simulate it `replications` times (500 unless said), and return what came of it; the same call goes on.

        `sampling` is "latin-hypercube", stratified in blocks of 32, or "random". The study is kept in `folder`
        (runs/SCENARIO-KEY-sSEED unless said). With `until_precise`, such as "14d" or "2%", it ends when the first
        goal's `quantile`, or its chance, is known so well. `jobs` worker processes (one for each processor), Dask with
        engine="dask" or a `scheduler`, or an executor as `engine`, change no number; `shared` is the URL of a folder
        that all workers see. `large` lets more than 5,000,000 replications start; pages call the study by its `label`.

        Raises:
            ScenarioError: if a flight does not close.
            ArgumentError: if an argument is out of its bounds.
            FolderError: if the folder cannot be used, or another process holds it.
        """
        from sim.front.study import Study
        from sim.study.engines import warm_up
        from sim.study.runner import run_study
        from sim.study.store import require_writable
        from sim.study.sweep_plan import require_meant_count

        precision = precision_of(until_precise, quantile)
        count = (MOST if precision else COUNT) if replications is None else replications
        require_whole("replications", count, 1)
        require_whole("seed", seed, 0, MOST_SEED)
        require_sampling(sampling)
        require_writable(Path("runs" if folder is None else folder))
        if not large:
            require_meant_count(count)
        if jobs != 1 and engine != "dask":
            warm_up()
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            reporter.say("computing transfers and closing the mass of every flight")
            tables = run_study(
                self.campaign,
                replications=count,
                seed=seed,
                sampling=sampling,
                folder=None if folder is None else Path(folder),
                engine=ready,
                precision=precision,
                on_progress=reporter.update,
                shared=shared,
                command=command,
                named=named_of(label, self.variants, self.sets, self.as_of),
            )
        study = Study(tables, campaign=self.campaign)
        study.keep()
        return study

    def plan(self) -> Plan:
        """Return the plan: what happens when nothing slips and nothing fails."""
        from sim.front.plan import make_plan

        return make_plan(self._loaded)

    def trace(self, replication: int | None = None, *, seed: int = SEED) -> Events:
        """Return the events of one replication, simulated alone; of the plan unless one is named."""
        from sim.front.trace import events_of_campaign

        require_whole("replication", replication or 0, 0)
        require_whole("seed", seed, 0, MOST_SEED)
        return events_of_campaign(self.campaign, replication, seed)

    def sweep(
        self,
        vary: Values | None = None,
        *,
        only: bool = False,
        design: str | None = None,
        cases: int | None = None,
        replications: int | None = None,
        seed: int | None = None,
        sampling: str = LATIN_HYPERCUBE,
        jobs: int | None = None,
        folder: str | Path | None = None,
        large: bool = False,
        fail_fast: bool = False,
        label: str | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
        command: str = "",
    ) -> Sweep:
        """Run every case of a design over values of some keys, all with the same luck; the same call goes on.

        `vary` is {dotted path: list of values or "{uniform: [90 d, 240 d]}"}; it adds to the file's `sweep` block, or
        stands alone with `only`. `design` is grid, lhs, sobol, saltelli or tornado; `cases` its points. What is not
        said is the block's. `large` lets more than 5,000,000 replications start; `fail_fast` ends it at the first case
        that fails; pages call it by its `label`.

        Raises:
            ScenarioError: if a path leads nowhere, or there is nothing to vary.
            InputError: if it is too large, a case failed and that is to end it, or the folder cannot be used.
        """
        from sim.front.sweeps import run

        require_design(design, cases, replications, seed)
        require_sampling(sampling)
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            return run(
                self._start,
                self._loaded,
                ready,
                reporter,
                vary=settings_of(vary, "vary"),
                only=only,
                design=design,
                cases=cases,
                replications=replications,
                seed=seed,
                sampling=sampling,
                folder=None if folder is None else Path(folder),
                large=large,
                fail_fast=fail_fast,
                command=command,
                label=label_of(label),
            )

    def history(
        self,
        *,
        every: str = "6mo",
        on: Iterable[Day] = (),
        replications: int = 300,
        seed: int = SEED,
        jobs: int | None = None,
        folder: str | Path | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
        command: str = "",
    ) -> ForecastHistory:
        """Forecast it afresh on several days, with what was known then: on the days `on`, or `every` so far apart.

        Raises:
            InputError: if the days are none, the folder cannot be used, or it is wrong on one of the days.
        """
        from sim.front.forecast_history import forecast

        require_whole("replications", replications, 1, MOST_REPLICATIONS)
        require_whole("seed", seed, 0, MOST_SEED)
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            return forecast(
                self._start,
                ready,
                reporter,
                every=every,
                on=",".join(str(day_of(day)) for day in on),
                replications=replications,
                seed=seed,
                folder=None if folder is None else Path(folder),
                command=command,
            )

    def seek(
        self,
        goal: str | None = None,
        *,
        by: Day | None = None,
        confidence: float | str | None = None,
        levels: Sequence[float | str] = (),
        most: int = 3_200,
        replications: int = 10_000,
        seed: int = SEED,
        jobs: int | None = None,
        folder: str | Path | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
        command: str = "",
    ) -> Search:
        """Find the cheapest levers of the file's `seek` block that reach a goal by its date with a chance.

        `by` is another date than the goal's; `confidence` is that chance (0.7 or "70 %"; the goal's own unless said),
        `levels` are more of them, answered by the same search; `most` are the replications that one package may take,
        `replications` those of all.

        Raises:
            ScenarioError: if the scenario names no levers, a path leads nowhere, or a value makes no valid plan.
            FolderError: if the folder cannot be used.
        """
        from sim.front.sweeps import search

        require_whole("most", most, 100, MOST_REPLICATIONS)
        require_whole("replications", replications, 100, MOST_REPLICATIONS)
        require_whole("seed", seed, 0, MOST_SEED)
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            return search(
                self._start,
                self._loaded,
                ready,
                reporter,
                goal=goal,
                by=day_of(by),
                confidence=confidence,
                levels=levels,
                most=most,
                budget=replications,
                seed=seed,
                folder=None if folder is None else Path(folder),
                command=command,
            )

    def optimise(
        self,
        goal: str | None = None,
        *,
        minimise: str | Sequence[str] = (),
        at_most: Mapping[str, Any] | None = None,
        time: str | float = "60 s",
        seed: int = SEED,
        replications: int = 400,
        pool: int = 0,
        within: int = 90,
        folder: str | Path | None = None,
        progress: Listening = None,
        command: str = "",
    ) -> Optimisation | BestOrder:
        """Find what should fly on which flight, and when; prove it, replay it, and run it with the same luck as before.

        Where no flight is free, but activities share resources, the answer is the best order of that work.

        `minimise` is date, launches, imleo or cost, or several of them, the first before the next (the file's, or date,
        unless said); `at_most` {objective: upper limit}. The block `optimise` of the scenario says what is free. With a
        `pool`, so many other plans are run as well, none of which reaches the goal more than `within` days later, and
        one that is surely surer is the answer. `time` is for the solver, and as much again for the pool.

        Raises:
            ScenarioError: if nothing is free, or the block asks for what cannot be.
            MissingExtraError: if the extra `optimise` is not installed.
        """
        from sim.decide.proof import Limits
        from sim.front.best_order import find_order, is_about_order
        from sim.front.optimisation import optimise, require_question, seconds_of

        require_question(seed, replications, pool, within)
        with listening(progress) as reporter:
            if not minimise and not at_most and is_about_order(self._start.load(), goal):
                limits = Limits(seconds_of(time), seed=seed % 2**31)
                return find_order(self._start, goal, limits, replications)
            return optimise(
                self._start,
                reporter,
                goal=goal,
                minimise=minimise,
                at_most=at_most,
                seconds=seconds_of(time),
                seed=seed,
                replications=replications,
                pool=pool,
                within=within,
                folder=None if folder is None else Path(folder),
                command=command,
            )

    @property
    def _start(self) -> Start:
        from sim.study.sweep import Start

        return Start(self.file, self.variants, self.sets, self.as_of)

    def __repr__(self) -> str:
        with_ = f", variants {'+'.join(self.variants)}" if self.variants else ""
        set_ = f", {counted(len(self.sets), 'value')} set" if self.sets else ""
        then = f", as of {self.as_of}" if self.as_of else ""
        return f"<ilrs.Model {self.name}{with_}{set_}{then}; goals {', '.join(self.goals)}>"

    def _repr_html_(self) -> str:
        goals = self._loaded.scenario.goals.items()
        rows = "".join(f"<li><b>{escape(name)}</b>: {escape(goal.about or '')}</li>" for name, goal in goals)
        return f"<p><b>{escape(self.name)}</b>: {escape(self.about)}</p><ul>{rows}</ul>"
