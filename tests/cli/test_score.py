"""`ilrs score`, and `ilrs calibrate` on tables of slip by class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.scenario.table import data_file
from tests.unit.calibration.made_up import made_up, table_of


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("score")
    (made / "table.csv").write_text(table_of(made_up(31, 24)), encoding="utf-8")
    (made / "new.csv").write_text(table_of(made_up(32, 8, open_after_d=400.0)), encoding="utf-8")
    done = call("calibrate", made / "table.csv", "--name", "ours", "-o", made / "law.yaml")
    assert done.exit_code == 0, done.output
    return made


@pytest.fixture(scope="module")
def scores(folder: Path) -> dict[str, Any]:
    done = call("score", folder / "law.yaml", folder / "new.csv", "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_scores_have_the_promised_keys(scores: dict[str, Any]) -> None:
    assert set(scores) == {
        "rows",
        "decided",
        "coverage_p10_p90",
        "below",
        "above",
        "crps_d",
        "crps_plan_d",
        "crps_plan_plus_mean_d",
        "by",
    }


def test_each_class_has_the_promised_keys(scores: dict[str, Any]) -> None:
    assert set(scores["by"]) == {"agency", "kind", "lead"}
    for column in scores["by"].values():
        for part in column.values():
            assert set(part) == {"coverage_p10_p90", "crps_d", "rows"}


@pytest.mark.parametrize("column", ["agency", "kind", "lead"])
def test_the_classes_of_a_column_are_all_rows(scores: dict[str, Any], column: str) -> None:
    assert sum(part["rows"] for part in scores["by"][column].values()) == scores["rows"]


def test_inside_below_and_above_are_all_there_is(scores: dict[str, Any]) -> None:
    assert scores["coverage_p10_p90"] + scores["below"] + scores["above"] == pytest.approx(1.0, abs=1e-5)


def test_rows_that_are_open_are_counted_but_not_as_decided(scores: dict[str, Any]) -> None:
    decided = int((~made_up(32, 8, open_after_d=400.0).open).sum())
    assert (scores["rows"], scores["decided"]) == (16, decided)


def test_the_plan_scores_its_mean_error(scores: dict[str, Any]) -> None:
    """To the day: the table holds dates."""
    new = made_up(32, 8, open_after_d=400.0)
    plan_d = np.where(new.open, np.maximum(new.slip_d, 0.0), np.abs(new.slip_d)).mean()
    assert scores["crps_plan_d"] == pytest.approx(plan_d, abs=0.5)


def test_without_json_the_scores_are_a_table(folder: Path) -> None:
    done = call("score", folder / "law.yaml", folder / "new.csv")
    assert "ours on new.csv: 16 statements" in done.stdout
    assert "P10-P90 holds" in done.stdout


def test_a_wrong_row_is_told_with_its_line(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "wrong.csv"
    rows = (folder / "new.csv").read_text(encoding="utf-8")
    table.write_text(f"{rows}x,fast,first,m,2020-02-30,2021-01-01,2021-01-01,no,\n", encoding="utf-8")
    done = call("score", folder / "law.yaml", table)
    assert done.exit_code == 1
    assert f"{table}:18: row 18, column said_on" in done.output


def test_a_table_without_classes_is_told_what_it_lacks(folder: Path) -> None:
    done = call("score", folder / "law.yaml", data_file("iss-cargo.csv"))
    assert done.exit_code == 1
    assert "there is no column programme" in done.output


def test_a_law_that_is_not_in_the_file_is_told_with_those_that_are(folder: Path) -> None:
    done = call("score", folder / "law.yaml", folder / "new.csv", "--law", "other")
    assert done.exit_code == 1
    assert "no model other" in done.output
    assert "ours" in done.output


def test_stand_downs_can_only_be_left_out_by_class() -> None:
    done = call("calibrate", data_file("iss-cargo.csv"), "--without-stand-downs")
    assert done.exit_code == 1
    assert "columns agency and kind" in done.output


def test_one_name_is_not_for_two_tables(folder: Path) -> None:
    done = call("calibrate", folder / "table.csv", folder / "new.csv", "--name", "ours")
    assert done.exit_code == 1
    assert "--name ours is for one table" in done.output
