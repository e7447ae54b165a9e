"""Schedules: relations, working calendars, progress and shared resources, in the plan and in replications."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.front.plan import plan_of
from sim.model.sample import Sample
from sim.model.simulate import simulate, simulate_nominal
from sim.scenario.load import load_scenario

DATA = Path(__file__).parents[2] / "data"
HUT, ASSEMBLY = DATA / "hut.yaml", DATA / "assembly.yaml"
HEAD = """
format: 1
name: small
source: made up
confidence: low
calendar: {start: 2030-01-01, end: 2034-01-01}
"""
Compile = Callable[[str], Campaign]


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    def compile_text(text: str) -> Campaign:
        file = tmp_path / "small.yaml"
        file.write_text((HEAD if "calendar: {start" not in text else HEAD.replace("calendar:", "#")) + text, "utf-8")
        return compile_campaign(load_scenario(file))

    return compile_text


def starts_and_ends(campaign: Campaign, outcome: Sample) -> dict[str, tuple[float, float]]:
    return {
        campaign.subjects[one.subject].name: (outcome.start_d[one.subject], outcome.reached_d[one.done])
        for one in campaign.activities
    }


def plan_days(campaign: Campaign) -> dict[str, tuple[float, float]]:
    return starts_and_ends(campaign, simulate_nominal(campaign))


def dated(campaign: Campaign, days: dict[str, tuple[float, float]]) -> dict[str, tuple[str, str]]:
    start = datetime.fromisoformat(campaign.start_iso)

    def text(day: float) -> str:
        return (start + timedelta(minutes=round(day * 1440))).strftime("%m-%d %H:%M")

    return {name: (text(first), text(last)) for name, (first, last) in days.items()}


# Computed by hand: working days of eight hours, 1 May off, closed from 19 to 23 May.
HUT_PLAN = {
    "go-ahead": ("03-03 08:00", "03-03 08:00"),
    "drawings": ("03-03 08:00", "03-14 17:00"),
    "shell": ("03-11 08:00", "04-07 17:00"),
    "power-order": ("03-17 08:00", "04-25 17:00"),
    "power-test": ("04-24 08:00", "05-02 17:00"),
    "bake-out": ("04-07 17:00", "04-12 17:00"),
    "software": ("03-07 08:00", "04-10 17:00"),
    "procedures": ("04-21 08:00", "04-30 17:00"),
    "assembly": ("05-05 08:00", "05-16 17:00"),
    "escort": ("05-13 08:00", "05-26 17:00"),
    "transport": ("05-26 08:00", "05-29 17:00"),
    "arrival": ("05-29 17:00", "05-29 17:00"),
}
HUT_UPDATED = HUT_PLAN | {
    "drawings": ("03-03 08:00", "03-18 17:00"),
    "shell": ("03-13 08:00", "04-22 17:00"),
    "power-order": ("03-19 08:00", "05-06 17:00"),
    "power-test": ("05-05 08:00", "05-12 17:00"),
    "bake-out": ("04-22 17:00", "04-27 17:00"),
    "software": ("03-10 08:00", "04-18 17:00"),
    "assembly": ("05-13 08:00", "06-02 17:00"),
    "escort": ("05-28 08:00", "06-03 17:00"),
    "transport": ("06-03 08:00", "06-06 17:00"),
    "arrival": ("06-06 17:00", "06-06 17:00"),
}


@pytest.mark.parametrize(("variants", "expected"), [((), HUT_PLAN), (("updated",), HUT_UPDATED)])
def test_the_plan_of_the_hut_is_right_to_the_minute(
    variants: tuple[str, ...], expected: dict[str, tuple[str, str]]
) -> None:
    campaign = compile_campaign(load_scenario(HUT, variants=variants))
    assert dated(campaign, plan_days(campaign)) == expected


FIVE_DAYS = """
calendar: {start: 2031-03-05T08:00, end: 2032-01-01, working: week}
calendars:
  week: {hours: [08:00-12:00, 13:00-17:00]}
  always: {days: [mon, tue, wed, thu, fri, sat, sun]}
goals: {ready: {by: 2031-12-31, needs: [last]}}
activities:
  first: {duration: 5 wd}
  middle: {calendar: always, duration: 3 wd, needs: [LAG first]}
  last: {duration: 2 wd, needs: [LAG middle]}
