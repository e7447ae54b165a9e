"""Jobs for tests of lost workers; a small module, because every worker imports it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Doubling:
    """Doubles a number, and says which process did."""

    def run(self, item: int) -> tuple[int, int]:
        """Return the double, and the number of the process."""
        return 2 * item, os.getpid()


@dataclass(frozen=True)
class Failing:
    """Cannot do one of its items."""

    error: BaseException
    bad: int = 3

    def run(self, item: int) -> int:
        """Return the item, or raise the error."""
        if item == self.bad:
            raise self.error
        return item


@dataclass(frozen=True)
class Dying:
    """Ends its own process, as one without memory is ended: at one item, unless a file is there already.

    With a folder that does not exist it dies each time.
    """

    marker: Path
    bad: int = 3

    def run(self, item: int) -> int:
        """Return the item, or end the process."""
        if item == self.bad and not self.marker.exists():
            if self.marker.parent.exists():
                self.marker.touch()
            os._exit(9)
        return item
