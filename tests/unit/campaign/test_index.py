"""Everything that `check` lets be needed has a milestone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.campaign.index import Index, index_of
from sim.scenario.events import event_names
from sim.scenario.load import load_scenario

OUTPOST = Path(__file__).parents[2] / "data" / "outpost.yaml"


def without_a_milestone(name: str | Path, *sets: str) -> list[str]:
    loaded = load_scenario(name, sets=sets)
    index = index_of(loaded.scenario)
    names = event_names(loaded.layered.values)
    return sorted(event for event in names if not event.endswith(".started") and not _has_one(index, event))


def _has_one(index: Index, event: str) -> bool:
    try:
        index.needs([event])
    except KeyError:
        return False
    return True


@pytest.mark.parametrize("name", ["artemis-now", "artemis-2021", "ilrs-2021", "tutorial"])
def test_every_event_that_can_be_needed_has_a_milestone(name: str) -> None:
    assert without_a_milestone(name) == []


@pytest.mark.parametrize("word", ["landed", "arrived", "launched", "returned", "home", "stayed", "crew.launched"])
def test_the_name_of_a_series_stands_for_its_first_flight_in_every_event(word: str) -> None:
    loaded = load_scenario("ilrs-2035")
    launch = next(iter(loaded.scenario.missions["crew-rotation"].launches))
    index, event = index_of(loaded.scenario), word.replace("crew", launch)
    assert index.needs([f"crew-rotation.{event}"]) == index.needs([f"crew-rotation-1.{event}"])


def test_flights_beyond_those_that_fly_have_no_milestone() -> None:
    names = without_a_milestone(OUTPOST)
    assert names
    assert all(name.startswith("resupply-") for name in names)
