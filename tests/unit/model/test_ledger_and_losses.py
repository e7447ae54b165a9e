"""What a replication blames when something never comes, and what happens after losses and late partners."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import simpy

from sim.campaign.causes import CAUSES
from sim.campaign.compile import compile_campaign
from sim.model.ledger import Ledger
from sim.model.resources import Line, Pads, Store
from sim.model.simulate import simulate, simulate_nominal
from sim.model.tracing import Verb
from sim.scenario.load import load_scenario
from tests.unit.model.small_campaigns import CERTAIN, DATA, cause_d, day, events, outpost, small, told

MISSED = "{flights: 100000, failures: 100000}"


# --- what is blamed -----------------------------------------------------------------------------------------------


def test_days_after_a_stay_cut_short_for_want_of_goods_count_as_supply() -> None:
    """A crew that leaves early never completes its stay: a goal that needs it waits to the calendar's end."""
    food = "living={per_crew_day: {food: 2 kg}, reserve: 20 d, stock: {food: 560 kg}}"
    guest = (
        "missions.guests={not_before: 2031-01-01, launches: {main: {launcher: big, carries: [lanyue-prop, lanyue]}},"
        " route: [leo, llo, site], crew: {number: 2, down: 2, stay: 100 d}, rebuild: 1 yr}"
    )
    campaign = outpost(*CERTAIN, food, guest, "missions.crew.crew.stay=100 d", "goals.base.needs=[crew.stayed]")
    outcome = simulate_nominal(campaign)
    assert outcome.early_returns > 0
    assert np.isinf(outcome.reached_d[campaign.goals[0].reached])
    assert outcome.by_cause_d[0].sum() == pytest.approx(campaign.end_d, abs=1e-9)
    assert cause_d(outcome, "supply") > 1000.0


def test_a_goal_that_needs_a_mission_nobody_starts_is_partitioned_to_the_end() -> None:
    """A reserve flies only in place of another: days 0 to the end lie idle."""
    reserve = (
        "missions.backup={reserve: true, route: [leo, llo, site], launches: {main: {launcher: big,"
        " carries: [cargo-lander]}}}"
    )
    campaign = outpost(reserve, "goals.base.needs=[backup.launched]")
    outcome = simulate_nominal(campaign)
    assert outcome.by_cause_d[0].sum() == campaign.end_d
    assert cause_d(outcome, "plan") == campaign.end_d


def test_what_can_never_come_after_everything_is_over_counts_as_failure() -> None:
    ledger = Ledger(1, 2)
    span = ledger.open(0)
    span.start, span.end, span.marks = 0.0, 40.0, [(0.0, CAUSES.index("flight"))]
    steps = list(ledger.walk(1, [0, 0], 100.0))
    assert [(CAUSES[cause], since, until) for _, cause, since, until in steps] == [
        ("failure", 40.0, 100.0),
        ("flight", 0.0, 40.0),
    ]


def test_a_tank_that_nobody_fills_yet_is_not_blamed_for_a_station_that_has_not_come(tmp_path: Path) -> None:
    """The station waits for its mission (200 d); its tankers wait for something that never comes."""
    steps = [{"name": "flight", "duration": "1 d"}]
    filled = {"delivers": "1 t", "fleet": 1, "operations": steps, "spare": "1 d"}
    campaign = small(
        tmp_path,
        ["lab"],
        places={"llo": {"body": "moon", "altitude": "100 km", "inclination": "90 deg"}},
        stations={
            "lab": {
                "at": "llo",
                "mass": "8 t",
                "commissioning": "0 d",
                "tank": {"capacity": "1 t", "filled_by": filled},
            }
        },
        missions={
            "cargo": {
                "operations": [{"name": "flight", "duration": "200 d", "fails": "100 %"}],
                "cargo": ["lab"],
                "on_loss": "abandon",
            }
        },
    )
    outcome = simulate(campaign, 1, 0)
    assert cause_d(outcome, "failure") == campaign.end_d - 200.0
    assert cause_d(outcome, "flight") == 200.0


def test_a_launch_that_follows_another_launch_owes_its_wait_to_that_launch() -> None:
    """The second follows the launch of the first, not its arrival: the first one's production is on the chain."""
    sets = ["missions.crew.launches.ship.after=lander.launched", "missions.crew.launches.ship.spacing=5 d"]
    sets += ["goals.base.needs=[crew.launched]", "launchers.big.production.every=900 d"]
    campaign = outpost(*CERTAIN, *sets)
    story = simulate_nominal(campaign).trace
    assert story is not None
    chain = story.chains["base"]
    assert {segment.part for segment in chain if segment.subject == "crew"} >= {"lander", "ship"}


def test_the_wait_for_a_pad_that_opens_late_is_owed_to_what_opens_it() -> None:
    sets = ["launch_sites.wenchang.pads.a.needs=[reactor-dev]", "goals.base.needs=[cargo-1.launched]"]
    campaign = outpost(*CERTAIN, *sets)
    story = simulate_nominal(campaign).trace
    assert story is not None
    assert any(s.subject == "reactor-dev" and s.cause == "development" for s in story.chains["base"])


