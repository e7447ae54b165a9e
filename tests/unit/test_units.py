"""Quantities: what is read, and the written answer to every usual slip."""

from __future__ import annotations

import datetime
import math
import re

import pytest

from sim.problems import Code
from sim.units import (
    KINDS,
    UnitError,
    file_name,
    format_quantity,
    parse_date,
    parse_file_name,
    parse_name,
    parse_quantity,
    quantity_pattern,
    read_quantity,
    unit_of_word,
)

# Factors by definition: SI brochure (9th ed.), and the Julian year of 365.25 d (IAU 2015).
BY_DEFINITION = [
    ("8.2 t", "mass", 8200.0),
    ("500 g", "mass", 0.5),
    ("1 yr", "duration", 365.25),
    ("2 wk", "duration", 14.0),
    ("36 h", "duration", 1.5),
    ("90 min", "duration", 0.0625),
    ("43200 s", "duration", 0.5),
    ("-20 d", "slip", -20.0),
    ("3.1 km/s", "speed", 3100.0),
    ("200 km", "length", 200_000.0),
    ("180 deg", "angle", math.pi),
    ("-1 rad", "angle", -1.0),
    ("40 kW", "power", 40_000.0),
    ("300 kWh", "energy", 1.08e9),
    ("5 MJ", "energy", 5e6),
    ("15 %", "share", 0.15),
    ("36.525 %/yr", "rate", 0.001),
    ("0.0 %/d", "rate", 0.0),
    ("450 s", "specific impulse", 450.0),
    ("4 kg/d", "mass rate", 4.0),
    ("200 h", "labour", 200.0),
    ("1e3 kg", "mass", 1000.0),
    (".5 t", "mass", 500.0),
    ("15%", "share", 0.15),
    ("  3 d ", "duration", 3.0),
]


@pytest.mark.parametrize(("text", "kind", "expected"), BY_DEFINITION)
def test_quantity_is_read_in_si_with_time_in_days(text: str, kind: str, expected: float) -> None:
    assert parse_quantity(text, kind) == pytest.approx(expected, rel=1e-15)


