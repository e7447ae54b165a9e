"""The slip law by class: what it says, how it is kept, its luck and its comparison."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.calibration.catalogue import catalogue_text
from sim.calibration.class_fit import ClassCalibration, calibrate_classes
from sim.calibration.class_law import FIRST_GUESS, fit_with_luck, law_of, measure_luck
from sim.calibration.class_model import earned_groups, fit_classes, without_uncertainty
from sim.calibration.comparisons import difference, forecasters, leave_one_out
from sim.calibration.law_file import read_law, score_law
from sim.calibration.laws import calibrate
from sim.calibration.scores import Predictive, of_points
from sim.calibration.statements import Statements, TableChoice, read_statements
from sim.chance import RatioLaw
from sim.problems import InputError
from sim.scenario.table import data_file, read_table
from tests.unit.calibration.made_up import made_up, table_of

GROUPS = ("location.agency", "location.kind")


@pytest.fixture(scope="module")
def law_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[ClassCalibration, Path]:
    folder = tmp_path_factory.mktemp("laws")
    table = folder / "made-up.csv"
    statements = made_up(11, 30)
    waited = np.arange(statements.rows) < 3
    table.write_text(table_of(replace(statements, waited=waited)), encoding="utf-8")
    made = calibrate(table, choice=TableChoice(without_stand_downs=True))
    path = folder / "law.yaml"
    path.write_text(catalogue_text([made]), encoding="utf-8")
    assert isinstance(made.fit, ClassCalibration)
    return made.fit, path


def test_what_is_written_says_what_was_fitted(law_file: tuple[ClassCalibration, Path]) -> None:
    made, path = law_file
    new = made_up(12, 5)
    assert read_law(path).predict(new).value_d == pytest.approx(made.law.predict(new).value_d)


def test_rows_that_waited_for_a_failed_vehicle_are_left_out(law_file: tuple[ClassCalibration, Path]) -> None:
    made, path = law_file
    assert made.left_out == ("3 rows that waited for a failed vehicle (stand-down, loss of)",)
    assert read_law(path).block["data"]["rows"] == 57


def test_the_covariance_that_is_written_is_positive_definite(law_file: tuple[ClassCalibration, Path]) -> None:
    covariance = np.array(read_law(law_file[1]).block["classes"]["covariance"])
    assert np.linalg.eigvalsh(covariance).min() > 0.0


def test_the_mean_slip_that_is_written_is_that_of_what_has_come(law_file: tuple[ClassCalibration, Path]) -> None:
    made, path = law_file
    assert read_law(path).mean_slip_d == pytest.approx(made.statements.slip_d.mean(), abs=0.5)


def test_the_comparison_is_written_with_the_law(law_file: tuple[ClassCalibration, Path]) -> None:
    names = [one["forecast"] for one in read_law(law_file[1]).block["scores"]["forecasts"]]
    assert names == [
        "class law",
        "plan",
        "plan + mean slip",
        "plan + line",
        "quantiles of the class",
        "one ratio law",
        "without pooling",
        "parameters fixed",
        "law iss-cargo",
        "law lunar-programmes",
    ]


def test_a_known_law_says_what_the_law_of_the_simulator_says() -> None:
    new = made_up(13, 2, 1)
    fit = without_uncertainty(fit_classes(made_up(14, 50), correlation=0.0, groups=GROUPS))
    said = law_of(fit).predict(new)
    names = [one.name for one in fit.effects]
    location = sum(
        value
        for name, value in zip(names, fit.estimate, strict=True)
        if name in ("location", f"location.{new.agency[0]}", f"location.{new.kind[0]}")
    )
    law = RatioLaw(float(new.lead_d[0]), float(location), float(fit.estimate[names.index("spread")]), 60.0)
    # 200 quantiles: the 0.9 one is known to a half of a hundredth.
    assert law.ppf(0.895) <= said.quantile_d(0.9)[0] <= law.ppf(0.905)


def test_what_is_not_known_of_the_parameters_widens_the_forecast() -> None:
    fit = fit_classes(made_up(15, 12), correlation=0.5, groups=GROUPS)
    new = made_up(16, 4)
    wide, narrow = (law_of(one).predict(new) for one in (fit, without_uncertainty(fit)))
    assert (width_d(wide) > width_d(narrow)).all()


def test_an_agency_that_is_not_known_is_forecast_more_widely() -> None:
    law = law_of(fit_classes(made_up(17, 60), correlation=0.0, groups=GROUPS))
    new = made_up(18, 4)
    strange = replace(new, agency=np.full(new.rows, "stranger"))
    ratio = width_d(law.predict(strange)) / width_d(law.predict(new))
    assert ratio[new.agency == "slow"].max() < 2.0
    assert ratio[new.agency == "fast"].min() > 1.0


def width_d(said: Predictive) -> np.ndarray:
    return said.quantile_d(0.9) - said.quantile_d(0.1)


def test_luck_shared_within_programmes_is_found_again() -> None:
    statements = made_up(19, 80, 3, correlation=0.5)
    luck = measure_luck(statements, fit_classes(statements, correlation=0.5, groups=GROUPS))
    assert luck.value == pytest.approx(0.5, abs=2.5 * luck.sd)
    assert luck.sd < 0.1


def test_luck_that_is_not_shared_is_not_found() -> None:
    statements = made_up(20, 80, 3)
    luck = measure_luck(statements, fit_classes(statements, correlation=0.0, groups=GROUPS))
    assert luck.value < 2.5 * luck.sd


def test_open_missions_tell_of_shared_luck_too() -> None:
    statements = made_up(21, 80, 3, correlation=0.5, open_after_d=500.0)
    luck = measure_luck(statements, fit_classes(statements, correlation=0.5, groups=GROUPS))
    assert luck.value == pytest.approx(0.5, abs=2.5 * luck.sd)


def test_no_forecaster_sees_the_programme_it_forecasts() -> None:
    statements = made_up(22, 10)

    def look(seen: Statements, new: Statements) -> Predictive:
        assert not set(seen.programme) & set(new.programme)
        return of_points(new.slip_d)

    assert leave_one_out(statements, look).crps_d == pytest.approx(np.zeros(statements.rows))


def test_rows_keep_their_order_when_programmes_are_left_out() -> None:
    statements = made_up(23, 12)
    plan = leave_one_out(statements, forecasters(GROUPS, 0.0)["plan"])
    assert plan.crps_d == pytest.approx(np.abs(statements.slip_d))


def test_a_difference_has_the_error_of_programmes_not_of_rows() -> None:
    few = made_up(24, 10, 1)
    often = few.chosen(np.repeat(True, 10))
    theirs = np.arange(10.0)
    copies = Statements(*(np.repeat(getattr(often, name), 20) for name in Statements.__slots__))
    one = difference(few, np.zeros(10), theirs)
    many = difference(copies, np.zeros(200), np.repeat(theirs, 20))
    assert many.error_d == pytest.approx(one.error_d)


def test_a_table_of_a_few_programmes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text(table_of(made_up(25, 4)), encoding="utf-8")
    with pytest.raises(InputError, match="needs 20 rows of 10 programmes"):
        calibrate_classes(read_table(path))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fast,first", "fast,fast", "both columns agency and kind"),
        ("fast,first", "f.st,first", ":2: row 2, column agency: 'f.st' is no name"),
        ("programme 0,", ",", ":2: row 2, column programme: the cell is empty"),
        ("2020-01-01", "2090-01-01", ":2: row 2, column said_on"),
    ],
)
def test_a_row_that_cannot_be_right_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(table_of(made_up(26, 12)).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_statements(read_table(path))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slips:", "laws:", "no block `slips`"),
        ("offset: 60 d", "offset: 60", "classes.form.offset"),
        ("dof: 5.0", "dof: many", "classes.form.dof"),
        ("spread:", "spraed:", "location and spread are needed"),
        ("unknown:", "unkown:", "unknown is missing"),
    ],
)
def test_a_law_that_cannot_be_read_says_where(
    law_file: tuple[ClassCalibration, Path], tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "law.yaml"
    path.write_text(law_file[1].read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_law(path)
    assert said in str(caught.value)


def test_a_law_by_lead_alone_can_be_scored_too() -> None:
    new = made_up(27, 6)
    score = score_law(read_law(data_file("").parent / "slips.yaml", "lunar-programmes"), new)
    assert score.crps_plan_d == pytest.approx(np.abs(new.slip_d).mean())


def test_the_law_holds_four_fifths_of_the_dates_of_shipped_programmes_it_has_not_seen() -> None:
    """A sample of 40 of the shipped table's programmes, two standard errors of their number."""
    statements = read_statements(read_table(data_file("slip-pairs.csv")))
    groups = ("location.agency", "location.kind", "location.cell", "spread.lead")
    some = statements.programmes[::3]
    judged = leave_one_out(statements, forecasters(groups, 0.45)["class law"], some)
    assert judged.inside.mean() == pytest.approx(0.8, abs=2.0 * np.sqrt(0.16 / len(some)))


def test_early_arrival_is_possible() -> None:
    statements = read_statements(read_table(data_file("slip-pairs.csv")))
    law = law_of(fit_classes(statements, correlation=0.45))
    china = statements.chosen((statements.agency == "china") & (statements.kind == "series"))
    assert (law.predict(china).quantile_d(0.1) < 0.0).all()


def test_the_shipped_law_by_class_is_what_the_command_in_it_makes() -> None:
    """To a thousandth: the last digits differ from machine to machine."""
    shipped = read_law(data_file("").parent / "slip-classes.yaml")
    table = data_file("slip-pairs.csv")
    statements = read_statements(read_table(table)).without_stand_downs()
    fit, _ = fit_with_luck(statements, earned_groups(statements, correlation=FIRST_GUESS))
    found = dict(zip((one.name for one in fit.effects), fit.estimate, strict=True))
    assert shipped.block["classes"]["parameters"] == pytest.approx(found, abs=1e-3)
    assert shipped.block["data"]["sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()