# --- losses -------------------------------------------------------------------------------------------------------


def test_a_second_launch_is_held_back_when_the_first_can_no_longer_wait_for_it() -> None:
    sets = ["missions.crew.rendezvous.wait=20 d", "launchers.big.production.every=400 d"]
    campaign = outpost(*CERTAIN, *sets, "goals.base.needs=[crew]")
    story = told(campaign)
    held = events(story, "crew", Verb.IS_HELD_BACK)
    assert held
    launched = events(story, "crew", Verb.LAUNCHES)
    assert not any(event.t_d == held[0].t_d for event in launched)


def test_a_vehicle_held_back_serves_the_next_who_asks() -> None:
    line = Line()
    assert line.claim(0.0, 0.0, 100.0, 0, 2) == 100.0
    line.give_back()
    assert line.take_spare()
    assert not line.take_spare()
    assert line.claim(160.0, 0.0, 100.0, 0, 2) == 200.0


def test_nothing_is_launched_after_a_launch_that_is_lost_on_the_way() -> None:
    sets = [*CERTAIN, f"spacecraft.lanyue.cruise={MISSED}", "missions.crew.on_loss=abandon"]
    story = told(outpost(*sets))
    assert [e.verb for e in story.events if e.subject == "crew" and "launch" in e.verb] == [Verb.LAUNCHES]
    assert events(story, "crew", Verb.IS_LOST_ON_THE_WAY)
    assert [m.outcome for m in story.moves if m.subject == "crew"] == ["lost"]


def test_captures_fail_at_the_moon_and_not_in_a_parking_orbit() -> None:
    """The stack gathers in LEO: its insertion is drawn once, when it comes to the Moon."""
    sets = [f"spacecraft.stage.capture={MISSED}", "missions.cargo.on_loss=abandon"]
    campaign = compile_campaign(load_scenario(DATA / "assembly.yaml", sets=sets))
    story = told(campaign)
    lost = events(story, "cargo", Verb.IS_LOST_AT_CAPTURE)
    docked = events(story, "cargo", Verb.DOCKS)
    assert len(lost) == 1
    assert docked[0].t_d < lost[0].t_d
    assert lost[0].place == "llo"


def test_a_lander_lost_at_landing_is_told_as_a_lost_journey() -> None:
    sets = [*CERTAIN, f"spacecraft.cargo-lander.landing={MISSED}", "missions.cargo-1.on_loss=abandon"]
    moves = [m for m in told(outpost(*sets)).moves if m.subject == "cargo-1"]
    assert [move.outcome for move in moves] == ["ok", "lost"]


def test_the_ship_that_stayed_in_orbit_flies_the_crew_home() -> None:
    story = simulate_nominal(outpost(*CERTAIN)).trace
    assert story is not None
    ways = {(m.origin, m.destination): (m.vehicle, m.crew) for m in story.moves if m.subject == "crew"}
    assert ways["site", "llo"] == ("lanyue-prop + lanyue", 2)
    assert ways["llo", "earth"] == ("mengzhou", 3)


def test_masses_along_a_journey_only_fall() -> None:
    """27 t at the most leave Earth; every burn, drop and set-down takes some."""
    story = simulate_nominal(outpost(*CERTAIN)).trace
    assert story is not None
    for name in ("cargo-1", "cargo-2"):
        masses = [m.mass_kg for m in story.moves if m.subject == name]
        assert len(set(masses)) == len(masses) >= 2
        assert masses == sorted(masses, reverse=True)


def test_a_stand_in_waits_for_its_own_needs() -> None:
    sets = [*CERTAIN[:2], f"spacecraft.cargo-lander.landing={MISSED}", "missions.cargo-1.on_loss=substitute"]
    sets += ["missions.cargo-1.substitute=backup", "spacecraft.lanyue.cargo=5 t", "elements.power-1.mass=500 kg"]
    sets += ["spacecraft.lanyue.landing=null"]
    sets += ["activities.late={duration: 12 yr}"]
    sets += [
        "missions.backup={reserve: true, needs: [late], rebuild: 1 yr, route: [leo, llo, site], cargo: [power-1],"
        " launches: {main: {launcher: big, carries: [lanyue-prop, lanyue]}}}"
    ]
    campaign = outpost(*sets)
    outcome = simulate(campaign, 1, 0)
    assert day(campaign, outcome, "cargo-1") > 12 * 365.25


# --- what has flown, series, goods ---------------------------------------------------------------------------------


def test_launches_of_a_mission_that_has_flown_can_be_needed() -> None:
    sets = [
        "missions.cargo-1.flown={launched: 2026-02-01, arrived: 2026-02-06}",
        "goals.base.needs=[cargo-1.main.arrived]",
    ]
    campaign = outpost(*sets)
    assert day(campaign, simulate_nominal(campaign), "base") == 36.0


