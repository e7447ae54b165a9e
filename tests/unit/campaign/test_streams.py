"""Every stream of random numbers knows the figure that it draws."""

from __future__ import annotations

from typing import Any

import pytest

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario
from sim.scenario.text import Path


def compiled(*sets: str) -> Campaign:
    return compile_campaign(load_scenario("ilrs-2035", sets=sets))


def path_of(campaign: Campaign, stream: str) -> Path:
    return campaign.stream_paths[campaign.streams.index(stream)]


def is_said(values: Any, path: Path) -> bool:
    for part in path:
        inside = isinstance(values, dict) and part in values
        if not inside and not (isinstance(values, list) and isinstance(part, int) and part < len(values)):
            return False
        values = values[part]
    return True


@pytest.mark.parametrize("name", ["ilrs-2035", "ilrs-2021", "artemis-now", "artemis-2021", "tutorial"])
def test_every_stream_leads_to_a_figure_that_the_scenario_says(name: str) -> None:
    loaded = load_scenario(name)
    campaign = compile_campaign(loaded)
    pairs = zip(campaign.streams, campaign.stream_paths, strict=True)
    assert [stream for stream, path in pairs if not is_said(loaded.layered.values, path)] == []


def test_a_launcher_that_has_hardly_flown_leads_to_the_prior_of_its_record() -> None:
    assert path_of(compiled(), "quality/cz-10") == ("priors", "new-variant")


def test_a_launcher_that_has_flown_often_leads_to_its_record() -> None:
    campaign = compiled("launchers.cz-10.record.flights=500")
    assert path_of(campaign, "quality/cz-10") == ("launchers", "cz-10", "record")


def test_a_failed_launch_leads_to_the_same_figure_as_the_quality_of_its_launcher() -> None:
    campaign = compiled()
    failures = {path for name, path in zip(campaign.streams, campaign.stream_paths, strict=True) if "failure/" in name}
    qualities = {path for name, path in zip(campaign.streams, campaign.stream_paths, strict=True) if "quality/" in name}
    assert failures <= qualities


def test_a_landing_leads_to_the_spacecraft_or_its_prior() -> None:
    campaign = compiled()
    pairs = zip(campaign.streams, campaign.stream_paths, strict=True)
    found = {path for name, path in pairs if name.startswith("landing/")}
    assert found
    assert all(path[0] == "priors" or path[::2] == ("spacecraft", "landing") for path in found)


def test_a_numbered_flight_leads_to_the_mission_that_repeats() -> None:
    campaign = compiled("missions.resupply.every={uniform: [170 d, 190 d]}")
    assert path_of(campaign, "every/resupply-3") == ("missions", "resupply", "every")
