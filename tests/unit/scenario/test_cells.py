"""Dates, numbers and flags as people write them; what stays open is refused, never guessed."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from sim.problems import InputError
from sim.scenario.cells import read_counts, read_dates, read_flags, read_numbers
from sim.scenario.table import TextTable, read_table

DAY = datetime.date(2031, 2, 28)


@pytest.fixture
def column(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def tabled(path: Path, cells: list[str], delimiter: str = ";") -> TextTable:
    lines = [f"{number}{delimiter}{cell}" for number, cell in enumerate(cells)]
    path.write_text("\n".join([f"n{delimiter}x", *lines]), encoding="utf-8")
    return read_table(path)


@pytest.mark.parametrize(
    "text",
    ["2031-02-28", "2031-2-28", "2031/02/28", "20310228", "28.02.2031", "28.2.2031", "28/02/2031", "28-02-2031",
     "02/28/2031", "28 Feb 2031", "28-Feb-2031", "28. February 2031", "Feb 28, 2031", "February 28th, 2031",
     "Fri Feb 28, 2031 05:12 UTC", "2031 Feb 28 1928:34", "2031-02-28T05:12:00Z", "2031-02-28 05:12:00+03:00",
     "28.02.2031 23:59", "2/28/2031 5:12 PM"],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(column: Path, text: str) -> None:
    assert read_dates(tabled(column, [text]), "x") == [[DAY]]


@pytest.mark.parametrize("text", ["", "-", "TBD", "n/a", "?"])
def test_a_cell_that_says_nothing_has_no_date(column: Path, text: str) -> None:
    assert read_dates(tabled(column, [text]), "x") == [[None]]


def test_one_date_that_tells_the_order_settles_the_others(column: Path) -> None:
    assert read_dates(tabled(column, ["03/04/2031", "28/02/2031"]), "x") == [[datetime.date(2031, 4, 3), DAY]]
    assert read_dates(tabled(column, ["03/04/2031", "02/28/2031"]), "x") == [[datetime.date(2031, 3, 4), DAY]]


def test_a_day_that_is_its_month_needs_no_order(column: Path) -> None:
    assert read_dates(tabled(column, ["03/03/2031"]), "x") == [[datetime.date(2031, 3, 3)]]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["03/04/2031"], "row 2, column x: '03/04/2031' may be day or month first"),
        (["28/02/2031", "02/28/2031"], "row 3, column x: '02/28/2031' and '28/02/2031' (row 2, column x)"),
        (["2031-02-30"], "row 2, column x: there is no day '2031-02-30'"),
        (["30.02.2031"], "there is no day '30.02.2031'"),
        (["12.13.2031"], "there is no day"),
        (["13/13/2031"], "there is no day"),
        (["28.02.31"], "has a year of two digits"),
        (["47907"], "a number as spreadsheets keep dates"),
        (["0231-02-28"], "lies in the year 231"),
        (["2931-02-28"], "lies in the year 2931"),
        (["2031-02-28 25:00"], "is not a date"),
        (["soon"], "'soon' is not a date"),
        (["2031-02-28", "\u0662\u0660\u0663\u0661-02-28"], "row 3"),
    ],
)
def test_a_date_that_cannot_be_known_is_refused_with_row_and_column(column: Path, cells: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_dates(tabled(column, cells), "x")
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{column}:{len(cells) + 1}: row {len(cells) + 1}")


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["12,5", "1.234"], [12.5, 1234.0]),
        (["12.5", "1,234"], [12.5, 1234.0]),
        (["1.234,5"], [1234.5]),
        (["1,234.5"], [1234.5]),
        (["1.234.567"], [1234567.0]),
        (["1 234,5", "1'234"], [1234.5, 1234.0]),
        (["1\xa0234"], [1234.0]),
        (["0,125"], [0.125]),
        (["1e3", "-2.5E1", "\u22123"], [1000.0, -25.0, -3.0]),
    ],
)
def test_the_cells_of_a_column_tell_its_decimal_mark(column: Path, cells: list[str], numbers: list[float]) -> None:
    assert read_numbers(tabled(column, cells), "x") == numbers


def test_a_point_among_commas_is_a_decimal_point(column: Path) -> None:
    assert read_numbers(tabled(column, ["1.234", '"1,234"'], ","), "x") == [1.234, 1234.0]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1.234"], "'1.234' may be 1234 or 1.234; write 1234 or 1.2340"),
        (["1,234"], "'1,234' may be 1234 or 1.234"),
        (["1,5", "1.5"], "row 3, column x: '1.5' has another decimal mark"),
        (["12 d"], "'12 d' is not a number"),
        (["nan"], "'nan' is not a number"),
        (["inf"], "'inf' is not a number"),
        (["1_000"], "is not a number"),
        (["\u0661\u0662"], "is not a number"),
        (["1e400"], "is larger than 1,000,000,000"),
        ([""], "the cell is empty"),
    ],
)
def test_a_number_that_cannot_be_known_is_refused(column: Path, cells: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_numbers(tabled(column, cells), "x")
    assert said in str(caught.value)


def test_whole_numbers_may_be_written_as_any_number(column: Path) -> None:
    assert read_counts(tabled(column, ["1e3", "1000.0", "7"]), "x") == [1000, 1000, 7]


@pytest.mark.parametrize("text", ["1.5", "-1"])
def test_a_count_is_whole_and_not_negative(column: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"row 2, column x: .* is not a whole number of 0 or more"):
        read_counts(tabled(column, [text]), "x")


def test_yes_and_no_have_many_spellings(column: Path) -> None:
    assert read_flags(tabled(column, ["yes", "TRUE", "1", "No", "false", "0", ""]), "x") == [True] * 3 + [False] * 4


def test_a_flag_that_is_neither_is_refused(column: Path) -> None:
    with pytest.raises(InputError, match="row 2, column x: 'maybe' is neither yes nor no"):
        read_flags(tabled(column, ["maybe"]), "x")


def test_a_column_that_is_not_there_says_no(column: Path) -> None:
    assert read_flags(tabled(column, ["yes"]), "open") == [False]
