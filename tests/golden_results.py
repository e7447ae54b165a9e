"""The net under the numbers: what each shipped scenario and variant gives at a fixed seed.

Kept in `tests/golden/results`. `make golden` writes the results anew and prints what changed.
CONTRIBUTING.md says when that is right.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.model.sample import Sample
from sim.scenario.tree import shipped_folder, shipped_names
from sim.validation.published import Replicated, replicate, shipped_scenario

FOLDER = Path(__file__).with_name("golden") / "results"
REPLICATIONS, SEED, TOLD = 24, 2035, 7
"""Replications of each scenario, their seed, and the one whose subjects are kept by name."""
TOLERANCE_D = 1e-9
"""Dates and days may differ by the rounding of another machine's sums and no more."""
COUNTS = ("launches", "launch_failures", "landing_failures", "scrubs", "tankers", "early_returns", "events")


def golden_cases() -> list[tuple[str, str]]:
    """Return every shipped scenario with each of its variants; the empty variant is the scenario as it stands."""
    cases = []
    for name in shipped_names():
        values = yaml.safe_load((shipped_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
        cases += [(name, variant) for variant in ("", *values.get("variants", {}))]
    return cases


def golden_file(name: str, variant: str) -> Path:
    """Return the file that keeps the result of a scenario or of one of its variants."""
    return FOLDER / f"{name.replace('/', '-')}{'+' if variant else ''}{variant}.json"


def golden_result(name: str, variant: str) -> dict[str, Any]:
    """Simulate a shipped scenario at the fixed seed; return its summary, days rounded far below the tolerance."""
    run = replicate(shipped_scenario(name), REPLICATIONS, SEED, variants=[variant] if variant else [])
    sample = run.sample
    return {
        "scenario": name,
        "variant": variant,
        "replications": REPLICATIONS,
        "seed": SEED,
        "goals": {goal.name: _goal(run, number) for number, goal in enumerate(run.outline.goals)},
        "counts": {count: int(getattr(sample, count).sum()) for count in COUNTS},
        "crew_days": _days(sample.crew_days),
        f"starts_of_replication_{TOLD}": {
            subject: _day(sample.start_d[TOLD, index]) for index, subject in enumerate(run.names)
        },
    }


def _goal(run: Replicated, number: int) -> dict[str, Any]:
    goal, sample = run.outline.goals[number], run.sample
    reached_d = sample.reached_d[:, goal.reached]
    return {
        "by_d": _day(goal.by_d),
        "planned_d": _day(run.nominal.reached_d[goal.reached]),
        "reached_by_date": int((reached_d <= goal.by_d).sum()),
        "reached": int(np.isfinite(reached_d).sum()),
        "dates_d": _days(np.sort(reached_d)),
        "days_by_cause": _causes(run, sample, number),
    }


def _causes(run: Replicated, sample: Sample, number: int) -> dict[str, float]:
    means = sample.by_cause_d[:, number].mean(axis=0)
    return {cause: float(_day(days)) for cause, days in zip(run.outline.causes, means, strict=True) if days}


def _days(values: Any) -> list[float | str]:
    return [_day(value) for value in values]


def _day(value: float) -> float | str:
    return round(float(value), 11) if math.isfinite(value) else str(float(value))


def differences(kept: Any, now: Any, path: str = "") -> Iterator[str]:
    """Say, one line each, where two results differ: numbers that are no days must be the same."""
    if isinstance(kept, dict) and isinstance(now, dict):
        for key in [*kept, *(key for key in now if key not in kept)]:
            yield from differences(kept.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif isinstance(kept, list) and isinstance(now, list) and len(kept) == len(now):
        for number, pair in enumerate(zip(kept, now, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif isinstance(kept, float) and isinstance(now, float):
        if abs(kept - now) > TOLERANCE_D:
            yield f"{path}: {kept} -> {now}"
    elif kept != now:
        yield f"{path}: {kept} -> {now}"


def write_golden() -> None:
    """Replace the kept results by those of now, and print what changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    unused = set(FOLDER.glob("*.json"))
    for name, variant in golden_cases():
        file = golden_file(name, variant)
        kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        now = golden_result(name, variant)
        changed = list(differences(kept, now)) if kept is not None else ["new"]
        if changed:
            file.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{file.stem}: {len(changed)} changed" if changed else f"{file.stem}: as before")
        print("".join(f"    {line}\n" for line in changed[:20]), end="")
        unused.discard(file)
    for file in sorted(unused):
        file.unlink()
        print(f"{file.stem}: gone")


if __name__ == "__main__":
    write_golden()
