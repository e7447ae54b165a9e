from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.physics import light, tracking
from sim.physics.compiled import compiled
from sim.physics.constants import J2000_JD
from sim.physics.epochs import epoch_from_iso, iso_from_epoch
from sim.physics.intervals import Intervals, intervals_above
from sim.physics.limits import PhysicsError
from sim.physics.places import LunarOrbit, Parking
from sim.physics.refine import refine_transfer
from sim.physics.states import EphemerisTable
from sim.physics.transfer import departure_table, find_transfer

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Parking(-10.0, 28.5), "parking altitude is -10 km; it must be above the surface of the Earth"),
    (lambda: Parking(100.0, 28.5), "parking altitude is 100 km; it must lie between 150 and 2000 km"),
    (lambda: Parking(200.0, 190.0), "inclination is 190 deg; it must lie between 0 and 180 deg"),
    (lambda: Parking(float("nan"), 28.5), "parking altitude is nan km"),
    (lambda: LunarOrbit(-5.0, 100.0), "perilune altitude is -5 km; it must be above the surface of the Moon"),
    (lambda: LunarOrbit(100.0, 50.0), "apolune altitude is 50 km; it must lie between 100 and 80000 km"),
    (lambda: LunarOrbit(100.0, 100.0, 200.0), "lunar inclination is 200 deg"),
    (lambda: light.Site(-91.0, 0.0), "latitude is -91 deg; it must lie between -90 and 90 deg"),
    (lambda: light.Site(-89.0, 0.0, ()), "a horizon needs at least one elevation"),
    (lambda: light.Site(-89.0, 0.0, mast_m=-1.0), "mast height is -1 m"),
    (lambda: tracking.TrackingSite("x", 95.0, 0.0), "latitude of x is 95 deg"),
    (lambda: epoch_from_iso("2035-13-01"), "'2035-13-01' is not a date"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=[said[:40] for _, said in REFUSED])
def test_a_request_beyond_a_limit_is_refused_by_name(make: Callable[[], object], said: str) -> None:
    with pytest.raises(PhysicsError) as refusal:
        make()
    assert said in str(refusal.value)


@pytest.mark.parametrize("tof_h", [59.9, 170.1, float("nan")])
def test_a_time_of_flight_outside_validity_is_refused(table: EphemerisTable, tof_h: float) -> None:
    asked = (table, 12_000.0, tof_h, Parking(200.0, 28.5), LunarOrbit(100.0, 100.0))
    for solve in (find_transfer, refine_transfer):
        with pytest.raises(PhysicsError, match="it must lie between 60 and 170 h"):
            solve(*asked)


def test_a_departure_whose_arrival_is_outside_is_refused(table: EphemerisTable) -> None:
    with pytest.raises(PhysicsError, match="2061-01-0"):
        departure_table(table, [table.last_d - 1.0], [108.0], Parking(200.0, 28.5), LunarOrbit(100.0, 100.0))


def test_an_empty_question_is_refused(table: EphemerisTable) -> None:
    with pytest.raises(PhysicsError, match="at least one time of flight"):
        departure_table(table, [12_000.0], [], Parking(200.0, 28.5), LunarOrbit(100.0, 100.0))
    with pytest.raises(PhysicsError, match="at least one station"):
        tracking.cover_intervals(table, [], 12_000.0, 12_010.0)


def test_spans_end_after_they_start(table: EphemerisTable) -> None:
    with pytest.raises(PhysicsError, match="end must be after"):
        light.light_intervals(table, light.Site(-89.0, 0.0), 12_010.0, 12_000.0)


@given(st.integers(-3_000_000_000, 3_000_000_000))
def test_dates_survive_the_way_there_and_back(seconds: int) -> None:
    epoch_d = seconds / 86_400.0
    assert epoch_from_iso(iso_from_epoch(epoch_d)) == pytest.approx(epoch_d, abs=1e-9)


def test_epochs_count_from_j2000() -> None:
    """Published: 2035-03-01T00:00:00 TDB is JD 2464387.5."""
    assert epoch_from_iso("2035-03-01") + J2000_JD == 2_464_387.5


@given(st.lists(st.floats(-1.0, 1.0).filter(lambda value: abs(value) > 1e-3), min_size=2, max_size=40))
def test_intervals_tile_the_span(heights: list[float]) -> None:
    epoch_d = np.arange(float(len(heights)))
    above = intervals_above(epoch_d, np.array(heights))
    below = intervals_above(epoch_d, -np.array(heights))
    assert above.fraction + below.fraction == pytest.approx(1.0)
    assert above.longest_gap_d == pytest.approx(below.longest_d)
    assert (above.holds(epoch_d) == (np.array(heights) > 0.0)).all()


def test_two_conditions_hold_together_where_both_do() -> None:
    one = Intervals(np.array([1.0, 5.0]), np.array([3.0, 9.0]), 0.0, 10.0)
    other = Intervals(np.array([2.0, 8.0]), np.array([6.0, 10.0]), 0.0, 10.0)
    both = one.both(other)
    assert both.open_d.tolist() == [2.0, 5.0, 8.0]
    assert both.close_d.tolist() == [3.0, 6.0, 9.0]


def test_nothing_holds_in_an_empty_list() -> None:
    none = intervals_above(np.arange(4.0), -np.ones(4))
    assert none.longest_gap_d == 3.0
    assert not none.holds(np.array([1.0])).any()


def test_kernels_compile_where_no_cache_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Truth: numba raises RuntimeError when it finds no place for its cache; a kernel must work all the same."""
    real: Any = numba.njit

    def njit(*functions: Any, **options: Any) -> Any:  # numba calls it bare as well, in what it imports late
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return real(*functions, **options)

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled(double)(2.0) == 4.0


def double(value: float) -> float:
    return 2.0 * value
