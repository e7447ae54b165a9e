"""The suite: every case, family by family, with the same seed each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sim.validation.case import Case

RUNS: Final = 4000
"""Replications of each textbook network; a sampled figure is known to about 3 % at four standard errors."""
SEED: Final = 2035
"""The default of `ilrs run`; not chosen by result."""


@dataclass(frozen=True, slots=True)
class Family:
    """Cases of one kind."""

    name: str
    title: str
    make: Callable[[int, int], Iterator[Case]]


def families() -> tuple[Family, ...]:
    """Give the families in the order in which they are reported."""
    return (
        Family("replays", "Replays of published flights", _replays),
        Family("schedule-risk", "Schedule risk of textbook networks", _schedule_risk),
        Family("stochastic", "What is random", _stochastic),
        Family("slip", "Slip by lead time, fitted on one half and judged on the other", _slip),
        Family("hindcasts", "Hindcasts", _hindcasts),
        Family("real-flights", "Real flights", _flights),
    )


def run_suite(
    *,
    runs: int = RUNS,
    seed: int = SEED,
    only: tuple[str, ...] = (),
    on_family: Callable[[str], None] = lambda name: None,
) -> tuple[Case, ...]:
    """Work out every case, or those of the families named in `only`."""
    found: list[Case] = []
    for family in families():
        if not only or family.name in only:
            on_family(family.title)
            found += family.make(runs, seed)
    return tuple(found)


def _replays(runs: int, seed: int) -> Iterator[Case]:
    del runs, seed  # nothing is random in them
    from sim.validation.orbits import orbit_cases
    from sim.validation.sortie import sortie_cases

    yield from sortie_cases()
    yield from orbit_cases()


def _schedule_risk(runs: int, seed: int) -> Iterator[Case]:
    from sim.validation.intervals import interval_cases
    from sim.validation.textbook import textbook_cases

    yield from textbook_cases(runs, seed)
    yield from interval_cases()


def _stochastic(runs: int, seed: int) -> Iterator[Case]:
    from sim.validation.stochastic import stochastic_cases

    # A replication of the depot costs twice one of a network.
    yield from stochastic_cases(max(1, runs // 2), seed)


def _slip(runs: int, seed: int) -> Iterator[Case]:
    del runs, seed
    from sim.validation.slips import slip_cases

    yield from slip_cases()


def _hindcasts(runs: int, seed: int) -> Iterator[Case]:
    from sim.validation.hindcasts import hindcast_cases, run_hindcasts

    # P10 to P90 of a date need no more; a replication of the roadmap costs ten of a network.
    yield from hindcast_cases(run_hindcasts(max(1, runs // 8), seed))


def _flights(runs: int, seed: int) -> Iterator[Case]:
    del runs, seed
    from sim.validation.flights import flight_cases

    yield from flight_cases()
