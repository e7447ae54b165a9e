"""The best plan of a scenario: against every packing simulated, replayed, written, explained, refused."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.decide.changes import file_text
from sim.decide.judging import Trials, surest
from sim.decide.optimise import optimise, others
from sim.decide.optimum import Optimum
from sim.decide.proof import Limits
from sim.model.simulate import simulate_nominal
from sim.problems import ScenarioError
from sim.scenario.load import check_scenario, load_scenario
from sim.study.sweep import Start

TINY = Path(__file__).with_name("tiny.yaml")
MASSES_KG = {"hut": 3000, "mast": 2000, "array": 3000, "store": 2000}
HOLD_KG = 6500


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a copy of the tiny scenario that can be changed."""
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY.read_text(encoding="utf-8"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def soonest(tmp_path_factory: pytest.TempPathFactory) -> Optimum:
    """Return the soonest plan of a copy of the tiny scenario."""
    file = tmp_path_factory.mktemp("soonest") / "tiny.yaml"
    file.write_text(TINY.read_text(encoding="utf-8"), encoding="utf-8")
    return optimise(Start(file), minimise=["date"])


def better_of(found: Optimum) -> Path:
    """Write the better plan beside the scenario; return its file."""
    better = Path(found.facts.start.file).with_name("better.yaml")
    better.write_text(file_text(found.facts, found.changes, better, "made", "made"), encoding="utf-8")
    return better


def asked(file: Path, block: str, *sets: str) -> Start:
    """Add a block `optimise` to a scenario; return where to start from."""
    file.write_text(file.read_text(encoding="utf-8") + f"optimise: {block}\n", encoding="utf-8")
    return Start(file, sets=sets)


def camp_d(file: Path | str, *sets: str) -> float:
    """Simulate a plan in which nothing slips; return the day of the camp."""
    campaign = compile_campaign(load_scenario(file, sets=sets))
    return float(simulate_nominal(campaign, traced=False).reached_d[campaign.goals[0].reached])


def packings() -> list[tuple[list[str], list[str]]]:
    """Return every way to pack the loads onto two flights that can carry them."""
    found = []
    for places in itertools.product((0, 1), repeat=len(MASSES_KG)):
        cargoes = [[load for load, place in zip(MASSES_KG, places, strict=True) if place == side] for side in (0, 1)]
        if all(cargoes) and all(sum(MASSES_KG[load] for load in cargo) <= HOLD_KG for cargo in cargoes):
            found.append((cargoes[0], cargoes[1]))
    return found


def test_the_soonest_plan_is_that_of_the_best_packing_flown_as_soon_as_can_be(soonest: Optimum) -> None:
    """Truth: the simulation of every packing, both flights planned for the first day."""
    soon = ["missions.one.not_before=2030-01-01", "missions.two.not_before=2030-01-01"]
    best = min(
        camp_d(TINY, *soon, f"missions.one.cargo=[{', '.join(one)}]", f"missions.two.cargo=[{', '.join(two)}]")
        for one, two in packings()
    )
    assert soonest.reached_d("camp")[1] == pytest.approx(best, abs=1.0)
    assert soonest.proof.status == "optimal"


def test_the_plan_agrees_with_the_optimiser_to_the_day(soonest: Optimum) -> None:
    assert soonest.differs == ()


def test_the_answer_is_a_scenario_without_problems_that_reaches_the_goal_on_that_day(
    soonest: Optimum,
) -> None:
    better = better_of(soonest)
    assert [one for one in check_scenario(better) if one.severity == "error"] == []
    assert camp_d(better) == soonest.reached_d("camp")[1]


def test_solving_the_answer_again_leaves_it_as_it_is(soonest: Optimum) -> None:
    better = better_of(soonest)
    again = optimise(Start(better), minimise=["date"])
    assert again.changes == ()
    assert again.proof.status == "optimal"


def test_a_variant_that_says_a_cargo_says_it_anew_where_the_loads_are_now(tiny: Path) -> None:
    inner = "goals: {camp: {needs: [hut]}}, elements: {mast: null}, missions: {one: {cargo: [array]}}"
    variants = f"variants: {{no-mast: {{{inner}}}}}"
    tiny.write_text(tiny.read_text(encoding="utf-8") + variants + "\n", encoding="utf-8")
    found = optimise(Start(tiny), minimise=["date"])
    better = better_of(found)
    assert [one for one in check_scenario(better) if one.severity == "error"] == []
    loads = [
        load for mission in load_scenario(better, ["no-mast"]).scenario.missions.values() for load in mission.cargo
    ]
    assert sorted(loads) == ["array", "hut", "store"]


def test_a_flight_that_is_no_choice_keeps_its_day(tiny: Path) -> None:
    """It takes the only pad for 50 days; without it the soonest plan flies both within that time."""
    flight = "launches: {main: {launcher: rocket, carries: [cargo-lander]}}, route: [leo, llo, rim], cargo: [flag]"
    fixed = f"  fixed: {{not_before: 2030-02-20, {flight}}}\n"
    text = tiny.read_text(encoding="utf-8").replace(
        "elements:\n", "elements:\n  flag: {mass: 10 kg, commissioning: 1 d}\n"
    )
    tiny.write_text(text + fixed, encoding="utf-8")
    found = optimise(Start(tiny), minimise=["date"])
    assert found.campaign is not None
    assert found.nominal is not None
    plan = next(one for one in found.campaign.missions if found.campaign.subjects[one.subject].name == "fixed")
    left = found.facts.nominal.reached_d[plan.launched]
    assert found.nominal.reached_d[plan.launched] == left
    assert found.differs == ()


def test_without_dates_in_the_block_no_flight_changes_its_day(tiny: Path) -> None:
    found = optimise(asked(tiny, "{minimise: [date], free: {cargo: [one, two]}}"))
    assert found.plan is not None
    assert {one.vehicle: found.facts.iso(one.leaves) for one in found.plan.flights} == {
        "one": "2030-03-01",
        "two": "2030-09-01",
    }


def test_loads_that_are_kept_stay_on_their_mission(tiny: Path) -> None:
    found = optimise(asked(tiny, "{free: {cargo: [one, two], dates: {}}, keep: {two: [store]}}"))
    assert found.plan is not None
    assert "store" in next(one.carries for one in found.plan.flights if one.vehicle == "two")


@pytest.mark.parametrize(("wish", "same"), [("together", True), ("apart", False)])
def test_loads_fly_together_or_apart_as_is_asked(tiny: Path, wish: str, *, same: bool) -> None:
    found = optimise(asked(tiny, f"{{free: {{cargo: [one, two], dates: {{}}}}, {wish}: [[hut, mast]]}}"))
    assert found.plan is not None
    assert any({"hut", "mast"} <= set(one.carries) for one in found.plan.flights) is same


def test_an_optional_load_stays_at_home_where_that_is_a_launch_less(tiny: Path) -> None:
    text = (
        tiny.read_text(encoding="utf-8")
        .replace("mass: 3 t, demand", "mass: 1 t, demand")
        .replace("array: {mass: 3 t", "array: {mass: 1 t")
    )
    tiny.write_text(
        text.replace("store: {mass: 2 t", "store: {mass: 4 t").replace("power_margin: 10 %", ""), encoding="utf-8"
    )
    found = optimise(
        asked(
            tiny,
            "{minimise: [launches], free: {cargo: [one, two], dates: {}, optional: [store]}}",
            "elements.hut.demand=0 kW",
        )
    )
    assert found.proof.objective == 1.0


def test_the_least_cost_counts_what_the_block_says(tiny: Path) -> None:
    block = "{minimise: [cost], free: {cargo: [one, two], dates: {}}, costs: {one: 3, two: 4.5}}"
    found = optimise(asked(tiny, block))
    assert found.proof.objective == 7500.0


def test_a_limit_that_cannot_be_met_is_named_with_the_nearest_that_can(tiny: Path, soonest: Optimum) -> None:
    found = optimise(Start(tiny), minimise=["date"], at_most={"date": "2030-02-01"})
    least = soonest.facts.iso(soonest.proofs["date"].objective or 0.0)
    assert found.plan is None
    assert found.proof.status == "infeasible"
    assert found.conflict == ("at most date 2030-02-01 (--at-most)",)
    assert found.repairs == (f"at most date {least}",)


def test_a_cost_that_is_missing_is_refused_with_its_place(tiny: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"tiny\.yaml:\d+:\d+: missions\.one: the cost of a flight of 'one' is missing"
    ):
        optimise(Start(tiny), minimise=["cost"])


def test_a_scenario_in_which_nothing_is_free_is_refused_with_the_place_of_the_goal(tiny: Path) -> None:
    text = tiny.read_text(encoding="utf-8").replace("needs: [hut, mast]", "needs: [plan]")
    tiny.write_text(f"{text}activities: {{plan: {{kind: development, duration: 10 d}}}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"tiny\.yaml:\d+:\d+: goals\.camp: nothing is free"):
        optimise(Start(tiny), minimise=["date"])


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("{keep: {one: [buggy]}}", "buggy"),
        ("{free: {cargo: [three]}}", "there is no mission 'three'"),
        ("{free: {ports: 2}}", "unknown key"),
        ("{at_most: {launches: many}}", "'many' is no limit"),
    ],
)
def test_a_block_that_is_wrong_is_refused_with_its_place(tiny: Path, block: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as caught:
        optimise(asked(tiny, block))
    assert "tiny.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("block", "at", "said"),
    [
        ("{free: {cargo: [one, two]}, keep: {one: [store, goods]}}", "keep.one[1]", "'goods'"),
        ("{free: {cargo: [one]}, keep: {one: [store]}}", "keep.one[0]", "'store' flies on none of the free missions"),
        ("{free: {cargo: [one]}, keep: {two: [store]}}", "keep.two", "'two' is not among free.cargo"),
        ("{free: {cargo: [one], optional: [store]}}", "free.optional[0]", "'store' flies on none"),
        ("{free: {cargo: [one]}, apart: [[mast, hut]]}", "apart[0][1]", "'hut' flies on none"),
        ("{free: {cargo: [one], flights: {most: 3, like: two}}}", "free.flights.like", "'two' is not among"),
        ("{free: {cargo: [one]}, costs: {two: 3}}", "costs.two", "'two' is no free mission and no stack"),
        ("{at_most: {launches: many}}", "at_most.launches", "'many' is no limit"),
        ("{at_most: {imleo: nan}}", "at_most.imleo", "'nan' is no limit"),
        ("{keep: {three: [hut]}}", "keep.three", "'three'"),
        ("{together: [[hut, gone]]}", "together[0][1]", "'gone'"),
    ],
)
def test_check_refuses_a_wish_that_cannot_be(tiny: Path, block: str, at: str, said: str) -> None:
    (error,) = [one for one in check_scenario(asked(tiny, block).file) if one.severity == "error"]
    assert error.path == f"optimise.{at}"
    assert said in error.message


