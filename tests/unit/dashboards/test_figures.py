"""Each figure says what the findings say."""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any

import pytest
from plotly.graph_objs.layout import Annotation

from dashboards import theme
from dashboards.card import Card
from dashboards.figures import bat, chain, critical_paths, gantt, manifest_table, margin, mass, power, scurve, waterfall
from sim.analysis.estimates import Quantile
from sim.analysis.findings import Bar, CauseDays, Findings, GoalFinding
from sim.campaign.plan import PlannedDates
from sim.model.tracing import Move, Trace
from tests.unit.dashboards.sample import END_D, HOSTILE, sample_findings

DAY_MS = 86_400_000
NOTHING_D = 0.05
"""Days that have no bar."""


@pytest.fixture(scope="module")
def findings() -> Findings:
    return sample_findings()


@pytest.fixture(scope="module")
def goal(findings: Findings) -> GoalFinding:
    return findings.goals[0]


@pytest.fixture(scope="module")
def never(findings: Findings) -> GoalFinding:
    return findings.goals[2]


def drawn(card: Card) -> Any:
    """Return a card's figure as the browser gets it."""
    assert card.figure is not None
    return json.loads(card.figure.to_json())


def bars_of(card: Card) -> list[Any]:
    return [trace for trace in drawn(card)["data"] if trace["type"] == "bar"]


def test_the_families_of_the_waterfall_add_up_to_the_total(goal: GoalFinding) -> None:
    bars = waterfall.stack_bars(waterfall.shares_of(goal))
    assert sum(bar.days for bar in bars if bar.head) == pytest.approx(goal.total_slip_d, abs=NOTHING_D)


def test_the_subjects_of_a_family_add_up_to_it(goal: GoalFinding) -> None:
    bars = waterfall.stack_bars(waterfall.shares_of(goal))
    heads = [place for place, bar in enumerate(bars) if bar.head]
    for first, after in zip(heads, [*heads[1:], len(bars)], strict=True):
        members = bars[first + 1 : after]
        assert not members or sum(bar.days for bar in members) == pytest.approx(bars[first].days)


def test_each_family_of_the_waterfall_starts_where_the_one_before_ends(findings: Findings, goal: GoalFinding) -> None:
    heads = [bar for bar in waterfall.stack_bars(waterfall.shares_of(goal)) if bar.head]
    for before, after in itertools.pairwise(heads):
        assert after.base_d == pytest.approx(before.base_d + before.days)


def test_small_subjects_of_a_family_share_a_bar(goal: GoalFinding) -> None:
    labels = [bar.label for bar in waterfall.stack_bars(waterfall.shares_of(goal))]
    assert len(labels) < len(goal.delays)
    assert any(label.endswith("others") for label in labels)


def test_the_waterfall_names_the_three_subjects_that_cost_most(findings: Findings, goal: GoalFinding) -> None:
    title = waterfall.draw_causes(findings, goal).title
    assert title.index("cz9-dev") < title.index("ilrs-4")


def test_a_cause_larger_than_the_whole_is_explained(findings: Findings, goal: GoalFinding) -> None:
    causes = (CauseDays("development", goal.total_slip_d + 100.0, 0.0), CauseDays("plan", -100.0, 0.0))
    note = waterfall.draw_causes(findings, dataclasses.replace(goal, slip_by_cause=causes)).note
    assert "more than the whole slip, and waiting for planned dates 100 d less" in note


def test_runs_that_never_arrive_are_named_under_the_waterfall(findings: Findings, never: GoalFinding) -> None:
    assert "500 of 500" in waterfall.draw_causes(findings, never).note


def test_the_curve_is_drawn_in_steps_and_so_is_its_band(findings: Findings, goal: GoalFinding) -> None:
    lines = [t for t in drawn(scurve.draw_scurve(findings, goal))["data"] if t["mode"] == "lines"]
    assert [line["line"]["shape"] for line in lines[:3]] == ["hv"] * 3


