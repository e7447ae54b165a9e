"""What came of what was tried, and the command line that all who try have in common."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """Outcomes counted by a word or a number, and what must not have been."""

    count: Counter[Any] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, word: str, finding: str = "") -> None:
        """Count an outcome; keep what a finding says."""
        self.count[word] += 1
        if finding:
            self.findings.append(f"{word}: {finding}")


def from_command_line(doc: str | None, what: str, count: int, run: Callable[[int, int, int], Tally]) -> int:
    """Try as many as the command line asks for and say what was found; exit code 1 if anything was."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first, to see one again")
    told = parser.parse_args()
    tally = run(told.count, told.seed, told.first)
    ends = dict(sorted(tally.count.items()))
    sys.stdout.write(f"{told.count} {what} tried, {len(tally.findings)} findings; ends: {ends}\n")
    return 1 if tally.findings else 0
