"""The best order of work that shares resources: solved, replayed, run with the same luck as before, and written."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.campaign.plan import Campaign
    from sim.clock import Calendar
    from sim.decide.ordering import Ordered
    from sim.decide.proof import Limits
    from sim.scenario.load import Loaded


@dataclass(frozen=True, slots=True)
class Order:
    """The best order for a goal, and what it does to every goal."""

    best: Ordered
    calendar: Calendar
    goals: Mapping[str, Mapping[str, Any]]
    """By goal: its date before and after, and with replications its chances."""
    agrees: bool
    """Whether the simulation of the scenario with these priorities reaches the goal on that day."""

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
            "goals": dict(self.goals),
            "changes": {name: {"priority": value} for name, value in best.priorities.items()},
        }

    def _iso(self, day: float | None) -> str | None:
        from math import isfinite

        return self.calendar.iso(day) if day is not None and isfinite(day) else None


def is_about_order(loaded: Loaded, goal: str | None) -> bool:
    """Whether what can be optimised is the order of work: resources are shared, and no flight carries what is free."""
    from sim.scenario.check_optimise import carriers_of

    scenario = loaded.scenario
    limited = {name for name, item in scenario.resources.items() if item.capacity is not None}
    shared = any(limited.intersection(item.uses) for item in scenario.activities.values())
    name = goal if goal in scenario.goals else next(iter(scenario.goals))
    return shared and scenario.optimise is None and not carriers_of(scenario, name)


def find_order(
    loaded: Loaded,
    again: Callable[[Sequence[str]], Loaded],
    goal: str | None,
    limits: Limits,
    replications: int,
) -> Order:
    """Find the order that reaches a goal soonest; `again` loads the scenario with more settings.

    Raises:
        ArgumentError: if there is no such goal.
        MissingExtraError: if the extra `optimise` is not installed.
    """
    from sim.campaign.compile import compile_campaign
    from sim.clock import Calendar
    from sim.decide.ordering import best_order
    from sim.front.arguments import ArgumentError
    from sim.model.simulate import simulate_nominal
    from sim.problems import suggest

    goals = loaded.scenario.goals
    if goal is not None and goal not in goals:
        raise ArgumentError("goal", f"no goal is called {goal[:80]!r}: {suggest(goal, goals)}")
    campaign = compile_campaign(loaded)
    best = best_order(campaign, goal or next(iter(goals)), limits)
    sets = [f"activities.{name}.priority={value}" for name, value in best.priorities.items()]
    better = compile_campaign(again(sets)) if sets else campaign
    outcome = simulate_nominal(better, traced=False)
    reached = next(one.reached for one in campaign.goals if one.name == best.goal)
    spec = loaded.scenario.calendar
    calendar = Calendar(spec.start, spec.end)
    found = dict(_goals(campaign, better, calendar, replications, limits.seed))
    return Order(best, calendar, found, abs(float(outcome.reached_d[reached]) - best.after_d) < 1e-6)


def _goals(
    before: Campaign, after: Campaign, calendar: Calendar, replications: int, seed: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each goal with its dates and chances before and after, all with the same luck."""
    from math import isfinite

    import numpy as np

    from sim.model.simulate import simulate_chunk, simulate_nominal

    plans = {word: simulate_nominal(one, traced=False) for word, one in (("before", before), ("after", after))}
    runs = {
        word: np.array([one.reached_d for one in simulate_chunk(campaign, seed, 0, replications)])
        for word, campaign in (("before", before), ("after", after))
        if replications
    }
    for goal in before.goals:
        row: dict[str, Any] = {"by": calendar.iso(goal.by_d)}
        for word, outcome in plans.items():
            day = float(outcome.reached_d[goal.reached])
            row[word] = calendar.iso(day) if isfinite(day) else None
        for word, days in runs.items():
            reached_d = days[:, goal.reached]
            p80_d = float(np.quantile(reached_d, 0.8, method="higher"))
            row[f"chance_{word}"] = {
                "value": float(np.mean(reached_d <= goal.by_d)),
                "P80": calendar.iso(p80_d) if isfinite(p80_d) else None,
            }
        yield goal.name, row


def write_order(file: str, order: Order, out: Path, command: str) -> Path:
    """Write a scenario that extends a file and holds only the priorities, and read it; raises FolderError."""
    from sim import __version__
    from sim.decide.changes import parent_of
    from sim.problems import printable
    from sim.scenario.load import load_scenario
    from sim.scenario.writing import flow
    from sim.study.files import folder_errors

    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    head = f"# Written by `{printable(command)}`, ilrs {__version__}, {today}: {order.best.proof.text}."
    lines = [head, "format: 1", f"extends: {flow(parent_of(file, out))}"]
    if order.best.priorities:
        lines.append("activities:  # who gets a shared resource first: the highest")
    lines += [f"  {name}: {{priority: {value}}}" for name, value in order.best.priorities.items()]
    with folder_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    load_scenario(out)
    return out


def told(order: Order, written: Path | None) -> Iterator[Sequence[str]]:
    """Yield the answer in words: paragraphs of lines."""
    best = order.best
    days = f"day {best.proof.objective:g}, " if best.proof.objective is not None else ""
    yield [f"The order of work that shares resources, for {best.goal}: {days}{best.proof.text}."]
    yield [
        f"{name}: wanted {row['by']}, {row['before'] or 'not reached'} before, {row['after'] or 'not reached'} after"
        + (
            f"; chance {row['chance_before']['value']:.1%} before, {row['chance_after']['value']:.1%} after"
            if "chance_after" in row
            else ""
        )
        for name, row in order.goals.items()
    ]
    if best.priorities:
        names = " > ".join(best.priorities)
        yield [f"Order (priority): {names}", *([f"Written to {written}."] if written else [])]
    else:
        yield ["The order as it is cannot be beaten; nothing changes."]
    if not order.agrees:
        yield ["The simulation does not replay this plan to the day: take its own dates."]