SLIPS = [
    ("8,2 t", "mass", Code.NUMBER_FORMAT, "use a decimal point: 8.2 t"),
    ("8,200 kg", "mass", Code.NUMBER_FORMAT, "8.200 kg or 8200 kg"),
    ("1,234,567 kg", "mass", Code.NUMBER_FORMAT, "1234567 kg"),
    ("8 200 kg", "mass", Code.NUMBER_FORMAT, "write 8200 kg"),
    ("5 ton", "mass", Code.UNIT_UNKNOWN, "write t (1000 kg)"),
    ("5 tonnes", "mass", Code.UNIT_UNKNOWN, "write 5 t"),
    ("3 months", "duration", Code.UNIT_UNKNOWN, "months vary in length; write d or yr"),
    ("14 days", "duration", Code.UNIT_UNKNOWN, "write 14 d"),
    ("nan kg", "mass", Code.NUMBER_FORMAT, "give a finite number"),
    ("inf", "mass", Code.NUMBER_FORMAT, "give a finite number"),
    ("-inf d", "duration", Code.NUMBER_FORMAT, "give a finite number"),
    ("TBD", "mass", Code.NUMBER_FORMAT, "leave the key out"),
    (5, "mass", Code.UNIT_MISSING, "write the unit that is meant: 5 t, 5 kg or 5 g"),
    (0, "duration", Code.UNIT_MISSING, "0 d, 0 s, 0 min, 0 h, 0 wk or 0 yr"),
    (0.95, "share", Code.UNIT_MISSING, "did you mean 95 %?"),
    (0.005, "share", Code.UNIT_MISSING, "did you mean 0.5 %?"),
    (95, "share", Code.UNIT_MISSING, "did you mean 95 %?"),
    (1, "share", Code.UNIT_MISSING, "write 100 % if it is a fraction, 1 % if it is a percentage"),
    (0.1, "margin", Code.UNIT_MISSING, "did you mean 10 %?"),
    (0.02, "rate", Code.UNIT_MISSING, "0.02 /yr is 2 %/yr"),
    ("0,95", "share", Code.NUMBER_FORMAT, "did you mean 95 %?"),
    ("8,2", "mass", Code.NUMBER_FORMAT, "8.2 t, 8.2 kg or 8.2 g"),
    ("10-20", "duration", Code.NUMBER_FORMAT, "{uniform: [10 UNIT, 20 UNIT]}"),
    ("111 deg", "latitude", Code.OUT_OF_RANGE, "are latitude and longitude swapped?"),
    ("-91 deg", "latitude", Code.OUT_OF_RANGE, "are latitude and longitude swapped?"),
    ("-181 deg", "longitude", Code.OUT_OF_RANGE, "at least -180 deg"),
    ("361 deg", "longitude", Code.OUT_OF_RANGE, "at most 360 deg"),
    ("-1 deg", "inclination", Code.OUT_OF_RANGE, "at least 0 deg"),
    ("181 deg", "inclination", Code.OUT_OF_RANGE, "at most 180 deg"),
    ("91 deg", "elevation", Code.OUT_OF_RANGE, "at most 90 deg"),
    ("450", "specific impulse", Code.UNIT_MISSING, "write for example 450 s"),
    ("8.2 T", "mass", Code.UNIT_UNKNOWN, "did you mean 't'?"),
    ("8.2 MT", "mass", Code.UNIT_UNKNOWN, "known: t, kg, g"),
    ("5 kgg", "mass", Code.UNIT_UNKNOWN, "did you mean 'kg'?"),
    ("5 kW", "energy", Code.UNIT_UNKNOWN, "that is a unit of power"),
    ("110 %", "share", Code.OUT_OF_RANGE, "at most 100 %"),
    ("-1 %", "share", Code.OUT_OF_RANGE, "at least 0 %"),
    ("-5 kg", "mass", Code.OUT_OF_RANGE, "at least 0 t"),
    ("1e400 kg", "mass", Code.OUT_OF_RANGE, "check the unit"),
    ("9e9 t", "mass", Code.OUT_OF_RANGE, "check the unit"),
    ("400 deg", "angle", Code.OUT_OF_RANGE, "check the unit"),
    ("5-10 d", "duration", Code.NUMBER_FORMAT, "{uniform: [5 d, 10 d]}"),
    ("5 d to 10 d", "duration", Code.NUMBER_FORMAT, "{uniform: [5 d, 10 d]}"),
    ("−88.8 deg", "angle", Code.NUMBER_FORMAT, "without the character U+2212"),
    (True, "mass", Code.WRONG_TYPE, "8.2 t"),
    (None, "mass", Code.WRONG_TYPE, "8.2 t"),
    (["8 t"], "mass", Code.WRONG_TYPE, "8.2 t"),
    ({"a": 1}, "mass", Code.WRONG_TYPE, "8.2 t"),
    ("", "mass", Code.NUMBER_FORMAT, "8.2 t"),
    ("9" * 200 + " kg", "mass", Code.NUMBER_FORMAT, ""),
    ("0x10 kg", "mass", Code.NUMBER_FORMAT, "8.2 t"),
]


@pytest.mark.parametrize(("text", "kind", "code", "hint"), SLIPS)
def test_usual_slip_gets_an_answer_of_its_own(text: object, kind: str, code: Code, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        read_quantity(text, kind)
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_percent_is_exact_to_the_last_digit() -> None:
    assert [parse_quantity(f"{number} %", "share") for number in (70, 7, 29)] == [0.7, 0.07, 0.29]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("90 deg", "latitude"), ("-90 deg", "latitude"), ("-180 deg", "longitude"), ("360 deg", "longitude"),
     ("180 deg", "inclination"), ("0 deg", "inclination"), ("1.5707963267948966 rad", "latitude")],
)  # fmt: skip
def test_angle_at_the_end_of_its_range_is_read(text: str, kind: str) -> None:
    assert read_quantity(text, kind) == parse_quantity(text, kind)


