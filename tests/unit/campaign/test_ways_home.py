"""A way home whose burn is computed: what a mission is charged for it."""

from __future__ import annotations

from datetime import datetime

import pytest

from sim.campaign.compile import compile_campaign
from sim.campaign.sky import Shared, Sky
from sim.scenario.load import load_scenario
from sim.scenario.schema import Leg, Place

HOME = [
    "places.earth={body: earth, surface: true, latitude: 42.3 deg, longitude: 112 deg, source: estimate}",
    "legs.up={from: rim, to: llo, burns: [{dv: 1.87 km/s}], tof: [2 h], source: estimate}",
    "spacecraft.lander.stages.main.propellant=7.4 t",
    "spacecraft.lander.dry=0.5 t",
    "spacecraft.lander.cargo=0.2 t",
    "elements.hut.mass=0.2 t",
    "launchers.rocket.to={tli: 30 t, leo: 80 t}",
    "missions.flight.back=[llo, earth]",
]
COMPUTED = "legs.home={from: llo, to: earth, transfer: computed, tof: [96 h], source: estimate}"
SKY = Sky(datetime(2030, 1, 1), 1000.0, Shared())
LLO = Place.model_construct(body="moon", altitude=100e3, periapsis=None, apoapsis=None, inclination=None)


def way(*hours: float) -> Leg:
    return Leg.model_construct(from_="llo", to="earth", tof=[one / 24.0 for one in hours])


def test_a_way_home_is_charged_as_on_the_dearest_day() -> None:
    """Truth: the free-node burn of 96 h lies between 816 and 832 m/s over dates (tests/physics/returns.csv), and a day
    can be dearer than those by little.
    """
    assert 825.0 < SKY.way_home_m_s(LLO, way(96.0)) < 840.0


def test_a_faster_way_home_is_charged_more() -> None:
    assert SKY.way_home_m_s(LLO, way(72.0)) > SKY.way_home_m_s(LLO, way(96.0)) + 30.0


def test_a_span_of_times_is_charged_by_its_cheapest() -> None:
    assert SKY.way_home_m_s(LLO, way(72.0, 96.0)) <= SKY.way_home_m_s(LLO, way(96.0)) + 1e-9


def test_a_mission_burns_what_its_computed_way_home_costs() -> None:
    """Truth: the same leg with that burn typed leaves the same propellant."""
    scenario = load_scenario("tutorial", sets=[*HOME, COMPUTED])
    computed = compile_campaign(scenario)
    sky = Sky(scenario.scenario.calendar.start, computed.end_d, Shared())
    dv_m_s = sky.way_home_m_s(scenario.scenario.places["llo"], way(96.0))
    typed = f"legs.home={{from: llo, to: earth, burns: [{{dv: {dv_m_s} m/s}}], tof: [96 h], source: estimate}}"
    told = compile_campaign(load_scenario("tutorial", sets=[*HOME, typed]))
    assert computed.opportunities[0].propellant_margin_kg == pytest.approx(told.opportunities[0].propellant_margin_kg)
