"""The outline of the shipped plan says what its tables and pages need."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.outline import Outline, outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate_nominal
from sim.scenario.load import load_scenario
from sim.study.records import from_json, to_json

Plan = tuple[Campaign, Sample, Outline]


@pytest.fixture(scope="module")
def plan() -> Plan:
    campaign = compile_campaign(load_scenario("ilrs-2035"))
    nominal = simulate_nominal(campaign, traced=False)
    return campaign, nominal, outline_of(campaign, nominal)


def test_the_names_of_subjects_and_milestones_tell_them_apart(plan: Plan) -> None:
    """They become column names."""
    outline = plan[2]
    assert len({subject.name for subject in outline.subjects}) == len(outline.subjects)
    assert len(set(outline.milestones)) == len(outline.milestones)


def test_every_activity_mission_element_and_goal_has_an_end(plan: Plan) -> None:
    assert [subject.name for subject in plan[2].subjects if subject.finish < 0] == []


def test_a_goal_ends_with_its_own_milestone(plan: Plan) -> None:
    campaign, nominal, outline = plan
    for goal in outline.goals:
        subject = outline.subjects[goal.subject]
        assert (subject.name, subject.finish) == (goal.name, goal.reached)
    assert math.isfinite(nominal.reached_d[campaign.goals[0].reached])


def test_margins_are_those_of_the_nominal_launch_day(plan: Plan) -> None:
    """Looked up anew, by hand, for every flight that has a table of departures."""
    campaign, nominal, outline = plan
    launches = {launch.launched: launch for mission in campaign.missions for launch in mission.launches}
    checked = 0
    for flight in outline.flights:
        launch, day = launches.get(flight.launched), nominal.reached_d[flight.launched]
        if flight.fact or launch is None or launch.opportunities < 0 or not math.isfinite(day):
            assert math.isnan(flight.margin_kg)
            continue
        table = campaign.opportunities[launch.opportunities]
        days = campaign.departures[table.departures].t_d[table.window]
        (nearest,) = np.flatnonzero(np.abs(days - day) == np.abs(days - day).min())[:1]
        assert flight.margin_kg == table.capacity_margin_kg[nearest]
        assert flight.propellant_margin_kg == table.propellant_margin_kg[nearest]
        assert flight.margin_kg >= 0.0  # no margin, no departure
        checked += 1
    assert checked > 10


def test_the_outline_survives_its_file(plan: Plan) -> None:
    text = to_json(plan[2])
    assert to_json(from_json(Outline, text)) == text