FILE_NAMES_REFUSED = [
    "../up", "/absolute", "..", ".hidden", "-o", "a/b", "a\\b", "a:b", "a\nb", "a b", "a\u202eb", "CON", "con.plan",
    "nul", "Lpt1.x", "ends.", "", "a" * 82, "база",
]  # fmt: skip


@pytest.mark.parametrize("name", FILE_NAMES_REFUSED)
def test_name_that_could_lead_elsewhere_is_refused_with_one_that_is_taken(name: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_file_name(name)
    assert caught.value.code == Code.NAME
    assert f"write '{parse_file_name(file_name(name))}'" in (caught.value.hint, f"write '{file_name(name)}'")


@pytest.mark.parametrize("name", ["plan", "ILRS-2035_v1.2", "console", "a" * 81, "0"])
def test_plain_name_is_taken_for_a_folder(name: str) -> None:
    assert parse_file_name(name) == name


@pytest.mark.parametrize("kind", KINDS)
def test_written_quantity_is_read_back(kind: str) -> None:
    value = parse_quantity(KINDS[kind].example, kind)
    # six significant digits are written
    assert parse_quantity(format_quantity(value, kind), kind) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_editor_pattern_accepts_every_unit_of_the_table_and_no_bare_number(kind: str) -> None:
    pattern = re.compile(quantity_pattern(kind))
    assert all(pattern.search(f"1.5 {unit}") for unit in KINDS[kind].units)
    assert not pattern.search("1.5")
    assert not pattern.search("1,5 " + next(iter(KINDS[kind].units)))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (8200.0, "mass", "8.2 t"),
        (0.5, "mass", "500 g"),
        (30.0, "duration", "30 d"),
        (1800.0, "speed", "1.8 km/s"),
    ],
)
def test_quantity_is_written_in_a_fitting_unit(value: float, kind: str, text: str) -> None:
    assert format_quantity(value, kind) == text


def test_date_is_midnight_unless_a_time_is_given() -> None:
    assert parse_date("2031-06-01") == datetime.datetime(2031, 6, 1)
    assert parse_date("2031-06-01T12:30") == datetime.datetime(2031, 6, 1, 12, 30)


def test_leap_day_exists_in_leap_years_only() -> None:
    """Gregorian rule: 2000 is a leap year, 2100 is not."""
    assert parse_date("2000-02-29").day == 29
    with pytest.raises(UnitError, match="no day 29"):
        parse_date("2100-02-29")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2035-13-01", "year-month-day"),
        ("2035-02-30", "2035-02 ends with 2035-02-28"),
        (2035, "write the whole date: 2035-01-01"),
        ("2035-06", "write the whole date: 2035-06-01"),
        ("2035 Q3", "uniform"),
        ("01.06.2031", "year-month-day"),
        ("2031-06-01T25:00", "00:00 to 23:59"),
        ("9999-01-01", "years go from 1950 to 2199"),
        (None, "year-month-day"),
        ([], "year-month-day"),
    ],
)
def test_impossible_date_is_answered(text: object, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_date(text)
    assert hint in caught.value.hint


def test_name_in_another_style_is_answered_with_the_right_one() -> None:
    with pytest.raises(UnitError) as caught:
        parse_name("CZ_10 A")
    assert caught.value.hint == "write 'cz-10-a'"


@pytest.mark.parametrize("text", ["cz-10", "a", "9", "lc-101"])
def test_kebab_case_is_a_name(text: str) -> None:
    assert parse_name(text) == text


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "<script>", "a.b", "a" * 81, 5, "é"])
def test_other_text_is_no_name(text: object) -> None:
    with pytest.raises(UnitError):
        parse_name(text)


def test_heading_words_stand_for_units() -> None:
    assert (unit_of_word("days"), unit_of_word("kg"), unit_of_word("nonsense")) == ("d", "kg", "")
