"""Progress on stderr: a bar on a terminal or in a notebook, a line for every 10 % elsewhere, or nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sim.problems import counted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from sim.study.runner import Progress


class Reporter(Protocol):
    """Somebody who is told how far a run is."""

    def say(self, text: str) -> None:
        """Tell of a step that has no count."""

    def note(self, text: str) -> None:
        """Tell something that is to stay in sight."""

    def update(self, progress: Progress) -> None:
        """Tell how many replications are done."""


Listening: TypeAlias = "Reporter | bool | None"
"""Who is told of a run: a reporter, whoever looks (True, and None where somebody can), or nobody (False)."""


class Silence:
    """Tells nothing."""

    def say(self, text: str) -> None:
        """Tell nothing."""

    def note(self, text: str) -> None:
        """Tell nothing."""

    def update(self, progress: Progress) -> None:
        """Tell nothing."""


class Lines:
    """Tells a line for each step and for every 10 %."""

    def __init__(self) -> None:
        self._told = -1

    def say(self, text: str) -> None:
        """Tell of a step."""
        _write(f"{text}\n")

    def note(self, text: str) -> None:
        """Tell it on a line of its own."""
        _write(f"{text}\n")

    def update(self, progress: Progress) -> None:
        """Tell when another 10 % are done."""
        tenth = 10 * progress.done // max(progress.total, 1)
        if progress.step == "simulating" and tenth > self._told:
            self._told = tenth
            total = counted(progress.total, progress.what.removesuffix("s"))
            _write(f"{progress.step}: {progress.done} of {total}\n")


class NotebookLine:
    """Writes one line over and over, which a notebook shows as a bar; no widget is needed."""

    WIDTH = 30

    def say(self, text: str) -> None:
        """Show a step."""
        _write(f"\r{text:<70.70}")

    def note(self, text: str) -> None:
        """Show it on a line that stays."""
        _write(f"\r{text:<70}\n")

    def update(self, progress: Progress) -> None:
        """Show how much is done."""
        full = self.WIDTH * progress.done // max(progress.total, 1)
        bar = "#" * full + "." * (self.WIDTH - full)
        self.say(f"{progress.step} [{bar}] {progress.done} of {progress.total} {progress.what}")

    def close(self) -> None:
        """Leave the line empty."""
        _write(f"\r{'':<70}\r")


class TerminalBar:
    """Draws one bar."""

    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def say(self, text: str) -> None:
        """Show a step."""
        self._bar.update(self._task, description=text)

    def note(self, text: str) -> None:
        """Print it above the bar, where it stays."""
        self._bar.console.print(text, markup=False, highlight=False)

    def update(self, progress: Progress) -> None:
        """Move the bar."""
        telling = "telling the P10, P50 and P90 replications"
        text = telling if progress.step == "telling" else "simulating"
        self._bar.update(self._task, description=text, completed=progress.done, total=progress.total)


@contextlib.contextmanager
def reporter(*, quiet: bool) -> Iterator[Reporter]:
    """Return the reporter that suits where stderr goes."""
    if quiet:
        yield Silence()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        with _bar() as bar:
            yield TerminalBar(bar, bar.add_task("reading the scenario", total=None))


@contextlib.contextmanager
def listening(told: Listening) -> Iterator[Reporter]:
    """Return the reporter of a call from a program: what it was given, or a bar where a person looks."""
    if told is None:
        told = in_notebook() or sys.stderr.isatty()
    if told is True and in_notebook():
        line = NotebookLine()
        try:
            yield line
        finally:
            line.close()
    elif isinstance(told, bool):
        with reporter(quiet=not told) as one:
            yield one
    else:
        yield told


def in_notebook() -> bool:
    """Tell whether a notebook runs us: IPython with a kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