def test_check_tells_wishes_about_what_flies_on_no_free_mission_where_the_block_names_none(tiny: Path) -> None:
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(
        text.replace("elements:\n", "elements:\n  flag: {mass: 10 kg, commissioning: 1 d}\n"), encoding="utf-8"
    )
    errors = [one for one in check_scenario(asked(tiny, "{apart: [[hut, flag]]}").file) if one.severity == "error"]
    assert [one.path for one in errors] == ["optimise.apart[0][1]"]


@pytest.mark.parametrize("block", ["{minimise: [cost]}", "{at_most: {cost: 3}}"])
def test_check_names_every_flight_whose_cost_is_missing(tiny: Path, block: str) -> None:
    errors = [one for one in check_scenario(asked(tiny, block).file) if one.severity == "error"]
    assert [one.path for one in errors] == ["missions.one", "missions.two"]
    assert all(one.mark is not None and one.mark.line for one in errors)


def test_check_refuses_free_missions_of_different_routes(tiny: Path) -> None:
    text = tiny.read_text(encoding="utf-8")
    first = text.index("route: [leo, llo, rim]")
    tiny.write_text(f"{text[:first]}{text[first:].replace('leo, llo', 'leo, nrho', 1)}", encoding="utf-8")
    errors = [one.message for one in check_scenario(asked(tiny, "{free: {cargo: [one, two]}}").file)]
    assert "these missions fly different routes" in errors