def test_the_curve_of_a_goal_never_reached_lies_at_zero(findings: Findings, never: GoalFinding) -> None:
    curve = drawn(scurve.draw_scurve(findings, never))["data"][2]
    assert set(curve["y"]) == {0.0}


def test_a_goal_never_reached_has_no_flag(findings: Findings, never: GoalFinding) -> None:
    words = [note["text"] for note in drawn(scurve.draw_scurve(findings, never))["layout"]["annotations"]]
    assert [text for text in words if "P50" in text] == []


def test_a_plateau_reaches_the_calendar_end(findings: Findings, goal: GoalFinding) -> None:
    traces = drawn(scurve.draw_scurve(findings, goal))["data"]
    curve = next(trace for trace in traces if trace["line"]["width"])
    assert curve["x"][-1] >= "2049-12-31"
    assert curve["y"][-1] == pytest.approx(100 * goal.curve.share[-1], abs=0.01)


def test_the_paler_band_is_that_of_the_drawn_figures(findings: Findings, goal: GoalFinding) -> None:
    assert goal.over_figures is not None
    low = drawn(scurve.draw_scurve(findings, goal))["data"][0]["y"]
    assert low[:-1] == pytest.approx([100 * share for share in goal.over_figures.curve_low], abs=0.01)


def test_the_key_says_which_band_is_which(findings: Findings, goal: GoalFinding) -> None:
    words = [key.label for key in scurve.draw_scurve(findings, goal).keys]
    assert {"95 % band (sampling error only)", "paler: 80 % range over the figures' own uncertainty"} <= set(words)


def test_no_paler_band_stands_where_no_figure_is_drawn(findings: Findings, goal: GoalFinding) -> None:
    bare = dataclasses.replace(goal, over_figures=None)
    card = scurve.draw_scurve(dataclasses.replace(findings, goals=(bare,)), bare)
    assert not [key for key in card.keys if key.shape == "pale"]


def test_the_title_of_the_curve_carries_chance_and_interval(findings: Findings, goal: GoalFinding) -> None:
    assert scurve.draw_scurve(findings, goal).title.startswith("10 % (7 to 13 %)")


def test_the_wanted_confidence_is_read_off_the_curve(goal: GoalFinding) -> None:
    wanted = margin.read_quantile(goal, 0.5)
    known = goal.quantiles[1]
    assert wanted.value is not None
    assert known.value == pytest.approx(wanted.value, abs=30.0)


def test_the_wanted_confidence_has_a_line_of_its_own(findings: Findings, goal: GoalFinding) -> None:
    shown = margin.draw_margin(findings, goal).shown
    assert shown is not None
    assert [row[0] for row in shown.rows] == ["P10", "P50", "P70 (wanted)", "P80", "P90"]


def test_no_promise_is_made_for_a_goal_never_reached(findings: Findings, never: GoalFinding) -> None:
    shown = margin.draw_margin(findings, never).shown
    assert shown is not None
    assert {row[1] for row in shown.rows} == {"not by 2050"}


def test_a_bar_of_the_campaign_is_as_long_as_its_median_span(findings: Findings, goal: GoalFinding) -> None:
    bar = next(b for b in findings.bars if b.kind == "station")
    assert bar.start_p50_d is not None
    assert bar.finish_p50_d is not None
    lengths = [x for trace in bars_of(gantt.draw_gantt(findings, goal)) for x in trace["x"]]
    assert round((bar.finish_p50_d - bar.start_p50_d) * DAY_MS) in lengths


def test_every_subject_of_the_campaign_is_in_the_view_of_all(findings: Findings, goal: GoalFinding) -> None:
    headings = len({bar.kind for bar in findings.bars})
    rows = gantt.draw_gantt(findings, goal).rows
    assert rows is not None
    assert len(rows.views["kind|all"]) == len(findings.bars) + headings


