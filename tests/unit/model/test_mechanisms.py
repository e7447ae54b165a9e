"""One fact for each mechanism of the model, on scenarios of a few lines."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign, Chance, Reliability
from sim.model.resources import Class, Line
from sim.model.simulate import simulate, simulate_chunk, simulate_nominal
from sim.model.tracing import Verb
from sim.scenario.load import load_scenario
from tests.unit.model.small_campaigns import DATA, cause_d, day, outpost, small

# --- launching ----------------------------------------------------------------------------------------------------


def test_a_production_line_delivers_one_vehicle_an_interval_and_stops_at_its_stock() -> None:
    """Every 100 d, stock 2: the third is begun when the first is taken at 500."""
    line = Line()
    ready = [line.claim(now, 0.0, 100.0, 0, 2) for now in (500.0, 500.0, 500.0, 500.0)]
    assert ready == [100.0, 200.0, 600.0, 700.0]


def test_vehicles_in_store_are_there_from_the_start() -> None:
    line = Line()
    assert [line.claim(0.0, 50.0, 100.0, 2, 2) for _ in range(3)] == [50.0, 50.0, 150.0]


def test_first_flights_of_a_mature_vehicle_fail_as_often_as_the_prior_says() -> None:
    """Quality 3 % and a first flight of 13 %: the factor on the odds is (13/87) / (3/97)."""
    factor = (0.13 / 0.87) / (0.03 / 0.97)
    vehicle = Class(0.03, Reliability(Chance(0.03), (factor,), 0))
    assert vehicle.next_failure() == pytest.approx(0.13)
    assert vehicle.next_failure() == pytest.approx(0.03)


def test_scrubs_follow_the_geometric_law() -> None:
    """Shuttle: 135 launches in 255 attempts, 0.529 an attempt, 1.889 attempts a launch (Cates, IEEE Aerospace 2014)."""
    campaign = compile_campaign(
        load_scenario(
            DATA / "outpost.yaml", sets=["launch_sites.wenchang.scrub=47.06 %", "launchers.big.stand_down=0 d"]
        )
    )
    outcomes = simulate_chunk(campaign, 9, 0, 300)
    launches = int(outcomes.launches.sum())
    attempts = launches + int(outcomes.scrubs.sum())
    share = 1 - 0.4706
    assert launches / attempts == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / attempts))


def test_a_mission_that_is_abandoned_does_not_fly_again() -> None:
    campaign = outpost("launchers.big.record=null", "launchers.big.reliability=0 %", "missions.cargo-1.on_loss=abandon")
    story = simulate(campaign, 1, 0, traced=True).trace
    assert story is not None
    assert len([e for e in story.events if e.subject == "cargo-1" and "lost" in e.verb]) == 1
    assert len([e for e in story.events if e.subject == "cargo-2" and "lost" in e.verb]) > 1


def test_a_spare_payload_flies_without_being_rebuilt() -> None:
    sets = ["launchers.big.record=null", "launchers.big.reliability=0 %", "launchers.big.stand_down=0 d"]
    sets += ["missions.cargo-1.rebuild=5 yr", "launchers.big.production.every=1 d", "missions.cargo-1.spares=1"]
    campaign = outpost(*sets)
    story = simulate(campaign, 1, 0, traced=True).trace
    assert story is not None
    losses = [e.t_d for e in story.events if e.subject == "cargo-1" and "lost" in e.verb]
    assert losses[1] - losses[0] < 365.0 < losses[2] - losses[1]


def test_a_stand_in_delivers_what_the_lost_mission_carried() -> None:
    sets = ["spacecraft.cargo-lander.landing={flights: 1000, failures: 1000}", "missions.cargo-1.on_loss=substitute"]
    sets += ["missions.cargo-1.substitute=backup"]
    sets += [
        "missions.backup={reserve: true, rebuild: 1 yr, route: [leo, llo, site], cargo: [power-1],"
        " launches: {main: {launcher: big, carries: [lanyue-prop, lanyue]}}}"
    ]
    sets += [
        "spacecraft.lanyue.cargo=5 t",
        "elements.power-1.mass=500 kg",
    ]
    campaign = outpost(*sets)
    outcome = simulate(campaign, 1, 0, traced=True)
    names = [milestone.name for milestone in campaign.milestones]
    assert np.isfinite(outcome.reached_d[names.index("cargo-1")])
    assert np.isfinite(outcome.reached_d[names.index("power-1")])


# --- base ---------------------------------------------------------------------------------------------------------

SITE = {
    "places": {"site": {"body": "earth", "surface": True, "latitude": "0 deg", "longitude": "0 deg"}},
    "base": {"at": "site", "robot_shift": "10 h"},
}


def _base(tmp_path: Path, goal: list[str], elements: dict[str, Any], **blocks: Any) -> Campaign:
    """Compile a base whose elements come with a mission told step by step on day 100."""
    missions = {
        "cargo": {
            "operations": [{"name": "flight", "duration": "100 d"}],
            "cargo": list(elements),
        },
        **blocks.pop("missions", {}),
    }
    return small(tmp_path, goal, elements=elements, missions=missions, **{**SITE, **blocks})


def test_assembly_takes_the_robot_hours_over_the_robots_shift(tmp_path: Path) -> None:
    hut = {"mass": "1 t", "assembly": {"robot": "150 h", "unloading": "50 h"}, "commissioning": "5 d"}
    campaign = _base(tmp_path, ["hut"], {"hut": hut})
    assert day(campaign, simulate_nominal(campaign)) == 100.0 + 20.0 + 5.0


def test_two_jobs_wait_for_each_other_when_one_can_go_on_at_a_time(tmp_path: Path) -> None:
    hut = {"mass": "1 t", "assembly": {"robot": "100 h"}, "commissioning": "0 d"}
    campaign = _base(tmp_path, ["hut", "shed"], {"hut": hut, "shed": deepcopy(hut)})
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome) == 120.0
    assert cause_d(outcome, "labour") == 20.0


def test_an_element_is_not_commissioned_before_there_is_power(tmp_path: Path) -> None:
    elements = {
        "lab": {"mass": "1 t", "demand": "5 kW", "commissioning": "1 d"},
        "plant": {
            "mass": "1 t",
            "supply": {"constant": "6 kW"},
            "assembly": {"robot": "300 h"},
            "commissioning": "4 d",
        },
    }
    campaign = _base(tmp_path, ["lab"], elements)
    assert day(campaign, simulate_nominal(campaign)) == 100.0 + 30.0 + 4.0 + 1.0


def test_a_goal_waits_for_its_power_margin_and_owes_the_wait_to_the_supplier(tmp_path: Path) -> None:
    elements = {
        "lab": {"mass": "1 t", "demand": "5 kW", "commissioning": "1 d"},
        "plant": {"mass": "1 t", "supply": {"constant": "5 kW"}, "commissioning": "0 d"},
        "second": {"mass": "1 t", "supply": {"constant": "1 kW"}, "commissioning": "60 d"},
    }
    campaign = _base(tmp_path, ["lab"], elements, goal_extra={"power_margin": "10 %"})
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome) == 160.0
    assert cause_d(outcome, "power") == 0.0


def test_tests_fail_as_often_as_the_scenario_says_and_are_repeated(tmp_path: Path) -> None:
    """Each failure (40 %) costs 10 d of repair and 5 d of tests: mean 15 * 0.4/0.6 = 10 d."""
    hut = {"mass": "1 t", "commissioning": "5 d", "tests": {"fails": "40 %", "repair": "10 d"}}
    campaign = _base(tmp_path, ["hut"], {"hut": hut})
    extra = np.array([day(campaign, outcome) - 105.0 for outcome in simulate_chunk(campaign, 1, 0, 2000)])
    assert set(np.unique(extra % 15.0)) == {0.0}
    assert extra.mean() == pytest.approx(10.0, abs=4 * extra.std() / np.sqrt(2000))


def test_an_element_that_breaks_down_waits_for_spares(tmp_path: Path) -> None:
    plant = {
        "mass": "1 t",
        "supply": {"constant": "5 kW"},
        "commissioning": "0 d",
        "failures": {"every": {"uniform": ["99 d", "101 d"]}, "spares": "10 kg", "repair": "5 d"},
    }
    campaign = _base(tmp_path, ["plant"], {"plant": plant})
    story = simulate(campaign, 1, 0, traced=True).trace
    assert story is not None
    assert len([e for e in story.events if e.verb is Verb.BREAKS_DOWN]) == 1
    assert not [e for e in story.events if e.verb is Verb.IS_REPAIRED]


# --- living -------------------------------------------------------------------------------------------------------

LIVING = {"per_crew_day": {"food": "2 kg", "water": "10 kg"}, "recycling": {"water": "90 %"}, "reserve": "20 d"}


def _camp(*sets: str) -> Campaign:
    base = [
        "living={per_crew_day: {food: 2 kg, water: 10 kg}, recycling: {water: 90 %}, reserve: 20 d, "
        "stock: {food: 1000 kg, water: 1000 kg}}",
        "missions.crew.crew.stay=100 d",
        "launchers.big.record=null",
        "launchers.big.reliability=100 %",
        "spacecraft.lanyue.landing=null",
    ]
    return outpost(*base, *sets)


def _stay_d(campaign: Campaign) -> float:
    story = simulate_nominal(campaign).trace
    assert story is not None
    moved = next(e.t_d for e in story.events if e.verb is Verb.MOVES_IN)
    left = next(m.start_d for m in story.moves if m.subject == "crew" and m.origin == "site")
    return left - moved


def test_a_crew_with_goods_stays_as_long_as_planned() -> None:
    assert _stay_d(_camp()) == pytest.approx(100.0, abs=1.0)


def test_crew_days_are_counted() -> None:
    assert simulate_nominal(_camp()).crew_days == pytest.approx(200.0)


def test_a_crew_is_not_sent_while_goods_do_not_last() -> None:
    """Two people use 4 kg of food a day; 120 d with reserve need 480 kg."""
    campaign = _camp("living.stock={food: 400 kg, water: 1000 kg}", "missions.resupply.from=cargo-3")
    names = [milestone.name for milestone in campaign.milestones]
    outcome = simulate_nominal(campaign)
    assert outcome.reached_d[names.index("crew")] > outcome.reached_d[names.index("resupply-1")]


def test_a_crew_comes_home_when_the_reserve_is_reached() -> None:
    """A plant that makes food breaks its promise: two crews share 480 kg, which two people alone would last on."""
    campaign = _camp("living.stock={food: 480 kg, water: 1000 kg}", "missions.other=" + OTHER_CREW)
    outcome = simulate_nominal(campaign)
    assert outcome.early_returns >= 1
    assert outcome.crew_days < 400.0


OTHER_CREW = (
    "{not_before: 2031-02-01, launches: {lander: {launcher: big, carries: [lanyue-prop, lanyue]},"
    " ship: {launcher: big, carries: [mengzhou], after: lander.arrived}},"
    " rendezvous: {at: llo, wait: 400 d, duration: 2 d, goes_on: [lanyue-prop, lanyue]}, route: [leo, llo, site],"
    " back: [llo, earth], crew: {number: 3, down: 2, stay: 100 d}, rebuild: 1 yr}"
)


def test_recycling_and_local_production_make_goods_last() -> None:
    """1000 kg of water and 10 % of 10 kg a day lost: 500 d for two; 1 kg a day made: 1000 d."""
    world = _camp()
    assert world.living.use_kg_d[world.living.goods.index("water")] == pytest.approx(1.0)
    made = _camp("elements.hub.makes={water: 1 kg/d}")
    element = next(e for e in made.elements if made.subjects[e.subject].name == "hub")
    assert element.makes == ((made.living.goods.index("water"), 1.0),)


# --- ground -------------------------------------------------------------------------------------------------------

GROUND = (
    "ground={stations: {jiamusi: {latitude: 46.5 deg, longitude: 130.8 deg, partner: cnsa},"
    " bear-lakes: {latitude: 55.9 deg, longitude: 38 deg, partner: ros}}, minimum_elevation: 10 deg,"
    " critical: [tli, loi, landing, rendezvous]%s}"
)


def test_antennas_of_a_partner_who_has_left_no_longer_count() -> None:
    campaign = outpost(GROUND % "")
    ground = campaign.ground
    assert ground is not None
    seen = [float((cover.end_d - cover.start_d).sum()) for cover in ground.covers]
    assert ground.antennas == (2, 1)
    assert seen[1] < seen[0]
    for table in campaign.opportunities:
        assert set(table.open[1]) < set(table.open[0]) < set(table.window)


def test_better_navigation_makes_landing_safer_by_the_factor_on_the_odds() -> None:
    """At odds of 1 to 1 a factor of 25 % gives 1 to 4: one in five fails."""
    sets = ["launchers.big.record=null", "launchers.big.reliability=100 %", "missions.cargo-1.on_loss=abandon"]
    sets += ["spacecraft.cargo-lander.landing={flights: 100000, failures: 50000}"]
    navigation = ", navigation: {needs: [agreement], landing_failures: 25 %}"
    campaign = outpost(*sets, GROUND % navigation)
    names = [milestone.name for milestone in campaign.milestones]
    lost = np.mean([np.isinf(o.reached_d[names.index("cargo-1")]) for o in simulate_chunk(campaign, 1, 0, 800)])
    assert lost == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 800))


def test_better_navigation_leaves_more_propellant() -> None:
    sets = ["legs.llo-site.burns=[{dv: 2.03 km/s}, {dv: 20 m/s, correction: true}]"]
    campaign = outpost(*sets, GROUND % ", navigation: {needs: [dev], corrections: 25 %}")
    launch = next(m.launches[0] for m in campaign.missions if m.vehicle == "cargo-lander")
    plain, better = campaign.opportunities[launch.opportunities], campaign.opportunities[launch.navigated]
    gain_kg = better.propellant_margin_kg[: len(plain.window)] - plain.propellant_margin_kg
    assert gain_kg.min() > 0.0


def test_facility_days_count_from_commissioning_to_the_goals_date(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["lab"],
        places={"llo": {"body": "moon", "altitude": "100 km", "inclination": "90 deg"}},
        stations={"lab": {"at": "llo", "mass": "8 t", "research": {"facilities": 3}, "commissioning": "10 d"}},
        missions={"cargo": {"operations": [{"name": "flight", "duration": "100 d"}], "cargo": ["lab"]}},
    )
    outcome = simulate_nominal(campaign)
    by_d = campaign.goals[0].by_d
    assert outcome.facility_days[0] == pytest.approx(3 * (by_d - 110.0))
