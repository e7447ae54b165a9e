"""The views of the Gantt chart: what stands in them, and under which heading."""

from __future__ import annotations

import dataclasses

from dashboards.card import RowViews
from dashboards.figures.gantt_rows import order_rows
from sim.analysis.findings import Bar
from tests.unit.dashboards.sample import HOSTILE, sample_findings

FINDINGS = sample_findings()
(BASIC, *_) = FINDINGS.goals


def bar(name: str, **changes: object) -> Bar:
    one = next(one for one in FINDINGS.bars if one.kind == "activity" and not one.fact)
    return dataclasses.replace(one, name=name, criticality={}, **changes)  # type: ignore[arg-type]


def views(*bars: Bar) -> RowViews:
    return order_rows(dataclasses.replace(FINDINGS, bars=bars))


def told(rows: RowViews, view: str) -> list[str]:
    return [rows.labels[name] for name in rows.views[view]]


def test_the_first_view_leaves_out_what_decides_no_goal() -> None:
    rows = views(bar("idle"), dataclasses.replace(bar("busy"), criticality={BASIC.name: 0.4}))
    assert told(rows, next(iter(rows.views))) == ["<b>Activities</b>", "busy"]


def test_history_stands_in_the_view_of_all_alone() -> None:
    rows = views(bar("done", fact=True), bar("ahead"))
    assert (told(rows, "kind|ahead")[1:], told(rows, "kind|all")[1:]) == (["ahead"], ["ahead", "done"])


def test_rows_of_a_partner_stand_under_its_name() -> None:
    rows = views(bar("a", led_by="Ours"), bar("b", led_by="Theirs"), bar("c", led_by="Ours"))
    assert told(rows, "partner|all") == ["<b>Ours</b>", "a", "c", "<b>Theirs</b>", "b"]


def test_one_partner_is_no_grouping() -> None:
    assert [key for key, _ in views(bar("a", led_by="Ours")).menus[0].options] == ["kind", "goal"]


def test_a_row_stands_under_the_first_goal_that_rests_on_it() -> None:
    rows = views(bar("a", serves=(FINDINGS.goals[1].name,)), bar("b", serves=(BASIC.name, FINDINGS.goals[1].name)))
    assert told(rows, "goal|all")[1::2] == ["b", "a"]


def test_what_a_scenario_writes_stays_letters() -> None:
    rows = views(bar(HOSTILE, led_by=HOSTILE), bar("b", led_by="Theirs"))
    assert not any("<script" in text for words in (rows.labels, rows.short) for text in words.values())


def test_a_view_of_thousands_is_cut() -> None:
    assert len(views(*(bar(f"a{i}") for i in range(1000))).views["kind|all"]) == 300
