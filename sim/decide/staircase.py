"""What is best for its cost, in chance and in date; all that is compared has the same replications, in pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from sim.analysis.estimates import Estimate, quantile
from sim.decide.packages import Bools, Floats
from sim.decide.tally import RISK, paired, pairs_to_tell


@dataclass(frozen=True, slots=True)
class Step:
    """A package that is seen to be better than all that cost no more."""

    option: int
    gain: Estimate
    """Share of replications in which it does what the last sure step before it does not, less the reverse."""
    sure: bool
    """Whether it surely is better than that step; else the two are a tie so far."""
    more: int | None
    """About how many more replications of both would tell, if the gain is what it seems; None when it seems none."""


def frontier_of(
    numbers: Iterable[int], costs: Floats, late_d: Mapping[int, Floats], dates_d: Mapping[int, Floats], share: float
) -> tuple[list[int], list[int]]:
    """Return by growing cost the packages that are surer than all that cost no more, and those that are sooner.

    Sooner is the day that is kept with the chance `share`. All have the same number of replications.
    """
    found = list(numbers)
    chance = {number: float(np.count_nonzero(late_d[number] <= 0.0)) for number in found}
    day = {number: _day(dates_d[number], share) for number in found}
    return _rising(found, costs, chance), _rising(found, costs, {number: -one for number, one in day.items()})


def _rising(numbers: Sequence[int], costs: Floats, good: Mapping[int, float]) -> list[int]:
    found: list[int] = []
    for number in sorted(numbers, key=lambda one: (costs[one], -good[one], one)):
        if not found or good[number] > good[found[-1]]:
            found.append(number)
    return found


def _day(dates_d: Floats, share: float) -> float:
    value = quantile(dates_d, share).value
    return inf if value is None else value


def surer_steps(chain: Sequence[int], late_d: Mapping[int, Floats], compared: int) -> tuple[Step, ...]:
    """Return each package of a chain with its gain in the chance by the date."""
    return _steps(chain, lambda one, two: (late_d[one] <= 0.0, late_d[two] <= 0.0), compared)


def sooner_steps(chain: Sequence[int], dates_d: Mapping[int, Floats], share: float, compared: int) -> tuple[Step, ...]:
    """Return each package of a chain with its gain in the chance by the day that the step before it keeps."""

    def won(one: int, two: int) -> tuple[Bools, Bools]:
        day = min(_day(dates_d[two], share), 1e300)
        return dates_d[one] <= day, dates_d[two] <= day

    return _steps(chain, won, compared)


def compared_pair(one: Bools, two: Bools, compared: int) -> Estimate:
    """Return the share in which one succeeds, less that of two; the risk is shared by all pairs of so many packages."""
    return paired(int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one)), one.size, _risk(compared))


def _risk(compared: int) -> float:
    return RISK / max(compared * (compared - 1), 1)


def _steps(chain: Sequence[int], won: Callable[[int, int], tuple[Bools, Bools]], compared: int) -> tuple[Step, ...]:
    """Compare each package with the last that is sure."""
    found: list[Step] = []
    last = chain[0] if chain else 0
    for number in chain:
        if not found:
            found.append(Step(number, Estimate(0.0, 0.0, 0.0), sure=True, more=None))
            continue
        one, two = won(number, last)
        gain = compared_pair(one, two, compared)
        sure = gain.low > 0.0
        found.append(Step(number, gain, sure, None if sure else _more(one, two, _risk(compared))))
        last = number if sure else last
    return tuple(found)


def _more(one: Bools, two: Bools, risk: float) -> int | None:
    """Return about how many more pairs would tell that one is better than two."""
    won, lost = int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one))
    wanted = pairs_to_tell(won, lost, one.size, risk)
    return None if wanted is None else max(wanted - one.size, 1)
