"""What calls of the front take: values as a scenario writes them, numbers within bounds, where work is done."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.problems import InputError
from sim.sampling import STRATA

if TYPE_CHECKING:
    from sim.study.naming import Named
    from sim.study.sweep_plan import Precision

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
    jobs: int | None = None, engine: str | Executor | None = None, scheduler: str | None = None
) -> Iterator[Executor]:
    """Hold ready what does the work: `jobs` processes of this machine, Dask or an executor; no result depends on it.

    Raises:
        ArgumentError: if the arguments contradict each other.
        ClusterError: if Dask is wanted and not there.
    """
    from sim.study.engines import choose

    if jobs is not None:
        require_whole("jobs", jobs, 1)
    if isinstance(engine, Executor):
        yield engine
        return
    if engine not in (None, "process", "dask"):
        raise ArgumentError("engine", f"{engine!r:.40} is neither 'process', 'dask' nor an executor")
    if scheduler and engine == "process":
        raise ArgumentError("scheduler", "it belongs to engine='dask'")
    if engine == "dask" or scheduler:
        from sim.study.cluster import cluster

        with cluster(scheduler, jobs) as ready:
            yield ready
    else:
        with choose(jobs) as made:
            yield made


def require_whole(argument: str, number: object, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number within bounds; raises ArgumentError."""
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or number < least or (most is not None and number > most):  # type: ignore[operator]
        upto = "" if most is None else f" to {most:,}"
        raise ArgumentError(argument, f"a whole number from {least:,}{upto or ' on'} is wanted, not {number!r:.40}")


def require_sampling(sampling: str) -> None:
    """Refuse what is no way of sampling; raises ArgumentError."""
    if sampling not in STRATA:
        raise ArgumentError("sampling", f"one of {', '.join(STRATA)} is wanted, not {sampling!r:.40}")


Values: TypeAlias = "Mapping[str, Any] | Iterable[str]"
"""{dotted path: value}, or texts `path=value` as the command line takes them."""


Day: TypeAlias = "str | datetime.date"


def day_of(day: Day | None) -> str | None:
    """Return a day as text; the scenario says what is wrong with one that is none."""
    return day.isoformat() if isinstance(day, datetime.date) else day


def label_of(text: str | None) -> str:
    """Return a label as it is kept, empty for none; raises ArgumentError if it is too long or does not print."""
    from sim.study.naming import read_label

    try:
        return read_label(text)
    except InputError as error:
        raise ArgumentError("label", str(error)) from None


def named_of(label: str | None, variants: tuple[str, ...], sets: tuple[str, ...], as_of: str | None) -> Named:
    """Return what a study is called, and what was chosen beside its file; raises ArgumentError as `label_of`."""
    from sim.study.naming import Named

    return Named(label_of(label), variants, sets, as_of or "")


def names_of(variant: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of variants: `a`, `a,b` or a list of them.

    Raises:
        ArgumentError: if a name is empty or said twice.
    """
    texts = [variant] if isinstance(variant, str) else list(variant)
    names = [name.strip() for text in texts for name in text.split(",")] if texts != [""] else []
    if "" in names:
        raise ArgumentError("variant", "a name is empty")
    if len(set(names)) < len(names):
        raise ArgumentError("variant", f"'{max(names, key=names.count):.80}' is said twice")
    return tuple(names)


def settings_of(values: Values | None, argument: str = "set") -> tuple[str, ...]:
    """Return `path=value` for each value: a text stands as it would on the command line, anything else is written out.

    Raises:
        ArgumentError: if a value is nothing that a scenario can hold.
    """
    if values is None:
        return ()
    if isinstance(values, str):
        raise ArgumentError(argument, "a mapping {path: value} is wanted, or a list of texts 'path=value'")
    if not isinstance(values, Mapping):
        return tuple(values)
    return tuple(f"{path}={_written(value, argument)}" for path, value in values.items())


def _written(value: Any, argument: str) -> str:
    from sim.scenario.writing import flow

    return value if isinstance(value, str) else flow(_plain(value, argument))


def _plain(value: Any, argument: str) -> Any:
    """Return a value made of what YAML knows; dates become text, numbers of numpy those of Python."""
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), argument)
    if isinstance(value, datetime.date):  # a datetime too
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one, argument) for key, one in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(one, argument) for one in value]
    raise ArgumentError(argument, f"{value!r:.60} is nothing that a scenario can hold")


def precision_of(text: str | None, share: float) -> Precision | None:
    """Return when a run is precise enough, None where it is not asked; raises ArgumentError."""
    from sim.study.sweep_plan import read_precision

    if not 0.01 <= share <= 0.99:
        raise ArgumentError("quantile", f"a share from 0.01 to 0.99 is wanted, not {share!r:.40}")
    try:
        return read_precision(text, share) if text else None
    except ValueError as error:
        raise ArgumentError("until_precise", str(error)) from None


def require_design(design: str | None, cases: int | None, replications: int | None, seed: int | None) -> None:
    """Raise ArgumentError for a design that is none, or a number out of its range."""
    from sim.study.design import DESIGNS

    if design is not None and design not in DESIGNS:
        raise ArgumentError("design", f"{design!r:.40} is none of {', '.join(DESIGNS)}")
    if cases is not None:
        require_whole("cases", cases, 1, 1_000_000)
    if replications is not None:
        require_whole("replications", replications, 1)
    if seed is not None:
        require_whole("seed", seed, 0, MOST_SEED)
