"""Progress on stderr: a bar on a terminal, a line for every 10 % elsewhere, or nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import click

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
        click.echo(text, err=True)

    def note(self, text: str) -> None:
        """Tell it on a line of its own."""
        click.echo(text, err=True)

    def update(self, progress: Progress) -> None:
        """Tell when another 10 % are done."""
        tenth = 10 * progress.done // max(progress.total, 1)
        if progress.step == "simulating" and tenth > self._told:
            self._told = tenth
            total = counted(progress.total, progress.what.removesuffix("s"))
            click.echo(f"{progress.step}: {progress.done} of {total}", err=True)


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
    """Give the reporter that suits where stderr goes."""
    if quiet:
        yield Silence()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        with _bar() as bar:
            yield TerminalBar(bar, bar.add_task("reading the scenario", total=None))


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
