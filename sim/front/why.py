"""Reasons: days by cause in the mean, one replication told, and the figures that move a goal."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from sim.problems import counted

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from sim.analysis.attribution import Attribution
    from sim.analysis.guesses import Guess
    from sim.analysis.story import Tale
    from sim.clock import Calendar
    from sim.front.progress import Reporter
    from sim.study.fixed import FixedSwing
    from sim.study.replay import Replay
    from sim.study.store import StudyTables

CAVEAT = "95 % intervals, sampling error only: they do not say how good the scenario's figures are."


@dataclass(frozen=True, slots=True, repr=False)
class Why:
    """Why a goal comes when it comes, in the mean over all replications."""

    found: Attribution
    calendar: Calendar
    goals: tuple[str, ...]
    """All goals of the study."""

    @property
    def causes(self) -> pd.DataFrame:
        """Days by cause: in the plan, in the mean, the difference with its 95 % interval; they add up to `total`."""
        import pandas as pd

        rows = (*self.found.rows, self.found.total)
        words = ("plan_d", "mean_d", "slip_d", "low_d", "high_d")
        values = {word: [getattr(row, word) for row in rows] for word in words}
        return pd.DataFrame(values, index=pd.Index([row.cause for row in rows], name="cause"), dtype="float64")

    @property
    def subjects(self) -> pd.DataFrame:
        """What decides the date: criticality (share of replications on the chain) and significance, with intervals."""
        import pandas as pd

        rows = self.found.subjects
        columns = {
            "kind": [row.kind for row in rows],
            "mean_d": [row.mean_d for row in rows],
            "criticality": [row.found.criticality.value for row in rows],
            "criticality_low": [row.found.criticality.low for row in rows],
            "criticality_high": [row.found.criticality.high for row in rows],
            "significance": [row.found.significance for row in rows],
            "significance_low": [row.low for row in rows],
            "significance_high": [row.high for row in rows],
        }
        frame = pd.DataFrame(columns, index=pd.Index([row.name for row in rows], name="subject"))
        numbers = [name for name in columns if name != "kind"]
        frame[numbers] = frame[numbers].astype("float64")
        return frame

    @property
    def text(self) -> str:
        """The answer in one sentence."""
        found = self.found
        most = [one for one in found.delays if one.net_d > 0.0][:3]
        costs = f": {', '.join(f'{one.called} {one.net_d:+,.0f} d' for one in most)}" if most else ""
        plan, mean = self.calendar.iso(found.plan_d), self.calendar.iso(found.mean_d)
        planned = plan if found.planned else f"not before {plan}, the calendar's end"
        return f"{found.goal}: planned {planned}, mean {mean}, {found.total.slip_d:+,.0f} d{costs}"

    def __repr__(self) -> str:
        return f"<ilrs.Why {self.text}; .causes and .subjects have the tables>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        tables = f"{html_of(self.causes)}{html_of(self.subjects)}"
        return f"<p>{escape(self.text)}</p>{tables}<p>N = {self.found.replications}; {CAVEAT}</p>"


@dataclass(frozen=True, slots=True, repr=False)
class Story:
    """How a goal came to its date in one replication."""

    tale: Tale
    calendar: Calendar
    replication: int | None
    """None for the plan."""
    outdated: str
    """That the program has changed since the study was made; empty when it has not."""

    @property
    def frame(self) -> pd.DataFrame:
        """Its chain: a row for each stretch of a day or more, with days, those of the plan, cause and words."""
        import numpy as np
        import pandas as pd

        from sim.front.data_frames import dates_of

        rows = self.tale.stretches
        ends = {"since": [one.since_d for one in rows], "until": [one.until_d for one in rows]}
        dates = {word: dates_of(self.calendar.start, np.array(days, dtype=float)) for word, days in ends.items()}
        words = ("days", "plan_d", "subject", "cause", "text")
        return pd.DataFrame({**dates, **{word: [getattr(one, word) for one in rows] for word in words}})

    def __str__(self) -> str:
        return "\n".join(one.text for one in self.tale.stretches)

    def __repr__(self) -> str:
        which = "the plan" if self.replication is None else f"replication {self.replication}"
        stretches = counted(len(self.tale.stretches), "stretch", "stretches")
        return f"<ilrs.Story {self.tale.goal} in {which}: {stretches}; print it, or .frame>"

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(one.text)}</li>" for one in self.tale.stretches)
        return f"<p>{escape(self.tale.goal)}</p><ol>{lines}</ol>"


@dataclass(frozen=True, slots=True, repr=False)
class Guesses:
    """The figures whose luck moves a goal, those that are best found out first."""

    goal: str
    guesses: tuple[Guess, ...]
    spread_d: float
    """Standard deviation of the goal's date, in days."""
    replications: int

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each figure: path, confidence, source, share of the spread, days it moves the goal, weight."""
        import pandas as pd

        words = ("path", "confidence", "source", "share", "moves_d", "worst_less_best_d", "weight")
        return pd.DataFrame({word: [getattr(one, word) for one in self.guesses] for word in words})

    def __repr__(self) -> str:
        first = f", {self.guesses[0].path} first" if self.guesses else ""
        return f"<ilrs.Guesses {self.goal}: {counted(len(self.guesses), 'figure')}{first}; .frame has them>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return html_of(self.frame)


@dataclass(frozen=True, slots=True, repr=False)
class FixedFigures:
    """How far each fixed figure moves a goal from one end of its range to the other; the strongest first."""

    goal: str
    swings: tuple[FixedSwing, ...]
    replications: int
    """Of each case."""

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each figure: its range, days against the plan as it is at both ends, and the days between them."""
        import pandas as pd

        rows = [
            {
                "path": one.ends.name,
                "value": one.ends.value,
                "low": one.ends.low,
                "high": one.ends.high,
                "stated": one.ends.stated,
                "confidence": one.ends.confidence,
                "source": one.ends.source,
                "low_d": one.low_d,
                "high_d": one.high_d,
                "moves_d": one.moves_d,
                "refused": one.refused,
            }
            for one in self.swings
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"<ilrs.FixedFigures {self.goal}: {counted(len(self.swings), 'figure')}; .frame has them>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return html_of(self.frame)


def explain(tables: StudyTables, goal: str) -> Why:
    """Attribute the slip of a goal to causes, and rank what decides its date."""
    from sim.analysis.attribution import attribute

    found = attribute(tables.outline, tables.sample, tables.nominal, goal)
    return Why(found, tables.outline.calendar, tuple(one.name for one in tables.outline.goals))


def tell_one(replay: Replay, goal: str, replication: int | None) -> Story:
    """Tell one replication of a study; raises FolderError if it cannot be replayed."""
    from sim.analysis.story import tell

    outline, plan = replay.study.outline, replay.nominal()
    one = plan if replication is None else replay.replication(replication)
    tale = tell(outline, goal, one.trace, one.reached_d, plan.trace, plan.reached_d)
    return Story(tale, outline.calendar, replication, replay.outdated)


def rank(tables: StudyTables, goal: str | None) -> Guesses:
    """Rank the guesses of a study; raises FolderError if it has too few replications."""
    from sim.study.replay import rank_study

    name, guesses, spread_d = rank_study(tables, goal)
    return Guesses(name, guesses, spread_d, tables.sample.size)


def vary(
    tables: StudyTables, goal: str, within: tuple[str, ...], replications: int, engine: Executor, reporter: Reporter
) -> FixedFigures:
    """Simulate a study's scenario with each fixed figure at both ends of its range."""
    from sim.study.fixed import ends_of, vary_fixed
    from sim.study.replay import compiled_again

    loaded, campaign = compiled_again(tables)
    ends = [one for one in ends_of(loaded, campaign, goal) if _lies_within(one.name, within)]
    reporter.note(
        f"simulating {counted(len(ends), 'fixed figure')} at both ends of its range, {replications} replications"
    )
    from sim.study.grounds import Grounds, keep_grounds, read_grounds, with_fixed

    swings = vary_fixed(
        loaded,
        ends,
        goal,
        seed=tables.manifest.seed,
        sampling=tables.manifest.sampling,
        replications=replications,
        engine=engine,
        on_progress=reporter.update,
    )
    if goal == tables.outline.goals[0].name and not within:  # what pages say of the first goal
        keep_grounds(tables, with_fixed(read_grounds(tables) or Grounds(), swings))
    return FixedFigures(goal, tuple(swings), replications)


def _lies_within(name: str, paths: tuple[str, ...]) -> bool:
    return not paths or any(name == path or name.startswith((f"{path}.", f"{path}[")) for path in paths)
