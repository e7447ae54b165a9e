"""How long a scenario takes to read and validate, against PyYAML's own composing of the same text.

Run: python benchmarks/reading.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from sim.scenario.load import load_scenario
from sim.scenario.tree import shipped_folder

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MISSION = """\
  cargo-{number}:
    about: Brings goods for the base.
    source: estimate
    confidence: low
    partner: cnsa
    not_before: 2031-01-01
    needs: [ilrs-1.landed]
    launches:
      main: {{launcher: cz-10, carries: [cargo-lander]}}
    route: [leo-wenchang, llo, shackleton]
    cargo: {{consumables: 1 t, spares: 500 kg}}
    rebuild: {{triangular: [200 d, 300 d, 500 d]}}
"""


def best_ms(work: Callable[[], object], repeats: int = 7) -> float:
    """Return the shortest of several runs, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def main() -> None:
    """Read the shipped plan, and the same with missions added until 2,000 lines are its own."""
    folder = shipped_folder()
    shipped = [folder / "ilrs-2035.yaml", *sorted((folder / "catalogue").glob("*.yaml"))]
    with tempfile.TemporaryDirectory() as home:
        long = Path(home) / "long.yaml"
        missions = "".join(MISSION.format(number=number) for number in range(166))
        long.write_text(f"extends: ilrs-2035.yaml\nmissions:\n{missions}")
        for name, path, files in (
            ("ilrs-2035 with its catalogue", shipped[0], shipped),
            ("the same and 166 missions more", long, [*shipped, long]),
        ):
            texts = [file.read_text() for file in files]
            lines = sum(text.count("\n") for text in texts)
            yardstick = best_ms(lambda texts=texts: [yaml.compose(text, Loader=LOADER) for text in texts])
            whole = best_ms(lambda path=path: load_scenario(path))
            print(
                f"{name}: {lines} lines, {whole:.0f} ms, {whole / yardstick:.1f} x composing alone ({yardstick:.0f} ms)"
            )


if __name__ == "__main__":
    main()
