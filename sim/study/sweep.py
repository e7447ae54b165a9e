"""Sweeps: every case of a design simulated with the same luck, in a folder that the same command goes on with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from sim.problems import Code, Mark, Problem, ScenarioError
from sim.scenario.layered import Layered
from sim.scenario.load import Loaded, load_scenario, read_layers, value_problems
from sim.scenario.paths import without_studies, wrong_path
from sim.scenario.writing import document
from sim.study import files
from sim.study.cases import Cases
from sim.study.chunks import Case, Errand, Job
from sim.study.contents import SWEEP_FOLDER
from sim.study.design import cases_of
from sim.study.engines import fitting, ready
from sim.study.lock import held
from sim.study.manifest import StoppedError, begun, to_go_on_with, watched
from sim.study.naming import Named, with_names
from sim.study.runner import Listener, Progress, run_errands
from sim.study.sweep_plan import SweepPlan, paths_of_file
from sim.study.sweep_tables import SweepTables, open_sweep, plan_cases
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version
from sim.study.work_ledger import missing


@dataclass(frozen=True, slots=True)
class Start:
    """Where cases start from: a scenario with its variants and `--set` values."""

    file: str | Path
    variants: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    as_of: str | None = None
    """The day whose knowledge counts."""

    def load(self, variants: Sequence[str] = (), sets: Sequence[str] = ()) -> Loaded:
        """Read the scenario, with more variants and values; raises ScenarioError."""
        return load_scenario(self.file, (*self.variants, *variants), (*self.sets, *sets), self.as_of)

    def texts(self, cases: Iterable[Case]) -> dict[tuple[str, ...], str]:
        """Write the scenario as one text, alone and with each choice of variants that a case makes."""
        name = self.load().scenario.name
        chosen = dict.fromkeys([(), *(case.variants for case in cases)])
        return {names: _resolved(self.load(names).layered, name) for names in chosen}

    def text(self, variants: Sequence[str], name: str) -> str:
        """Write the scenario as one text with more variants; what it says is not checked.

        Raises:
            ScenarioError: if the variants cannot be taken together.
        """
        layered, problems, _ = read_layers(self.file, (*self.variants, *variants), self.sets, self.as_of)
        if layered is None or any(problem.severity == "error" for problem in problems):
            raise ScenarioError(problems)
        return _resolved(layered, name)


def run_sweep(
    start: Start,
    plan: SweepPlan,
    *,
    jobs: int | None = None,
    folder: Path | None = None,
    engine: Executor | None = None,
    fail_fast: bool = False,
    command: str = "",
    label: str = "",
    on_progress: Listener = lambda _: None,
) -> SweepTables:
    """Run every case of a plan that is not there yet; the folder is named by what decides the cases.

    A `label` is what the sweep is called; without one, it keeps the one it has.

    Raises:
        ScenarioError: if the scenario is wrong, or a path to vary does not exist, or a value of the file is wrong.
        FolderError: if the folder cannot be used, or another process holds it.
    """
    cases = cases_of(plan.factors, plan.design, plan.cases, levels=plan.levels, seed=plan.seed)
    require_factors(start, cases, "sweep", paths_of_file(start.load(), plan))
    texts = start.texts(cases)
    key = files.digest(
        f"{texts[()]}\n{code_version()}\n{TABLE_FORMAT}\n{plan.seed}\n{plan.sampling}\n{plan.shape}".encode()
    )
    name = start.load().scenario.name
    where = folder or Path("runs") / f"{name}-sweep-{key[:8]}"
    fresh = begun(
        plan.design, name, key, seed=plan.seed, sampling=plan.sampling, replications=plan.replications, command=command
    )
    named = Named(label, start.variants, start.sets, start.as_of or "")
    fresh = with_names(fresh, named, to_go_on_with(where, fresh, texts[()]))
    with held(where):
        sweep = open_sweep(where, fresh, plan_cases(texts, cases, code_version(), plan.seed, plan.sampling), texts)
        with ready(engine, jobs) as workers, watched(where, SWEEP_FOLDER):
            return _run_missing(
                sweep, Job(Cases(texts, plan.seed, plan.sampling)), workers, on_progress, fail_fast=fail_fast
            )


def _run_missing(
    sweep: SweepTables, job: Job, engine: Executor, on_progress: Listener, *, fail_fast: bool
) -> SweepTables:
    errands = {
        Errand(one.key, one.case, span): None
        for one in sweep.planned
        if not sweep.reason(one.key)
        for span in missing(sweep.rows_of(one.key), sweep.manifest.replications)
    }
    total, done = len(sweep.planned), sum(sweep.is_done(one.key) for one in sweep.planned)
    on_progress(Progress("simulating", done, total, "cases"))
    rows, left, alike = list(sweep.rows), Counter(one.key for one in errands), Counter(one.key for one in sweep.planned)
    for errand, row in run_errands(sweep.folder, sweep.manifest, job, list(errands), fitting(engine, errands)):
        rows.append(row)
        left[errand.key] -= 1
        if row.reason and fail_fast:
            raise StoppedError(f"case {errand.case.number} failed: {row.reason}")
        if not left[errand.key]:
            done += alike[errand.key]
            on_progress(Progress("simulating", done, total, "cases"))
    return replace(sweep, rows=tuple(rows))


def require_factors(start: Start, cases: Sequence[Case], block: str, of_file: Sequence[str]) -> None:
    """Refuse paths that the language does not know and values of the file that cannot be, before cases fail for them.

    `of_file` are the paths whose values stand in the `block` of the file: `sweep` or `seek`.

    Raises:
        ScenarioError: with each of them, at its place in the file.
    """
    problems = value_problems(start.file, start.variants, start.sets, start.as_of, block, of_file)
    keys = start.load().layered.keys
    for path in dict.fromkeys(path for case in cases for path, _ in case.settings):
        place = next((keys[key] for key in (("sweep", "vary", path), ("seek", "levers", path)) if key in keys), None)
        if not any(path in problem.path for problem in problems):
            problems += [replace(one, mark=place or one.mark) for one in _problems_of_path(start, cases, path)]
    if problems:
        raise ScenarioError(problems)


_OF_A_PATH = (Code.NO_SUCH_PATH, Code.UNKNOWN_KEY, Code.SET_SYNTAX, Code.MISSING_KEY)


def _problems_of_path(start: Start, cases: Sequence[Case], path: str) -> list[Problem]:
    """Return what is wrong with a path in every choice of variants it is set in; empty where it is right in one."""
    found: list[Problem] = []
    first = {case.variants: case for case in reversed(cases) if path in dict(case.settings)}
    for variants, case in first.items():
        text = f"{path}={dict(case.settings)[path]}"
        said = wrong_path(start.load(variants).layered.values, path)
        wrong = [Problem(Mark(f"--vary {path}"), said[0], said[1], "error", *said[2:])] if said else []
        try:
            start.load(variants, (text,))
        except ScenarioError as error:
            wrong = wrong or [problem for problem in error.problems if problem.code in _OF_A_PATH]
        if not wrong:
            return []
        found = found or wrong
    return found


def _resolved(layered: Layered, name: str) -> str:
    """Write a scenario as one text, without what is to be swept or sought."""
    return document({**without_studies(layered.values), "name": name})