"""


@pytest.mark.parametrize(
    ("first", "second", "middle", "last"),
    [
        ("16 wh, calendar: predecessor", "16 wh, calendar: predecessor", "03-13 17:00", "03-17 09:00"),
        ("16 wh", "16 wh", "03-12 09:00", "03-19 08:00"),
        ("16 wh, calendar: 24h", "16 h", "03-12 09:00", "03-17 08:00"),
        ("16 wh, calendar: week", "2 wd, calendar: week", "03-13 17:00", "03-19 08:00"),
    ],
)
def test_a_lag_runs_in_the_calendar_that_it_names(
    compiled: Compile, first: str, second: str, middle: str, last: str
) -> None:
    text = FIVE_DAYS.replace("LAG first", f"{{after: first, lag: {first}}}")
    campaign = compiled(text.replace("LAG middle", f"{{after: middle, lag: {second}}}"))
    start = datetime.fromisoformat(campaign.start_iso)
    days = plan_days(campaign)
    found = [(start + timedelta(minutes=round(days[name][0] * 1440))).strftime("%m-%d %H:%M") for name in days]
    assert found[1:] == [middle, last]


def test_starts_can_be_needed_and_lags_counted(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2030-06-01, needs: [c]}}
activities:
  a: {duration: 100 d}
  b: {duration: 40 d, needs: [a.started + 10 d]}
  c: {duration: 10 d, needs: [b + 30 d]}
""")
    assert plan_days(campaign) == {"a": (0.0, 100.0), "b": (10.0, 50.0), "c": (80.0, 90.0)}


def test_working_days_without_a_calendar_are_monday_to_friday(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2030-01-17, needs: [a]}}
activities: {a: {not_before: 2030-01-03, duration: 10 wd}}
""")
    assert plan_days(campaign) == {"a": (2.0, 16.0)}


def test_a_lead_counts_back_from_the_drawn_end(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2033-06-01, needs: [b]}}
activities:
  a: {duration: {uniform: [100 d, 300 d]}}
  b: {duration: 10 d, needs: [a - 5 d]}
""")
    for replication in range(5):
        days = starts_and_ends(campaign, simulate(campaign, 1, replication))
        assert days["b"][0] == pytest.approx(days["a"][1] - 5.0, abs=1e-9)


def test_a_lead_longer_than_the_work_before_it_starts_before_that_starts(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2033-06-01, needs: [c]}}
activities:
  a: {duration: 100 d}
  b: {duration: 5 d, needs: [a]}
  c: {duration: 10 d, needs: [b - 20 d]}
""")
    assert plan_days(campaign)["c"] == (85.0, 95.0)


def test_a_random_lag_is_a_stream_with_the_path_of_the_lag(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2033-06-01, needs: [b]}}
activities:
  a: {duration: 100 d}
  b: {duration: 10 d, needs: [{after: a, lag: {uniform: [5 d, 50 d]}}]}
""")
    assert ("activities", "b", "needs", 0, "lag") in campaign.stream_paths
    lags = [starts_and_ends(campaign, simulate(campaign, 1, number))["b"][0] - 100.0 for number in range(5)]
    assert len(set(lags)) == 5
    assert all(5.0 <= lag <= 50.0 for lag in lags)


def test_a_goal_waits_for_the_time_after_what_it_needs(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2033-06-01, needs: [a + 30 d]}}
activities: {a: {duration: 100 d}}
""")
    assert simulate_nominal(campaign).reached_d[campaign.goals[0].reached] == 130.0


def test_a_goal_can_lead_the_end_of_work(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2033-06-01, needs: [a - 30 d]}}
activities: {a: {duration: {uniform: [100 d, 200 d]}}}
""")
    outcome = simulate(campaign, 1, 0)
    ends = outcome.reached_d[campaign.activities[0].done]
    assert outcome.reached_d[campaign.goals[0].reached] == pytest.approx(ends - 30.0)


GROUPED = """
goals: {ready: {by: 2033-06-01, needs: [c, d]}}
groups: {inner: {group: outer}, outer: {}}
activities:
  a: {duration: 100 d, group: inner}
  b: {duration: 50 d, group: outer, not_before: 2030-01-11}
  c: {duration: 10 d, needs: [outer]}
  d: {duration: 1 d, needs: [outer.started]}
"""


