"""Class laws, correlations and learning as a scenario states them; every figure here is made up."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from scipy import stats

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.campaign.slips import ClassSlip
from sim.chance import RatioLaw
from sim.model.simulate import simulate, simulate_chunk
from sim.scenario.load import load_scenario

COUNT = 2000
ERROR = 4.0 / math.sqrt(COUNT)
SMALL_VARIANCE = [[1e-4 if i == j else 0.0 for j in range(4)] for i in range(4)]
LAW: dict[str, Any] = {
    "form": {"offset": "60 d", "shift": 1, "dof": 5, "tail": "0.1 %", "reference_lead": "1 yr"},
    "parameters": {"location": 0.2, "location.china": -0.1, "location.first": 0.1, "spread": -1.0},
    "covariance": SMALL_VARIANCE,
    "unknown": {"location": 0.3, "spread": 0.2},
    "programme_correlation": {"value": 0.45, "sd": 0.08},
    "across_correlation": 0.05,
}
FINISH = "2030-01-01"
LEAD_D = 1461.0  # from the day of knowledge, 2026-01-01


def by_class(agency: str = "china", kind: str = "first", **more: Any) -> dict[str, Any]:
    return {"class": {"agency": agency, "kind": kind}, **more}


def scenario(activities: dict[str, Any], law: dict[str, Any] | None = None, **blocks: Any) -> dict[str, Any]:
    open_ = [name for name, item in activities.items() if "done" not in item]
    return {
        "format": 1,
        "name": "small",
        "calendar": {"start": "2020-01-01", "end": "2100-01-01", "as_of": "2026-01-01"},
        "goals": {"goal": {"by": "2035-12-31", "needs": open_}},
        "slips": {"programmes": {"source": "made up", "classes": {**deepcopy(LAW), **(law or {})}}},
        "activities": activities,
        **blocks,
    }


def compiled(folder: Path, values: dict[str, Any], *sets: str) -> Campaign:
    (folder / "small.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(values))))
    return compile_campaign(load_scenario(folder / "small.yaml", sets=sets))


def work(slip: Any, **more: Any) -> dict[str, Any]:
    return {"finish": FINISH, "slip": slip, **more}


def slips_d(campaign: Campaign, *names: str, count: int = COUNT) -> NDArray[np.float64]:
    """Return slips in days, shape (replications, names)."""
    milestones = [milestone.name for milestone in campaign.milestones]
    places = [milestones.index(name) for name in names]
    planned_d = campaign.activities[0].planned_d
    return np.array([outcome.reached_d[places] - planned_d for outcome in simulate_chunk(campaign, 5, 0, count)])


def law_of(campaign: Campaign, number: int = 0) -> ClassSlip:
    chance = campaign.activities[number].slip
    assert chance is not None
    assert isinstance(chance.law, ClassSlip)
    return chance.law


# --- class laws ---------------------------------------------------------------------------------------------------


def test_parameters_that_fit_agency_and_kind_are_added_up(tmp_path: Path) -> None:
    law = law_of(compiled(tmp_path, scenario({"a": work(by_class())}))).law
    assert (law.lead_d, law.location, law.log_spread) == pytest.approx((LEAD_D, 0.2, -1.0))


def test_spread_falls_with_the_logarithm_of_the_lead(tmp_path: Path) -> None:
    parameters = {"location": 0.0, "spread": -1.0, "spread.lead": -0.2}
    three = {"parameters": parameters, "covariance": [row[:3] for row in SMALL_VARIANCE[:3]]}
    law = law_of(compiled(tmp_path, scenario({"a": work(by_class())}, three))).law
    assert law.log_spread == pytest.approx(-1.0 - 0.2 * math.log((LEAD_D + 60.0) / 365.25))


def test_law_at_best_figures_is_what_is_drawn_when_figures_are_off(tmp_path: Path) -> None:
    campaign = compiled(tmp_path, scenario({"a": work(by_class())}), "uncertainty.figures=off")
    found = slips_d(campaign, "a")[:, 0]
    law = RatioLaw(LEAD_D, 0.2, -1.0, 60.0)
    assert stats.kstest(found, np.vectorize(law.cdf)).pvalue > 1e-3


def test_drawn_figures_give_the_slip_of_a_forecast(tmp_path: Path) -> None:
    wide = {"covariance": [[0.04 if i == j else 0.0 for j in range(4)] for i in range(4)]}
    campaign = compiled(tmp_path, scenario({"a": work(by_class())}, wide))
    found = slips_d(campaign, "a")[:, 0]
    assert stats.kstest(found, np.vectorize(law_of(campaign).below)).pvalue > 1e-3


def test_figures_are_drawn_once_for_all_items_of_a_class(tmp_path: Path) -> None:
    """With a spread that is all figures and no chance, two items of one class slip alike."""
    sure = {"parameters": {"location": 0.2, "location.china": -0.1, "location.first": 0.1, "spread": -12.0},
            "across_correlation": 0.0}  # fmt: skip
    found = slips_d(compiled(tmp_path, scenario({"a": work(by_class()), "b": work(by_class())}, sure)), "a", "b")
    np.testing.assert_allclose(found[:, 0], found[:, 1], rtol=0.02)
    assert found.std(axis=0).min() > 10.0


def test_agency_that_the_table_does_not_know_is_drawn_wider(tmp_path: Path) -> None:
    law = law_of(compiled(tmp_path, scenario({"a": work(by_class("atlantis"))})))
    assert law.law.location == pytest.approx(0.3)
    assert law.location_variance == pytest.approx(2e-4 + 0.3**2)
    assert law.spread_variance == pytest.approx(1e-4 + 0.2**2)


def test_covariance_of_the_parameters_reaches_the_forecast(tmp_path: Path) -> None:
    related = deepcopy(SMALL_VARIANCE)
    related[0][1] = related[1][0] = -0.5e-4
    law = law_of(compiled(tmp_path, scenario({"a": work(by_class())}, {"covariance": related})))
    assert law.location_variance == pytest.approx(3e-4 - 2 * 0.5e-4)


def test_replications_with_figures_are_the_same_alone_and_in_a_chunk(tmp_path: Path) -> None:
    campaign = compiled(tmp_path, scenario({"a": work(by_class()), "b": work(by_class(programme="p"))}))
    chunk = simulate_chunk(campaign, 5, 0, 30)
    np.testing.assert_array_equal(simulate(campaign, 5, 17).reached_d, chunk[17].reached_d)


def test_times_multiplies_a_slip_by_class(tmp_path: Path) -> None:
    law = law_of(compiled(tmp_path, scenario({"a": work(by_class(times=2.0))})))
    assert law.mean == pytest.approx(2.0 * law_of(compiled(tmp_path, scenario({"a": work(by_class())}))).mean)


def test_class_law_gives_up_the_mean_of_the_risks_it_holds(tmp_path: Path) -> None:
    risks = {"trouble": {"probability": "50 %", "stretches": {"a": 1.2}}}
    held = compiled(tmp_path, scenario({"a": work(by_class())}, risks=risks, slips_hold="all"))
    alone = compiled(tmp_path, scenario({"a": work(by_class())}))
    assert law_of(held).mean + 0.5 * 0.2 * LEAD_D == pytest.approx(law_of(alone).mean)


# --- correlations -------------------------------------------------------------------------------------------------


def rank_correlation(found: NDArray[np.float64]) -> float:
    return float(stats.spearmanr(found).statistic)


def of_normal_scores(coefficient: float) -> float:
    """Return the rank correlation of two values with correlated normal scores. Source: Kruskal (1958), JASA 53."""
    return 6.0 / math.pi * math.asin(coefficient / 2.0)


def test_items_of_one_programme_share_luck_without_being_listed(tmp_path: Path) -> None:
    items = {"a": work(by_class(programme="p")), "b": work(by_class(programme="p"))}
    campaign = compiled(tmp_path, scenario(items), "uncertainty.figures=off")
    assert rank_correlation(slips_d(campaign, "a", "b")) == pytest.approx(of_normal_scores(0.45), abs=ERROR)


def test_items_of_two_programmes_share_what_the_law_says(tmp_path: Path) -> None:
    items = {"a": work(by_class(programme="p")), "b": work(by_class(programme="q"))}
    campaign = compiled(tmp_path, scenario(items, {"across_correlation": 0.3}), "uncertainty.figures=off")
    assert rank_correlation(slips_d(campaign, "a", "b")) == pytest.approx(of_normal_scores(0.3), abs=ERROR)


def test_switch_makes_all_values_independent(tmp_path: Path) -> None:
    items = {"a": work(by_class(programme="p")), "b": work(by_class(programme="p"))}
    campaign = compiled(tmp_path, scenario(items), "uncertainty.figures=off", "uncertainty.correlations=off")
    assert rank_correlation(slips_d(campaign, "a", "b")) == pytest.approx(0.0, abs=ERROR)


def durations(**laws: Any) -> dict[str, Any]:
    return {name: {"duration": law} for name, law in laws.items()}


GROUP = {"g": {"coefficient": 0.7, "of": ["activities.a.duration", "activities.b.duration"]}}
SPREAD = {"triangular": ["3000 d", "3200 d", "5000 d"]}


def test_durations_can_join_a_group(tmp_path: Path) -> None:
    items = durations(a=SPREAD, b={"uniform": ["2500 d", "2600 d"]})
    campaign = compiled(tmp_path, scenario(items, correlations=GROUP))
    assert rank_correlation(slips_d(campaign, "a", "b")) == pytest.approx(of_normal_scores(0.7), abs=ERROR)


@pytest.mark.parametrize("column", [0, 1])
def test_a_value_in_a_group_keeps_its_own_law(tmp_path: Path, column: int) -> None:
    campaign = compiled(tmp_path, scenario(durations(a=SPREAD, b=SPREAD), correlations=GROUP))
    days = slips_d(campaign, "a", "b")[:, column] + campaign.activities[0].planned_d
    assert stats.kstest(days, stats.triang(0.1, loc=3000, scale=2000).cdf).pvalue > 1e-3


def test_star_joins_the_values_of_every_block(tmp_path: Path) -> None:
    group = {"g": {"coefficient": 0.7, "of": ["activities.*.duration"]}}
    campaign = compiled(tmp_path, scenario(durations(a=SPREAD, b=SPREAD), correlations=group))
    (together,) = campaign.luck.together
    assert {campaign.streams[stream] for stream in together.members} == {"duration/a", "duration/b"}


def test_every_flight_of_a_repeating_mission_joins_with_its_slip(tmp_path: Path) -> None:
    step = [{"name": "flight", "duration": "5 d"}]
    crew = {"operations": step, "not_before": "2030-01-01", "every": {"uniform": ["90 d", "110 d"]}, "repeats": 3}
    crew["slip"] = {"uniform": ["0 d", "50 d"]}
    group = {"g": {"coefficient": 0.5, "of": ["missions.crew.slip", "activities.a.duration"]}}
    campaign = compiled(tmp_path, scenario(durations(a=SPREAD), missions={"crew": crew}, correlations=group))
    (together,) = campaign.luck.together
    names = {campaign.streams[stream] for stream in together.members}
    assert names == {"duration/a", "slip/crew-1", "slip/crew-2", "slip/crew-3"}


def test_factors_of_two_risks_can_join_a_group(tmp_path: Path) -> None:
    law = {"uniform": [1.0, 2.0]}
    risks = {name: {"probability": "100 %", "stretches": {name: law}} for name in ("a", "b")}
    group = {"g": {"coefficient": 0.6, "of": ["risks.a.stretches", "risks.b.stretches"]}}
    items = durations(a="9000 d", b="9000 d")
    campaign = compiled(tmp_path, scenario(items, risks=risks, correlations=group))
    assert rank_correlation(slips_d(campaign, "a", "b")) == pytest.approx(of_normal_scores(0.6), abs=ERROR)


# --- learning -----------------------------------------------------------------------------------------------------


def flown(late_d: int, number: int) -> dict[str, Any]:
    done = np.datetime64("2023-01-01") + late_d + number
    planned = np.datetime64("2023-01-01") + number
    return {"done": str(done), "planned": str(planned), "said_on": "2021-01-01", "slip": by_class(programme="p")}


def with_record(late_d: int, flights: int) -> dict[str, Any]:
    return {"a": work(by_class(programme="p")), **{f"past-{n}": flown(late_d, n) for n in range(flights)}}


def median_d(folder: Path, items: dict[str, Any], *sets: str) -> float:
    return float(np.median(slips_d(compiled(folder, scenario(items), *sets), "a")))


def test_programme_that_flew_early_is_forecast_earlier_than_one_that_flew_late(tmp_path: Path) -> None:
    early_d, late_d = (median_d(tmp_path, with_record(days, 3)) for days in (-60, 700))
    unknown_d = median_d(tmp_path, with_record(0, 0))
    assert early_d + 100.0 < unknown_d < late_d - 100.0


def test_forecast_after_flights_is_the_closed_form(tmp_path: Path) -> None:
    """Source: the conditional normal law, as in test_correlation; the score is that of the forecast then."""
    campaign = compiled(tmp_path, scenario(with_record(100, 2)), "uncertainty.figures=off")
    past = RatioLaw(730.0, 0.2, -1.0, 60.0)
    score = stats.norm.ppf(past.cdf(100.0))
    mean, variance = 0.45 * 2 * score / 1.45, 1.0 - 2 * 0.45**2 / 1.45
    expected_d = law_of(campaign).ppf(float(stats.norm.cdf(mean)))
    found = slips_d(campaign, "a")[:, 0]
    below = (found < expected_d).mean()
    assert below == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(COUNT))
    tenth_d = law_of(campaign).ppf(float(stats.norm.cdf(mean - 1.2816 * math.sqrt(variance))))
    assert (found < tenth_d).mean() == pytest.approx(0.1, abs=4 * 0.3 / math.sqrt(COUNT))


def test_switch_lets_flights_teach_nothing(tmp_path: Path) -> None:
    untaught_d = median_d(tmp_path, with_record(700, 3), "uncertainty.learning=off")
    assert untaught_d == pytest.approx(median_d(tmp_path, with_record(700, 0)))


def test_flown_missions_teach_like_done_activities(tmp_path: Path) -> None:
    past = {"planned": "2023-01-01", "said_on": "2021-01-01", "slip": by_class(programme="p")}
    probe = {**past, "flown": {"launched": "2023-04-11"}}
    campaign = compiled(tmp_path, scenario({"a": work(by_class(programme="p"))}, missions={"probe": probe}))
    other = compiled(tmp_path, scenario({"a": work(by_class(programme="p")), "past-0": flown(100, 0)}))
    assert campaign.luck.together[0].offsets == pytest.approx(other.luck.together[0].offsets)


def test_what_is_done_stays_a_fact_whatever_it_teaches(tmp_path: Path) -> None:
    campaign = compiled(tmp_path, scenario(with_record(100, 1)))
    done_d = {outcome.reached_d[1] for outcome in simulate_chunk(campaign, 5, 0, 20)}
    assert done_d == {1096.0 + 100.0}


TIANGONG = {
    "tianhe": ("2021-04-29", "2021-04-29"),
    "tianzhou-2": ("2021-05-20", "2021-05-29"),
    "shenzhou-12": ("2021-06-10", "2021-06-17"),
    "tianzhou-3": ("2021-09-15", "2021-09-20"),
    "shenzhou-13": ("2021-10-15", "2021-10-15"),
    "tianzhou-4": ("2022-04-01", "2022-05-09"),
    "shenzhou-14": ("2022-05-15", "2022-06-05"),
    "wentian": ("2022-06-15", "2022-07-24"),
    "mengtian": ("2022-09-01", "2022-10-31"),
    "tianzhou-5": ("2022-10-15", "2022-11-12"),
    "shenzhou-15": ("2022-11-15", "2022-11-29"),
}
"""Planned in the spring of 2021, and flown. Source: scenarios/hindcasts/tiangong.yaml; GCAT for what flew."""


def tiangong(folder: Path, *sets: str) -> NDArray[np.float64]:
    """Return slip drawn less slip seen in days of the flights after the third, shape (replications, flights)."""
    known, activities = list(TIANGONG)[:3], dict[str, Any]()
    for name, (planned, flew) in TIANGONG.items():
        slip = by_class(kind="series", programme="tiangong")
        past = {"done": flew, "planned": planned, "said_on": "2021-03-15", "slip": slip}
        activities[name] = past if name in known else {"finish": planned, "slip": slip}
    late = {"location": 0.5, "location.china": 0.0, "location.first": 0.0, "spread": -1.0}
    values = scenario(activities, {"parameters": late})
    values["calendar"] = {"start": "2021-03-15", "end": "2040-01-01", "as_of": "2021-06-18"}
    campaign = compiled(folder, values, *sets)
    milestones = [milestone.name for milestone in campaign.milestones]
    ahead = [name for name in TIANGONG if name not in known]
    start = np.datetime64("2021-03-15")
    seen_d = np.array([(np.datetime64(TIANGONG[name][1]) - start).astype(float) for name in ahead])
    places = [milestones.index(name) for name in ahead]
    drawn = [outcome.reached_d[places] for outcome in simulate_chunk(campaign, 5, 0, COUNT)]
    return np.asarray(np.array(drawn) - seen_d)


def test_tiangong_after_three_flights_is_forecast_from_tiangong(tmp_path: Path) -> None:
    """Its flights kept their months; the made-up law is one of programmes that come much later."""
    learnt, untaught = tiangong(tmp_path), tiangong(tmp_path, "uncertainty.learning=off")
    missed_d, untaught_d = (np.abs(np.median(found, axis=0)).mean() for found in (learnt, untaught))
    assert missed_d < 0.5 * untaught_d


def test_forecast_of_tiangong_after_three_flights_is_surer(tmp_path: Path) -> None:
    learnt, untaught = tiangong(tmp_path), tiangong(tmp_path, "uncertainty.learning=off")
    widths_d = [np.diff(np.quantile(found, [0.1, 0.9], axis=0), axis=0).mean() for found in (learnt, untaught)]
    assert widths_d[0] < widths_d[1]


def test_a_plan_with_days_teaches_what_planned_and_said_on_teach(tmp_path: Path) -> None:
    """One statement is both: what a programme learns from, and what an earlier day goes back to."""
    slip = by_class(programme="lab")
    said = {"2021-01-01": "2023-06-01", "2023-05-01": "2023-12-01"}
    by_hand = {"done": "2024-01-01", "planned": "2023-06-01", "said_on": "2021-01-01", "slip": slip}
    by_days = {"done": "2024-01-01", "finish": {"said": said}, "slip": slip}
    ahead = {"next": work(slip)}
    lucks = [compiled(tmp_path, scenario({"past": past, **ahead})).luck for past in (by_hand, by_days)]
    assert lucks[0] == lucks[1]
    assert lucks[0].together != compiled(tmp_path, scenario(ahead)).luck.together


def test_lags_share_luck(tmp_path: Path) -> None:
    lag = {"uniform": ["0 d", "100 d"]}
    waits = {"duration": "1 d", "needs": [{"after": "first", "lag": lag}]}
    group = {"coefficient": 0.9, "of": ["activities.*.needs.*.lag"]}
    values = scenario({"first": {"duration": "1 d"}, "one": waits, "other": waits}, correlations={"crews": group})
    campaign = compiled(tmp_path, values)
    names = [milestone.name for milestone in campaign.milestones]
    days = np.array([outcome.reached_d for outcome in simulate_chunk(campaign, 1, 0, COUNT)])
    found = stats.spearmanr(days[:, names.index("one")], days[:, names.index("other")]).statistic
    assert found == pytest.approx(6.0 / math.pi * math.asin(0.45), abs=ERROR)  # rank correlation of normal scores
