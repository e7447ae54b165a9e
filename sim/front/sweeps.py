"""Sweeps and searches: many cases of a model, with the same luck, and what they answer."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.problems import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    import pandas as pd

    from sim.decide.sought import Found, Trial
    from sim.front.plot import SearchPlots
    from sim.front.progress import Reporter
    from sim.scenario.load import Loaded
    from sim.study.sweep import Start
    from sim.study.sweep_tables import SweepTables


class Sweep:
    """Every case of a design, and which input moves the goals."""

    def __init__(self, ledger: SweepTables, document: Mapping[str, Any]) -> None:
        self.ledger = ledger
        self.document = document
        """What `ilrs sweep --json` prints."""
        self.folder: Path = ledger.folder

    @property
    def failed(self) -> int:
        """How many cases failed; `cases` says why."""
        return int(self.document["failed"])

    @cached_property
    def cases(self) -> pd.DataFrame:
        """A row for each case: its values, its state, and for each goal chance, interval, P50, P80 and mean day."""
        import pandas as pd

        rows = []
        for case in self.document["cases"]:
            row: dict[tuple[str, str], Any] = {("case", "status"): case["status"], ("case", "role"): case["role"]}
            row |= {("case", "variants"): "+".join(case["variants"]), ("case", "reason"): case.get("reason", "")}
            row |= {("value", path): text for path, text in case["set"].items()}
            for goal, one in case.get("goals", {}).items():
                low, high = one["interval"]
                row |= {(goal, "probability"): one["probability"], (goal, "low"): low, (goal, "high"): high}
                row |= {(goal, share): pd.to_datetime(one[share]) for share in ("p50", "p80")}
                row[(goal, "mean_d")] = one["mean_d"]
            rows.append(row)
        numbers = [case["number"] for case in self.document["cases"]]
        frame = pd.DataFrame(rows, index=pd.Index(numbers, name="case"))
        frame.columns = pd.MultiIndex.from_tuples(dict.fromkeys(key for row in rows for key in row))
        return frame

    @property
    def sensitivity(self) -> Mapping[str, Any]:
        """What moves each goal: Sobol indices, swings of a tornado, or rank correlations, as the design allows."""
        found: Mapping[str, Any] = self.document["sensitivity"]
        return found

    def report(self, folder: str | Path | None = None, *, single_file: bool = True) -> Path:
        """Draw its page into a folder, its own unless named, and return the path; raises FolderError, InputError."""
        from dashboards.sweep_page import report_sweep

        return report_sweep(self.folder, self.folder if folder is None else Path(folder), single_file=single_file)

    def __repr__(self) -> str:
        said = self.document
        cases, each = counted(len(said["cases"]), "case"), counted(said["replications"], "replication")
        size = f"{cases} of {said['design']}, {each} each, {self.failed} failed"
        return f"<ilrs.Sweep {said['name']}: {size}; {self.folder}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.cases)}"


class Search:
    """The cheapest package of levers for each chance that is wanted, and what can be promised for which cost."""

    def __init__(self, found: Found, document: Mapping[str, Any]) -> None:
        self.found = found
        self.document = document
        """What `ilrs seek --json` prints."""
        self.folder = Path(found.folder)

    @property
    def answer(self) -> str | None:
        """What to do; None when nothing surely reaches the goal with that chance."""
        return self.found.answer.package.text if self.found.answer is not None else None

    @cached_property
    def trials(self) -> pd.DataFrame:
        """A row for each package that was tried: cost, chance with its interval, dates, replications."""
        import pandas as pd

        return pd.DataFrame([self._row(one) for one in self.found.trials])

    @cached_property
    def levels(self) -> pd.DataFrame:
        """A row for each chance that is asked for: its state, and the cheapest package that meets it."""
        import pandas as pd

        rows = []
        for one in self.document["levels"]:
            answer = one["answer"] or {}
            settings = [f"{path}={text}" for path, text in answer.get("set", {}).items()]
            package = ", ".join([*answer.get("variants", []), *settings]) if answer else ""
            rows.append(
                {
                    "level": one["level"],
                    "state": one["state"],
                    "package": package or ("the plan as it is" if answer else ""),
                    "cost": answer.get("cost", float("nan")),
                    "probability": answer.get("probability", float("nan")),
                }
            )
        return pd.DataFrame(rows).set_index("level")

    @property
    def frontier(self) -> pd.DataFrame:
        """A row for each package with a higher chance or an earlier date than all cheaper ones, equally simulated."""
        import pandas as pd

        steps = {one.option for one in (*self.found.surer, *self.found.sooner)}
        return pd.DataFrame([self._row(one) for one in self.found.rows if one.number in steps])

    def frame(self) -> pd.DataFrame:
        """What is best for its cost: `frontier`."""
        return self.frontier

    @property
    def plot(self) -> SearchPlots:
        """Its figures, for Plotly: `search.plot.chances()`, `promises()` and `levers()`."""
        from sim.front.plot import SearchPlots

        return SearchPlots(self.found)

    def _row(self, one: Trial) -> dict[str, Any]:
        import pandas as pd

        none, start = float("nan"), self.found.calendar
        days = {f"p{100 * day.share:g}": "" if day.value is None else start.iso(day.value) for day in one.dates}
        return {
            "package": one.package.text,
            "cost": one.package.cost,
            "probability": one.chance.value if one.tried else none,
            "low": one.chance.low if one.tried else none,
            "high": one.chance.high if one.tried else none,
            **{share: pd.to_datetime(day) for share, day in days.items()},
            "replications": one.tried,
            "posterior": one.posterior,
            "failed": one.failed,
        }

    def report(self, folder: str | Path | None = None, *, single_file: bool = True) -> Path:
        """Draw its page into a folder, its own unless named, and return the path; raises FolderError."""
        from dashboards.seek_page import report_search

        return report_search(self.found, self.folder if folder is None else Path(folder), single_file=single_file)

    def __repr__(self) -> str:
        plan = self.found.plan
        said = self.answer if self.answer is not None else "nothing surely does"
        return f"<ilrs.Search {plan.goal} with {plan.confidence:.0%}: {said}; {self.found.level.state}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.trials)}"


def run(
    start: Start,
    loaded: Loaded,
    engine: Executor,
    reporter: Reporter,
    *,
    vary: tuple[str, ...],
    only: bool,
    design: str | None,
    cases: int | None,
    replications: int | None,
    seed: int | None,
    sampling: str,
    folder: Path | None,
    large: bool,
    fail_fast: bool,
    command: str,
    label: str,
) -> Sweep:
    """Run a sweep and keep its summary in its folder; see `Model.sweep`."""
    from sim.study.store import require_writable
    from sim.study.sweep import run_sweep
    from sim.study.sweep_plan import read_plan, require_meant

    require_writable(folder or Path("runs"))
    plan = read_plan(
        loaded, vary=vary, only=only, design=design, cases=cases, replications=replications, seed=seed
    )  # fmt: skip
    plan = replace(plan, sampling=sampling)
    if not large:
        require_meant(plan)
    reporter.note(plan.text)
    ledger = run_sweep(
        start,
        plan,
        folder=folder,
        engine=engine,
        fail_fast=fail_fast,
        command=command,
        label=label,
        on_progress=reporter.update,
    )
    return _concluded(ledger, loaded)


def search(
    start: Start,
    loaded: Loaded,
    engine: Executor,
    reporter: Reporter,
    *,
    goal: str | None,
    by: str | None,
    confidence: float | str | None,
    levels: Sequence[float | str],
    most: int,
    budget: int,
    seed: int,
    folder: Path | None,
    command: str,
) -> Search:
    """Search the packages of levers; see `Model.seek`."""
    from sim.decide.seek import seek
    from sim.decide.sought import document
    from sim.study import files
    from sim.study.contents import SUMMARY
    from sim.study.levers import read_levers
    from sim.study.records import to_json
    from sim.study.store import require_writable

    require_writable(folder or Path("runs"))
    texts = [text for text in map(_share_text, levels) if text is not None]
    plan = read_levers(loaded, goal=goal, by=by, confidence=_share_text(confidence), levels=texts)
    reporter.note(f"at most {budget:,} replications in all, {most:,} of one package")
    found = seek(
        start,
        plan,
        seed=seed,
        most=most,
        budget=budget,
        engine=engine,
        folder=folder,
        command=command,
        on_progress=reporter.update,
    )
    said = document(found)
    files.write_whole(Path(found.folder), SUMMARY, to_json(said).encode())
    return Search(found, said)


def read(folder: Path) -> Sweep:
    """Read a sweep that is there; raises FolderError."""
    from sim.scenario.load import load_scenario
    from sim.study.contents import resolved_name
    from sim.study.responses import document
    from sim.study.sweep_tables import read_sweep

    ledger = read_sweep(folder)
    start = load_scenario(folder / resolved_name(())).scenario.calendar.start
    return Sweep(ledger, document(ledger, start))


def read_search(folder: Path) -> Search:
    """Read a search that is there; raises FolderError."""
    from sim.decide.sought import document, read_found

    found = read_found(folder)
    return Search(found, document(found))


def _concluded(ledger: SweepTables, loaded: Loaded) -> Sweep:
    from sim.study import files
    from sim.study.contents import SUMMARY
    from sim.study.records import to_json
    from sim.study.responses import document

    said = dict(document(ledger, loaded.scenario.calendar.start))
    files.write_whole(ledger.folder, SUMMARY, to_json(said).encode())
    return Sweep(ledger, said)


def _share_text(share: float | str | None) -> str | None:
    """Let 0.7 and "0.7" stand for "70 %"."""
    if share is None or (isinstance(share, str) and "%" in share):
        return share
    try:
        number = float(share)
    except ValueError:
        return str(share)
    return f"{100.0 * number:g} %" if 0.0 <= number <= 1.0 else str(share)
