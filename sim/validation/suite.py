"""The suite: every case, family by family, with the same seed each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.validation.published import PublishedCase

if TYPE_CHECKING:
    from sim.validation.class_slips import ClassSlips
    from sim.validation.hindcasts import Hindcast

RUNS: Final = 4000
"""Replications of each textbook network; a sampled figure is known to about 3 % at four standard errors."""
SEED: Final = 2035
"""The default of `ilrs run`; not chosen by result."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Every case, and the forecasts behind those of hindcasts and of slip by class."""

    cases: tuple[PublishedCase, ...]
    hindcasts: tuple[Hindcast, ...] = ()
    class_slips: ClassSlips | None = None


@dataclass(frozen=True, slots=True)
class CaseFamily:
    """Cases of one kind."""

    name: str
    title: str
    make: Callable[[int, int], Suite]


def families() -> tuple[CaseFamily, ...]:
    """Return the families in the order in which they are reported."""
    return (
        CaseFamily("replays", "Replays of published flights", _replays),
        CaseFamily("schedule-risk", "Schedule risk of textbook networks", _schedule_risk),
        CaseFamily("stochastic", "What is random", _stochastic),
        CaseFamily("slip", "Slip by lead time, fitted on one half and judged on the other", _slip),
        CaseFamily("slip-classes", "Slip by class, each programme forecast without its own rows", _slip_classes),
        CaseFamily("hindcasts", "Hindcasts", _hindcasts),
        CaseFamily("real-flights", "Real flights", _flights),
    )


def run_suite(
    *,
    runs: int = RUNS,
    seed: int = SEED,
    only: tuple[str, ...] = (),
    on_family: Callable[[str], None] = lambda name: None,
) -> Suite:
    """Work out every case, or those of the families named in `only`."""
    cases: list[PublishedCase] = []
    hindcasts: list[Hindcast] = []
    class_slips: ClassSlips | None = None
    for family in families():
        if not only or family.name in only:
            on_family(family.title)
            found = family.make(runs, seed)
            cases += found.cases
            hindcasts += found.hindcasts
            class_slips = found.class_slips or class_slips
    return Suite(tuple(cases), tuple(hindcasts), class_slips)


def _replays(runs: int, seed: int) -> Suite:
    del runs, seed  # nothing is random in them
    from sim.validation.sortie import sortie_cases
    from sim.validation.textbook_orbits import orbit_cases

    return Suite((*sortie_cases(), *orbit_cases()))


def _schedule_risk(runs: int, seed: int) -> Suite:
    from sim.validation.stochastic import interval_cases, textbook_cases

    return Suite((*textbook_cases(runs, seed), *interval_cases()))


def _stochastic(runs: int, seed: int) -> Suite:
    from sim.validation.stochastic import stochastic_cases

    # A replication of the depot costs twice one of a network.
    return Suite(tuple(stochastic_cases(max(1, runs // 2), seed)))


def _slip(runs: int, seed: int) -> Suite:
    del runs, seed
    from sim.validation.class_slips import slip_cases

    return Suite(tuple(slip_cases()))


def _slip_classes(runs: int, seed: int) -> Suite:
    del runs
    from sim.validation.class_slips import class_slip_cases, forecast_left_out

    found = forecast_left_out()
    return Suite(tuple(class_slip_cases(found, seed)), class_slips=found)


def _hindcasts(runs: int, seed: int) -> Suite:
    from sim.validation.hindcasts import hindcast_cases, run_hindcasts

    # P10 to P90 of a date need no more; a replication of the roadmap costs ten of a network.
    found = run_hindcasts(max(1, runs // 8), seed)
    return Suite(tuple(hindcast_cases(found)), found)


def _flights(runs: int, seed: int) -> Suite:
    del runs, seed
    from sim.validation.flown_missions import flight_cases

    return Suite(tuple(flight_cases()))
