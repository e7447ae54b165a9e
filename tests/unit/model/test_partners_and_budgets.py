"""Work waits for its partner, its money and its lead time, and passes on to who comes after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.model.resources import Account
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.model.tracing import Verb
from tests.unit.model.small_campaigns import CERTAIN, cause_d, day, events, outpost, small


def test_work_waits_until_its_partner_joins(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"joins": "2031-01-01"}},
        activities={"a": {"partner": "p", "duration": "100 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome) == 365.0 + 100.0
    assert cause_d(outcome, "partner") == 365.0


def test_work_of_a_partner_who_leaves_goes_on_with_the_successor_after_the_handover(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"withdraws": "2031-01-01", "successor": {"partner": "q", "after": "50 d"}}, "q": {}},
        activities={"a": {"partner": "p", "duration": "400 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome) == 400.0 + 50.0
    assert cause_d(outcome, "partner") == 50.0


def test_work_of_a_partner_who_leaves_without_successor_is_never_done_and_the_rest_counts_as_partner(
    tmp_path: Path,
) -> None:
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"withdraws": "2031-01-01"}},
        activities={"a": {"partner": "p", "duration": "400 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert np.isinf(day(campaign, outcome))
    assert cause_d(outcome, "partner") == campaign.end_d - 365.0


def test_work_passes_on_to_the_successors_successor_when_both_have_left(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["a"],
        partners={
            "p": {"withdraws": "2030-02-01", "successor": {"partner": "q", "after": "10 d"}},
            "q": {"withdraws": "2030-02-02", "successor": {"partner": "r", "after": "20 d"}},
            "r": {},
        },
        activities={"a": {"partner": "p", "duration": "100 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome) == pytest.approx(32.0 + 20.0 + 100.0 - 31.0)


def test_the_share_of_partners_who_leave_within_ten_years_follows_the_yearly_chance(tmp_path: Path) -> None:
    """1 - 0.9^10 = 65.1 % leave within ten years at 10 % a year."""
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"withdraws": {"per_year": "10 %"}}},
        activities={"a": {"partner": "p", "duration": "3651 d"}},
    )
    stayed = np.mean([np.isfinite(day(campaign, outcome)) for outcome in simulate_chunk(campaign, 1, 0, 2000)])
    expected = 0.9 ** (3651 / 365.25)
    assert stayed == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 2000))


def test_a_barred_partner_pauses_and_then_goes_on(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"barred": {"from": "2030-03-01", "until": "2030-06-01"}}},
        activities={"a": {"partner": "p", "duration": "100 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome) == 100.0 + 92.0
    assert cause_d(outcome, "partner") == 92.0


def test_work_starts_when_the_money_is_there_and_what_is_left_carries_over(tmp_path: Path) -> None:
    """10 a year: a (12) waits for the second year; 8 are left, so b (15) needs the third, which leaves 3."""
    campaign = small(
        tmp_path,
        ["a", "b"],
        partners={"p": {"budget": {"per_year": 10}}},
        activities={
            "a": {"partner": "p", "duration": "10 d", "cost": 12},
            "b": {"partner": "p", "duration": "10 d", "cost": 15},
        },
    )
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome, "a") == 365.0 + 10.0
    assert day(campaign, outcome, "b") == 730.0 + 10.0
    assert cause_d(outcome, "budget") == 730.0
    assert outcome.cost[0] == 27.0


def test_an_account_that_never_fills_says_so() -> None:
    assert Account(0.0, 5.0, (0.0, 365.0)).claim(6.0) == float("inf")


def test_a_risk_driver_makes_the_activities_it_touches_late_together(tmp_path: Path) -> None:
    """Two activities of 100 d, doubled together in half of the runs: correlation 1 without other chance."""
    campaign = small(
        tmp_path,
        ["a", "b"],
        activities={"a": {"duration": "100 d"}, "b": {"duration": "100 d"}},
        risks={"r": {"probability": "50 %", "stretches": {"a": 2.0, "b": 2.0}}},
    )
    outcomes = simulate_chunk(campaign, 3, 0, 400)
    a, b = (np.array([day(campaign, outcome, name) for outcome in outcomes]) for name in ("a", "b"))
    assert set(a) == {100.0, 200.0}
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(1.0)
    assert (a == 200.0).mean() == pytest.approx(0.5, abs=4 * 0.5 / 20)


def test_slip_is_drawn_from_the_row_of_the_plans_lead_time(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["near", "far"],
        slips={
            "s": {
                "rows": [{"up_to": "90 d", "slip": {"discrete": {"7 d": "100 %"}}}],
                "beyond": {"intercept": "0 d", "per_day": 0.5, "shape": 200.0 / 10.0},
            }
        },
        activities={
            "near": {"finish": "2030-03-02", "slip": {"by_lead": "s"}},
            "far": {"finish": "2031-01-01", "slip": {"by_lead": "s"}},
        },
    )
    outcomes = simulate_chunk(campaign, 1, 0, 400)
    assert {day(campaign, outcome, "near") for outcome in outcomes} == {60.0 + 7.0}
    slips = np.array([day(campaign, outcome, "far") - 365.0 for outcome in outcomes])
    assert slips.mean() == pytest.approx(0.5 * 365.0, abs=4 * slips.std() / 20)


def test_work_planned_after_its_partner_has_left_is_not_done(tmp_path: Path) -> None:
    """The partner leaves in 2031, the work is to begin in 2033: checking in 2030 would let it happen."""
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"withdraws": "2031-01-01"}},
        activities={"a": {"partner": "p", "not_before": "2033-01-01", "duration": "10 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert np.isinf(day(campaign, outcome, "a"))
    assert cause_d(outcome, "partner") == campaign.end_d - 1096.0


def test_a_successor_who_leaves_during_the_work_passes_it_on_too(tmp_path: Path) -> None:
    """100 d for p, then 50 d of handover to q, who leaves 30 d later; 20 d of handover to r: 400 d in all for 330."""
    campaign = small(
        tmp_path,
        ["a"],
        partners={
            "p": {"withdraws": "2030-04-11", "successor": {"partner": "q", "after": "50 d"}},
            "q": {"withdraws": "2030-06-30", "successor": {"partner": "r", "after": "20 d"}},
            "r": {},
        },
        activities={"a": {"partner": "p", "duration": "330 d"}},
    )
    outcome = simulate_nominal(campaign)
    assert day(campaign, outcome, "a") == 400.0
    assert cause_d(outcome, "partner") == 70.0


def test_the_trace_names_who_is_waited_for_and_who_takes_over(tmp_path: Path) -> None:
    """The 100th day of 2030 is the 11th of April; a handover of 50 d follows."""
    campaign = small(
        tmp_path,
        ["a"],
        partners={"p": {"withdraws": "2030-04-11", "successor": {"partner": "q", "after": "50 d"}}, "q": {}},
        activities={"a": {"partner": "p", "duration": "330 d"}},
    )
    trace = simulate_nominal(campaign).trace
    assert trace is not None
    waits, heirs = (events(trace, "a", verb) for verb in (Verb.WAITS_FOR_PARTNER, Verb.IS_TAKEN_OVER))
    assert [(one.t_d, one.partner) for one in (*waits, *heirs)] == [(100.0, "p"), (150.0, "q")]


def test_a_handover_takes_the_same_time_whoever_needs_it_first(tmp_path: Path) -> None:
    campaign = small(
        tmp_path,
        ["a", "b"],
        partners={
            "p": {"withdraws": "2030-02-01", "successor": {"partner": "q", "after": {"uniform": ["10 d", "90 d"]}}},
            "q": {},
        },
        activities={"a": {"partner": "p", "duration": "100 d"}, "b": {"partner": "p", "duration": "200 d"}},
    )
    for outcome in simulate_chunk(campaign, 1, 0, 20):
        assert day(campaign, outcome, "b") - day(campaign, outcome, "a") == pytest.approx(100.0)


def test_an_element_whose_partner_has_left_without_heir_stays_behind_and_the_rest_flies() -> None:
    sets = ["partners.guest={withdraws: 2028-01-01}", "elements.power-1.partner=guest"]
    campaign = outpost(*CERTAIN, *sets, "goals.base.needs=[power-1]")
    outcome = simulate_nominal(campaign)
    assert np.isfinite(day(campaign, outcome, "cargo-1"))
    assert np.isinf(day(campaign, outcome, "power-1"))
    assert cause_d(outcome, "partner") > 0.0


def test_money_that_never_comes_for_one_piece_of_work_is_there_for_a_cheaper_one() -> None:
    account = Account(10.0, 0.0, (0.0, 365.0))
    assert [account.claim(100.0), account.claim(15.0)] == [float("inf"), 365.0]