def test_a_group_is_done_with_the_last_and_starts_with_the_first(compiled: Compile) -> None:
    days = plan_days(compiled(GROUPED))
    assert days["c"] == (100.0, 110.0)
    assert days["d"] == (0.0, 1.0)


CRANE = """
resources: {crane: {capacity: 1}}
goals: {ready: {by: 2030-02-15, needs: [x, y, z]}}
activities:
  x: {duration: 10 d, uses: {crane: 1}}
  y: {duration: 20 d, uses: {crane: 1}}
  z: {duration: 15 d, uses: {crane: 1}}
"""


def test_who_shares_a_crane_comes_by_float(compiled: Compile) -> None:
    assert plan_days(compiled(CRANE)) == {"x": (35.0, 45.0), "y": (0.0, 20.0), "z": (20.0, 35.0)}


def test_priority_beats_float(compiled: Compile) -> None:
    text = CRANE.replace("x: {duration: 10 d,", "x: {duration: 10 d, priority: 1,")
    assert plan_days(compiled(text))["x"] == (0.0, 10.0)


def test_a_capacity_over_time_is_kept(compiled: Compile) -> None:
    text = CRANE.replace("{capacity: 1}", "{capacity: {2030-01-01: 1, 2030-01-11: 2}}")
    assert plan_days(compiled(text)) == {"x": (20.0, 30.0), "y": (0.0, 20.0), "z": (10.0, 25.0)}


def test_the_chain_of_a_goal_leads_over_who_held_the_resource(compiled: Compile) -> None:
    outcome = simulate_nominal(compiled(CRANE))
    assert outcome.trace is not None
    chain = outcome.trace.chains["ready"]
    assert [segment.subject for segment in chain] == ["y", "z", "x"]
    assert sum(segment.end_d - segment.start_d for segment in chain) == 45.0


# Two shared resources, crew 3 and crane 1; the serial scheme by float gives 23 days, the best order 22 (enumerated).
YARD = """
resources: {crew: {capacity: 3}, crane: {capacity: 1}}
goals: {ready: {by: 2030-02-15, needs: [j8, j9]}}
activities:
  j2: {duration: 6 d, uses: {crew: 2}}
  j3: {duration: 4 d, uses: {crew: 1, crane: 1}}
  j4: {duration: 5 d, uses: {crew: 1}}
  j5: {duration: 3 d, uses: {crew: 1, crane: 1}, needs: [j2]}
  j6: {duration: 7 d, uses: {crew: 2}, needs: [j2, j4]}
  j7: {duration: 5 d, uses: {crew: 1, crane: 1}, needs: [j3]}
  j8: {duration: 4 d, uses: {crew: 3}, needs: [j4]}
  j9: {duration: 2 d, uses: {crew: 1, crane: 1}, needs: [j5, j6, j7]}
"""


def test_the_serial_scheme_gives_the_yard_23_days(compiled: Compile) -> None:
    assert max(end for _, end in plan_days(compiled(YARD)).values()) == 23.0


def test_what_remains_waits_for_unmet_needs_and_the_day_of_knowledge(compiled: Compile) -> None:
    days = plan_days(
        compiled("""
calendar: {start: 2030-01-01, end: 2034-01-01, as_of: 2030-02-01}
goals: {ready: {by: 2033-06-01, needs: [b, c, d]}}
activities:
  a: {duration: 100 d, started: 2030-01-01, progress: 40 %}
  b: {duration: 50 d, needs: [a], started: 2030-01-21, remaining: 30 d}
  c: {duration: 10 d}
  d: {duration: 5 d, started: 2030-01-11, remaining: 2 d}
""")
    )
    assert days == {"a": (0.0, 91.0), "b": (20.0, 121.0), "c": (31.0, 41.0), "d": (10.0, 33.0)}


def test_work_of_a_partner_who_joins_late_is_placed_when_it_can_start(compiled: Compile) -> None:
    days = plan_days(
        compiled("""
goals: {ready: {by: 2033-06-01, needs: [b]}}
partners: {late: {joins: 2030-02-10}}
activities:
  a: {duration: 10 wd, partner: late}
  b: {duration: 10 d, needs: [a - 1 d]}
""")
    )
    assert days == {"a": (41.0, 53.0), "b": (52.0, 62.0)}


