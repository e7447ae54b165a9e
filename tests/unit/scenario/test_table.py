"""Tables as they come out of spreadsheets, and what is wrong with them by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.problems import InputError
from sim.scenario.table import TextTable, data_file, find_table, read_table

ROWS = "vehicle{0}stand_down_d\nHeron{0}100\nIbis{0}200\n"


@pytest.fixture
def write(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def read(path: Path, data: str | bytes) -> TextTable:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_parted_by_comma_semicolon_or_tab(write: Path, delimiter: str) -> None:
    table = read(write, ROWS.format(delimiter))
    assert table.texts("stand_down_d") == ["100", "200"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_in_the_encodings_spreadsheets_save(write: Path, encoding: str) -> None:
    table = read(write, "vehicle,stand_down_d\nMöwe,100\n".encode(encoding))
    assert table.columns == ("vehicle", "stand_down_d")
    assert table.texts("vehicle") == ["Möwe"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(write: Path, end: str) -> None:
    assert read(write, ROWS.format(",").replace("\n", end)).texts("vehicle") == ["Heron", "Ibis"]


@pytest.mark.parametrize("heading", ["Said on", " SAID_ON ", "said-on", "\xa0Said  On"])
def test_case_and_blanks_of_a_heading_do_not_matter(write: Path, heading: str) -> None:
    assert read(write, f"{heading},planned\n1,2\n").columns == ("said_on", "planned")


def test_empty_columns_at_the_end_are_no_columns(write: Path) -> None:
    table = read(write, "a,b,,\n1,2,,\n3,4,,,,\n")
    assert table.columns == ("a", "b")
    assert table.texts("b") == ["2", "4"]


def test_empty_rows_are_no_rows(write: Path) -> None:
    assert [row.number for row in read(write, "a,b\n\n,\n1,2\n").rows] == [4]


def test_remarks_are_no_rows_even_when_a_spreadsheet_quoted_or_filled_them(write: Path) -> None:
    table = read(write, '# it\'s "so;;\n"# Source: a log; of ours";;\na;b;c\n1;2;3\n#;;\n')
    assert table.texts("a") == ["1"]
    assert table.source == "a log; of ours"


def test_a_hash_inside_a_quoted_cell_is_text(write: Path) -> None:
    table = read(write, 'a,b\n"one\n# two",2\n3,4\n')
    assert table.texts("a") == ["one\n# two", "3"]
    assert [(row.number, row.line) for row in table.rows] == [(2, 2), (3, 4)]


def test_what_the_first_line_says_of_the_delimiter_is_believed(write: Path) -> None:
    assert read(write, "sep=;\na,x;b\n1;2\n").columns == ("a_x", "b")


def test_a_comma_inside_quotes_of_a_heading_parts_nothing(write: Path) -> None:
    assert read(write, '"a,b,c";d\n1;2\n').columns == ("a_b_c", "d")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("a,b\n1,2,3\n", "table.csv:2: row 2: 3 values, but the heading has 2 columns (a, b)"),
        ("a,A \n1,2\n", "table.csv:1: row 1: two columns are called a"),
        ("a,b\n", "no rows below its heading"),
        ("", "there is nothing in it"),
        ("# only a remark\n", "there is nothing in it"),
        ("a,b\n1,2\0\n", "table.csv:2: a byte of zero"),
        (b"PK\x03\x04...", "this is a workbook; save the sheet as CSV"),
        (b"a,b\n\x81,1\n", "not text in UTF-8, UTF-16 or Windows-1252"),
        ('a,b\n"1,2\n3,4\n', "table.csv:2: row 2: a quote opens that closes nowhere"),
        ("a\n" + "1\n" * 10_100_000, "the file is larger than 20 MB"),
        ("a\n" + "1\n" * 200_001, "more than 200000 rows"),
        ("a" + "," * 5000 + "b\n1\n", "at most 1000 are read"),
    ],
)
def test_what_cannot_be_a_table_is_refused_with_its_place(write: Path, data: str | bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(write, data)
    assert said in str(caught.value)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is not a plain file"):
        read_table(tmp_path)


def test_a_shipped_table_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_table(Path("iss-cargo.csv")) == data_file("iss-cargo.csv")


def test_a_table_of_the_reader_goes_before_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iss-cargo.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert find_table(Path("iss-cargo.csv")) == Path("iss-cargo.csv")
