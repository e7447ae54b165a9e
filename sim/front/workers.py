"""What every simulating call of the front takes: where the work is done, and numbers within their bounds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.problems import InputError

if TYPE_CHECKING:
    from sim.study.engines import Engine

MOST_SEED = 2**63 - 1
MOST_REPLICATIONS = 5_000_000
"""Of one study or package, where no larger number can be meant."""


class ArgumentError(InputError):
    """An argument of a call cannot be used."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(f"{argument}: {message}")
        self.argument = argument
        self.message = message


@contextlib.contextmanager
def workers(
    jobs: int | None = None, engine: str | None = None, scheduler: str | None = None, *, stay: bool = False
) -> Iterator[Engine]:
    """Hold ready what does the work: `jobs` processes of this machine, or Dask; no result depends on it.

    With `stay` the processes live for as long as it is held, for one job that is asked again and again.

    Raises:
        ArgumentError: if the arguments contradict each other.
        ClusterError: if Dask is wanted and not there.
    """
    from sim.study.engines import choose, staying

    if jobs is not None:
        require_whole("jobs", jobs, 1)
    if engine not in (None, "process", "dask"):
        raise ArgumentError("engine", f"{engine!r:.40} is neither 'process' nor 'dask'")
    if scheduler and engine == "process":
        raise ArgumentError("scheduler", "it belongs to engine='dask'")
    if engine == "dask" or scheduler:
        from sim.study.cluster import cluster

        with cluster(scheduler, jobs) as ready:
            yield ready
    elif stay:
        with staying(jobs) as ready:
            yield ready
    else:
        yield choose(jobs)


def require_whole(argument: str, number: object, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number within bounds; raises ArgumentError."""
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or number < least or (most is not None and number > most):  # type: ignore[operator]
        upto = "" if most is None else f" to {most:,}"
        raise ArgumentError(argument, f"a whole number from {least:,}{upto or ' on'} is wanted, not {number!r:.40}")
