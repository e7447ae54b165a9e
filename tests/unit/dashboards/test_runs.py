"""Figures of one replication and of the sky: depots, crews, pads, facilities, departures, nights."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from dashboards.figures.cost_and_date import draw_joint
from dashboards.figures.crew import find_visits
from dashboards.figures.depot import level_of
from dashboards.figures.facilities import grow_facilities
from dashboards.figures.openings import draw_openings
from dashboards.figures.pads import draw_pads
from dashboards.figures.power import draw_power
from dashboards.report import compose_page
from dashboards.setting import Openings, shown_light
from sim.analysis.find import joint_finding
from sim.model.tracing import Move, TankLevel
from tests.unit.dashboards.sample import (
    AS_OF_D,
    END_D,
    YEAR_D,
    sample_findings,
    sample_setting,
    sample_trace_with_depot,
)

CLOSE_KG = 1e-6


def test_between_two_moments_a_tank_loses_the_same_share_each_day() -> None:
    """40 t that lose 1 % a day: 40 (0.99)^5 t are left after 5 d, half-way to the next moment of the trace."""
    left_kg = 40_000.0 * 0.99**10
    times, masses = level_of(TankLevel("depot", 100_000.0, (100.0, 110.0), (0.0, left_kg), (40_000.0, 0.0)))
    level = dict(zip(times, masses, strict=True))
    assert (times[0], masses[0]) == (100.0, 0.0)
    assert level[105.0] == pytest.approx(40_000.0 * 0.99**5, abs=CLOSE_KG)
    assert masses[-2:] == (left_kg, 0.0)


def test_a_crew_is_on_the_surface_from_landing_to_ascent() -> None:
    """The made-up crew of two lands 24.2 d after launch and leaves 27.4 d after."""
    (visit,) = find_visits(sample_findings(), sample_trace_with_depot())
    assert (visit.start_d, visit.end_d, visit.people) == (3050.0 + 24.2, 3050.0 + 27.4, 2)


def test_a_crew_that_never_leaves_stays_to_the_end() -> None:
    landing = Move("crew", "lander", "lander", "llo", "shackleton", 4000.0, 4001.0, 1.0, 2, "ok")
    trace = dataclasses.replace(sample_trace_with_depot(), moves=(landing,))
    assert [visit.end_d for visit in find_visits(sample_findings(), trace)] == [END_D]


def test_lost_landings_put_nobody_on_the_surface() -> None:
    landing = Move("crew", "lander", "lander", "llo", "shackleton", 4000.0, 4001.0, 1.0, 2, "lost")
    trace = dataclasses.replace(sample_trace_with_depot(), moves=(landing,))
    assert find_visits(sample_findings(), trace) == ()


def test_three_facilities_make_three_facility_days_a_day() -> None:
    times, days = grow_facilities(sample_trace_with_depot(), sample_setting(), 3700.0)
    assert (times[-1], days[-1]) == (3700.0, 300.0)


def test_roll_outs_are_counted_by_pad_and_year() -> None:
    card = draw_pads(sample_findings(), sample_trace_with_depot())
    assert card.table is not None
    assert sum(int(cell) for row in card.table.rows for cell in row[1:]) == 5


def test_where_every_departure_is_open_a_line_says_so_and_what_decides_it() -> None:
    setting = sample_setting()
    always = tuple(AS_OF_D + 0.25 * i for i in range(int(3 * YEAR_D * 4)))
    opened = Openings(("a",), always, (("leo-wenchang", "28.5 deg"),))
    card = draw_openings(sample_findings().calendar, dataclasses.replace(setting, openings=(opened,)))
    assert (card.figure, card.table) == (None, None)
    assert card.title.startswith("Every mission can leave at any time")
    assert "leo-wenchang at 28.5 deg" in card.reading


def test_waits_of_hours_are_a_line_and_waits_of_days_a_picture() -> None:
    findings, setting = sample_findings(), sample_setting()
    every = np.arange(AS_OF_D, AS_OF_D + 3 * YEAR_D, 0.25)
    hours = every[np.arange(every.size) % 40 != 0]
    days = every[np.arange(every.size) % 100 > 10]
    told = [
        draw_openings(findings.calendar, dataclasses.replace(setting, openings=(Openings(("a",), tuple(t.tolist())),)))
        for t in (hours, days)
    ]
    assert [card.figure is None for card in told] == [True, False]


def test_nights_and_days_fill_the_shown_years() -> None:
    light = shown_light(sample_findings().calendar, sample_setting())
    assert light is not None
    assert light.fraction == pytest.approx(1.0 - 14.0 / 29.53, abs=0.01)


def test_nights_are_one_trace_however_many_they_are() -> None:
    findings = sample_findings()
    bare = draw_power(findings, findings.traces[0]).figure
    with_nights = draw_power(findings, findings.traces[0], sample_setting().nights).figure
    assert bare is not None
    assert with_nights is not None
    assert len(with_nights.data) == len(bare.data) + 1


def test_many_runs_are_drawn_as_a_density_of_one_size() -> None:
    findings = sample_findings()
    goal = findings.goals[0]
    sizes = []
    for count in (1_000, 100_000):
        luck = np.random.default_rng(2).normal(5200.0, 300.0, count)
        joint = joint_finding(goal.name, luck, 5.0 + luck / 100.0, 0.7)
        figure = draw_joint(findings, goal, joint).figure
        assert figure is not None
        sizes.append(len(json.dumps(json.loads(figure.to_json()))))
    assert sizes[1] < 1.2 * sizes[0]


def test_cards_of_the_other_runs_are_hidden_until_chosen() -> None:
    page = compose_page(sample_findings(), sample_setting())
    runs = {card.run for section in page.sections for card in section.cards}
    assert {"nominal run", "P50 run"} <= runs
