"""What of a table is used: what was known on a day, without stand-downs, without programmes."""

from __future__ import annotations

import datetime
import hashlib
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim.calibration.class_fit import calibrate_classes, class_block
from sim.calibration.class_law import fit_with_luck
from sim.calibration.class_model import ALWAYS
from sim.calibration.statements import Statements, TableChoice, read_statements
from sim.cli import main
from sim.problems import InputError
from sim.scenario.table import data_file, read_table
from tests.shipped_laws import FILES, choice_of, read_block
from tests.unit.calibration.made_up import made_up, table_of

DAY = datetime.date(2021, 12, 29)
HEADING = "programme,agency,kind,mission,said_on,planned,actual,open\n"
ROWS = {
    "came by then": "a,x,first,m,2018-01-01,2019-01-01,2021-01-01,no\n",
    "came later": "b,x,first,n,2018-01-01,2019-01-01,2023-01-01,no\n",
    "not due yet": "c,x,first,o,2021-01-01,2024-01-01,2024-01-01,no\n",
    "still open": "d,x,first,p,2018-01-01,2019-01-01,2028-01-01,yes\n",
    "said later": "e,x,first,q,2022-01-01,2023-01-01,2023-02-01,no\n",
}


@pytest.fixture
def known(tmp_path: Path) -> Statements:
    table = tmp_path / "table.csv"
    table.write_text(HEADING + "".join(ROWS.values()), encoding="utf-8")
    return read_statements(read_table(table)).as_known_on(DAY)


def test_what_was_said_later_was_not_known(known: Statements) -> None:
    assert known.programmes == ("a", "b", "c", "d")


def test_what_had_not_come_was_open(known: Statements) -> None:
    assert known.open.tolist() == [False, True, True, True]


def test_what_was_open_was_known_to_come_after_that_day_and_no_more(known: Statements) -> None:
    late = (DAY - datetime.date(2019, 1, 1)).days
    early = (DAY - datetime.date(2024, 1, 1)).days
    assert known.slip_d.tolist() == [731.0, late, early, late]


def test_on_the_last_day_of_a_table_all_of_it_is_known() -> None:
    everything = read_statements(read_table(data_file("slip-pairs.csv")))
    known = everything.as_known_on(datetime.date(2100, 1, 1))
    assert np.array_equal(known.slip_d, everything.slip_d)
    assert np.array_equal(known.open, everything.open)


def test_a_programme_is_left_out_with_all_its_rows() -> None:
    found, left_out = TableChoice(without_programmes=("programme 3",)).of(made_up(1, 5))
    assert found.programmes == ("programme 0", "programme 1", "programme 2", "programme 4")
    assert left_out == ("2 rows of programme 3",)


def test_a_programme_that_is_not_there_is_refused_with_one_that_is() -> None:
    with pytest.raises(InputError, match="did you mean 'programme 3'"):
        TableChoice(without_programmes=("programe 3",)).of(made_up(1, 5))


def test_the_options_of_a_choice_are_those_of_the_command() -> None:
    options = TableChoice(True, ("Chang'e-4",), DAY).options
    assert shlex.split(options) == [
        *("--without-stand-downs", "--without-programme", "Chang'e-4", "--as-of", "2021-12-29")
    ]


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("options", [("--as-of", "2021-02-30"), ("--as-of", "soon")])
def test_a_day_that_is_none_is_refused(options: tuple[str, ...]) -> None:
    done = call("calibrate", "slip-pairs.csv", *options)
    assert done.exit_code == 1
    assert "--as-of: " in done.output


def test_too_little_that_was_known_says_what_was_left_out() -> None:
    done = call("calibrate", "slip-pairs.csv", "--as-of", "2001-01-25")
    assert done.exit_code == 1
    assert re.search(r"needs 20 rows of 10 programmes.*left out: \d+ rows said after 2001-01-25", done.output)


def test_only_a_table_by_class_can_be_taken_back_to_a_day() -> None:
    done = call("calibrate", "iss-cargo.csv", "--as-of", "2015-01-01")
    assert done.exit_code == 1
    assert "columns agency and kind" in done.output


def groups_of(names: Iterable[str]) -> tuple[str, ...]:
    """The groups of effects that a law has, told from the names of its parameters."""
    terms = [name.split(".") for name in names]
    cell = ("location.cell",) if any(part[0] == "location" and len(part) == 3 for part in terms) else ()
    spread = tuple(
        group
        for group, term in (("spread.agency", "china"), ("spread.kind", "first"), ("spread.lead", "lead"))
        if ["spread", term] in terms
    )
    return (*ALWAYS, *cell, *spread)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_law_by_class_is_what_the_command_in_it_makes(path: Path) -> None:
    """To two thousandths: the last digits differ from machine to machine."""
    name, block = read_block(path)
    table = data_file("slip-pairs.csv")
    statements, left_out = choice_of(block["command"]).of(read_statements(read_table(table)))
    kept = block["classes"]["parameters"]
    fit, _ = fit_with_luck(statements, groups_of(kept))
    assert kept == pytest.approx(dict(zip((one.name for one in fit.effects), fit.estimate, strict=True)), abs=2e-3)
    data = block["data"]
    assert (data["rows"], data["left_out"]) == (statements.rows, "; ".join(left_out))
    assert data["sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()
    assert f"--name {name} " in block["command"]


def test_a_fit_alone_has_no_scores_and_its_command_says_so(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(table_of(made_up(11, 15)), encoding="utf-8")
    block = class_block(calibrate_classes(read_table(table), fit_only=True))
    assert "scores" not in block
    assert "--fit-only" in block["command"]