def test_check_refuses_a_free_mission_that_repeats(tiny: Path) -> None:
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(
        text.replace("  one:\n", "  one:\n    on_loss: refly\n    every: 90 d\n    repeats: 2\n"), encoding="utf-8"
    )
    errors = [one.message for one in check_scenario(asked(tiny, "{free: {cargo: [one, two]}}").file)]
    assert "'one' is not free: it repeats" in errors


def test_plans_near_the_best_are_other_packings_within_the_distance(soonest: Optimum) -> None:
    found = others(soonest, 3, 60, Limits(20.0))
    best = soonest.reached_d("camp")[1]
    assert soonest.plan is not None
    mine = [(two.vehicle, two.carries) for two in soonest.plan.flights]
    assert found
    for one in found:
        assert one.plan is not None
        assert one.reached_d("camp")[1] <= best + 61.0
        assert [(two.vehicle, two.carries) for two in one.plan.flights] != mine


def test_a_plan_that_is_surely_worse_gets_no_more_replications(soonest: Optimum) -> None:
    """A camp that is to stand a year before it can has no chance."""
    good = Trials(soonest.facts.campaign, 1)
    late = compile_campaign(load_scenario(TINY, sets=["goals.camp.by=2030-01-02"]))
    bad = Trials(late, 1)
    best, kept = surest([bad, good], "camp", 400)
    assert (best, kept) == (1, (1,))
    assert bad.count < 400


@pytest.mark.parametrize(("at_start", "waits"), [(10, False), (0, True)])
def test_a_flight_waits_for_the_money_of_its_partner(tiny: Path, at_start: int, *, waits: bool) -> None:
    """Each flight costs 10, and 10 come each year: without more at the start the second waits for the next year."""
    text = tiny.read_text(encoding="utf-8")
    text = text.replace("rebuild: 200 d", "rebuild: 200 d\n    partner: agency\n    cost: 10")
    partners = f"partners: {{agency: {{budget: {{at_start: {at_start}, per_year: 10}}}}}}\n"
    tiny.write_text(text.replace("elements:\n", partners + "elements:\n"), encoding="utf-8")
    found = optimise(Start(tiny), minimise=["date"])
    assert found.plan is not None
    assert found.differs == ()
    assert found.proof.status == "optimal"
    assert any(found.facts.iso(one.leaves) >= "2031-01-01" for one in found.plan.flights) is waits
