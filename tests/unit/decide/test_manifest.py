"""Least manifests are those of trying everything, keep every rule, and say why when none exists."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sim.decide.cpsat import Solved
from sim.decide.loads import LaunchPad, ManifestFacts, ManifestPlan, moves_between, read_manifest
from sim.decide.manifest_solver import (
    explain_manifest,
    launches_against_date,
    offered,
    solve_manifest,
    unlike,
)
from sim.decide.proof import Limits, Proof, SolveProgress
from sim.problems import InputError

WEEKS = 14


def drawn(seed: int) -> dict[str, Any]:
    """Return a manifest of four loads and two vehicles, small enough to try everything."""
    draw = random.Random(seed)
    names = ["a", "b", "c", "d"]
    return {
        "weeks": WEEKS,
        "deadline": WEEKS,
        "teams": draw.randint(1, 2),
        "pads": {"p": {"turnaround": draw.randint(0, 4)}, "q": {"turnaround": draw.randint(0, 4)}},
        "vehicles": {
            name: {
                "capacity": draw.randint(3, 6),
                "pad": draw.choice(["p", "q"]),
                "first": draw.randint(0, 2),
                "every": draw.randint(0, 3),
                "most": draw.randint(1, 2),
                "flight": draw.randint(0, 2),
                "imleo": draw.randint(5, 9),
                "cost": draw.randint(1, 9),
                **({"needs": ["a"]} if name == "two" and draw.random() < 0.4 else {}),
            }
            for name in ("one", "two")
        },
        "items": {
            name: {
                "kg": draw.randint(1, 4),
                "setup": draw.randint(0, 3),
                "ready": draw.choice([0, 0, 3]),
                "needs": [one for one in names[:place] if draw.random() < 0.3],
            }
            for place, name in enumerate(names)
        },
        "goal": ["c", "d"],
    }


def set_up(made: ManifestFacts, landed: dict[str, int]) -> Iterator[dict[str, int]]:
    """Return the earliest starts for every order of the loads; among them is a best one for any date."""
    for order in itertools.permutations(made.items):
        starts: dict[str, int] = {}
        for name in order:
            load = made.items[name]
            if any(need not in starts for need in load.needs):
                break
            start = max([landed[name], *(starts[need] + made.items[need].setup for need in load.needs)])
            while load.setup and any(_busy(made, starts, t) >= made.teams for t in range(start, start + load.setup)):
                start += 1
            starts[name] = start
        else:
            yield starts


def _busy(made: ManifestFacts, starts: dict[str, int], t: int) -> int:
    return sum(start <= t < start + made.items[name].setup for name, start in starts.items())


def tried_everything(made: ManifestFacts, last: int) -> dict[str, int]:
    """Return the least of each objective over all numbers of flights, weeks, packings and orders of setting up."""
    least: dict[str, int] = {}
    counts = [range(min(one.most, len(made.items)) + 1) for one in made.vehicles.values()]
    for numbers in itertools.product(*counts):
        slots = [(v, k + 1) for v, n in zip(made.vehicles, numbers, strict=True) for k in range(n)]
        values = {
            "launches": len(slots),
            "mass": sum(made.vehicles[v].imleo or 0 for v, _ in slots),
            "cost": sum(made.vehicles[v].cost or 0 for v, _ in slots),
        }
        for packing in itertools.product(range(len(slots)), repeat=len(made.items)):
            flown = dict(zip(made.items, packing, strict=True))
            if not _fits(made, slots, flown):
                continue
            date = _earliest(made, slots, flown, last)
            if date is not None:
                for name, value in {**values, "date": date}.items():
                    least[name] = min(least.get(name, value), value)
    return least


def _fits(made: ManifestFacts, slots: list[tuple[str, int]], flown: dict[str, int]) -> bool:
    return all(
        sum(made.items[name].kg for name, on in flown.items() if on == number) <= made.vehicles[vehicle].capacity
        for number, (vehicle, _) in enumerate(slots)
    )


def _earliest(made: ManifestFacts, slots: list[tuple[str, int]], flown: dict[str, int], last: int) -> int | None:
    """Return the earliest date over all weeks in which the flights can leave."""
    best = None
    ready = [max([made.vehicles[v].first + (n - 1) * made.vehicles[v].every,
                  *(made.items[name].ready for name, on in flown.items() if on == k)])
             for k, (v, n) in enumerate(slots)]  # fmt: skip
    for weeks in itertools.product(*(range(first, last + 1) for first in ready)):
        if not _leave_in_turn(made, slots, weeks):
            continue
        landed = {name: weeks[on] + made.vehicles[slots[on][0]].flight for name, on in flown.items()}
        for starts in set_up(made, landed):
            ends = {name: start + made.items[name].setup for name, start in starts.items()}
            waits = all(weeks[k] >= ends[need] for k, (v, _) in enumerate(slots) for need in made.vehicles[v].needs)
            if max(ends.values()) <= made.weeks and waits:
                date = max(ends[name] for name in made.goal)
                best = date if best is None else min(best, date)
    return best


def _leave_in_turn(made: ManifestFacts, slots: list[tuple[str, int]], weeks: tuple[int, ...]) -> bool:
    for (one, first), (two, second) in itertools.combinations(zip(slots, weeks, strict=True), 2):
        if one[0] == two[0] and not (first < second if one[1] < two[1] else first > second):
            return False
        if made.vehicles[one[0]].pad == made.vehicles[two[0]].pad:
            apart = made.pads[made.vehicles[one[0]].pad].turnaround
            if abs(first - second) < apart:
                return False
    return True


def broken_rules(made: ManifestFacts, plan: ManifestPlan) -> list[str]:
    """Return every rule that a plan breaks."""
    slots = [(one.vehicle, one.number) for one in plan.flights]
    weeks = tuple(one.leaves for one in plan.flights)
    flown = {name: number for number, one in enumerate(plan.flights) for name in one.carries}
    ends = {name: start + made.items[name].setup for name, start in plan.set_up_from.items()}
    broken = []
    if sorted(flown) != sorted(made.items) or sum(len(one.carries) for one in plan.flights) != len(made.items):
        broken.append("every load flies once")
    if not _fits(made, slots, flown) or not _leave_in_turn(made, slots, weeks):
        broken.append("loads fit and flights leave in turn")
    for number, (vehicle, n) in enumerate(slots):
        spec = made.vehicles[vehicle]
        if weeks[number] < spec.first + (n - 1) * spec.every or (n > 1 and (vehicle, n - 1) not in slots):
            broken.append("vehicles are made one after the other")
        broken += ["needs of a vehicle" for need in spec.needs if weeks[number] < ends[need]]
    for name, start in plan.set_up_from.items():
        load, flight = made.items[name], plan.flights[flown[name]]
        broken += ["ready"] * (flight.leaves < load.ready)
        broken += ["landed"] * (start < flight.leaves + made.vehicles[flight.vehicle].flight)
        broken += ["needs" for need in load.needs if start < ends[need]]
        broken += ["end"] * (ends[name] > made.weeks)
        broken += ["teams"] * any(_busy(made, dict(plan.set_up_from), t) > made.teams for t in range(start, ends[name]))
    return broken


SEEDS = (5, 6, 9, 11, 19, 26, 27, 28, 29, 34, 35)
"""Draws that can be tried through in a moment each; among them some without a plan."""


@pytest.mark.parametrize("seed", SEEDS)
def test_each_objective_is_the_least_of_trying_everything(seed: int) -> None:
    made = read_manifest(drawn(seed))
    least = tried_everything(made, last=10)
    proofs = {name: solve_manifest(made, [name]).proof for name in offered(made)}
    assert {proof.status for proof in proofs.values()} == {"optimal" if least else "infeasible"}
    if least:
        assert {name: proof.objective for name, proof in proofs.items()} == least


def packed() -> ManifestFacts:
    """Return a manifest with room to choose: six loads, two vehicles, one team."""
    small = {"pad": "p", "flight": 1}
    return read_manifest(
        {
            "weeks": 60,
            "teams": 1,
            "pads": {"p": {"turnaround": 3}},
            "vehicles": {
                "small": {**small, "capacity": 5, "first": 1, "every": 5, "most": 6, "imleo": 5, "cost": 4},
                "large": {**small, "capacity": 11, "first": 9, "every": 9, "most": 2, "imleo": 9, "cost": 9},
            },
            "items": {name: {"kg": kg, "setup": 2} for name, kg in zip("abcdef", (5, 4, 3, 3, 2, 1), strict=True)},
            "goal": list("abcdef"),
        }
    )  # fmt: skip


@pytest.mark.parametrize("objective", ["date", "launches", "mass", "cost"])
def test_a_best_plan_keeps_every_rule(objective: str) -> None:
    made = packed()
    plan = solve_manifest(made, [objective]).plan
    assert plan is not None
    assert broken_rules(made, plan) == []


def test_the_next_objective_counts_among_what_is_best_by_the_first() -> None:
    made = packed()
    both = solve_manifest(made, ["launches", "date"]).proofs
    alone = solve_manifest(made, ["date"]).proof
    assert [proof.status for proof in both.values()] == ["optimal", "optimal"]
    assert both["launches"].objective == 2.0  # 18 kg on 11 + 11
    assert both["date"].objective == 23.0  # the second large one lands in week 19 with two loads, for one is too light
    assert alone.objective is not None
    assert alone.objective < 23.0


def test_a_limit_on_launches_binds_the_date() -> None:
    made = packed()
    free, bound = (solve_manifest(made, ["date"], at_most=caps).proof.objective for caps in ({}, {"launches": 2}))
    assert free is not None
    assert bound is not None
    assert free < bound


def test_the_trade_ends_where_more_launches_bring_no_earlier_date() -> None:
    made = packed()
    trade = launches_against_date(made)
    dates = [proof.objective for _, proof in trade]
    assert [launches for launches, _ in trade] == list(range(2, 2 + len(trade)))
    assert dates[-1] == solve_manifest(made, ["date"]).proof.objective
    assert dates == sorted(dates, key=lambda date: -(date or 0.0))


def test_the_same_seed_gives_the_same_plan() -> None:
    assert len({str(solve_manifest(packed(), ["launches", "date"]).plan) for _ in range(3)}) == 1


def test_a_deadline_a_week_too_early_is_in_the_conflict_and_a_week_later_repairs_it() -> None:
    made = packed()
    date = solve_manifest(made, ["date"]).proof.objective
    assert date is not None
    found = explain_manifest(replace(made, deadline=int(date) - 1), seconds=120.0)
    assert found is not None
    assert "deadline" in [one.key for one in found.conflict.statements]
    assert [one.value for one in found.repairs if one.key == "deadline"] == [int(date)]


def test_a_load_too_heavy_for_every_vehicle_blames_their_capacities() -> None:
    made = packed()
    heavy = replace(made, items={**made.items, "g": replace(made.items["a"], kg=12)})
    found = explain_manifest(heavy, seconds=120.0)
    assert found is not None
    assert {one.key for one in found.conflict.statements} == {"vehicles.small.capacity", "vehicles.large.capacity"}
    assert {one.key: one.value for one in found.repairs}["vehicles.large.capacity"] == 12


def test_a_listener_hears_of_plans_and_bounds() -> None:
    heard: list[SolveProgress] = []
    solve_manifest(packed(), ["date"], on_progress=heard.append)
    assert any(one.best is not None for one in heard)


def test_a_solve_cut_short_is_not_called_optimal() -> None:
    draw = random.Random(5)
    items = {f"load-{n}": {"kg": draw.randint(20, 60), "setup": draw.randint(1, 4)} for n in range(24)}
    vehicle = {"capacity": 100, "pad": "p", "first": 1, "every": 2, "most": 24, "flight": 1}
    made = read_manifest(
        {"weeks": 99, "teams": 2, "pads": {"p": {"turnaround": 1}}, "vehicles": {"v": vehicle}, "items": items,
         "goal": list(items)}
    )  # fmt: skip
    proof = solve_manifest(made, ["date"], limits=Limits(work=0.01)).proof
    assert proof.status in ("feasible", "unknown")
    assert proof.gap is None or proof.gap > 0.0


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"goal": []}, "goal: at least one load"),
        ({"goal": ["x"]}, "goal: there is no load 'x'"),
        ({"pads": {}}, "there is no pad"),
        ({"teams": 1.5}, "teams: a whole number"),
        ({"items": {"c": {"kg": 1, "needs": ["d"]}, "d": {"kg": 1, "needs": ["c"]}}}, "in a circle"),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_key(change: dict[str, Any], wrong: str) -> None:
    said = drawn(0)
    for vehicle in said["vehicles"].values():
        vehicle.pop("needs", None)
    with pytest.raises(InputError, match=wrong):
        read_manifest({**said, **change})


def test_least_cost_is_refused_when_a_vehicle_has_none() -> None:
    made = packed()
    free = replace(made, vehicles={**made.vehicles, "small": replace(made.vehicles["small"], cost=None)})
    with pytest.raises(InputError, match=r"vehicles\.small\.cost: is missing"):
        solve_manifest(free, ["cost"])
    assert "cost" not in offered(free)


def test_pads_without_turnaround_can_serve_two_flights_in_a_week() -> None:
    made = packed()
    quick = replace(made, pads={"p": LaunchPad(0)}, teams=6)
    assert solve_manifest(quick, ["date"], at_most={"launches": 3}).proof.status == "optimal"


def three_alike() -> ManifestFacts:
    """Return three loads of one kilogram for two flights of three."""
    vehicle = {"capacity": 3, "pad": "p", "first": 0, "every": 1, "most": 2, "flight": 0}
    items = {name: {"kg": 1, "setup": 1} for name in "abc"}
    return read_manifest(
        {"weeks": 20, "teams": 3, "pads": {"p": {"turnaround": 1}}, "vehicles": {"v": vehicle}, "items": items,
         "goal": ["a"]}
    )  # fmt: skip


def test_plans_unlike_the_best_are_all_its_other_packings() -> None:
    """One way on one flight, and 2 x 2 x 2 - 2 ways on two."""
    best = solve_manifest(three_alike(), ["launches"]).plan
    assert best is not None
    found = [best, *(one.plan for one in unlike(three_alike(), best, most=20) if one.plan)]
    packings = {tuple(sorted((one.number, one.carries) for one in plan.flights)) for plan in found}
    assert (len(found), len(packings)) == (7, 7)


def test_plans_unlike_the_best_are_no_more_than_asked_for_and_keep_the_limits() -> None:
    best = solve_manifest(three_alike(), ["launches"]).plan
    assert best is not None
    assert len(list(unlike(three_alike(), best, most=3))) == 3
    assert list(unlike(three_alike(), best, most=3, at_most={"launches": 1})) == []


@pytest.mark.parametrize("objective", ["date", "launches"])
def test_solving_a_best_plan_again_leaves_it_as_it_is(objective: str) -> None:
    made = packed()
    best = solve_manifest(made, [objective]).plan
    again = solve_manifest(made, [objective], present=best)
    assert again.plan is not None
    assert best is not None
    assert again.plan.flights == best.flights
    assert again.proofs["moves"].objective == 0.0


def test_an_explanation_ends_in_its_time_and_says_when_it_is_not_shortened() -> None:
    found = explain_manifest(replace(packed(), deadline=8), seconds=1e-9)
    assert found is None or not found.conflict.shortened


def many_loads(seed: int, loads: int) -> dict[str, Any]:
    """Return a manifest of two vehicles that share a pad, drawn at random."""
    draw = random.Random(seed)
    items = {
        f"l{number}": {
            "kg": draw.randint(300, 3000),
            "setup": draw.randint(0, 4),
            "needs": [f"l{other}" for other in range(number) if draw.random() < 1.2 / number][:2],
        }
        for number in range(loads)
    }
    kg = sum(int(str(one["kg"])) for one in items.values())
    vehicles = {
        name: {
            "capacity": capacity, "pad": "p", "first": draw.randint(0, 10), "every": draw.randint(4, 14),
            "most": kg // capacity + 2, "flight": 1,
        }
        for name, capacity in (("small", 6000), ("large", 14000))
    }  # fmt: skip
    goal = [name for name in items if draw.random() < 0.4]
    return {
        "weeks": 300, "teams": 2, "pads": {"p": {"turnaround": 3}}, "vehicles": vehicles, "items": items, "goal": goal
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_the_soonest_plan_of_thirty_loads_is_proven(seed: int) -> None:
    assert solve_manifest(read_manifest(many_loads(seed, 30)), ["date"]).proof.status == "optimal"


@pytest.mark.parametrize("seed", range(3))
def test_the_moves_of_a_plan_are_counted_as_the_solver_counts_them(seed: int) -> None:
    made = read_manifest(drawn(seed))
    present = solve_manifest(made, ["launches"]).plan
    soonest = solve_manifest(made, ["date"], present=present)
    assert soonest.plan is not None
    assert moves_between(present, soonest.plan) == soonest.proofs["moves"].objective


def test_ctrl_c_ends_a_search_for_other_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    best = solve_manifest(three_alike(), ["launches"]).plan
    assert best is not None
    stopped = Solved(Proof("feasible", 0.0, None, 0.0, interrupted=True), ())
    monkeypatch.setattr("sim.decide.manifest_solver.cpsat.solve", lambda *_args, **_options: stopped)
    with pytest.raises(KeyboardInterrupt):
        next(unlike(three_alike(), best, most=3))
