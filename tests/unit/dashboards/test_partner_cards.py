"""The cards of partners say what stands in the records, and make no tag of what a scenario writes."""

from __future__ import annotations

import dataclasses

from dashboards.card import Card
from dashboards.figures.partners import draw_partners, find_decisions
from dashboards.setting import Setting
from sim.analysis.findings import Bar
from sim.analysis.roles import PartnerRole
from sim.study.leaving import ALONE, LeaveEffect, Leavings
from tests.unit.dashboards.sample import AS_OF_D, sample_findings, sample_setting

FINDINGS = sample_findings()
BASIC = FINDINGS.goals[0].name


def role(name: str, rests: int = 0, **changes: object) -> PartnerRole:
    one = PartnerRole(name, name.upper(), 2, 3000.0, 1, (), 0.0, 0, ((BASIC, rests),))
    return dataclasses.replace(one, **changes)  # type: ignore[arg-type]


def effect(partner: str, chance: float, mean_d: float | None, p50_d: float | None, lost: int = 0) -> LeaveEffect:
    return LeaveEffect(partner, ALONE, BASIC, chance, chance, chance, mean_d, mean_d, mean_d, p50_d, lost)


def cards(setting: Setting) -> dict[str, Card]:
    return {card.id: card for card in draw_partners(FINDINGS, setting)}


def setting(*roles: PartnerRole, **changes: object) -> Setting:
    return dataclasses.replace(sample_setting(), roles=roles, **changes)  # type: ignore[arg-type]


def test_one_partner_alone_has_no_card() -> None:
    idle = role("idle", flights=0, works=0)
    assert cards(setting(role("ours"), idle)) == {}


def test_a_goal_that_rests_on_one_partner_alone_says_so() -> None:
    found = cards(setting(role("ours", 5), role("theirs")))
    assert found["partners"].title.startswith("All 5 things that ilrs-basic still rests on are led by OURS")


def test_what_leaving_does_is_drawn_only_where_it_was_run() -> None:
    both = (role("ours", 5), role("theirs"))
    told = Leavings("k", 100, "2030-01-02", (effect("theirs", 0.0, 0.0, 0.0), effect("ours", -0.4, None, None, 90)), ())
    assert "leaving" not in cards(setting(*both))
    shown = cards(setting(*both, leavings=told))["leaving"].shown
    assert shown is not None
    assert [row[1] for row in shown.rows] == [
        "nothing",
        "−40 points; lost in 90 runs that reach it with the partner",
    ]


def mission(**changes: object) -> Bar:
    one = next(bar for bar in FINDINGS.bars if bar.kind == "mission" and not bar.fact)
    return dataclasses.replace(one, **changes)  # type: ignore[arg-type]


def test_an_order_is_due_before_the_launch_by_the_time_of_building() -> None:
    one = mission(work_nominal_d=AS_OF_D + 1000.0, led_by="OURS", serves=(BASIC,))
    found = find_decisions(dataclasses.replace(FINDINGS, bars=(one,)), setting(build_d={one.name: 400.0}))
    assert [decision.due_d for decision in found] == [AS_OF_D + 600.0]


def test_work_under_way_needs_no_decision() -> None:
    work = next(bar for bar in FINDINGS.bars if bar.kind == "activity" and not bar.fact)
    begun = dataclasses.replace(work, led_by="OURS", since_unsaid=True, work_nominal_d=AS_OF_D + 10.0)
    assert find_decisions(dataclasses.replace(FINDINGS, bars=(begun,)), setting()) == []
