"""The best order of work that shares resources: solved, replayed, run with the same luck as before, and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sim.campaign.plan import Campaign
    from sim.clock import Calendar
    from sim.decide.ordering import GoalMove, Ordered, WorkMove
    from sim.decide.proof import Limits
    from sim.scenario.load import Loaded
    from sim.study.sweep import Start


class BestOrder:
    """The best order of work for a goal, what it moves, and what it does to every goal."""

    def __init__(
        self, start: Start, best: Ordered, moves: tuple[Sequence[WorkMove], Sequence[GoalMove]], calendar: Calendar
    ) -> None:
        self.best = best
        """The priorities, with their proof."""
        self._start, self._moves, self._calendar = start, moves, calendar

    @property
    def agrees(self) -> bool:
        """Whether the simulation of the scenario with these priorities reaches the goal on that day."""
        reached_d = next(one.after_d for one in self._moves[1] if one.name == self.best.goal)
        return abs(reached_d - self.best.after_d) < 1e-6

    @property
    def status(self) -> str:
        """How far it is proven: optimal, feasible, infeasible or unknown."""
        return self.best.proof.status

    @property
    def document(self) -> dict[str, Any]:
        """What `ilrs optimise --json` prints."""
        best, proof = self.best, self.best.proof
        return {
            "goal": best.goal,
            "minimise": ["date"],
            "free": ["order"],
            "status": proof.status,
            "objective": self._iso(proof.objective),
            "objective_d": proof.objective,
            "bound": self._iso(proof.bound),
            "bound_d": proof.bound,
            "gap": proof.gap,
            "seconds": round(proof.seconds, 3),
            "agrees": self.agrees,
            "goals": {one.name: self._goal(one) for one in self._moves[1]},
            "changes": {name: {"priority": value} for name, value in best.priorities.items()},
        }

    def _goal(self, one: GoalMove) -> dict[str, Any]:
        row: dict[str, Any] = {"by": self._iso(one.by_d)}
        row |= {"before": self._iso(one.before_d), "after": self._iso(one.after_d)}
        for word, share, p80_d in (
            ("before", one.chance_before, one.p80_before_d),
            ("after", one.chance_after, one.p80_after_d),
        ):
            row |= {f"chance_{word}": {"value": share, "P80": self._iso(p80_d)}} if share is not None else {}
        return row

    def _iso(self, day: float | None) -> str | None:
        from math import isfinite

        return self._calendar.iso(day) if day is not None and isfinite(day) else None

    @property
    def works(self) -> pd.DataFrame:
        """A row for each activity that shares a resource: priority, and days of start and end before and after."""
        import pandas as pd

        rows = [asdict(one) for one in self._moves[0]]
        return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame()

    def write(self, file: str | Path, *, force: bool = False, command: str = "model.optimise()") -> Path:
        """Write a scenario that extends the old one and holds only the priorities, and read it; return its path.

        Raises FolderError if the file is there and not to be overwritten, or cannot be written.
        """
        import datetime

        from sim import __version__
        from sim.decide.changes import parent_of, require_place
        from sim.problems import printable
        from sim.scenario.load import load_scenario
        from sim.scenario.writing import flow
        from sim.study.files import folder_errors

        out, said = Path(file), str(self._start.file)
        require_place(said, out, force=force)
        today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
        head = f"# Written by `{printable(command)}`, ilrs {__version__}, {today}: {self.best.proof.text}."
        lines = [head, "format: 1", f"extends: {flow(parent_of(said, out))}"]
        if self.best.priorities:
            lines.append("activities:  # who gets a shared resource first: the highest")
        lines += [f"  {name}: {{priority: {value}}}" for name, value in self.best.priorities.items()]
        with folder_errors(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        load_scenario(out)
        return out

    def report(self, folder: str | Path | None = None, *, single_file: bool = True, command: str = "") -> Path:
        """Draw its page into a folder, one below `runs` unless named, and return the path; raises FolderError."""
        from dashboards.order_page import report_order
        from sim.study.store import require_writable

        where = Path(folder) if folder is not None else Path("runs") / f"{Path(str(self._start.file)).stem}-order"
        require_writable(where)
        return report_order(self.best, self._moves, self._calendar, where, command=command, single_file=single_file)

    def told(self) -> Iterator[Sequence[str]]:
        """Yield the answer in words: paragraphs of lines."""
        best = self.best
        days = f"day {best.proof.objective:g}, " if best.proof.objective is not None else ""
        yield [f"The order of work that shares resources, for {best.goal}: {days}{best.proof.text}."]
        yield [_said(name, row) for name, row in self.document["goals"].items()]
        if best.priorities:
            yield [f"Order (priority): {' > '.join(best.priorities)}"]
        else:
            yield ["The order as it is cannot be beaten; nothing changes."]
        if not self.agrees:
            yield ["The simulation does not replay this plan to the day: take its own dates."]

    def __repr__(self) -> str:
        return f"<ilrs.BestOrder {self.best.goal}: {self._iso(self.best.after_d)}, {self.best.proof.text}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.works)}"


def _said(name: str, row: Mapping[str, Any]) -> str:
    text = f"{name}: wanted {row['by']}, {row['before'] or 'not reached'} before, {row['after'] or 'not reached'} after"
    if "chance_after" not in row:
        return text
    return f"{text}; chance {row['chance_before']['value']:.1%} before, {row['chance_after']['value']:.1%} after"


def is_about_order(loaded: Loaded, goal: str | None) -> bool:
    """Whether what can be optimised is the order of work: resources are shared, and no flight carries what is free."""
    from sim.scenario.check_optimise import carriers_of

    scenario = loaded.scenario
    limited = {name for name, item in scenario.resources.items() if item.capacity is not None}
    shared = any(limited.intersection(item.uses) for item in scenario.activities.values())
    name = goal if goal in scenario.goals else next(iter(scenario.goals))
    return shared and scenario.optimise is None and not carriers_of(scenario, name)


def find_order(start: Start, goal: str | None, limits: Limits, replications: int) -> BestOrder:
    """Find the order that reaches a goal soonest, and run it with the luck of the order as it is.

    Raises:
        ArgumentError: if there is no such goal.
        MissingExtraError: if the extra `optimise` is not installed.
    """
    from sim.campaign.compile import compile_campaign
    from sim.clock import Calendar
    from sim.decide.ordering import best_order
    from sim.front.arguments import ArgumentError
    from sim.problems import suggest

    loaded = start.load()
    goals, spec = loaded.scenario.goals, loaded.scenario.calendar
    if goal is not None and goal not in goals:
        raise ArgumentError("goal", f"no goal is called {goal[:80]!r}: {suggest(goal, goals)}")
    campaign = compile_campaign(loaded)
    best = best_order(campaign, goal or next(iter(goals)), limits)
    sets = [f"activities.{name}.priority={value}" for name, value in best.priorities.items()]
    better = compile_campaign(start.load(sets=sets)) if sets else campaign
    moves = _works(loaded, best, campaign, better), _goals(campaign, better, replications, limits.seed)
    return BestOrder(start, best, moves, Calendar(spec.start, spec.end))


def _works(loaded: Loaded, best: Ordered, before: Campaign, after: Campaign) -> list[WorkMove]:
    """Return the work that shares resources, with its start and end in both plans."""
    from sim.decide.ordering import WorkMove

    scenario = loaded.scenario
    plans = [_spans(campaign) for campaign in (before, after)]
    never = (float("inf"), float("inf"))
    return [
        WorkMove(
            name,
            item.title or name,
            ", ".join(f"{count} {resource}" for resource, count in item.uses.items()),
            best.priorities.get(name),
            *(plan.get(name, never) for plan in plans),
        )
        for name, item in scenario.activities.items()
        if any(scenario.resources[one].capacity is not None for one in item.uses)
    ]


def _spans(campaign: Campaign) -> dict[str, tuple[float, float]]:
    """Return the start and the end of each activity in the plan."""
    from sim.analysis.float_table import float_table
    from sim.model.simulate import simulate_nominal

    rows = float_table(campaign, simulate_nominal(campaign))
    return {row.name: (row.start_d, row.end_d) for row in rows if row.kind == "activity"}


def _goals(before: Campaign, after: Campaign, replications: int, seed: int) -> list[GoalMove]:
    """Return each goal with its dates and chances before and after, all with the same luck."""
    import numpy as np

    from sim.decide.ordering import GoalMove
    from sim.model.simulate import simulate_chunk, simulate_nominal

    both = (before, after)
    plans = [simulate_nominal(one, traced=False).reached_d for one in both]
    runs = [np.array([one.reached_d for one in simulate_chunk(campaign, seed, 0, replications)]) for campaign in both]
    found = []
    for goal in before.goals:
        dates = [float(days[goal.reached]) for days in plans]
        if not replications:
            found.append(GoalMove(goal.name, goal.by_d, *dates))
            continue
        days = [run[:, goal.reached] for run in runs]
        chances = [float(np.mean(one <= goal.by_d)) for one in days]
        p80_d = [float(np.quantile(one, 0.8, method="higher")) for one in days]
        found.append(GoalMove(goal.name, goal.by_d, *dates, *chances, *p80_d))
    return found
