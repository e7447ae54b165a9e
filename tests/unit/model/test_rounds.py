"""What is repeated while no time passes ends with an error that names it; what takes no time but ends is fine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from simpy import Environment

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.building import work_by_hand
from sim.model.resources import Store
from sim.model.simulate import simulate, simulate_nominal
from sim.model.world import StandstillError, World
from sim.scenario.load import load_scenario

HEAD = "format: 1\nname: still\ncalendar: {start: 2030-01-01, end: 2032-01-01}\n"
SITE = """
launch_sites:
  cape: {{latitude: 28 deg, longitude: -80 deg, scrub: {scrub}, recycle: {recycle}, pads: {{a: {{turnaround: 0 d}}}}}}
launchers:
  rocket:
    pads: [cape.a]
    to: {{tli: 9 t}}
    reliability: {reliability}
    production: {{every: 0 d}}
    integration: 0 d
    stand_down: 0 d
spacecraft: {{probe: {{kind: orbiter, dry: 1 t}}}}
places:
  leo: {{body: earth, altitude: 200 km, inclination: 29 deg}}
  llo: {{body: moon, altitude: 100 km, inclination: 90 deg}}
legs: {{out: {{from: leo, to: llo, tof: [4 d]}}}}
missions:
  first: {{launches: {{main: {{launcher: rocket, carries: [probe]}}}}, route: [leo, llo], rebuild: 0 d}}
goals: {{there: {{by: 2031-01-01, needs: [first]}}}}
"""
BASE = """
places: {{pole: {{body: moon, surface: true, latitude: -89 deg, longitude: 0 deg}}}}
base: {{at: pole, robot_shift: 8 h}}
living: {{per_crew_day: {{spares: 1 kg}}, reserve: 1 d, stock: {{spares: {stock}}}}}
elements:
  hut:
    mass: 1 t
    commissioning: 0 d
    tests: {{fails: {fails}, repair: 0 d}}
    failures: {{every: {every}, repair: 0 d, spares: 1 kg}}
missions: {{ship: {{operations: [{{name: land, duration: 0 d, fails: {lost}}}], cargo: [hut], rebuild: 0 d}}}}
goals: {{there: {{by: 2031-01-01, needs: [hut.operational]}}}}
"""
TANK = """
places: {{llo: {{body: moon, altitude: 100 km, inclination: 90 deg}}}}
stations:
  depot:
    at: llo
    mass: 5 t
    commissioning: 0 d
    tank: {{capacity: 20 t, filled_by: {{delivers: {delivers}, fleet: 3, spare: 0 d, operations: [{step}]}}}}
missions: {{up: {{operations: [{{name: go, duration: 0 d}}], cargo: [depot]}}}}
goals: {{there: {{by: 2031-01-01, needs: [depot.filled]}}}}
"""
SITE_OPTIONS = {"scrub": "0 %", "recycle": "0 d", "reliability": "100 %"}
BASE_OPTIONS = {"stock": "0 kg", "fails": "0 %", "every": "5 yr", "lost": "0 %"}
TANK_OPTIONS = {"delivers": "5 t", "step": "{name: fly, duration: 0 d}"}


def campaign_of(folder: Path, body: str, options: dict[str, str], **changes: str) -> Campaign:
    file = folder / "still.yaml"
    file.write_text(HEAD + body.format(**{**options, **changes}), encoding="utf-8")
    return compile_campaign(load_scenario(file))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return up after a few rounds, so that tests are quick; what is asked of chance here would pass at last."""
    monkeypatch.setattr("sim.model.world.MOST_A_DAY", 20)


@pytest.mark.parametrize(
    ("body", "options", "changes", "said"),
    [
        (SITE, SITE_OPTIONS, {"scrub": "99.99 %"}, "mission first is called off at cape.a, and this is round 20"),
        (SITE, SITE_OPTIONS, {"reliability": "0.01 %"}, "mission first is lost and flown again"),
        (BASE, BASE_OPTIONS, {"fails": "99.99 %"}, "element hut fails its tests"),
        (BASE, BASE_OPTIONS, {"every": "0 d", "stock": "100 kg"}, "element hut breaks down"),
        (BASE, BASE_OPTIONS, {"lost": "99.99 %"}, "mission ship is lost and flown again"),
        (TANK, TANK_OPTIONS, {"delivers": "1 kg"}, "station depot is sent a tanker"),
        (
            TANK,
            TANK_OPTIONS,
            {"step": "{name: fly, duration: 0 d, scrub: 99.99 %, recycle: 0 d}"},
            "station depot is called off at fly",
        ),
    ],
)
def test_time_that_stands_still_is_stopped_with_the_name_of_what_is_repeated(
    tmp_path: Path, impatient: None, body: str, options: dict[str, str], changes: dict[str, str], said: str
) -> None:
    with pytest.raises(
        StandstillError, match=f"^replication 0 of .*: time stands still on 2030-01-01: {said}.*; give "
    ) as found:
        simulate(campaign_of(tmp_path, body, options, **changes), 1, 0)
    assert type(found.value)(*found.value.args).args == found.value.args  # it travels from a worker


def test_a_repetition_that_creeps_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.model.world.MOST", 50)
    campaign = campaign_of(tmp_path, SITE, SITE_OPTIONS, scrub="100 %", recycle="1 h")
    with pytest.raises(StandstillError, match=r"on 2030-01-03: mission first .* round 50 in one replication"):
        simulate(campaign, 1, 0)


@pytest.mark.parametrize(
    ("body", "options", "changes"),
    [
        (SITE, SITE_OPTIONS, {"scrub": "50 %"}),
        (SITE, SITE_OPTIONS, {"reliability": "30 %"}),
        (BASE, BASE_OPTIONS, {"fails": "50 %"}),
        (BASE, BASE_OPTIONS, {"every": "0 d", "stock": "10 kg"}),
        (TANK, TANK_OPTIONS, {}),
    ],
)
def test_what_takes_no_time_but_ends_is_there_at_once(
    tmp_path: Path, body: str, options: dict[str, str], changes: dict[str, str]
) -> None:
    campaign = campaign_of(tmp_path, body, options, **changes)
    outcome = simulate(campaign, 1, 0)
    assert outcome.reached_d[campaign.goals[0].reached] == (4.0 if body is SITE else 0.0)  # a voyage of four days


def test_hours_too_short_for_the_clock_are_done_and_not_waited_for(tmp_path: Path) -> None:
    """A hundred people do 1.1e-9 h in 4.6e-13 d; the clock of day 10,000 tells no less than 1.8e-12 d apart."""
    campaign = campaign_of(tmp_path, BASE, BASE_OPTIONS)
    campaign = replace(campaign, living=replace(campaign.living, crew_shift_h=24.0))
    world = World(campaign, None, traced=False)
    world.env = Environment(10_000.0)
    world.store = Store(world.env, campaign.living)
    world.store.crew = 100
    hut = replace(campaign.elements[0], crew_h=1.1e-9)
    done = world.env.process(work_by_hand(world, world.ledger.open(hut.subject), hut))
    world.env.run(until=10_001.0)
    assert done.ok


def test_the_plan_fails_nowhere_and_takes_no_rounds(tmp_path: Path, impatient: None) -> None:
    outcome = simulate_nominal(campaign_of(tmp_path, SITE, SITE_OPTIONS, scrub="99.99 %"))
    assert outcome.scrubs == 0
