"""Two launches that meet in Earth orbit: planes, waiting, boil-off, and no departure without margin."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_nominal
from sim.model.tracing import Verb
from sim.scenario.load import load_scenario

ASSEMBLY = Path(__file__).parents[2] / "data" / "assembly.yaml"


def _campaign(*sets: str) -> Campaign:
    return compile_campaign(load_scenario(ASSEMBLY, sets=list(sets)))


def _departure_d(campaign: Campaign) -> float:
    story = simulate_nominal(campaign).trace
    assert story is not None
    return next(move.start_d for move in story.moves if (move.origin, move.destination) == ("leo", "llo"))


def test_a_stack_that_is_ready_as_planned_leaves_within_a_day() -> None:
    """Rendezvous is planned 22 days after the first launch; 24 planes lie 15 degrees of node, about 0.7 d, apart."""
    story = simulate_nominal(_campaign()).trace
    assert story is not None
    docked = next(event.t_d for event in story.events if event.verb is Verb.DOCKS)
    assert 0.0 <= _departure_d(_campaign()) - docked <= 1.0


def test_a_stack_that_is_late_waits_until_its_plane_meets_the_moon_again() -> None:
    """The second vehicle comes off the line five days late; the next chance comes some nine days after the first."""
    on_time = _departure_d(_campaign())
    line = ("launchers.heavy.production.ready=1", "launchers.heavy.production.stock=1")
    late = _campaign(*line, "launchers.heavy.production.every=25 d")
    table = late.opportunities[late.missions[0].opportunities]
    gaps = np.concatenate([np.diff(days) for days in table.planes_d])
    assert 5.0 <= np.median(gaps) <= 11.0
    assert 5.0 < _departure_d(late) - on_time <= 11.0


def test_a_stack_that_would_wait_too_long_does_not_leave() -> None:
    campaign = _campaign("missions.cargo.rendezvous.wait=10 d")
    outcome = simulate_nominal(campaign)
    assert np.isinf(outcome.reached_d[campaign.goals[0].reached])


def test_propellant_that_boils_off_takes_margin_with_every_day_of_waiting() -> None:
    campaign = _campaign()
    table = campaign.opportunities[campaign.missions[0].opportunities]
    assert len(table.waits_d) > 1
    assert np.all(np.diff(table.wait_margin_kg, axis=0) < 0.0)


def test_a_stack_whose_propellant_has_boiled_off_does_not_leave() -> None:
    """At 2 % a day, 22 days cost a third of 46 t; the margin is far smaller."""
    campaign = _campaign("spacecraft.stage.stages.tank.boil_off=2 %/d")
    outcome = simulate_nominal(campaign)
    assert np.isinf(outcome.reached_d[campaign.goals[0].reached])
