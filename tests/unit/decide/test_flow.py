"""The least mass of small networks is that of a count over every number of vehicles; what cannot be is explained."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest

from sim.decide.explain import Conflict, Statement
from sim.decide.flow import exists, explain_flow, solve_flow, statements_of
from sim.decide.keyed import changed
from sim.decide.network import Network, read_network
from sim.decide.proof import Limits
from sim.problems import InputError

SOLVER = 1e-6
"""Relative agreement that the solver's tolerances allow."""


def small_network(seed: int, types: int = 2) -> dict[str, Any]:
    """Return a mission over one hop beyond low orbit, with figures drawn at random."""
    draw = random.Random(seed)
    return {
        "g0_m_s2": 9.80665,
        "crew_kg": 90.0,
        "use_kg_per_person_day": draw.choice([0.0, 8.0]),
        "upkeep_share_per_flight": 0.0,
        "path": ["Earth", "LEO", "Moon"],
        "arcs": [
            {"between": ["LEO", "Earth"], "days": 1, "dv_m_s": 0},
            {"between": ["LEO", "Moon"], "days": 4, "dv_m_s": draw.choice([2500, 3100, 3900])},
        ],
        "hold_at": ["Moon"],
        "isp_s": draw.choice([380, 450]),
        "vehicles": {
            f"type-{number}": {
                "count": draw.randint(0, 3),
                "dry_kg": float(draw.randint(2000, 6000)),
                "payload_kg": float(draw.randint(500, 3000)),
                "propellant_kg": float(draw.randint(4000, 24000)),
            }
            for number in range(types)
        },
        "missions": [
            {
                "crew": draw.randint(0, 3),
                "surface_days": draw.randint(0, 20),
                "down_kg": float(draw.randint(0, 3000)),
                "back_kg": float(draw.randint(0, 300)),
            }
        ],
    }


def counted_least_kg(said: dict[str, Any]) -> float | None:
    """Return the least mass by trying every number of vehicles out and back, masses by the rocket equation alone."""
    mission, types = said["missions"][0], list(said["vehicles"].values())
    share = 1.0 - math.exp(-said["arcs"][1]["dv_m_s"] / (said["isp_s"] * said["g0_m_s2"]))
    people_kg = mission["crew"] * said["crew_kg"]
    daily_kg = mission["crew"] * said["use_kg_per_person_day"]
    first_kg, way_kg = daily_kg * said["arcs"][0]["days"], daily_kg * said["arcs"][1]["days"]
    stay_kg, home_kg = daily_kg * mission["surface_days"], daily_kg * (said["arcs"][0]["days"] + 4)
    counts = [range(one["count"] + 1) for one in types]
    found = []
    for out in itertools.product(*counts):
        for back in itertools.product(*(range(n + 1) for n in out)):

            def total(numbers: tuple[int, ...], key: str) -> float:
                return math.fsum(n * one[key] for n, one in zip(numbers, types, strict=True))

            aboard_kg = people_kg + mission["back_kg"] + home_kg
            return_kg = share / (1.0 - share) * (total(back, "dry_kg") + aboard_kg)
            down_kg = people_kg + mission["down_kg"] + stay_kg + home_kg + way_kg
            burn_kg = share / (1.0 - share) * (total(out, "dry_kg") + down_kg + return_kg)
            fits = (
                aboard_kg <= total(back, "payload_kg")
                and return_kg <= total(back, "propellant_kg")
                and down_kg <= total(out, "payload_kg")
                and burn_kg + return_kg <= total(out, "propellant_kg")
            )
            if fits or not (aboard_kg or down_kg):
                found.append(total(out, "dry_kg") + down_kg + return_kg + burn_kg + first_kg)
    return min(found, default=None)


