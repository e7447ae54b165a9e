"""The verbs of physics: their answers against figures from outside, their refusals, their pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from math import acos, asin, cos, degrees, radians
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Call = Callable[..., Result]

TLI_M_S = 5.0
LOI_M_S = 8.0
"""Most that a fast transfer may be off the full field's."""
C3_KM2_S2 = 0.11
"""What 5 m/s of TLI are in C3: 2 v dv with v = 10.98 km/s."""
REFINED_M_S = 0.5
"""Most that a refined transfer may be off: the truth uses DE440, the table astropy's series (6 km)."""

FLIGHT = ("--parking", "200km", "--inclination", "28.5deg", "--to", "llo")
MARCH = ("transfer", "--depart", "2035-03-01T00:00:00", "--tof", "60h", *FLIGHT)
LOW = ("transfer", "--depart", "2025-03-01", "--tof", "108h", "--inclination", "19.6deg")
STACK = ("windows", "--parking", "400km", "--inclination", "51.6deg", "--raan", "0deg", "--epoch", "2035-01-01")
HOME = (
    "transfer", "--from", "llo", "--to", "entry", "--depart", "2026-01-04T13:00:00", "--tof", "72h",
    "--inclination", "35deg",
)  # fmt: skip
HALO = ("--inclination", "28.5deg", "--epoch", "2031-02-20", "--until", "2031-03-03")
POLE = ("site", "--latitude", "-89.9deg", "--longitude", "0deg", "--horizon", "0deg")
JANUARY = ("--from", "2035-01-01", "--to", "2035-02-01")


