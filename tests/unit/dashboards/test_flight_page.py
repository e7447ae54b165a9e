"""The page of flights: every mission is there, with its burns and its way, and the report leads to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards.card import Page
from dashboards.figures.manifest_table import draw_manifest
from dashboards.flight import compose_flights, flight_links, fly_flights, name_flights
from dashboards.page import render_page
from sim.analysis.find import find
from sim.analysis.findings import Findings
from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate, simulate_nominal
from sim.scenario.load import load_scenario
from tests.unit.dashboards.sample import sample_findings

OUTPOST = Path(__file__).parents[2] / "data" / "outpost.yaml"


def flights_of(*sets: str) -> tuple[Findings, Page]:
    """Return the flights of the made-up outpost; of one replication."""
    loaded = load_scenario(OUTPOST, sets=list(sets))
    campaign = compile_campaign(loaded)
    nominal = simulate_nominal(campaign)
    findings = find(outline_of(campaign, nominal), simulate(campaign, 1, 0)[None], nominal[None], seed=1)
    flown = fly_flights(campaign, loaded, findings, nominal, nominal.trace)
    assert flown is not None
    return findings, compose_flights(flown)


@pytest.fixture(scope="module")
def outpost() -> tuple[Findings, Page]:
    return flights_of("missions.cargo-1.title=The <first> flight")


def test_every_mission_of_the_manifest_can_be_chosen(outpost: tuple[Findings, Page]) -> None:
    findings, page = outpost
    runs = {card.run for section in page.sections for card in section.cards if card.run}
    assert runs == set(name_flights(findings).values())
    assert len(runs) == len({row.entry.mission for row in findings.manifest})


def test_a_flight_is_called_by_its_title_and_the_title_stays_text(outpost: tuple[Findings, Page]) -> None:
    html = render_page(outpost[1], single_file=False).html
    assert '<option value="The &lt;first&gt; flight">' in html
    assert "<first>" not in html


def test_each_way_spans_its_own_mission(outpost: tuple[Findings, Page]) -> None:
    ways = next(card for section in outpost[1].sections for card in section.cards if card.id == "way").alternatives
    spans = [way.layout["xaxis.range"] for way in ways.values()]
    assert len(spans) > 1
    for way, (first, last) in zip(ways.values(), spans, strict=True):
        days = [day for part in way.data for day in part["x"] if day is not None]
        assert (first < min(days), max(days) < last) == (True, True)


def test_the_traces_of_a_way_are_those_of_the_figure(outpost: tuple[Findings, Page]) -> None:
    card = next(card for section in outpost[1].sections for card in section.cards if card.id == "way")
    assert card.figure is not None
    assert {len(way.data) for way in card.alternatives.values()} == {len(card.figure.data)}


def test_burns_add_up_to_what_the_title_says(outpost: tuple[Findings, Page]) -> None:
    burns = [card for section in outpost[1].sections for card in section.cards if card.id.startswith("burns-")]
    assert burns
    for card in burns:
        assert card.shown is not None
        legs = [row for row in card.shown.rows if row[1] not in ("from Earth", "at the end")]
        total = sum(float(row[3].removesuffix(" m/s").replace(",", "")) for row in legs)
        said = float(card.title.split(" m/s")[0].split()[-1].replace(",", "")) if legs else 0.0
        assert total == pytest.approx(said, abs=len(legs))  # each burn is rounded to a metre per second


def test_the_manifest_leads_to_the_flight(outpost: tuple[Findings, Page]) -> None:
    findings = outpost[0]
    shown = draw_manifest(findings, flight_links(findings)).shown
    assert shown is not None
    assert "flights.html#The%20%3Cfirst%3E%20flight" in shown.links


def test_without_flights_there_is_no_page() -> None:
    loaded = load_scenario(Path(__file__).parents[2] / "data" / "hut.yaml")
    campaign = compile_campaign(loaded)
    nominal = simulate_nominal(campaign)
    findings = find(outline_of(campaign, nominal), simulate(campaign, 1, 0)[None], nominal[None], seed=1)
    assert fly_flights(campaign, loaded, findings, nominal, nominal.trace) is None


def test_two_missions_of_one_title_are_told_apart() -> None:
    names = name_flights(flights_of("missions.cargo-1.title=Twin", "missions.cargo-2.title=Twin")[0])
    assert {"Twin (cargo-1)", "Twin (cargo-2)"} <= set(names.values())


def test_what_is_drawn_instead_is_plain_json(outpost: tuple[Findings, Page]) -> None:
    html = render_page(outpost[1], single_file=False).html
    block = json.loads(html.split('id="figures">')[1].split("</script>")[0])
    assert set(block["figures"]["way"]["alternatives"]) <= set(name_flights(outpost[0]).values())


def test_a_made_up_study_has_links_for_all_its_launches() -> None:
    findings = sample_findings()
    assert set(flight_links(findings)) == {row.entry.mission for row in findings.manifest}
