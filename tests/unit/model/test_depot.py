"""A depot filled by a finite fleet of tankers, against its closed form."""

from __future__ import annotations

from math import comb, sqrt
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.model.tracing import Verb
from sim.scenario.load import load_scenario

DEPOT = Path(__file__).parents[2] / "data" / "depot.yaml"
SEED = 20260
"""Chosen before any of these cells was run with it."""
CELLS = [
    (1, 6), (5, 1), (5, 2), (5, 4), (5, 6), (5, 8), (5, 10),
    (10, 1), (10, 2), (10, 4), (10, 6), (10, 8), (10, 10),
    (15, 1), (15, 2), (15, 4), (15, 6), (15, 8), (15, 10),
]  # fmt: skip
"""(transfers, fleet) of the published parameter sweep."""


def closed_form(transfers: int, fleet: int) -> float:
    """Return P = m r^N sum over k < F of C(N+k-1, k) q^N (1-q)^k.

    Source: Merrel, Gomez and Chen (Georgia Tech), space mission discrete-event report, Fig. 11; q, r and m from the
    steps' probabilities.
    """
    q = (1 - 0.02) * (1 - 0.004)
    r = (1 - 0.002) * (1 - 0.005) * (1 - 0.005)
    m = (1 - 0.002) * (1 - 0.004) * (1 - 0.001) * (1 - 0.004)
    ways = sum(comb(transfers + k - 1, k) * (1 - q) ** k for k in range(fleet))
    return float(m * r**transfers * q**transfers * ways)


def simulated(transfers: int, fleet: int, runs: int) -> float:
    sets = [
        f"stations.tank.tank.capacity={10 * transfers} t",
        f"stations.tank.tank.filled_by.fleet={fleet}",
    ]
    campaign = compile_campaign(load_scenario(DEPOT, sets=sets))
    goal = campaign.goals[0].reached
    return float(np.mean([np.isfinite(o.reached_d[goal]) for o in simulate_chunk(campaign, SEED, 0, runs)]))


def z_value(transfers: int, fleet: int, runs: int) -> float:
    share = closed_form(transfers, fleet)
    return (simulated(transfers, fleet, runs) - share) / sqrt(share * (1 - share) / runs)


def test_the_closed_form_gives_the_published_probability() -> None:
    assert closed_form(10, 2) == pytest.approx(0.8531, abs=5e-5)
    assert closed_form(15, 1) == pytest.approx(0.5743, abs=5e-5)


@pytest.mark.parametrize(("transfers", "fleet"), [(1, 6), (5, 1), (5, 4), (10, 2)])
def test_a_finite_fleet_fills_the_depot_as_often_as_the_closed_form_says(transfers: int, fleet: int) -> None:
    assert abs(z_value(transfers, fleet, 2000)) < 3.0


@pytest.mark.stress
@pytest.mark.parametrize(("transfers", "fleet"), CELLS)
def test_every_cell_of_the_sweep_agrees_within_three_sigma_at_20000_replications(transfers: int, fleet: int) -> None:
    assert abs(z_value(transfers, fleet, 20_000)) < 3.0


def test_the_trace_holds_what_the_tank_holds() -> None:
    """Ten loads of 10 t, one after the other, less 0.1 % a day of what is there, and never more than the tank takes."""
    sets = ["stations.tank.tank.boil_off=0.1 %/d", "stations.tank.tank.filled_by.fleet=90"]
    trace = simulate_nominal(compile_campaign(load_scenario(DEPOT, sets=sets))).trace
    assert trace is not None
    (tank,) = trace.tanks
    loads = [event for event in trace.events if event.verb is Verb.IS_TOPPED_UP]
    level_kg, since_d = 0.0, 0.0
    for load, t_d, before_kg, after_kg in zip(loads, tank.t_d, tank.before_kg, tank.after_kg, strict=False):
        level_kg *= 0.999 ** (t_d - since_d)
        assert t_d == load.t_d
        assert before_kg == pytest.approx(level_kg)
        assert load.mass_kg is not None
        level_kg, since_d = min(level_kg + load.mass_kg, tank.capacity_kg), t_d
        assert after_kg == pytest.approx(level_kg)
    assert max(tank.after_kg) == tank.capacity_kg
