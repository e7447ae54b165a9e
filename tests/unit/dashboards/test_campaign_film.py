"""The campaign, moving: where crafts are, who is on board, where two runs part, and what the page says of it."""

from __future__ import annotations

import dataclasses

import pytest

from dashboards.campaign_film import crafts_of, film_of, pad_stays, parting_of, share_crew, slots_of, spots_of
from dashboards.campaign_page import compose_campaign
from dashboards.event_words import sentence_of
from dashboards.page import render_page
from sim.analysis.outline import Outline
from sim.campaign.causes import CAUSES
from sim.campaign.plan import Heading, PlaceName, fields_of
from sim.model.tracing import Event, Move, Trace, Verb
from tests.unit.dashboards.sample import HOSTILE, sample_findings

PLACES = (
    PlaceName("leo", "earth", False),
    PlaceName("llo", "moon", False),
    PlaceName("base", "moon", True),
)
END_D = 1000.0


def name_itself(name: str) -> str:
    return name


def trace_of(moves: tuple[Move, ...] = (), events: tuple[Event, ...] = ()) -> Trace:
    return Trace("P50", 1, moves, events, {}, (), (), ())


def crewed_trace() -> Trace:
    """Return a ship with three people from which two go down and come back."""
    return trace_of(
        (
            Move("crew", "ship", "ship", "leo", "llo", 10.0, 15.0, 20e3, 3, "ok"),
            Move("crew", "lander", "lander", "llo", "base", 16.0, 17.0, 9e3, 2, "ok"),
            Move("crew", "lander", "lander", "base", "llo", 20.0, 21.0, 5e3, 2, "ok"),
            Move("crew", "ship", "ship", "llo", "earth", 21.0, 26.0, 11e3, 3, "ok"),
        )
    )


def people_on(trace: Trace, day: float) -> dict[str, int]:
    crafts = share_crew(crafts_of(trace, PLACES, END_D, frozenset()))
    return {craft.vehicle: way.crew for craft in crafts for way in craft.ways if way.start_d <= day < way.end_d}


def sample_outline() -> Outline:
    heading = fields_of(Heading, sample_findings())
    return Outline(
        **heading, causes=CAUSES, milestones=(), subjects=(), goals=(), flights=(), deliveries=(), stations=()
    )


def test_a_payload_stands_on_its_pad_from_roll_out_to_launch() -> None:
    events = (
        Event(5.0, "cargo", Verb.ROLLS_OUT, "coast.one", 1e3, "lander"),
        Event(9.0, "cargo", Verb.LAUNCHES, "coast.one", 1e3, "lander", "rocket"),
    )
    (stay,) = pad_stays(trace_of((), events))
    assert (stay.origin, stay.start_d, stay.end_d) == ("coast.one", 5.0, 9.0)


def test_people_who_go_down_are_not_in_the_ship_that_waits() -> None:
    assert people_on(crewed_trace(), 18.0) == {"ship": 1, "lander": 2}


def test_all_people_wait_in_the_ship_until_some_go_down() -> None:
    assert people_on(crewed_trace(), 15.5) == {"ship": 3}


def test_a_relay_stays_where_it_arrives_to_the_end_of_the_calendar() -> None:
    trace = trace_of((Move("sky", "relay", "relay", "leo", "llo", 1.0, 5.0, 1e3, 0, "ok"),))
    (craft,) = crafts_of(trace, PLACES, END_D, frozenset())
    assert (craft.ways[-1].origin, craft.ways[-1].end_d) == ("llo", END_D)


def test_a_crew_that_has_come_home_is_not_away_any_more() -> None:
    places = (*PLACES, PlaceName("splashdown", "earth", True))
    trace = trace_of((Move("crew", "ship", "ship", "llo", "splashdown", 21.0, 26.0, 11e3, 3, "ok"),))
    (craft,) = crafts_of(trace, places, END_D, frozenset())
    assert craft.ways[-1].end_d == 26.0


def test_a_lost_relay_does_not_stay() -> None:
    trace = trace_of((Move("sky", "relay", "relay", "leo", "llo", 1.0, 5.0, 1e3, 0, "lost"),))
    (craft,) = crafts_of(trace, PLACES, END_D, frozenset())
    assert craft.ways[-1].end_d == 5.0


