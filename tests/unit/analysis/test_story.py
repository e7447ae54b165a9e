"""A chain is told in sentences that name what happened, and no day is left out."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.outline import outline_of
from sim.analysis.story import Tale, tell
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign, ManifestEntry, Subject
from sim.model.simulate import simulate, simulate_nominal
from sim.model.tracing import Event, Segment, Trace, Verb
from sim.scenario.load import load_scenario
from tests.unit.analysis.by_hand import goal_at, outline_by_hand

OUTPOST = Path(__file__).parents[2] / "data" / "outpost.yaml"
SUM_D = 1e-9
"""Sums of a few dozen floats below 1e4."""
INF = math.inf
OUTLINE = outline_by_hand(
    end_d=2000.0,
    causes=(
        "development",
        "pad",
        "integration",
        "scrub",
        "failure",
        "stand-down",
        "flight",
        "lighting",
        "labour",
        "plan",
    ),
    milestones=("dev", "ilrs-1", "crew", "hub", "base"),
    subjects=(
        Subject("dev", "activity", "", False, 0),
        Subject("ilrs-1", "mission", "", False, 1),
        Subject("crew", "mission", "", False, 2),
        Subject("hub", "element", "", False, 3),
        Subject("base", "goal", "", False, 4),
    ),
    goals=(goal_at(4, "base"),),
    flights=(
        ManifestEntry("ilrs-1", "main", "cz-9", "p", "x", 1.0, 100.0, 0, False, 2.0, 3.0),
        ManifestEntry("crew", "lander", "cz-10", "p", "x", 1.0, 100.0, 0, False, 2.0, 3.0),
        ManifestEntry("crew", "ship", "cz-10", "p", "x", 1.0, 100.0, 0, False, 2.0, 3.0),
    ),
)
PLANNED = (Segment("dev", "", "development", 0.0, 300.0), Segment("ilrs-1", "", "integration", 300.0, 330.0))
PLANNED_D = np.array([300.0, 330.0, 200.0, 330.0, 330.0])


def trace_of(chains: dict[str, tuple[Segment, ...]], events: tuple[Event, ...] = ()) -> Trace:
    """Return a trace of these chains and events alone."""
    return Trace("", None, (), events, chains, (), (), ())


def _told(chain: list[Segment], *events: Event, reached: bool = True) -> Tale:
    story = trace_of({"base": tuple(chain)}, events)
    plan = trace_of({"base": PLANNED})
    dates = np.array([INF, INF, INF, INF, chain[-1].end_d if reached else INF])
    return tell(OUTLINE, "base", story, dates, plan, PLANNED_D)


def _text(segment: Segment, *events: Event) -> str:
    return _told([segment], *events).stretches[0].text


def test_a_stand_down_names_the_failure_that_caused_it() -> None:
    """Day 853 after 2030-01-01 is 2032-05-03."""
    lost = Event(853.0, "crew", Verb.IS_LOST_AT_LAUNCH, "pad", 1.0, launcher="cz-9b", stand_down_d=212.3)
    earlier = Event(400.0, "hub", Verb.IS_LOST_AT_LAUNCH, "pad", 1.0, launcher="cz-9", stand_down_d=100.3)
    text = _text(Segment("ilrs-1", "", "stand-down", 853.0, 1065.3), earlier, lost)
    assert text == "ilrs-1 waited 212 d for cz-9: failure of crew's launch on 2032-05-03, stand-down"


def test_a_stand_down_after_ones_own_failure_says_so() -> None:
    lost = Event(853.0, "ilrs-1", Verb.IS_LOST_AT_LAUNCH, "pad", 1.0, launcher="cz-9", stand_down_d=212.3)
    assert "failure of its own launch on 2032-05-03" in _text(Segment("ilrs-1", "", "stand-down", 853.0, 1065.3), lost)


def test_a_rebuild_names_the_loss() -> None:
    lost = Event(10.0, "ilrs-1", Verb.IS_LOST_AT_LANDING, "site", 1.0)
    text = _text(Segment("ilrs-1", "rebuild", "failure", 10.0, 510.0), lost)
    assert text == "ilrs-1 was built again in 500 d: it was lost at landing (site) on 2030-01-11"


def test_what_is_given_up_is_not_called_built_again() -> None:
    events = (
        Event(10.0, "ilrs-1", Verb.IS_LOST_AT_LANDING, "site", 1.0),
        Event(10.0, "ilrs-1", Verb.IS_GIVEN_UP),
    )
    assert "was given up" in _text(Segment("ilrs-1", "rebuild", "failure", 10.0, 510.0), *events)


def test_an_element_is_repaired_after_failed_tests() -> None:
    failed = Event(10.0, "hub", Verb.FAILS_TESTS, "site")
    text = _text(Segment("hub", "", "failure", 10.0, 40.0), failed)
    assert text == "hub was repaired for 30 d: it failed its tests (site) on 2030-01-11"


def test_a_pad_names_who_used_it_last() -> None:
    before = Event(90.0, "crew", Verb.LAUNCHES, "coast.one", 1.0)
    out = Event(130.0, "ilrs-1", Verb.ROLLS_OUT, "coast.one", 1.0)
    text = _text(Segment("ilrs-1", "", "pad", 100.0, 130.0), before, out)
    assert text == "ilrs-1 waited 30 d for a pad: coast.one, last used by crew on 2030-04-01"


def test_a_mission_of_several_launches_names_the_launch_and_its_rocket() -> None:
    assert _text(Segment("crew", "ship", "integration", 0.0, 30.0)) == "cz-10 was made ready for crew (ship) in 30 d"


def test_scrubs_of_one_launch_are_counted_together_with_the_windows_between_them() -> None:
    scrubs = [Event(day, "ilrs-1", Verb.SCRUBS, "pad", 1.0) for day in (5.0, 8.0)]
    chain = [
        Segment("ilrs-1", "", "scrub", 5.0, 7.0),
        Segment("ilrs-1", "", "window", 7.0, 8.0),
        Segment("ilrs-1", "", "scrub", 8.0, 10.0),
    ]
    told = _told(chain, *scrubs)
    assert [(one.cause, one.days) for one in told.stretches] == [("scrub", 4.0), ("window", 1.0)]
    assert told.stretches[0].text == "ilrs-1 lost 4 d to 2 scrubs"


def test_waits_with_other_things_between_them_are_told_apart() -> None:
    chain = [
        Segment("ilrs-1", "", "plan", 0.0, 494.0),
        Segment("ilrs-1", "", "integration", 494.0, 516.0),
        Segment("ilrs-1", "", "plan", 516.0, 518.0),
    ]
    assert [one.days for one in _told(chain).stretches] == [494.0, 22.0, 2.0]


def test_work_in_the_light_is_told_as_one_stretch_of_work_and_one_of_waiting() -> None:
    chain = [
        Segment("hub", "", cause, float(day), float(day + 14))
        for day, cause in zip(range(0, 84, 14), ("labour", "lighting") * 3, strict=True)
    ]
    told = _told(chain)
    assert [(one.cause, one.days, one.since_d, one.until_d) for one in told.stretches] == [
        ("labour", 42.0, 0.0, 70.0),
        ("lighting", 42.0, 14.0, 84.0),
    ]


def test_stretches_below_a_day_are_counted_together() -> None:
    chain = [
        Segment("dev", "", "development", 0.0, 100.0),
        Segment("ilrs-1", "", "flight", 100.0, 100.5),
        Segment("hub", "", "labour", 100.5, 100.75),
    ]
    told = _told(chain)
    assert (len(told.stretches), told.short_count, told.short_d) == (1, 2, 0.75)


def test_the_plans_days_stand_beside_the_first_try_only() -> None:
    chain = [
        Segment("ilrs-1", "", "integration", 0.0, 40.0),
        Segment("ilrs-1", "rebuild", "failure", 40.0, 140.0),
        Segment("ilrs-1", "", "integration", 140.0, 180.0),
        Segment("crew", "", "flight", 180.0, 185.0),
    ]
    assert [one.plan_d for one in _told(chain).stretches] == [30.0, 0.0, 0.0, None]


def test_what_ends_on_another_day_than_planned_says_when_it_was_planned() -> None:
    story = trace_of({"base": (Segment("dev", "", "development", 0.0, 500.0),)})
    plan = trace_of({"base": PLANNED})
    told = tell(OUTLINE, "base", story, np.array([500.0, INF, INF, INF, 500.0]), plan, PLANNED_D)
    assert told.stretches[0].text == "dev was worked on for 500 d (planned to be done on 2030-10-28)"


def test_a_goal_that_is_not_reached_says_what_was_not_done() -> None:
    told = _told([Segment("dev", "", "development", 0.0, 2000.0)], reached=False)
    assert told.reached_d is None
    assert told.stretches[-1].text.endswith("and was not done when the calendar ended")
    assert told.total_d == OUTLINE.end_d


def test_what_nobody_works_on_any_more_is_not_called_repaired() -> None:
    told = _told([Segment("hub", "never", "failure", 0.0, 2000.0)], reached=False)
    assert told.stretches[0].text.startswith("nothing was left to finish hub with, for 2,000 d")


def test_a_wait_for_a_partner_names_it_and_who_took_over() -> None:
    """What the crew of a base does early at some other time has no part in it."""
    early = Event(50.0, "crew", Verb.LEAVES_EARLY)
    waits = Event(100.0, "dev", Verb.WAITS_FOR_PARTNER, partner="p")
    heir = Event(150.0, "dev", Verb.IS_TAKEN_OVER, partner="q")
    chain = Segment("dev", "", "partner", 100.0, 150.0)
    assert _text(chain, early, waits, heir) == "dev waited 50 d for p, and q took over"
    assert _text(chain, early, waits) == "dev waited 50 d for p"
    assert _text(chain, early) == "dev waited 50 d for a partner"


def test_a_cause_without_words_of_its_own_is_told_plainly() -> None:
    assert _text(Segment("hub", "", "moondust", 0.0, 9.0)) == "hub spent 9 d on moondust"


def test_an_unknown_goal_is_refused() -> None:
    story = trace_of({})
    with pytest.raises(KeyError):
        tell(replace(OUTLINE, goals=()), "base", story, PLANNED_D, story, PLANNED_D)


@pytest.fixture(scope="module")
def outpost() -> Campaign:
    return compile_campaign(load_scenario(OUTPOST))


def test_every_day_of_forty_replications_is_told(outpost: Campaign) -> None:
    plan = simulate_nominal(outpost)
    outline = outline_of(outpost, plan)
    assert plan.trace is not None
    for number in range(40):
        one = simulate(outpost, 3, number, traced=True)
        assert one.trace is not None
        told = tell(outline, "base", one.trace, one.reached_d, plan.trace, plan.reached_d)
        date = min(one.reached_d[outline.goals[0].reached], outpost.end_d)
        in_words = math.fsum(stretch.days for stretch in told.stretches) + told.short_d
        assert in_words == pytest.approx(date, abs=SUM_D)
        assert math.fsum(cause.days for cause in told.causes) == pytest.approx(date, abs=SUM_D)


def test_the_plan_told_beside_itself_does_not_slip(outpost: Campaign) -> None:
    plan = simulate_nominal(outpost)
    assert plan.trace is not None
    told = tell(outline_of(outpost, plan), "base", plan.trace, plan.reached_d, plan.trace, plan.reached_d)
    assert all(cause.days == cause.plan_d for cause in told.causes)
    assert all(stretch.days == stretch.plan_d for stretch in told.stretches)