@pytest.mark.parametrize("seed", range(12))
def test_the_least_mass_is_that_of_counting_every_number_of_vehicles(seed: int) -> None:
    said = small_network(seed)
    least_kg = counted_least_kg(said)
    proof = solve_flow(read_network(said)).proof
    assert proof.status == ("infeasible" if least_kg is None else "optimal")
    if least_kg is not None:
        assert proof.objective == pytest.approx(least_kg, rel=SOLVER)


def test_the_draws_hold_networks_with_and_without_a_plan() -> None:
    """Without both, the comparison above would say little."""
    assert {counted_least_kg(small_network(seed)) is None for seed in range(12)} == {True, False}


def test_an_optimal_answer_has_no_gap_above_a_millionth() -> None:
    proof = solve_flow(read_network(feasible())).proof
    assert proof.gap is not None
    assert proof.gap <= 1e-6


def test_vehicles_left_at_the_moon_serve_the_next_mission() -> None:
    """Two missions together need less than twice one, for nothing need come down twice."""
    one = feasible()
    one["missions"][0] |= {"crew": 0, "back_kg": 0.0, "down_kg": 500.0, "surface_days": 0}
    two = {**one, "missions": [{**one["missions"][0], "down_kg": 0.0, "back_kg": 100.0}, one["missions"][0]]}
    alone = (solve_flow(read_network({**two, "missions": [mission]})).proof.objective for mission in two["missions"])
    apart_kg = math.fsum(kg for kg in alone if kg is not None)
    together = solve_flow(read_network(two)).proof
    assert together.status == "optimal"
    assert together.objective is not None
    assert together.objective <= apart_kg * (1 + SOLVER)


def test_a_plan_keeps_more_propellant_at_departure_than_it_burns() -> None:
    said = feasible()
    network = read_network(said)
    (move,) = (one for one in solve_flow(network).moves if one.arc.dv_m_s and one.arc.start[1] == 0)
    mass_kg = sum(network.vehicles[name].dry_kg * n for name, n in move.vehicles.items())
    mass_kg += move.people * network.crew_kg + sum(move.goods_kg.values())
    assert move.goods_kg["propellant"] >= network.propellant_share(move.arc.dv_m_s) * mass_kg * (1 - SOLVER)


def feasible() -> dict[str, Any]:
    """Return the first drawn network that has a plan."""
    return next(said for said in map(small_network, range(12)) if counted_least_kg(said) is not None)


def infeasible() -> Network:
    """Return a network that just misses: one vehicle too few for the load down."""
    said = feasible()
    said["vehicles"] = {"ship": {"count": 1, "dry_kg": 4000.0, "payload_kg": 1000.0, "propellant_kg": 20000.0}}
    said["missions"] = [{"crew": 0, "surface_days": 0, "down_kg": 1500.0, "back_kg": 0.0}]
    return read_network(said)


def test_the_conflict_is_a_smallest_one_of_all_subsets_of_what_was_said() -> None:
    network = infeasible()
    statements = statements_of(network)

    def holds(kept: tuple[Statement, ...]) -> bool | None:
        freed = network
        for one in statements:
            if one not in kept:
                freed = changed(freed, one.key, one.free)
        return exists(freed)

    sizes = [
        size
        for size in range(len(statements) + 1)
        for kept in itertools.combinations(statements, size)
        if holds(kept) is False
    ]
    found = explain_flow(network)
    assert found is not None
    assert found.conflict.smallest
    assert len(found.conflict.statements) == min(sizes)
    assert holds(found.conflict.statements) is False


def test_one_more_vehicle_is_among_the_repairs_with_its_least_mass() -> None:
    network = infeasible()
    found = explain_flow(network)
    assert found is not None
    (repair,) = (one for one in found.repairs if one.key == "vehicles.ship.count")
    assert repair.value == 2
    assert repair.proof.objective == solve_flow(changed(network, "vehicles.ship.count", 2)).proof.objective


