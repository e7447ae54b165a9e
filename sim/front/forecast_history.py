"""Histories: one scenario forecast afresh on each of several days of knowledge."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.front.arguments import ArgumentError
from sim.problems import counted

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    import plotly.graph_objects as go

    from sim.front.progress import Reporter
    from sim.study.history import History as Record
    from sim.study.sweep import Start


class ForecastHistory:
    """How the forecast of each goal moved with what became known; every day has a run folder below its own."""

    def __init__(self, folder: Path, record: Record) -> None:
        self.folder = folder
        """Where it is kept."""
        self.record = record
        """What `ilrs history` prints."""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row for each goal and day of knowledge: official date, chance with interval, dates; NaT is not reached."""
        import pandas as pd

        words = ("by", "probability", "low", "high", "p10", "p50", "p80", "planned")
        rows = [(goal.name, one) for goal in self.record.goals for one in goal.forecasts]
        keys = [(goal, pd.to_datetime(one.known_on)) for goal, one in rows]
        index = pd.MultiIndex.from_tuples(keys, names=("goal", "known_on"))
        frame = pd.DataFrame({word: [getattr(one, word) for _, one in rows] for word in words}, index=index)
        for word in ("by", "p10", "p50", "p80", "planned"):
            frame[word] = pd.to_datetime(frame[word])
        return frame

    @cached_property
    def news(self) -> pd.DataFrame:
        """A row for each thing that became known, with the day by which it was."""
        import pandas as pd

        rows = [(pd.to_datetime(one.known_on), said) for one in self.record.news for said in one.said]
        return pd.DataFrame(rows, columns=["known_by", "said"])

    def trend(self, goal: str | None = None) -> go.Figure:
        """Draw the milestone trend of a goal, the first unless named; raises ArgumentError for one without forecast."""
        from dashboards.figures.trend import draw_trend
        from dashboards.picture import figure_alone

        names = [one.name for one in self.record.goals]
        name = goal or next(iter(names), "")
        if name not in names:
            raise ArgumentError(
                "goal", f"no goal '{name:.60}' was spoken of on these days; known are {', '.join(names)}"
            )
        number = names.index(name)
        return figure_alone(draw_trend(self.record, self.record.goals[number], number))

    def report(self, folder: str | Path | None = None, *, single_file: bool = True) -> Path:
        """Draw its page into a folder, its own unless named, and return the path; raises FolderError, InputError."""
        from dashboards.history_page import report_history

        return report_history(self.folder, self.folder if folder is None else Path(folder), single_file=single_file)

    def __repr__(self) -> str:
        said = self.record
        size = f"{counted(len(said.days), 'day')}, {counted(said.replications, 'replication')} each"
        return f"<ilrs.ForecastHistory {said.scenario}: {size}; {self.folder}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return html_of(self.frame)


def forecast(
    start: Start,
    engine: Executor,
    reporter: Reporter,
    *,
    every: str,
    on: str,
    replications: int,
    seed: int,
    folder: Path | None,
    command: str,
) -> ForecastHistory:
    """Forecast the days of a list `on`, or those `every` so far apart; raises InputError for days that are none."""
    from sim.study.history import days_every, days_named, run_history
    from sim.study.store import require_writable

    require_writable(folder or Path("runs"))
    days = days_named(on) if on else days_every(every, start.load())
    reporter.say(f"reading the scenario as it was known on {counted(len(days), 'day')}")
    where, record = run_history(
        start,
        days,
        replications=replications,
        seed=seed,
        engine=engine,
        folder=folder,
        command=command,
        on_day=reporter.say,
        on_progress=reporter.update,
    )
    return ForecastHistory(where, record)