def test_a_plan_with_a_schedule_partitions_the_time_of_a_goal(compiled: Compile) -> None:
    campaign = compile_campaign(load_scenario(HUT))
    outcome = simulate(campaign, 1, 3)
    assert outcome.by_cause_d.sum() == pytest.approx(outcome.reached_d[campaign.goals[0].reached])


SUMMER = "calendars={summer: {days: [mon, tue, wed, thu, fri, sat, sun], seasons: {s: {from: 05-01, until: 10-01}}}}"


def test_a_site_launches_in_its_season_only() -> None:
    sets = [SUMMER, "launch_sites.coast.calendar=summer"]
    campaign = compile_campaign(load_scenario("tutorial", sets=sets))
    start = datetime.fromisoformat(campaign.start_iso)
    launched = simulate_nominal(campaign).reached_d[campaign.missions[0].launched]
    assert 5 <= (start + timedelta(days=launched)).month <= 9


def test_robots_work_on_the_working_days_of_the_base() -> None:
    sets = ["calendars={mondays: {days: [mon]}}", "elements.house.assembly={robot: 20 h}"]
    often = compile_campaign(load_scenario(ASSEMBLY, sets=sets))
    seldom = compile_campaign(load_scenario(ASSEMBLY, sets=[*sets, "base.calendar=mondays"]))

    def works(campaign: Campaign) -> float:
        outcome = simulate_nominal(campaign)
        house = campaign.elements[0]
        return float(outcome.reached_d[house.operational] - outcome.reached_d[house.landed]) - 10.0  # tests

    assert works(often) == pytest.approx(2.0)  # 20 h by 10 h a day
    assert 8.0 <= works(seldom) <= 15.0  # the end of the second Monday


def test_what_is_running_and_waits_for_a_resource_still_ends_after_what_it_must(compiled: Compile) -> None:
    days = plan_days(
        compiled("""
calendar: {start: 2030-01-01, end: 2034-01-01, as_of: 2030-02-01}
resources: {crane: {capacity: 1}}
goals: {ready: {by: 2033-06-01, needs: [b]}}
activities:
  a: {duration: 100 d}
  b: {duration: 50 d, started: 2030-01-21, remaining: 3 d, ends_after: [a], uses: {crane: 1}}
  c: {duration: 40 d, uses: {crane: 1}, priority: 1}
""")
    )
    assert days["b"] == (20.0, days["a"][1])


def test_a_lead_before_the_start_of_what_it_leads_keeps_the_partition(compiled: Compile) -> None:
    campaign = compiled("""
goals: {ready: {by: 2033-06-01, needs: [c]}}
activities:
  a: {duration: 100 d}
  b: {duration: 5 d, needs: [a]}
  c: {duration: 10 d, needs: [b - 20 d]}
""")
    outcome = simulate_nominal(campaign)
    assert outcome.by_cause_d.sum() == pytest.approx(outcome.reached_d[campaign.goals[0].reached])


def test_what_is_running_leaves_free_float_to_what_it_waits_for(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    text = """
goals: {ready: {by: 2033-06-01, needs: [b]}}
activities:
  a: {duration: 10 d, started: 2030-01-05, remaining: 5 d}
  b: {duration: 50 d, needs: [a], started: 2030-01-05, remaining: 30 d}
"""
    file.write_text(HEAD.replace("end: 2034-01-01}", "end: 2034-01-01, as_of: 2030-02-01}") + text, "utf-8")
    rows = {row.name: row for row in plan_of(file).floats}
    assert rows["a"].late is not None
    assert rows["a"].late.free_d == 0.0


def test_a_group_runs_from_its_first_start_to_its_end_in_results(compiled: Compile) -> None:
    campaign = compiled(GROUPED)
    outline = outline_of(campaign, outcome := simulate_nominal(campaign))
    group = next(number for number, one in enumerate(outline.subjects) if one.name == "outer")
    assert outcome.start_d[group] == 0.0
    assert outcome.reached_d[outline.subjects[group].finish] == 100.0