def ask(ilrs: Call, *arguments: str) -> dict[str, Any]:
    """Return what a command prints as JSON; nothing else may stand on stdout."""
    done = ilrs(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_transfer_costs_what_the_full_field_says(ilrs: Call) -> None:
    """Source: n-body differential correction with DE440, made apart from this project (tests/physics/truth.csv)."""
    found = ask(ilrs, *MARCH)
    by_branch = {one["branch"]: one for one in found["solutions"]}
    assert found["feasible"]
    assert found["arrive"] == "2035-03-03T12:00:00"
    assert by_branch["desc"]["tli_dv_m_s"] == pytest.approx(3195.6, abs=TLI_M_S)
    assert by_branch["desc"]["loi_dv_m_s"] == pytest.approx(1057.83, abs=LOI_M_S)
    assert found["c3_km2_s2"] == pytest.approx(-0.63217, abs=C3_KM2_S2)
    assert by_branch["asc"]["loi_dv_m_s"] == pytest.approx(1060.11, abs=LOI_M_S)


def test_a_refined_transfer_is_nearer_to_the_full_field(ilrs: Call) -> None:
    """Source: as above, the cheapest of four solutions; its C3 is -0.63217 km2/s2."""
    found = ask(ilrs, *MARCH, "--refine")
    assert found["method"] == "refined"
    assert found["failures"] == []
    assert found["tli_dv_m_s"] == pytest.approx(3195.6, abs=REFINED_M_S)
    assert found["loi_dv_m_s"] == pytest.approx(1057.83, abs=REFINED_M_S)
    assert found["c3_km2_s2"] == pytest.approx(-0.63217, abs=0.01)


@pytest.mark.parametrize("more", [(), ("--refine",)])
def test_the_cheapest_solution_stands_on_top(ilrs: Call, more: tuple[str, ...]) -> None:
    found = ask(ilrs, *MARCH, *more)
    totals = [one["tli_dv_m_s"] + one["loi_dv_m_s"] for one in found["solutions"]]
    assert totals == sorted(totals)
    assert found["tli_dv_m_s"] + found["loi_dv_m_s"] == totals[0]


def test_an_elliptic_orbit_costs_less_by_what_circularising_costs(ilrs: Call) -> None:
    """Source: vis-viva at 100 km over the Moon: 495.2 m/s between 100 x 8600 km and 100 km circular."""
    wide = ask(ilrs, *MARCH[:-1], "100x8600km")
    assert ask(ilrs, *MARCH)["loi_dv_m_s"] - wide["loi_dv_m_s"] == pytest.approx(495.17, abs=0.05)


@pytest.mark.parametrize(("goal", "notes"), [("3000km", 0), ("6000km", 1)])
def test_a_perilune_outside_the_fit_is_told_with_its_error(goal: str, notes: int, ilrs: Call) -> None:
    """Source: fast against refined at 6,000 km, 40 dates: LOI rms 4.0, max 8.2 m/s."""
    said = ask(ilrs, *MARCH[:-1], goal)["notes"]
    assert len(said) == notes
    assert ask(ilrs, *MARCH[:-1], goal, "--refine")["notes"] == []


def test_an_impossible_transfer_is_a_result_with_its_reason(ilrs: Call) -> None:
    """Source: astropy's get_body in its TETE frame: the Moon's declination on 2025-03-05 12 h TDB is 24.65 deg."""
    found = ask(ilrs, *LOW)
    assert (found["feasible"], found["solutions"]) == (False, [])
    assert found["tli_dv_m_s"] is found["loi_dv_m_s"] is found["c3_km2_s2"] is None
    assert "declination" in found["reason"]
    assert "24.65 deg" in found["reason"]


def test_a_plane_change_is_paid_for_in_the_open(ilrs: Call) -> None:
    """Source: 2 v sin(angle / 2) with v = 7784 m/s in a 200 km orbit."""
    found = ask(ilrs, *LOW, "--plane-change")
    angle_deg = found["moon_declination_deg"] - 19.6
    assert found["feasible"]
    assert found["plane_dv_m_s"] == pytest.approx(2 * 7784.3 * radians(angle_deg) / 2, rel=2e-3)


def test_a_return_has_its_burn_and_its_entry(ilrs: Call) -> None:
    """Source: tests/physics/returns.csv, first row, made apart from this project."""
    found = ask(ilrs, *HOME, "--refine")
    best = found["solutions"][0]
    assert found["feasible"]
    assert best["tei_dv_m_s"] == pytest.approx(899.08, abs=REFINED_M_S)
    assert best["entry_speed_m_s"] == pytest.approx(10_990.76, abs=REFINED_M_S)
    assert (best["branch"], best["entry_angle_deg"], best["inclination_deg"]) == ("asc", -6.2, 35.0)
    assert (best["depart"], best["entry"]) == ("2026-01-04T13:00:00", "2026-01-07T13:00:00")


def test_a_return_in_a_span_of_times_takes_the_cheapest_hour(ilrs: Call) -> None:
    """Source: a slower return is cheaper up to some five days (shared with the way out, vis-viva at the Moon)."""
    found = ask(ilrs, *HOME[:7], "--tof", "72h..96h", *HOME[9:])
    assert found["solutions"][0]["tof_h"] == 96.0
    assert found["tei_dv_m_s"] < ask(ilrs, *HOME)["tei_dv_m_s"]


def test_a_return_to_a_site_meets_its_hour(ilrs: Call) -> None:
    """Source: as above; the site's row says 93.73 h, 840.4 m/s and 45.26 deg."""
    span = ("--depart", "2028-03-14T12:00:00", "--tof", "78h..102h", "--entry-angle", "-6.0deg")
    found = ask(ilrs, *HOME[:5], *span, "--site", "Siziwang", "--range", "6500km")
    assert found["solutions"][0]["tof_h"] == pytest.approx(93.73, abs=0.01)
    assert found["tei_dv_m_s"] == pytest.approx(840.42, abs=REFINED_M_S)
    assert found["solutions"][0]["inclination_deg"] == pytest.approx(45.255, abs=0.05)


def test_an_impossible_return_names_its_limit_and_a_date_that_works(ilrs: Call) -> None:
    """Source: spherical geometry: the plane holds the Moon, which stands at 23.5 deg."""
    found = ask(ilrs, *HOME[:-1], "20deg")
    assert (found["feasible"], found["solutions"], found["limit"]) == (False, [], "plane")
    again = ask(ilrs, *HOME[:6], found["nearest_depart"], *HOME[7:-1], "20deg")
    assert again["feasible"]


def test_windows_for_home_list_the_days_that_reach_a_site(ilrs: Call) -> None:
    """Source: a site 6,500 km from entry is reached from a Moon in the south (antipode and declination)."""
    span = ("--epoch", "2028-03-01", "--until", "2028-03-20", "--tof", "84h..108h")
    found = ask(ilrs, "windows", "--from", "llo", "--to", "entry", *span, "--site", "42.3,112", "--range", "6500km")
    days = [window["best"][:10] for window in found["windows"]]
    assert days[0] > "2028-03-08"
    assert "2028-03-14" in days
    assert all(window["open"] <= window["best"] < window["close"] for window in found["windows"])


def test_windows_for_a_halo_orbit_are_one_flyby_a_revolution(ilrs: Call) -> None:
    """Source: the revolution's optimum made apart: 399.75 m/s both burns, injection 2031-02-27 about noon, 6.4 d."""
    found = ask(
        ilrs, "windows", "--to", "nrho", *HALO[:3], "2031-02-26", *HALO[4:], "--perilune", "2031-03-05T00:47:00"
    )
    (window,) = found["windows"]
    assert window["total_dv_m_s"] == pytest.approx(399.75, abs=20.0)
    assert window["depart"][:8] == "2031-02-"
    assert window["depart"] < window["flyby"] < window["arrive"]


def test_a_way_from_low_orbit_to_a_halo_takes_half_a_day_unless_told(ilrs: Call) -> None:
    """Source: n-body optimum of half a day in this revolution, made apart: both burns 714.75 m/s."""
    span = ("--epoch", "2031-02-25", "--until", "2031-02-28", "--perilune", "2031-02-26T06:27:30")
    (window,) = ask(ilrs, "windows", "--from", "llo", "--to", "nrho", *span)["windows"]
    assert window["duration_d"] == 0.5
    assert window["total_dv_m_s"] == pytest.approx(714.75, abs=20.0)


def test_a_time_with_z_is_utc(ilrs: Call) -> None:
    """Source: TT - UTC is 69.184 s since 2017 (IERS Bulletin C)."""
    assert ask(ilrs, *HOME[:6], "2026-01-04T12:58:50.816Z", *HOME[7:])["solutions"][0]["depart"] == HOME[6]


def test_a_staging_orbit_names_the_source_of_its_insertion(ilrs: Call) -> None:
    """Source: Acta Astronautica 177 (2020) 351, table 4: 450 m/s from trans-lunar injection into the NRHO."""
    found = ask(ilrs, *MARCH[:3], "--tof", "5d", *FLIGHT[:-1], "nrho")
    assert found["loi_dv_m_s"] == 450.0
    assert "Acta Astronautica" in found["notes"][0]


def test_a_waiting_stack_leaves_when_its_plane_meets_the_moon(ilrs: Call) -> None:
    """Source: n(t) . r_Moon(t + 108 h) = 0 with first-order node regression and DE440, computed apart."""
    found = ask(ilrs, *STACK, "--until", "2036-01-01", "--tof", "108h")
    first = ["2035-01-07T06:43", "2035-01-16T19:05", "2035-01-26T20:43", "2035-02-06T17:47", "2035-02-16T14:53"]
    for window, truth in zip(found["windows"], first, strict=False):
        apart = datetime.fromisoformat(window["best"]) - datetime.fromisoformat(truth)
        assert abs(apart) < timedelta(minutes=3)
    assert len(found["windows"]) == 37
    assert found["mean_gap_d"] == pytest.approx(9.91, abs=0.01)


def test_windows_open_before_and_close_after_their_best_time(ilrs: Call) -> None:
    for window in ask(ilrs, *STACK, "--until", "2035-03-01")["windows"]:
        assert window["open"] < window["best"] < window["close"]
        assert window["tli_dv_m_s"] > 3000.0


def test_a_launch_on_demand_has_two_azimuths_in_each_branch(ilrs: Call) -> None:
    """Source: sin(azimuth) = cos(inclination) / cos(latitude), Wenchang at 19.6145 deg north."""
    azimuth_deg = degrees(asin(cos(radians(28.5)) / cos(radians(19.6145))))
    day = ("--epoch", "2035-03-05", "--until", "2035-03-06")
    windows = ask(ilrs, "windows", "--inclination", "28.5deg", "--site", "wenchang", *day)["windows"]
    found = sorted((window["branch"], round(window["azimuth_deg"], 3)) for window in windows)
    north, south = round(azimuth_deg, 3), round(180.0 - azimuth_deg, 3)
    assert found == [("asc", north), ("asc", south), ("desc", north), ("desc", south)]


def test_a_site_may_be_given_by_its_place(ilrs: Call) -> None:
    day = ("--epoch", "2035-03-05", "--until", "2035-03-06", "--inclination", "28.5deg")
    named = ask(ilrs, "windows", *day, "--site", "Wenchang")
    assert ask(ilrs, "windows", *day, "--latitude", "19.6145deg", "--longitude", "110.9511deg") == named


def test_light_at_the_pole_is_what_its_geometry_allows(ilrs: Call) -> None:
    """Source: the Moon's axis leans 1.54 deg, its wobble adds 0.04 (IAU WGCCRE); 0.1 deg from the pole add 0.1.

    The lit share of a flat horizon near the pole is 0.55 with the Sun's half-width of 0.27 deg, computed apart.
    """
    found = ask(ilrs, *POLE, "--from", "2026-01-01", "--to", "2041-01-01")
    assert found["sun_max_elevation_deg"] == pytest.approx(1.69, abs=0.01)
    assert found["lit_fraction"] == pytest.approx(0.55, abs=0.01)
    assert found["earth_visible_fraction"] == pytest.approx(0.49, abs=0.01)
    assert 13.0 < found["longest_earth_gap_d"] < 16.0


def test_a_mast_lowers_the_horizon(ilrs: Call) -> None:
    """Source: 100 m over a horizon at 10 km is atan(0.01) = 0.573 deg; a half-lit circle gains share with it."""
    span = ("--from", "2035-01-01", "--to", "2036-01-01")
    bare, raised = (ask(ilrs, *POLE, *span, *mast)["lit_fraction"] for mast in ((), ("--mast", "100 m")))
    lowered = ask(ilrs, *POLE[:-1], f"{-(90.0 - degrees(acos(0.01 / 1.00005)))}deg", *span)["lit_fraction"]
    assert raised > bare
    assert raised == pytest.approx(lowered, abs=1e-4)


def test_three_stations_cover_nearly_all_the_time(ilrs: Call) -> None:
    """Source: astropy's AltAz for the same coordinates, every 15 min of the month: 0.9688; single 0.393 to 0.428."""
    found = ask(ilrs, "track", "--stations", "jiamusi,kashgar,neuquen", *JANUARY, "--elevation", "10deg")
    assert found["covered_fraction"] == pytest.approx(0.9688, abs=0.0005)
    single = [one["covered_fraction"] for one in found["stations"]]
    assert single == pytest.approx([0.3935, 0.4086, 0.4278], abs=0.0015)
    assert 0.5 < found["longest_gap_h"] < 2.0


@pytest.mark.parametrize(
    ("given", "meant"), [("Kashgar", "kashi"), ("Bear Lakes", "bear-lakes"), ("Neuquén", "neuquen")]
)
def test_a_station_answers_to_its_usual_spellings(ilrs: Call, given: str, meant: str) -> None:
    assert ask(ilrs, "track", "--stations", given, *JANUARY)["stations"][0]["name"] == meant


@pytest.mark.parametrize("tof", ["108 h", "4.5d", "4.5 d", "6480min"])
def test_a_quantity_may_be_written_with_or_without_a_blank(ilrs: Call, tof: str) -> None:
    asked = ("transfer", "--depart", "2035-03-01", *FLIGHT)
    assert ask(ilrs, *asked, "--tof", tof) == ask(ilrs, *asked, "--tof", "108h")


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "time of flight": ((*MARCH[:3], "--tof", "40h", *FLIGHT), "between 60 and 170 h"),
    "outside": (("transfer", "--depart", "2061-06-01", *MARCH[3:]), "covers 2000-01-01T00:00:00 to 2061-01-01"),
    "arrives outside": (("transfer", "--depart", "2060-12-31", *MARCH[3:]), "covers 2000-01-01T00:00:00 to 2061-01-01"),
    "below ground": ((*MARCH, "--parking", "-5km"), "above the surface of the Earth"),
    "below lunar ground": ((*MARCH, "--to", "-5x100km"), "--to"),
    "in lunar ground": ((*MARCH, "--to", "0x100km"), "above the surface of the Moon"),
    "upside down": ((*MARCH, "--to", "900x100km"), "apolune altitude"),
    "no unit": ((*MARCH, "--tof", "108"), "--tof: 108 has no unit"),
    "wrong unit": ((*MARCH, "--tof", "108km"), "'km' is not a unit of duration"),
    "no date": ((*MARCH, "--depart", "yesterday"), "--depart: 'yesterday' is not a date"),
    "unknown orbit": ((*MARCH, "--to", "nrh"), "did you mean 'nrho'?"),
    "staging time": ((*MARCH, "--to", "nrho"), "between 120 and 144 h"),
    "return too fast": ((*HOME[:7], "--tof", "40h"), "between 54 and 170 h"),
    "entry too steep": (
        (*HOME, "--entry-angle", "-20deg"),
        "entry angle is -20 deg; it must lie between -9 and -4 deg",
    ),
    "return from afar": (("transfer", "--from", "dro", *HOME[3:]), "not from dro"),
    "halo in the ground": (("windows", "--to", "nrho:1000km", *HALO), "between 2200 and 12500 km"),
    "halo from afar": (("windows", "--from", "dro", "--to", "nrho", *HALO), "not from dro"),
    "halo to afar": (("windows", "--from", "nrho", "--to", "eml1", *HALO), "not to eml1"),
    "halo to an ellipse": (("windows", "--from", "nrho", "--to", "elfo", *HALO), "circular polar orbits"),
    "halo too slowly": (("windows", "--from", "nrho", "--to", "llo", "--tof", "108h", *HALO), "between 7.2 and 96 h"),
    "halo to low orbit in a span": (
        ("windows", "--from", "nrho", "--to", "llo", "--tof", "9h..12h", *HALO),
        "takes one time of flight, not a span",
    ),
    "halo home with a picture": (
        ("transfer", "--from", "nrho", *HOME[3:], "--plot", "home.html"),
        "--plot: is for ways out, not for the way home",
    ),
    "halo for years": (("windows", "--to", "nrho", *HALO[:-1], "2039-01-01"), "400 days at the most"),
    "site without range": ((*HOME[:9], "--site", "siziwang"), "needs --range"),
    "site with a plane": ((*HOME, "--site", "siziwang", "--range", "6500km"), "fixes the plane of the return"),
    "site unknown": ((*HOME[:9], "--site", "siziwan", "--range", "6500km"), "did you mean 'siziwang'?"),
    "span backwards": ((*HOME[:7], "--tof", "108h..84h"), "ends before it starts"),
    "span on the way out": ((*MARCH[:3], "--tof", "84h..108h", *FLIGHT), "a way out takes one time of flight"),
    "way out from the Moon": ((*MARCH, "--from", "llo"), "add --to entry"),
    "latitude": (
        ("windows", "--inclination", "15deg", "--site", "wenchang", "--epoch", "2035-01-01", "--until", "2035-02-01"),
        "cannot be launched from latitude 19.6145 deg",
    ),
    "unknown site": (
        ("windows", "--inclination", "15deg", "--site", "wenchan", "--epoch", "2035-01-01", "--until", "2035-02-01"),
        "did you mean 'wenchang'?",
    ),
    "windows backwards": ((*STACK, "--until", "2034-01-01"), "--until must be after --epoch"),
    "windows outside": ((*STACK, "--until", "2061-01-01"), "covers 2000-01-01T00:00:00 to 2061-01-01"),
    "track backwards": (("track", "--stations", "kashi", "--from", "2035-02-01", "--to", "2035-01-01"), "--to must be"),
    "unknown station": (("track", "--stations", "kashi,jiamisi", *JANUARY), "did you mean 'jiamusi'?"),
    "no station": (("track", "--stations", ",", *JANUARY), "at least one station"),
    "too high": (("track", "--stations", "kashi", *JANUARY, "--elevation", "95deg"), "between 0 and 90 deg"),
    "site beyond the pole": (
        ("site", "--latitude", "-95deg", "--longitude", "0deg", *JANUARY),
        "between -90 and 90 deg",
    ),
    "horizon unit": ((*POLE, *JANUARY, "--horizon", "1"), "--horizon: 1 has no unit"),
    "no kernel": ((*POLE, *JANUARY, "--kernel", "nowhere.bsp"), "nowhere.bsp cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_that_names_the_limit(name: str, ilrs: Call) -> None:
    arguments, words = BAD[name]
    done = ilrs(*arguments, "--json")
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("transfer", "--tof", "108h"),
        ("track", *JANUARY),
        (*STACK, "--site", "wenchang", "--until", "2036-01-01"),
        ("windows", *HALO[:2], "--latitude", "19deg", "--epoch", "2035-01-01", "--until", "2036-01-01"),
        (*POLE, *JANUARY, "--fast"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], ilrs: Call) -> None:
    assert ilrs(*arguments).exit_code == 2


TABLES = {
    MARCH: ("TLI m/s", "1,057", "arrives 2035-03-03T12:00:00"),
    LOW: ("not feasible: ", "plane change"),
    HOME: ("feasible (fast): enters 2026-01-07T13:00:00 TDB", "TEI m/s"),
    ("windows", *HOME[1:5], "--epoch", "2035-01-01", "--until", "2035-01-03"): ("2 days with a way home",),
    (*STACK, "--until", "2035-02-01"): ("3 departures of the waiting stack", "2035-01-07 06:43"),
    (*POLE, *JANUARY): ("longest dark spell", "Earth visible"),
    ("track", "--stations", "jiamusi,kashi", *JANUARY): ("longest gap h", "together"),
}


@pytest.mark.parametrize("arguments", TABLES, ids=lambda arguments: arguments[0])
def test_without_json_a_table_is_printed(arguments: tuple[str, ...], ilrs: Call) -> None:
    done = ilrs(*arguments)
    assert done.exit_code == 0
    for words in TABLES[arguments]:
        assert words.replace(",", "") in done.stdout.replace(",", "")


@pytest.mark.parametrize(
    "arguments",
    [
        MARCH,
        LOW,
        (*STACK, "--until", "2035-03-01"),
        ("windows", "--inclination", "28.5deg", "--site", "xichang", "--epoch", "2035-01-01", "--until", "2035-01-20"),
        (*POLE, *JANUARY),
        ("track", "--stations", "jiamusi,kashi", *JANUARY),
    ],
    ids=["transfer", "impossible", "stack", "launch", "site", "track"],
)
def test_a_picture_is_one_file_that_asks_for_nothing(arguments: tuple[str, ...], ilrs: Call, tmp_path: Path) -> None:
    page = tmp_path / "new" / "picture.html"
    done = ilrs(*arguments, "--json", "--plot", page)
    assert done.exit_code == 0, done.output
    json.loads(done.stdout)
    text = page.read_text(encoding="utf-8")
    assert [file.name for file in page.parent.iterdir()] == ["picture.html"]
    assert "<script src" not in text
    assert "default-src 'none'" in text
    assert 'data-figure="' in text


def test_a_picture_that_cannot_be_written_is_one_line(ilrs: Call, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = ilrs("track", "--stations", "kashi", *JANUARY, "--plot", tmp_path / "file" / "page.html")
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
