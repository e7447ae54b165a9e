from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.physics.constants import G0_M_S2
from sim.physics.injection import injection_dv_m_s
from sim.physics.limits import PhysicsError
from sim.physics.rocket import (
    Action,
    BurnRequest,
    Stack,
    StackElement,
    break_even,
    burn,
    launcher_capacity_kg,
)

LOWER = StackElement("lower", 1000.0, 9000.0, 300.0)
UPPER = StackElement("upper", 500.0, 3000.0, 450.0)
BOTH = Stack((LOWER, UPPER))
CUT_OFF_KG = 0.003  # what half a millimetre a second is worth in this stack
IN_TURN = (Action("burn", "lower"), Action("stage", "lower"), Action("burn", "upper"))


def test_an_empty_stage_gives_what_the_rocket_equation_says() -> None:
    """Truth: Tsiolkovsky: ve ln(m0 / m1)."""
    found = burn(BOTH, BurnRequest(1e5, (Action("burn", "lower"),)))
    assert found.dv_achieved_m_s == pytest.approx(300.0 * G0_M_S2 * log(13_500.0 / 4_500.0))


def test_what_a_burn_lacks_is_what_would_have_closed_it() -> None:
    short = burn(Stack((UPPER,)), BurnRequest(9000.0, (Action("burn", "upper"),))).kg_short
    more = StackElement("upper", 500.0, 3000.0 + short, 450.0)
    again = burn(Stack((more,)), BurnRequest(9000.0, (Action("burn", "upper"),)))
    assert short > 0.0
    assert again.kg_short == 0.0
    assert again.stack.mass_kg == pytest.approx(500.0, abs=1e-6)


def test_a_stage_dropped_takes_its_propellant_and_cargo_along() -> None:
    stack = Stack((StackElement("a", 10.0, 20.0, 300.0, carried_kg=5.0), UPPER))
    found = burn(stack, BurnRequest(0.0, (Action("stage", "a"),)))
    assert found.stack.mass_kg == UPPER.mass_kg
    assert found.dropped[0].mass_kg == 35.0


def test_residual_propellant_cannot_be_burnt() -> None:
    stack = Stack((StackElement("tank", 100.0, 50.0, 300.0, residual_kg=8.0),))
    assert burn(stack, BurnRequest(1e4, (Action("burn", "tank"),))).stack.stage("tank").propellant_kg == pytest.approx(
        8.0
    )


def test_boil_off_compounds_by_the_day() -> None:
    """Truth: 1 % a day leaves 0.99^30."""
    stack = Stack((StackElement("cold", 100.0, 1000.0, 450.0, boil_off_per_d=0.01),))
    assert stack.after_waiting(30.0).stage("cold").propellant_kg == pytest.approx(1000.0 * 0.99**30)


def test_cargo_can_be_moved_between_ships() -> None:
    stack = Stack((StackElement("ship", 100.0, carried_kg=400.0), StackElement("lander", 50.0)))
    moved = stack.loaded("ship", -400.0).loaded("lander", 400.0)
    assert moved.mass_kg == stack.mass_kg
    assert moved.stage("lander").carried_kg == 400.0


def test_more_cargo_cannot_leave_than_was_aboard() -> None:
    with pytest.raises(PhysicsError, match="carried_kg of ship is -1"):
        Stack((StackElement("ship", 100.0),)).loaded("ship", -1.0)


def test_names_in_a_stack_differ() -> None:
    with pytest.raises(PhysicsError, match="different names"):
        Stack((UPPER, UPPER))


def test_a_stage_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(PhysicsError, match="no stage 'middle' in the stack; it has lower, upper"):
        burn(BOTH, BurnRequest(10.0, (Action("burn", "middle"),)))


def test_a_stage_without_an_engine_cannot_burn() -> None:
    with pytest.raises(PhysicsError, match="'box' has no engine"):
        burn(Stack((StackElement("box", 10.0),)), BurnRequest(10.0, (Action("burn", "box"),)))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_mass_is_finite_and_not_negative(value: float) -> None:
    with pytest.raises(PhysicsError, match="dry_mass_kg of s"):
        StackElement("s", value)


def test_a_launchers_curve_passes_through_both_published_points() -> None:
    """Truth: the two capacities themselves."""
    found = launcher_capacity_kg(np.array([0.0, 3130.0]), 70_000.0, 27_000.0, 440.0, 3130.0)
    assert found == pytest.approx([70_000.0, 27_000.0])


def test_without_a_low_orbit_figure_the_curve_hangs_on_tli() -> None:
    found = launcher_capacity_kg(3230.0, None, 27_000.0, 440.0, 3130.0)
    assert found == pytest.approx(27_000.0 * exp(-100.0 / (440.0 * G0_M_S2)))


def test_capacities_that_contradict_the_engine_are_refused() -> None:
    with pytest.raises(PhysicsError, match="60000 kg to TLI is more than 70000 kg in LEO allow"):
        launcher_capacity_kg(3130.0, 70_000.0, 60_000.0, 440.0, 3130.0)


@pytest.mark.parametrize("isp_s", [0.0, 1e-3, -450.0])
def test_an_upper_stage_that_no_burn_is_possible_with_is_refused(isp_s: float) -> None:
    with pytest.raises(PhysicsError, match="no burn of 3130 m/s is possible"):
        launcher_capacity_kg(3130.0, 70_000.0, 20_000.0, isp_s, 3130.0)


def test_an_orbit_beyond_the_way_to_the_moon_is_no_place_to_inject_from() -> None:
    with pytest.raises(PhysicsError, match="lies too high to inject from"):
        injection_dv_m_s(400_000.0)


def test_a_break_even_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PhysicsError, match="still closes"):
        break_even(lambda _: True, 0.0, 1.0)
    with pytest.raises(PhysicsError, match="does not close"):
        break_even(lambda _: False, 0.0, 1.0)


@given(limit=st.floats(0.1, 0.9))
def test_a_break_even_closes_and_just_beyond_does_not(limit: float) -> None:
    found = break_even(lambda value: value <= limit, 0.0, 1.0)
    assert found <= limit <= found + 2e-6