def test_a_repaired_load_is_the_largest_that_fits_to_three_figures() -> None:
    """One ship carries 1,000 kg of 1,500."""
    found = explain_flow(infeasible())
    assert found is not None
    assert [one.value for one in found.repairs if one.key == "missions.0.down_kg"] == [1000.0]


def test_a_network_with_a_plan_has_no_conflict() -> None:
    assert explain_flow(read_network(feasible())) is None


def test_without_time_nothing_is_claimed() -> None:
    said = {**small_network(3, types=3), "missions": small_network(3)["missions"] * 4}
    assert solve_flow(read_network(said), Limits(seconds=1e-9)).proof.status in ("unknown", "feasible")


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("hold_at", ["Mars"], "hold_at: 'Mars' is no node"),
        ("isp_s", 0, "isp_s: a number"),
        ("missions", {}, "missions: a list is wanted"),
        ("vehicles", {"cargo": small_network(0)["vehicles"]["type-0"]}, "is the name of a good"),
        ("arcs", [], "there is none between"),
    ],
)
def test_a_wrong_network_is_refused_with_its_key(key: str, value: object, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        read_network({**small_network(0), key: value})


def test_a_conflict_keeps_the_order_in_which_things_were_said() -> None:
    found = explain_flow(infeasible())
    assert found is not None
    conflict: Conflict[Statement] = found.conflict
    said = [one.key for one in statements_of(infeasible())]
    named = [one.key for one in conflict.statements]
    assert named == sorted(named, key=said.index)


def campaign(vehicles: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return two missions of four people to the lunar surface, a year apart, with samples back.

    Source: the two-mission campaign of Chen and Ho (2018) as it is solved by the tests of the public code
    myamazum/space-logistics-optimization (files tests/test_opt_w_fixed_sc_design.py, tests/test_w_pwl_sc_sizing.py,
    commit 74f7909): delta-v 4.04 and 1.87 km/s, 420 s, 9.8 m/s2, 8.655 kg a person and day, 1 % upkeep a flight.
    """
    mission = {"crew": 4, "surface_days": 3, "down_kg": 2000, "back_kg": 1000}
    return {
        "g0_m_s2": 9.8,
        "crew_kg": 100,
        "use_kg_per_person_day": 8.655,
        "upkeep_share_per_flight": 0.01,
        "path": ["Earth", "LEO", "LLO", "LS"],
        "arcs": [
            {"between": ["Earth", "LEO"], "days": 1, "dv_m_s": 0},
            {"between": ["LEO", "LLO"], "days": 3, "dv_m_s": 4040},
            {"between": ["LLO", "LS"], "days": 1, "dv_m_s": 1870},
        ],
        "hold_at": ["LLO", "LS"],
        "isp_s": 420,
        "vehicles": vehicles,
        "missions": [mission, mission],
    }


@pytest.mark.parametrize(
    ("vehicles", "published_kg"),
    [
        (
            {
                "ship": {
                    "count": 6,
                    "payload_kg": 2837.11768506991,
                    "propellant_kg": 44362.37800273237,
                    "dry_kg": 13071.917273428024,
                }
            },
            694264.4171277,
        ),
        (
            {
                "lander": {
                    "count": 3,
                    "payload_kg": 2723.30697999,
                    "propellant_kg": 15349.05682545,
                    "dry_kg": 7510.34899967,
                },
                "tug": {
                    "count": 3,
                    "payload_kg": 507.53094029,
                    "propellant_kg": 55695.85864014,
                    "dry_kg": 13829.06781459,
                },
            },
            401327.7125853,
        ),
    ],
    ids=["one type", "two types"],
)
def test_the_published_two_mission_campaign_has_its_published_least_mass(
    vehicles: dict[str, dict[str, float]], published_kg: float
) -> None:
    """The published masses: 694,264.4171277 and 401,327.7125853 kg to low orbit."""
    proof = solve_flow(read_network(campaign(vehicles))).proof
    assert proof.status == "optimal"
    assert proof.objective == pytest.approx(published_kg, rel=1e-9)