def test_a_mission_flown_before_the_calendar_starts_is_there_from_the_first_day() -> None:
    sets = ["missions.cargo-1.flown={launched: 2024-02-01, arrived: 2024-02-06}", "goals.base.needs=[cargo-1.landed]"]
    campaign = outpost(*sets)
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome, "base") == 0.0
    assert outcome.by_cause_d[0].sum() == 0.0


def test_the_interval_of_a_series_is_drawn_for_each_flight() -> None:
    """Wanted 100 d apart on average; the fourth flight after three intervals of 50 to 150 d."""
    sets = [*CERTAIN, "missions.resupply.every={uniform: [50 d, 150 d]}", "missions.resupply.repeats=4"]
    sets += ["missions.resupply.from=agreement", "launchers.big.production={every: 1 d, ready: 50, stock: 60}"]
    campaign = outpost(*sets)
    subject = [s.name for s in campaign.subjects].index("resupply-4")
    plan = next(m for m in campaign.missions if m.subject == subject)
    assert plan.offset is not None
    assert plan.offset.law is not None
    assert plan.offset.law.support == (50.0, 150.0)


def test_a_crew_leaves_for_the_base_as_soon_as_local_production_has_filled_the_store(tmp_path: Path) -> None:
    """80 kg are there, 4 kg a day made; two people who use 5 kg each need 120 d of 6 kg net: 720 kg, in 160 d."""
    campaign = outpost("living={per_crew_day: {food: 5 kg}, reserve: 20 d, stock: {food: 80 kg}}")
    store = Store(simpy.Environment(), campaign.living)
    store.makes_kg_d[0] = 4.0
    assert store.lasts_from_d(2, 120.0, {}) == pytest.approx(160.0)


# --- resources ----------------------------------------------------------------------------------------------------


def test_the_first_free_pad_on_the_list_is_taken() -> None:
    pads = Pads(simpy.Environment())
    for pad in (0, 1, 2):
        pads.put(pad)
    assert [pads.take((2, 0)), pads.take((2, 0)), pads.take((2, 0))] == [2, 0, -1]


def test_two_who_dock_at_once_never_draw_the_same_propellant(tmp_path: Path) -> None:
    """A tank of 5 t, two ports, two visitors for 4 t each: the second waits for the next tanker."""
    visit = {"launches": {"main": {"launcher": "big", "carries": ["ship"], "to": "leo"}}, "route": ["leo"]}
    visit |= {"refuel": {"at": "depot", "propellant": "4 t", "stage": "ship.p", "duration": "10 d"}}
    steps = [{"name": "flight", "duration": "30 d"}]
    campaign = small(
        tmp_path,
        ["one", "two"],
        places={"leo": {"body": "earth", "altitude": "400 km", "inclination": "28.5 deg"}},
        launch_sites={
            "w": {
                "latitude": "19 deg",
                "longitude": "110 deg",
                "scrub": "0 %",
                "recycle": "1 d",
                "pads": {"a": {"turnaround": "0 d"}, "b": {"turnaround": "0 d"}},
            }
        },
        launchers={
            "big": {
                "pads": ["w.a", "w.b"],
                "to": {"leo": "50 t"},
                "reliability": "100 %",
                "production": {"every": "1 d", "ready": 9, "stock": 9},
                "integration": "100 d",
                "stand_down": "1 d",
            }
        },
        spacecraft={"ship": {"kind": "ship", "dry": "5 t", "stages": {"p": {"propellant": "1 t", "isp": "320 s"}}}},
        stations={
            "depot": {
                "at": "leo",
                "mass": "5 t",
                "ports": 2,
                "commissioning": "0 d",
                "tank": {
                    "capacity": "5 t",
                    "filled_by": {"delivers": "5 t", "fleet": 3, "spare": "1 d", "operations": steps},
                },
            }
        },
        missions={"one": visit, "two": deepcopy(visit)},
    )
    outcome = simulate_nominal(campaign)
    days = sorted([day(campaign, outcome, "one"), day(campaign, outcome, "two")])
    assert days == [110.0, 140.0]
    assert outcome.tankers == 2


def test_tankers_on_a_real_vehicle_wait_for_their_launches(tmp_path: Path) -> None:
    """Five tankers on a line that gives one a 100 d: the fifth leaves on day 500, 10 d after rolling out."""
    sets = ["stations.tank.tank.filled_by.launcher=heavy", "launch_sites={w: {latitude: 19 deg, longitude: 110 deg,"]
    sets[1] += " scrub: 0 %, recycle: 1 d, pads: {a: {turnaround: 5 d}}}}"
    sets += ["launchers={heavy: {pads: [w.a], to: {leo: 20 t}, reliability: 100 %, production: {every: 100 d},"]
    sets[2] += " integration: 10 d, stand_down: 1 d}}"
    sets += ["stations.tank.tank.filled_by.needs=[]"]
    campaign = compile_campaign(load_scenario(DATA / "depot.yaml", sets=sets))
    outcome = simulate_nominal(campaign)
    assert outcome.launches == 5
    assert day(campaign, outcome, "tank.filled") == pytest.approx(500.0 + 10.0 + 6.5)
