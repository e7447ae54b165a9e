"""What the parts of a compilation note: streams, each with the figure it draws, and what went wrong on the way.

The number of a stream says nothing: its draws are found by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload

from sim.campaign.plan import Chance, Reliability
from sim.chance import Beta, Distribution, Fixed
from sim.problems import Code, Problem
from sim.scenario.layered import Layered
from sim.scenario.schema import Prior, Record
from sim.scenario.text import Path


class Registry:
    """Numbers every stream once, and holds the problems."""

    def __init__(self, layered: Layered) -> None:
        self.problems: list[Problem] = []
        self._layered = layered
        self._streams: dict[str, int] = {}
        self._paths: list[Path] = []

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of all streams so far, by index."""
        return tuple(self._streams)

    @property
    def stream_paths(self) -> tuple[Path, ...]:
        """Path of the figure that each stream draws, by index."""
        return tuple(self._paths)

    def stream(self, name: str, path: Path) -> int:
        """Return the index of a stream, new or known; `path` leads to the figure that it draws."""
        if name not in self._streams:
            self._streams[name] = len(self._streams)
            self._paths.append(path)
        return self._streams[name]

    def problem(self, path: Path, code: Code, message: str, hint: str = "") -> None:
        """Note that something is wrong at a path."""
        mark = self._layered.mark(path)
        self.problems.append(Problem(mark, ".".join(map(str, path)), code, "error", message, hint))

    @overload
    def chance(self, law: Distribution, stream: str, path: Path) -> Chance: ...
    @overload
    def chance(self, law: None, stream: str, path: Path) -> None: ...
    def chance(self, law: Distribution | None, stream: str, path: Path) -> Chance | None:
        """Return a law with its stream; its mode is what the nominal run takes."""
        if law is None:
            return None
        if isinstance(law, Fixed):
            return Chance(law.value)
        return Chance(law.mode, law, self.stream(stream, path))

    def slip(self, law: Distribution, stream: str, path: Path) -> Chance:
        """Return a slip with its stream; nothing slips in the nominal run."""
        return Chance(0.0, law, self.stream(stream, path))

    def reliability(
        self, record: Record | None, fixed: float | None, priors: Mapping[str, Prior], stream: str, path: Path
    ) -> Reliability:
        """Return the failure law of a class: a fixed chance, or a Beta law from its record and prior.

        With a prior of weight w and mature failure rate m the law is Beta(failures + w m, successes + w (1 - m));
        without one it is Jeffreys' Beta(failures + 1/2, successes + 1/2). First flights are worse by a factor on the
        odds, so that a vehicle of mature quality m fails on them as often as the prior says, and none for certain.
        """
        if record is None:
            return Reliability(Chance(1.0 - (fixed if fixed is not None else 1.0)), (), 0)
        prior = priors.get(record.prior) if record.prior is not None else None
        successes = record.flights - record.failures
        early: tuple[float, ...] = ()
        if prior is None:
            a, b = record.failures + 0.5, successes + 0.5
        else:
            mature = _inside(prior.mature)
            a = record.failures + prior.weight * mature
            b = successes + prior.weight * (1.0 - mature)
            early = tuple(_odds(share) / _odds(prior.mature) for share in prior.early)
        law = Beta(a, b)
        return Reliability(Chance(law.mean, law, self.stream(stream, path)), early, record.flights)


def lent(law: Distribution) -> Chance:
    """Return a law of something that many use, each drawing from a stream of its own."""
    return Chance(law.value) if isinstance(law, Fixed) else Chance(law.mode, law)


def deciding_path(record: Record | None, priors: Mapping[str, Prior], path: Path) -> Path:
    """Return the path of what decides a failure law: its record at `path`, or the prior that outweighs it."""
    prior = priors.get(record.prior) if record is not None and record.prior is not None else None
    outweighed = record is not None and prior is not None and prior.weight > record.flights
    return ("priors", record.prior or "") if outweighed and record is not None else path


def _odds(share: float) -> float:
    """Return failures for each success."""
    return _inside(share) / (1.0 - _inside(share))


def _inside(share: float) -> float:
    """Return a share a hair inside 0 and 1, so that a certain prior stays finite."""
    return min(max(share, 1e-9), 1.0 - 1e-9)
