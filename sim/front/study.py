"""The study: a finished run, and what it answers."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.front.progress import Listening, listening
from sim.problems import counted, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    import pandas as pd
    import pyarrow as pa

    from dashboards.brief import Brief
    from sim.analysis.findings import Findings
    from sim.campaign.plan import Campaign
    from sim.clock import Calendar
    from sim.front.plot import Plots
    from sim.front.trace import Events
    from sim.front.why import FixedFigures, Guesses, Story, Why
    from sim.study.grounds import Grounds
    from sim.study.leaving import Leavings
    from sim.study.manifest import Manifest
    from sim.study.replay import Replay, Replayed
    from sim.study.store import StudyTables


class Study:
    """The replications of a model in their run folder; `goals` has the answer, `why` its reasons."""

    def __init__(self, tables: StudyTables, *, campaign: Campaign | None = None, rows: bool = True) -> None:
        self._read = tables
        self._has_rows = rows
        self._campaign = campaign
        self.folder: Path = tables.folder
        """Where it is kept."""

    # --- what it is ---------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What it is called: its label, or scenario and variants."""
        from sim.study.naming import name_of

        return name_of(self.manifest)

    @property
    def seed(self) -> int:
        """Root seed; studies of one seed see the same luck."""
        return self.manifest.seed

    @property
    def replications(self) -> int:
        """How many replications it has."""
        return self.manifest.replications

    @property
    def manifest(self) -> Manifest:
        """What the folder says of itself: code, versions, identity of the scenario, times."""
        return self._read.manifest

    @property
    def goal_names(self) -> tuple[str, ...]:
        """Names of the goals; the first is the one that counts."""
        return tuple(goal.name for goal in self._read.outline.goals)

    @property
    def calendar(self) -> Calendar:
        """Its calendar: day 0 and the end."""
        return self._read.outline.calendar

    @property
    def tables(self) -> StudyTables:
        """Everything that was simulated, as arrays."""
        if not self._has_rows:
            from sim.study.store import read_study

            self._read, self._has_rows = read_study(self.folder), True
        return self._read

    @cached_property
    def findings(self) -> Findings:
        """Everything the report shows, with intervals; as the folder keeps it, if this program found it."""
        from sim.study.summary import findings_in, findings_of

        return findings_of(self._read) if self._has_rows else findings_in(self.folder)[1]

    # --- tables -------------------------------------------------------------------------------------------------------

    @property
    def goals(self) -> pd.DataFrame:
        """A row for each goal: date wanted, chance with its 95 % interval, plan, P10 to P90, not reached, mean slip."""
        return self.frame("goals")

    def frame(self, name: str) -> pd.DataFrame:
        """Return one of its tables as a DataFrame: goals, reached, starts, causes, critical, counts, cost,
        facility_days, curves, slips, subjects or manifest.

        Columns that end in `_d` are days since the calendar's start, infinite where something is not reached; those
        beside them are dates, missing there.

        Raises:
            ArgumentError: if there is no such table.
        """
        from sim.front.data_frames import FRAMES, frame_of

        return frame_of(self._fields(name), FRAMES[name][1])

    def table(self, name: str) -> pa.Table:
        """Return the same as an Arrow table; raises ArgumentError."""
        from sim.front.data_frames import table_of

        return table_of(self._fields(name))

    def _fields(self, name: str) -> list[Any]:
        from sim.front.arguments import ArgumentError
        from sim.front.data_frames import FRAMES

        if name not in FRAMES:
            raise ArgumentError("frame", f"there is no table {name!r:.60}; {suggest(str(name), FRAMES)}")
        make = FRAMES[name][0]
        return make(self.tables, self.findings)

    def summary(self) -> Mapping[str, object]:
        """Return what `ilrs run --json` prints."""
        from sim.study.summary import summarize

        return summarize(self._read, self.findings)

    # --- reasons ------------------------------------------------------------------------------------------------------

    def why(self, goal: str | None = None) -> Why:
        """Say why a goal comes when it comes: mean days by cause, and what decides the date; the first unless named."""
        from sim.front.why import explain

        return explain(self.tables, self.goal_called(goal))

    def story(self, replication: int | None = None, goal: str | None = None) -> Story:
        """Tell how a goal came to its date in one replication, or in the plan (None).

        Raises:
            FolderError: if there is no such replication or goal, or the program has changed too much to replay it.
        """
        from sim.front.why import tell_one

        return tell_one(self._replay, self.goal_called(goal), replication)

    def trace(self, replication: int | None = None) -> Events:
        """Return the events of one replication, or of the plan (None); raises FolderError as `story`."""
        from sim.front.trace import Events

        one = self._replayed(replication)
        return Events(replication, one.trace.events, self.calendar, self._replay.outdated)

    def guesses(self, goal: str | None = None) -> Guesses:
        """Rank the figures whose luck moves a goal, weighed with how little their sources are trusted.

        Raises:
            FolderError: if it has too few replications to tell.
        """
        from sim.front.why import rank

        return rank(self.tables, goal)

    def vary_fixed(
        self,
        goal: str | None = None,
        *,
        within: Sequence[str] = (),
        replications: int = 50,
        jobs: int | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
    ) -> FixedFigures:
        """Rank the figures that are fixed numbers: each is simulated at both ends of its range, with the same luck.

        A range is the one of the scenario's sweep block, or assumed from the figure's confidence. `within` keeps to
        figures below these paths; `replications` are those of each case.
        """
        from sim.front.arguments import MOST_REPLICATIONS, require_whole, workers
        from sim.front.why import vary

        require_whole("replications", replications, 2, MOST_REPLICATIONS)
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            return vary(self.tables, self.goal_called(goal), tuple(within), replications, ready, reporter)

    def leave(
        self,
        *,
        jobs: int | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
    ) -> Leavings:
        """Return what the leaving of each partner does to each goal: simulated with the same luck, or as it was kept.

        Raises FolderError if the folder cannot be written.
        """
        from sim.front.arguments import workers
        from sim.study.leaving import keep_leavings, kept_leavings, run_leavings
        from sim.study.replay import compiled_again

        kept = kept_leavings(self._read)
        if kept is not None:
            return kept
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            loaded, campaign = compiled_again(self._read)
            found = run_leavings(self._read, loaded, campaign, engine=ready, on_progress=reporter.update)
        keep_leavings(self._read, found)
        return found

    @cached_property
    def _replay(self) -> Replay:
        from sim.study.replay import Replay

        return Replay(self.tables, self._campaign)

    def _replayed(self, replication: int | None) -> Replayed:
        return self._replay.nominal() if replication is None else self._replay.replication(replication)

    def goal_called(self, name: str | None) -> str:
        """Return the name of a goal that is asked for, or of the first; raises FolderError."""
        from sim.study.files import FolderError

        names = self.goal_names
        if name is None and names:
            return names[0]
        if name not in names:
            hint = suggest(name or "", names) or f"its goals are {', '.join(names)}"
            raise FolderError(self.folder, f"has no goal '{(name or '')[:80]}'", hint)
        return str(name)

    @property
    def grounds(self) -> Grounds:
        """What the date of its first goal rests on: as the folder keeps it, or found in the replications and kept."""
        from sim.study.grounds import find_assumptions, keep_grounds, read_grounds

        known = read_grounds(self._read)
        if known is None or not known.assumptions:
            found = find_assumptions(self.tables)
            known = found if known is None else replace(known, assumptions=found.assumptions)
            keep_grounds(self._read, known)
        return known

    def what_if(
        self,
        *,
        jobs: int | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
    ) -> Grounds:
        """Simulate each lever and each risk of the scenario with the same luck, and keep what they do in the folder."""
        from sim.front.arguments import workers
        from sim.study.grounds import keep_grounds, simulate_what_if

        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            reporter.note("simulating each lever and each risk with the same luck")
            found = simulate_what_if(self.tables, engine=ready, on_progress=reporter.update)
        known = replace(self.grounds, what_if=found)
        keep_grounds(self._read, known)
        return known

    # --- pictures -----------------------------------------------------------------------------------------------------

    @property
    def plot(self) -> Plots:
        """Its figures, for Plotly: `study.plot.scurve()`, `causes()`, `gantt()` and more."""
        from sim.front.plot import Plots

        return Plots(self)

    def report(
        self,
        folder: str | Path | None = None,
        *,
        single_file: bool = True,
        export: str | None = None,
        replications: Sequence[int] = (),
    ) -> Path:
        """Draw the dashboard into a folder, its own unless named, and return the page's path.

        With `single_file` plotly.js is inside the page. `export` (png or svg) writes every figure as a picture too.
        `replications` are shown on the page of the campaign beside the kept ones.

        Raises:
            FolderError: if the folder cannot be written, or a replication is not there or cannot be replayed.
            ExportError: if pictures cannot be made here.
        """
        from dashboards.study_pages import report_study
        from sim.study.files import folder_errors
        from sim.study.store import require_writable

        where = self.folder if folder is None else Path(folder)
        require_writable(where)
        more = [self._replayed(number).trace for number in dict.fromkeys(replications)]
        kept = {trace.replication for trace in self._read.traces}
        with folder_errors(where):
            return report_study(
                self._read,
                self.findings,
                where,
                single_file=single_file,
                campaign=self._campaign,
                export=export,
                more=[trace for trace in more if trace.replication not in kept],
                grounds=self.grounds,
            )

    def brief(self, folder: str | Path | None = None) -> Brief:
        """Write one A4 page for the board, `brief.html`, and `brief.pdf` where a browser is there to print it.

        Raises:
            FolderError: if the folder cannot be written.
        """
        from dashboards.brief import write_brief
        from sim.study.files import folder_errors
        from sim.study.store import require_writable

        where = self.folder if folder is None else Path(folder)
        require_writable(where)
        with folder_errors(where):
            return write_brief(self.findings, self.grounds, where)

    def keep(self) -> None:
        """Keep what was found and the summary in the folder, so that a report need not look again."""
        from sim.study.summary import keep_findings, write_summary

        keep_findings(self._read, self.findings)
        write_summary(self._read, self.summary())

    # --- at a prompt --------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        runs = counted(self.replications, "replication")
        return f"<ilrs.Study {self.name}: {runs}, seed {self.seed}, goals {', '.join(self.goal_names)}; {self.folder}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        runs = counted(self.replications, "replication")
        head = f"<p><b>{escape(self.name)}</b>: {runs}, seed {self.seed}, {escape(str(self.folder))}</p>"
        words = ("by", "probability", "low", "high", "plan", "p10", "p50", "p80", "p90", "not_reached")
        shown = html_of(self.goals[list(words)], dict.fromkeys(("probability", "low", "high"), "{:.1%}".format))
        return f"{head}{shown}<p>95 % intervals, sampling error only.</p>"