def test_work_that_began_nobody_says_when_is_drawn_from_the_day_of_knowledge(
    findings: Findings, goal: GoalFinding
) -> None:
    one = next(bar for bar in findings.bars if bar.kind == "activity" and not bar.fact)
    open_start = dataclasses.replace(one, work_p50_d=0.0, finish_p50_d=3000.0, since_unsaid=True)
    known = dataclasses.replace(with_bars(findings, open_start), as_of_d=1000.0)
    assert bars_of(gantt.draw_gantt(known, goal))[0]["base"] == [findings.calendar.iso(1000.0)]


def test_a_mission_is_drawn_from_its_launch_not_from_the_day_it_may_start(
    findings: Findings, goal: GoalFinding
) -> None:
    one = next(bar for bar in findings.bars if bar.kind == "mission" and not bar.fact)
    flight = dataclasses.replace(one, start_p50_d=0.0, work_p50_d=4000.0, finish_p50_d=4005.0)
    assert bars_of(gantt.draw_gantt(with_bars(findings, flight), goal))[0]["x"] == [5 * DAY_MS]


def test_the_nominal_run_lies_beneath_the_median(findings: Findings, goal: GoalFinding) -> None:
    one = next(bar for bar in findings.bars if bar.kind == "activity" and not bar.fact)
    assert one.work_nominal_d is not None
    (median, nominal) = bars_of(gantt.draw_gantt(with_bars(findings, one), goal))
    assert nominal["base"] == [findings.calendar.iso(one.work_nominal_d)]
    assert nominal["offset"] > median["offset"] + median["width"]


