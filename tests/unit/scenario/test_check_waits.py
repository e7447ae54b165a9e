"""Meetings at which the first to come waits in vain whatever happens, or is asked for a lift to the Moon."""

from __future__ import annotations

import pytest

from sim.problems import Problem
from sim.scenario.load import check_scenario

MEETING = "missions.landing.rendezvous"
AFTER = "missions.landing.launches.ship.after"
FROM_ONE_PAD = ("launch_sites.coast.pads.pad-1.turnaround=1 d",)
FAST = (*FROM_ONE_PAD, "launchers.rocket.integration=20 d")


def told(*sets: str) -> list[Problem]:
    return [one for one in check_scenario("examples/two-launch-rendezvous", sets=sets) if MEETING in one.path]


def test_a_meeting_that_can_be_kept_is_not_complained_of() -> None:
    assert told() == []
    assert told(f"{MEETING}.wait=41 d") == []


@pytest.mark.parametrize(
    ("sets", "gap", "why"),
    [
        ((f"{MEETING}.wait=37 d",), "38 d", "2 of rocket launch from 1 pad"),
        ((*FAST, f"{MEETING}.wait=19 d"), "23.5 d", "made ready after lander.arrived"),
        ((*FAST, f"{AFTER}=lander.launched", f"{MEETING}.wait=17 d"), "19 d", "2 of rocket launch from 1 pad"),
        (
            (*FAST, f"{MEETING}.wait=50 d", "launchers.rocket.production={every: 100 d, ready: 1, stock: 1}"),
            "98 d",
            "1 of 2 vehicles rocket are still to be made",
        ),
    ],
)
def test_a_wait_that_the_second_vehicle_never_keeps_is_warned_of(sets: tuple[str, ...], gap: str, why: str) -> None:
    (found,) = told(*sets)
    assert found.severity == "warning"
    assert f"the last comes {gap} later at the least: " in found.message
    assert why in found.message


def test_a_wait_as_long_as_the_gap_is_enough() -> None:
    assert told(*FAST, f"{MEETING}.wait=23.5 d") == []


def test_launches_that_meet_about_the_earth_are_lifted_there() -> None:
    sets = (f"{MEETING}.at=leo",)
    found = [one for one in check_scenario("examples/two-launch-rendezvous", sets=sets) if "launches" in one.path]
    assert {(one.path, one.severity) for one in found} >= {
        ("missions.landing.launches.lander", "warning"),
        ("missions.landing.launches.ship", "warning"),
    }
    assert "the launches meet in leo, and rocket is asked for its capacity to tli" in found[0].message
