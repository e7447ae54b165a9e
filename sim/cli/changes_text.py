"""What changed between two studies, in plain words: each step with what it moves, then what ends later and sooner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.cli.printing import aligned
from sim.problems import counted

_SUBJECTS = 5
"""Subjects that are named at each end."""


def changes_told(said: dict[str, Any]) -> list[str]:
    """Return the lines of the first goal, as `--json` has them all."""
    goal = said["goals"][0]
    runs = counted(said["replications"], "pair")
    head = f"what changed, {said['from']} to {said['to']}, for {goal}: one input after another, {runs}"
    if not said["steps"]:
        return [head, "  no input differs"]
    rows = [_row(step["title"], step["moves"][0]) for step in said["steps"] if not _is_still(step["moves"][0])]
    still = [step["title"] for step in said["steps"] if _is_still(step["moves"][0])]
    rows.append(_row("together", said["total"][0]))
    lines = [head, *(f"  {line}" for line in aligned(("step", "P50", "95 % interval", "mean", "chance"), rows))]
    if still:
        named = ", ".join(still[:6]) + (f" and {len(still) - 6} more" if len(still) > 6 else "")
        lines.append(f"  moves nothing: {named}")
    return [
        *lines,
        "  The order is that of the first scenario; in another order the days would fall otherwise, with the same sum.",
        *_subject_lines(said["subjects"][0]),
    ]


def idle_told(said: dict[str, Any]) -> Iterator[str]:
    """Yield why a study moves nothing of a goal: what the goal needs of all that changed, and what other goals do."""
    changed = _listed(said["changed"])
    if said["goal_needs"]:
        needed = _listed(said["goal_needs"])
        yield f"moves nothing: of what changed ({changed}) the goal needs {needed}, which never holds it up longer"
    else:
        yield f"moves nothing: the goal needs nothing of what changed ({changed})"
    rest = [f"{goal} ({_listed(names)})" for goal, names in said["others_need"].items() if names]
    none = [goal for goal, names in said["others_need"].items() if not names]
    if rest:
        yield f"goals that rest on it: {', '.join(rest)}"
    if none:
        yield f"goals that do not: {', '.join(none)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _row(title: str, move: dict[str, Any]) -> tuple[str, ...]:
    low, high = _days(move["p50_low_d"]), _days(move["p50_high_d"])
    interval = "" if move["p50_d"] is None else f"{low} to {high}"
    mean = _days(move["mean_d"])
    return (title, _days(move["p50_d"]), interval, mean, f"{100 * move['chance'] + 0.0:+.1f} points")


def _is_still(move: dict[str, Any]) -> bool:
    """Tell whether a step moves nothing at all: less than an hour of the mean, and no chance."""
    return abs(move["mean_d"]) < 1.0 / 24.0 and not move["p50_d"] and not move["chance"]


def _subject_lines(subjects: list[dict[str, Any]]) -> Iterator[str]:
    later = [one for one in subjects if one["days"] >= 1.0][:_SUBJECTS]
    sooner = [one for one in reversed(subjects) if one["days"] <= -1.0][:_SUBJECTS]
    for word, some in (("later", later), ("sooner", sooner)):
        if some:
            yield f"  ends {word}: " + ", ".join(f"{one['name']} {_days(one['days'])}" for one in some)


def _days(value: float | None) -> str:
    return "unknown" if value is None else f"{round(value) or 0:+d} d"
