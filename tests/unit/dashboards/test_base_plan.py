"""The base in plan: rings, states of elements, hours of light, and how far away other sites are."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.base_plan import base_of, cargo_of, hours_by_day, power_of, ring_places, sites_around, states_of
from dashboards.setting import Spans
from sim.analysis.findings import Findings
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_nominal
from sim.model.tracing import Event, Trace, Verb
from sim.scenario.load import load_scenario
from sim.scenario.schema import Place
from tests.unit.dashboards.sample import sample_findings

SMALL = Path(__file__).parents[2] / "cli" / "small.yaml"
RESUPPLY = Path(__file__).parents[3] / "scenarios" / "examples" / "resupply.yaml"
BASE = ("base.at=site", "base.robot_shift=8 h", "elements.hut.assembly.robot=16 h")
QUARTER_KM = math.pi / 2 * 1737.4
"""From a pole to the equator on a sphere of the Moon's mean radius."""


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return compile_campaign(load_scenario(SMALL, sets=BASE))


@pytest.fixture(scope="module")
def plan(campaign: Campaign) -> Trace:
    outcome = simulate_nominal(campaign)
    assert outcome.trace is not None
    return outcome.trace


@pytest.fixture(scope="module")
def findings() -> Findings:
    return sample_findings()


def place_at(latitude_deg: float, longitude_deg: float = 0.0) -> Place:
    """Return a place on the Moon."""
    latitude, longitude = f"{latitude_deg} deg", f"{longitude_deg} deg"
    return Place.model_validate({"body": "moon", "surface": True, "latitude": latitude, "longitude": longitude})


def event_days(trace: Trace, verb: Verb) -> list[float]:
    return [event.t_d for event in trace.events if event.verb is verb]


@pytest.mark.parametrize("count", [0, 1, 7, 19, 60])
def test_every_element_has_a_place_of_its_own(count: int) -> None:
    assert len(set(ring_places(count))) == count


def test_the_first_six_elements_are_on_the_inmost_ring() -> None:
    assert {round(math.hypot(x, y), 2) for x, y in ring_places(6)} == {1.0}


def test_an_element_is_delivered_when_its_lander_lands(campaign: Campaign, plan: Trace, findings: Findings) -> None:
    (state,) = states_of(campaign, findings, plan)
    assert state["delivered"] == pytest.approx(event_days(plan, Verb.LANDS)[0], abs=1e-3)


def test_an_element_is_assembled_and_works_after_that(campaign: Campaign, plan: Trace, findings: Findings) -> None:
    (state,) = states_of(campaign, findings, plan)
    assert state["delivered"] < state["assembled"] < state["works"]


def test_a_mission_says_what_it_brings(campaign: Campaign) -> None:
    assert cargo_of(campaign, str.upper) == {"flight": "HUT"}


def test_goods_are_told_with_their_mass() -> None:
    resupply = compile_campaign(load_scenario(RESUPPLY))
    assert any(" kg of " in load or " t of " in load for load in cargo_of(resupply, str).values())


def test_a_broken_element_is_down_until_it_is_repaired(campaign: Campaign, findings: Findings) -> None:
    events = tuple(
        Event(day, "hut", verb, "site")
        for day, verb in (
            (10.0, Verb.WORKS),
            (20.0, Verb.BREAKS_DOWN),
            (25.0, Verb.IS_REPAIRED),
            (40.0, Verb.BREAKS_DOWN),
        )
    )
    (state,) = states_of(campaign, findings, Trace("P50", 1, (), events, {}, (), (), ()))
    assert state["down"] == [[20.0, 25.0], [40.0, None]]


def test_an_element_that_never_comes_has_no_day(campaign: Campaign, findings: Findings) -> None:
    (state,) = states_of(campaign, findings, Trace("P50", 1, (), (), {}, (), (), ()))
    assert (state["delivered"], state["assembled"], state["works"]) == (None, None, None)


def test_elements_elsewhere_are_no_part_of_the_plan(campaign: Campaign, findings: Findings) -> None:
    assert campaign.base is not None
    elsewhere = replace(campaign, base=replace(campaign.base, place="another site"))
    assert base_of(elsewhere, findings, Spans((), ()), Spans((), ()), {})["elements"] == []


def test_hours_of_light_are_what_the_night_leaves() -> None:
    """A night from noon of the first day to six in the morning of the third."""
    assert [ord(letter) - 65 for letter in hours_by_day(Spans((0.5,), (2.25,)), 3.0, within=False)][:3] == [12, 0, 18]


def test_hours_of_cover_are_those_inside_the_passes() -> None:
    spans = Spans((0.0, 0.5), (0.25, 0.75))
    assert hours_by_day(spans, 1.0, within=True)[0] == "M"


def test_a_site_on_the_equator_is_a_quarter_of_the_way_around_from_the_pole() -> None:
    (site,) = sites_around("pole", {"pole": place_at(-90.0), "equator": place_at(0.0, 30.0)})
    assert site["km"] == pytest.approx(QUARTER_KM, abs=1.0)


def test_a_site_east_of_the_base_is_shown_in_the_east() -> None:
    (site,) = sites_around("base", {"base": place_at(0.0), "east": place_at(0.0, 10.0)})
    assert site["turn"] == pytest.approx(math.pi / 2, abs=1e-3)


def test_places_on_earth_and_in_orbit_are_not_around_the_base() -> None:
    orbit = Place.model_validate({"body": "moon", "altitude": "100 km", "inclination": "90 deg"})
    assert list(sites_around("base", {"base": place_at(0.0), "llo": orbit})) == []


def test_power_changes_step_by_step() -> None:
    trace = Trace("P50", 1, (), (), {}, (1.0, 2.0), (100.0, 300.0), (0.0, 150.0))
    assert power_of(trace) == [[1.0, 100, 0], [2.0, 300, 150]]
