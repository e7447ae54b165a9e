"""Forecasts and what became of them: what cannot be right, what has not flown, who came early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.calibration.catalogue import catalogue_text, describe
from sim.calibration.forecasts import read_pairs
from sim.calibration.laws import calibrate
from sim.calibration.slip import Pairs, SlipFit, fit_slip
from sim.calibration.weibull import fit_weibull
from sim.problems import InputError
from sim.scenario.table import read_table

HEADING = "mission,said_on,planned,actual,open\n"
FLOWN = """A,2020-01-15,2020-06-30,2020-08-20,
B,2020-01-15,2021-03-31,2021-12-01,
C,2020-06-15,2021-09-30,2022-01-15,
D,2021-01-15,2021-04-30,2021-04-30,
E,2021-06-15,2023-01-31,2023-11-10,no
F,2022-01-15,2022-10-31,2023-02-05,
"""
EARLY = """mission;said_on;planned;actual
A;15.01.2020;30.06.2020;30.05.2020
B;15.01.2020;31.03.2021;01.01.2021
C;15.06.2020;30.09.2021;15.08.2021
D;15.01.2021;30.04.2021;30.05.2021
E;15.06.2021;31.01.2023;10.03.2023
F;15.01.2022;31.10.2022;05.12.2022
G;15.01.2022;31.12.2022;05.10.2022
H;15.03.2022;31.12.2023;05.11.2023
"""


def pairs_of(folder: Path, text: str) -> Pairs:
    path = folder / "ours.csv"
    path.write_text(text, encoding="utf-8")
    return read_pairs(read_table(path))


def described(folder: Path, text: str) -> str:
    path = folder / "ours.csv"
    path.write_text(text, encoding="utf-8")
    return "\n".join(describe(calibrate(path)))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("X,2026-06-15,2021-09-30,2022-01-15,", "column said_on: 2026-06-15 lies 1719 d after the planned date"),
        ("X,2020-06-15,2021-09-30,2020-01-15,", "column actual: 2020-01-15 lies before 2020-06-15"),
        ("X,2020-06-15,2021-09-30,2121-10-15,", "column actual: '2121-10-15' lies 100 years after its planned date"),
        ("X,2020-06-15,2121-09-30,,", "column planned: '2121-09-30' lies 101 years after it was said"),
        ("X,2020-06-15,,2021-10-15,", "column planned: the cell is empty"),
        ("X,,2021-09-30,2021-10-15,", "column said_on: the cell is empty"),
        ("X,2020-06-15,2021-09-30,2021-10-15,maybe", "column open: 'maybe' is neither yes nor no"),
    ],
)
def test_what_cannot_be_right_is_refused_by_row_and_column(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        pairs_of(tmp_path, HEADING + FLOWN + row + "\n")
    assert f"ours.csv:8: row 8, {said}" in str(caught.value)


def test_a_flight_without_a_date_comes_after_the_last_day_known(tmp_path: Path) -> None:
    """The last day known is 2023-11-10, on which E flew; planned dates are no knowledge."""
    pairs = pairs_of(tmp_path, HEADING + FLOWN + "G,2022-06-15,2023-06-30,,\nH,2022-06-15,2030-06-30,,\n")
    assert pairs.slip_d[6] == 133.0
    assert pairs.open.tolist() == [False] * 6 + [True, True]


def test_an_open_flight_comes_on_its_newest_plan_at_the_earliest(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, HEADING + FLOWN + "G,2022-06-15,2023-06-30,2025-06-30,YES\n")
    assert pairs.slip_d[6] == 731.0
    assert pairs.open[6]


def test_a_flight_that_is_not_due_changes_no_law(tmp_path: Path) -> None:
    due = fit_slip(pairs_of(tmp_path, HEADING + FLOWN), resamples=0)
    more = fit_slip(pairs_of(tmp_path, HEADING + FLOWN + "G,2022-06-15,2030-06-30,,\n"), resamples=0)
    assert more.beyond.intercept_d.value == due.beyond.intercept_d.value
    assert more.arrivals.not_due == 1


def test_the_censored_weibull_fit_is_scipys() -> None:
    """Truth: scipy.stats.weibull_min.fit of censored data, its place held at zero; it stops at about 1e-4."""
    values = stats.weibull_min.rvs(1.3, scale=40.0, size=300, random_state=1)
    still_open = np.arange(300) % 4 == 0
    data = stats.CensoredData(uncensored=values[~still_open], right=values[still_open])
    shape, _, scale = stats.weibull_min.fit(data, floc=0)
    assert fit_weibull(values, still_open) == pytest.approx((shape, scale), rel=1e-3)


def test_flights_not_flown_yet_lengthen_a_row() -> None:
    """Truth: 400 missions of Weibull 1.2 and 50 d, of which no more than 40 d have been seen."""
    slip = np.maximum(50.0 * np.random.default_rng(3).weibull(1.2, 400), 0.5)
    names, lead = tuple(str(n) for n in range(400)), 60.0 + np.random.default_rng(4).random(400)
    seen = Pairs(names, lead, np.minimum(slip, 40.0), slip > 40.0)
    row = fit_slip(seen, resamples=0).rows[0]
    assert row.scale_d.value == pytest.approx(50.0, rel=0.1)
    assert row.shape.value == pytest.approx(1.2, rel=0.1)


def test_who_came_early_is_counted_and_told(tmp_path: Path) -> None:
    """Truth: slips of -31, -89, -46, 30, 38, 35, -87 and -56 days."""
    said = described(tmp_path, EARLY)
    assert "5 of 8 came early, by 62 d in the mean; all 8 together 26 d early in the mean" in said
    assert "the law takes early for on time" in said


def test_what_has_not_flown_is_told(tmp_path: Path) -> None:
    said = described(tmp_path, HEADING + FLOWN + "G,2022-06-15,2023-06-30,,\nH,2022-06-15,2030-06-30,,\n")
    assert "1 not flown yet and late already" in said
    assert "1 not flown yet and not due: left out" in said


def test_a_law_that_fails_its_test_has_low_confidence_and_says_why(tmp_path: Path) -> None:
    """Two heaps of slips, at 1 and at 100 d, are no Weibull law."""
    days = [f"2020-01-01,2020-0{2 + n % 2}-{1 + n % 28:02d}" for n in range(60)]
    first = np.datetime64("2020-01-01")
    rows = []
    for n, day in enumerate(days):
        planned = np.datetime64(day.split(",")[1])
        rows.append(f"{n},{first},{planned},{planned + (1 if n % 2 else 100) + n % 3}")
    (tmp_path / "ours.csv").write_text("mission,said_on,planned,actual\n" + "\n".join(rows), encoding="utf-8")
    fitted = calibrate(tmp_path / "ours.csv")
    assert isinstance(fitted.fit, SlipFit)
    assert fitted.fit.rows[0].goodness.p_value < 0.05
    text = catalogue_text([fitted])
    assert "confidence: medium" not in text
    assert "fails its goodness-of-fit test" in text