def test_a_chart_of_many_bars_reads_each_of_its_notes_only_a_few_times(
    findings: Findings, goal: GoalFinding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plotly reads all notes again for each that is added alone: with the square of their number."""
    bar = next(bar for bar in findings.bars if not bar.fact and bar.kind == "activity")
    many = [dataclasses.replace(bar, name=f"a{i}", criticality={goal.name: 1.0}) for i in range(50)]
    read: list[object] = []
    make = Annotation.__init__

    def count(self: Any, *arguments: Any, **named: Any) -> None:
        read.append(self)
        make(self, *arguments, **named)

    monkeypatch.setattr(Annotation, "__init__", count)
    notes = drawn(gantt.draw_gantt(with_bars(findings, *many), goal))["layout"]["annotations"]
    assert len(notes) > 50
    assert len(read) < 4 * len(notes)


def test_facts_have_no_whisker(findings: Findings, goal: GoalFinding) -> None:
    facts = tuple(bar for bar in findings.bars if bar.fact)
    only_facts = dataclasses.replace(findings, bars=facts)
    lines = [t for t in drawn(gantt.draw_gantt(only_facts, goal))["data"] if t.get("mode") == "lines"]
    assert [x for line in lines for x in line["x"]] == []


def test_what_is_there_from_the_start_says_so_and_has_no_bar(findings: Findings, goal: GoalFinding) -> None:
    station = next(bar for bar in findings.bars if bar.kind == "station")
    given = dataclasses.replace(station, work_p50_d=0.0, finish_p10_d=0.0, finish_p50_d=0.0, finish_p90_d=0.0)
    figure = gantt.draw_gantt(with_bars(findings, given), goal)
    assert "there from the start" in [note["text"] for note in drawn(figure)["layout"]["annotations"]]
    assert bars_of(figure) == []


def test_what_is_there_from_the_start_does_not_stretch_the_chart(findings: Findings, goal: GoalFinding) -> None:
    station = next(bar for bar in findings.bars if bar.kind == "station")
    given = dataclasses.replace(station, work_p50_d=0.0, finish_p10_d=0.0, finish_p50_d=0.0, finish_p90_d=0.0)
    work = next(bar for bar in findings.bars if bar.kind == "activity" and not bar.fact)
    alone, both = (gantt.draw_gantt(with_bars(findings, *bars), goal).rows for bars in ((work,), (work, given)))
    assert alone is not None
    assert both is not None
    assert both.ranges["all"][0] == alone.ranges["all"][0]


def test_a_bar_without_p90_runs_to_the_calendar_end(findings: Findings, goal: GoalFinding) -> None:
    late = next(bar for bar in findings.bars if bar.name == "observatory")
    lines = [t for t in drawn(gantt.draw_gantt(with_bars(findings, late), goal))["data"] if t.get("mode") == "lines"]
    assert "2050-01-01" in lines[0]["x"]


@pytest.fixture
def planned_bar(findings: Findings) -> Bar:
    one = next(bar for bar in findings.bars if bar.kind == "activity" and not bar.fact and bar.finish_p90_d is not None)
    planned = PlannedDates(100.0, 130.0, 97.0, 127.0, -3.0, 0.0, critical=True)
    return dataclasses.replace(one, title="The <pad>", planned=planned)


def test_a_bar_says_its_early_and_late_dates_and_float(findings: Findings, goal: GoalFinding, planned_bar: Bar) -> None:
    bars = bars_of(gantt.draw_gantt(with_bars(findings, planned_bar), goal))[0]
    assert "plan: early 2022-04-11 to 2022-05-11<br>plan: late 2022-04-08 to 2022-05-08" in bars["customdata"][0]
    assert "total float -3.0 d, free float 0.0 d<br>critical in the plan" in bars["customdata"][0]


def test_only_what_has_no_float_has_a_dark_rim(findings: Findings, goal: GoalFinding, planned_bar: Bar) -> None:
    assert planned_bar.planned is not None
    free = dataclasses.replace(planned_bar.planned, total_float_d=5.0, critical=False)
    both = with_bars(findings, planned_bar, dataclasses.replace(planned_bar, name="free", planned=free))
    bars = bars_of(gantt.draw_gantt(both, goal))[0]
    assert [colour == theme.INK for colour in bars["marker"]["line"]["color"]].count(True) == 1


def test_a_row_is_called_by_its_title(findings: Findings, goal: GoalFinding, planned_bar: Bar) -> None:
    labels = drawn(gantt.draw_gantt(with_bars(findings, planned_bar), goal))["layout"]["yaxis"]["ticktext"]
    assert "The &lt;pad&gt;" in labels


def with_bars(findings: Findings, *bars: Bar) -> Findings:
    return dataclasses.replace(findings, bars=bars)


def test_earth_is_at_the_bottom_and_the_lunar_surface_on_top(findings: Findings) -> None:
    lanes = bat.order_lanes(findings.places)
    assert (lanes.names[0], lanes.names[-1]) == ("Earth", "lunar surface")
    assert lanes.is_top("shackleton")


def test_a_launch_pad_lies_on_earth(findings: Findings) -> None:
    assert bat.order_lanes(findings.places).level("wenchang.lc-301") == 0


def test_a_vehicle_waits_where_it_arrived_until_it_departs() -> None:
    out = Move("crew", "ship", "ship", "leo", "llo", 10.0, 15.0, 1.0, 3, "ok")
    back = Move("crew", "ship", "ship", "llo", "earth", 22.0, 27.0, 1.0, 3, "ok")
    (stay,) = bat.fill_stays([out, back])
    assert (stay.origin, stay.destination, stay.start_d, stay.end_d) == ("llo", "llo", 15.0, 22.0)


def test_what_is_lost_does_not_stay() -> None:
    lost = Move("crew", "ship", "ship", "leo", "llo", 10.0, 15.0, 1.0, 0, "lost")
    again = Move("crew", "ship", "ship", "llo", "earth", 22.0, 27.0, 1.0, 3, "ok")
    assert bat.fill_stays([lost, again]) == []


def test_the_ship_of_an_earlier_try_does_not_wait_for_years() -> None:
    """The first ship came for a lander that was lost; the one that departs is the one that came last."""
    first = Move("crew", "ship", "ship", "leo", "llo", 10.0, 15.0, 1.0, 3, "ok")
    second = Move("crew", "ship", "ship", "leo", "llo", 1000.0, 1005.0, 1.0, 3, "ok")
    back = Move("crew", "ship", "ship", "llo", "earth", 1012.0, 1017.0, 1.0, 3, "ok")
    (stay,) = bat.fill_stays([first, second, back])
    assert (stay.start_d, stay.end_d) == (1005.0, 1012.0)


def test_the_zoom_finds_the_crewed_mission(findings: Findings) -> None:
    assert {move.subject for move in bat.find_episode(findings.traces[0].moves)} == {"first-crew"}


def test_a_lost_flight_is_crossed_out(findings: Findings) -> None:
    traces = drawn(bat.draw_bat(findings, findings.traces[0]))["data"]
    crosses = [t for t in traces if t.get("marker", {}).get("symbol") == "x"]
    assert [len(t["x"]) for t in crosses] == [1]


def test_an_empty_run_is_drawn_empty(findings: Findings) -> None:
    card = bat.draw_bat(findings, Trace("P90", 12, (), (), {}, (), (), ()))
    assert card.title == "Nothing moves in the P90 run"
    assert drawn(card)["data"] == []


def test_the_chain_of_a_run_ends_with_its_goal(findings: Findings, goal: GoalFinding) -> None:
    card = chain.draw_chain(findings, goal)
    told = findings.traces[0].chains[goal.name]
    assert sum(sum(bars["x"]) for bars in bars_of(card)) == pytest.approx(2 * told[-1].end_d * DAY_MS, rel=1e-6)


def test_landed_mass_is_a_step_function(findings: Findings) -> None:
    first = findings.mass.t_d[0]
    values = findings.mass.p50_kg
    assert mass.landed_by(findings.mass, values, first - 1) == 0.0
    assert mass.landed_by(findings.mass, values, first) == values[0]
    assert mass.landed_by(findings.mass, values, END_D) == values[-1]


def test_a_deficit_counts_until_the_next_step() -> None:
    trace = Trace("nominal", None, (), (), {}, (0.0, 10.0, 40.0), (5.0, 5.0, 9.0), (4.0, 7.0, 8.0))
    assert power.deficit_days(trace) == 30.0


def test_the_most_critical_subject_comes_first(findings: Findings, goal: GoalFinding) -> None:
    shares = [bar.criticality[goal.name] for bar in critical_paths.rank_bars(findings, goal)]
    assert shares == sorted(shares, reverse=True)
    assert min(shares) > 0


def test_the_manifest_lists_history_first_and_fades_it(findings: Findings) -> None:
    shown = manifest_table.draw_manifest(findings).shown
    assert shown is not None
    assert shown.rows[0][0] == "change-6"
    assert shown.faded == frozenset({0})


def test_a_chance_in_the_manifest_carries_its_interval(findings: Findings) -> None:
    shown = manifest_table.draw_manifest(findings).shown
    assert shown is not None
    assert shown.rows[1][-1] == "80 % (76 to 83 %)"


@pytest.mark.parametrize("index", [0, 1, 2])
def test_hostile_names_are_escaped_in_every_figure(findings: Findings, index: int) -> None:
    goal = findings.goals[index]
    trace = findings.traces[0]
    cards = (
        scurve.draw_goals(findings),
        gantt.draw_gantt(findings, goal),
        chain.draw_chain(findings, goal),
        critical_paths.draw_paths(findings, goal),
        bat.draw_bat(findings, trace),
        bat.draw_bat_zoom(findings, trace),
    )
    assert [card.id for card in cards if "<script" in json.dumps(drawn(card))] == []
    assert HOSTILE.startswith("<script")


def test_a_median_beyond_the_calendar_is_said_in_the_title(findings: Findings, goal: GoalFinding) -> None:
    late = dataclasses.replace(goal, quantiles=tuple(Quantile(q.share, None, None, None) for q in goal.quantiles))
    card = scurve.draw_scurve(dataclasses.replace(findings, goals=(late,)), late)
    assert card.title.endswith("most never get there by 2050")