def test_crafts_that_fly_at_the_same_time_have_columns_of_their_own() -> None:
    assert slots_of(crafts_of(crewed_trace(), PLACES, END_D, frozenset())) == [0, 1]


def test_pads_of_one_launch_site_lie_at_one_spot() -> None:
    events = tuple(
        Event(day, name, verb, pad, 1e3, "lander", "rocket")
        for day, name, pad in ((5.0, "a", "coast.one"), (7.0, "b", "coast.two"))
        for verb in (Verb.ROLLS_OUT, Verb.LAUNCHES)
    )
    film = film_of(trace_of((), events), PLACES, END_D, name_itself)
    spots, _lanes = spots_of(PLACES, [film])
    assert spots["coast.one"] == spots["coast.two"] == {"lane": "earth", "number": 0, "label": "coast"}


def test_a_campaign_that_stays_near_the_earth_shows_no_moon() -> None:
    trace = trace_of((Move("module", "module", "station", "earth", "leo", 1.0, 2.0, 1e3, 0, "ok"),))
    _spots, lanes = spots_of(PLACES, [film_of(trace, PLACES, END_D, name_itself)])
    assert [lane["id"] for lane in lanes] == ["earth-orbit", "earth"]


def test_lanes_lead_from_the_ground_of_the_moon_to_the_earth() -> None:
    _spots, lanes = spots_of(PLACES, [film_of(crewed_trace(), PLACES, END_D, name_itself)])
    assert [lane["id"] for lane in lanes] == ["moon", "llo", "way", "earth-orbit", "earth"]


def test_what_a_goal_hangs_on_is_called_by_its_title() -> None:
    findings = sample_findings()
    bars = tuple(dataclasses.replace(bar, title="The long work") for bar in findings.bars)
    page = compose_campaign(dataclasses.replace(findings, bars=bars), sample_outline())
    assert page is not None
    assert page.scene is not None
    told = [text for run in page.scene.data["runs"] for story in run["story"].values() for *_days, text in story]
    assert any("The long work" in text for text in told)


def test_runs_part_at_the_first_event_that_differs() -> None:
    first, late, lost = (
        Event(5.0, "a", Verb.LANDS, "base"),
        Event(9.0, "b", Verb.LANDS, "base"),
        Event(7.0, "b", Verb.IS_LOST_AT_LANDING, "base"),
    )
    found = parting_of(trace_of((), (first, late)), trace_of((), (first, lost)), name_itself)
    assert found is not None
    assert (found["day"], found["here"][0], found["there"][0]) == (7.0, 9.0, 7.0)


def test_runs_that_are_alike_never_part() -> None:
    assert parting_of(crewed_trace(), crewed_trace(), name_itself) is None


def test_a_goal_that_one_run_never_reaches_is_where_it_parts() -> None:
    reached = Event(50.0, "base", Verb.IS_REACHED)
    found = parting_of(trace_of((), (reached,)), trace_of(), name_itself)
    assert found is not None
    assert (found["day"], found["there"][0]) == (50.0, None)


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_has_a_sentence_even_where_least_is_known(verb: Verb) -> None:
    said = sentence_of(Event(1.0, "cargo", verb), name_itself)
    assert "cargo" in said
    assert "{" not in said
    assert said.endswith(".")


def test_a_stand_down_is_told_with_its_launcher_and_its_length() -> None:
    event = Event(1.0, "cargo", Verb.IS_LOST_AT_LAUNCH, "coast.one", 1e3, "lander", "rocket", 90.0)
    assert sentence_of(event, name_itself).endswith("rocket fails and stands down for 90 d.")


def test_the_page_stays_text_where_names_are_hostile() -> None:
    page = compose_campaign(sample_findings(), sample_outline())
    assert page is not None
    html = render_page(page, single_file=True).html
    assert HOSTILE not in html
    assert "<img src=x" not in html


def test_the_page_needs_no_plotly() -> None:
    page = compose_campaign(sample_findings(), sample_outline())
    assert page is not None
    document = render_page(page, single_file=False)
    assert document.script is None
    assert "plotly" not in document.html


def test_runs_in_which_nothing_flies_have_no_page() -> None:
    schedule = trace_of((), (Event(5.0, "work", Verb.IS_FINISHED),))
    assert compose_campaign(dataclasses.replace(sample_findings(), traces=(schedule,)), sample_outline()) is None
