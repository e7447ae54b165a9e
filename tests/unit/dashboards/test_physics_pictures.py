"""The pictures of physics: what they draw is what was computed, and nothing in them runs or fetches."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboards import theme
from dashboards.card import Page
from dashboards.figures.calendar import DayShares, draw_days, share_days
from dashboards.figures.coverage import draw_calendar as draw_gap_calendar
from dashboards.figures.coverage import draw_timeline, picture_coverage
from dashboards.figures.light_calendar import draw_light, picture_light
from dashboards.figures.porkchop import Chosen, draw_porkchop, sweep_departures
from dashboards.figures.trajectory import AskedTransfer, draw_tracks, fly, turn_with_moon
from dashboards.figures.window_calendar import draw_calendar, draw_hours, picture_windows
from dashboards.page import render_page
from dashboards.picture import minute_text, write_picture
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.intervals import Intervals
from sim.physics.light import Site
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable

JANUARY = epoch_from_iso("2035-01-01")
HOSTILE = "<script>alert(1)</script>%{x}"
SHADE_M_S = 0.06
"""Cells of a figure are rounded to 0.1 m/s."""


@pytest.fixture(scope="module")
def table() -> EphemerisTable:
    return load_ephemeris()


def spans(*hours: tuple[float, float], length_d: float = 2.0) -> Intervals:
    """Return intervals given in hours after 1 January 2035."""
    open_d, close_d = (np.array([JANUARY + hour[i] / 24.0 for hour in hours]) for i in (0, 1))
    return Intervals(open_d, close_d, JANUARY, JANUARY + length_d)


def window(best: str, branch: str = "asc", **more: float) -> dict[str, Any]:
    best_d = epoch_from_iso(best)
    times = {"open_d": best_d - 0.1, "best_d": best_d, "close_d": best_d + 0.1}
    return {**times, "tli_dv_m_s": 3130.0, "loi_dv_m_s": 820.0, "branch": branch, **more}


def traces(figure: go.Figure, kind: str) -> list[Any]:
    return [trace for trace in figure.data if trace.type == kind]


def test_days_hold_the_share_of_each_day() -> None:
    days = share_days(spans((6, 12), (18, 30), (47, 48)))
    assert days.first == datetime.date(2035, 1, 1)
    assert days.shares == pytest.approx((0.5, 7 / 24), abs=1e-4)


def test_a_day_cut_by_the_end_counts_what_was_looked_at() -> None:
    assert share_days(spans((0, 30), length_d=1.5)).shares == (1.0, 0.5)


def test_days_without_any_interval_hold_nothing() -> None:
    assert share_days(spans()).shares == (0.0, 0.0)


@pytest.mark.parametrize(("count", "rows", "columns"), [(365, 12, 31), (365 * 5, 5, 366)])
def test_a_calendar_has_a_row_for_each_month_or_year(count: int, rows: int, columns: int) -> None:
    days = DayShares(datetime.date(2033, 1, 1), (0.25,) * count)
    (heat,) = draw_days(days, (theme.GRID, theme.ORANGE), "lit").data
    assert (len(heat.y), len(heat.x)) == (rows, columns)
    assert sum(cell is not None for row in heat.z for cell in row) == count


def test_a_calendar_puts_a_date_into_its_cell() -> None:
    days = DayShares(datetime.date(2035, 2, 27), (0.0, 0.5, 1.0))
    (heat,) = draw_days(days, (theme.GRID, theme.ORANGE), "lit").data
    assert heat.y == ("2035-02", "2035-03")
    assert heat.z[0][27] == 50.0
    assert heat.z[1][0] == 100.0
    assert heat.customdata[1][0] == "1 Mar 2035"


def test_light_says_how_many_days_are_dark() -> None:
    assert draw_light(spans((30, 36))).title.startswith("1 of 2 days")


def test_gaps_are_drawn_where_no_station_sees_the_moon() -> None:
    card = draw_timeline(spans((0, 20), (22, 48)), {"kashi": spans((0, 20)), "neuquen": spans((22, 48))})
    *stations, gaps = traces(card.figure, "bar") if card.figure else []
    assert [trace.y[0] for trace in stations] == ["kashi", "neuquen"]
    assert gaps.base == ("2035-01-01T20:00:00",)
    assert gaps.x == pytest.approx((2 * 3_600_000.0,))
    assert "2.0 h" in card.title


def test_full_coverage_has_no_gap() -> None:
    whole = spans((0, 48))
    card = draw_timeline(whole, {"kashi": whole})
    assert card.title == "At every moment a station sees the Moon"
    assert draw_gap_calendar(whole).title.startswith("2 of 2 days")


def test_a_long_span_gets_a_calendar_and_says_where_its_bars_end() -> None:
    long = spans((0, 20), length_d=100.0)
    cards = picture_coverage(long, {"kashi": long}, 10.0).sections[0].cards
    assert [card.id for card in cards] == ["timeline", "calendar"]
    assert "2035-03-12 00:00" in cards[0].note


def test_a_window_stands_on_its_day_in_the_row_of_its_month() -> None:
    span_d = (JANUARY, epoch_from_iso("2035-03-01"))
    card = draw_calendar([window("2035-01-31T12:00:00"), window("2035-02-10T06:00:00", "desc")], span_d)
    asc, desc = traces(card.figure, "scatter") if card.figure else []
    assert (asc.y, asc.x) == (("2035-01",), (31.5,))
    assert (desc.y, desc.x) == (("2035-02",), (10.25,))
    assert card.figure is not None
    assert card.figure.layout.yaxis.categoryarray == ("2035-01", "2035-02")


def test_a_window_over_the_end_of_a_month_is_drawn_in_both() -> None:
    card = draw_calendar([window("2035-02-01T00:00:00")], (JANUARY, epoch_from_iso("2035-03-01")))
    bars = traces(card.figure, "bar")[0] if card.figure else None
    assert bars is not None
    assert bars.y == ("2035-01", "2035-02")
    assert bars.base == pytest.approx((31.9, 1.0))


def test_launches_stand_at_their_hour() -> None:
    launches = [window("2035-01-02T18:30:00", azimuth_deg=70.0), window("2035-01-03T06:00:00", azimuth_deg=110.0)]
    card = draw_hours(launches, (JANUARY, JANUARY + 5.0))
    dots = [(trace.x, trace.y) for trace in traces(card.figure, "scatter") if trace.x] if card.figure else []
    assert sorted(dots) == [(("2035-01-02",), (18.5,)), (("2035-01-03",), (6.0,))]
    assert card.title == "A launch is possible on 2 of 5 days"


def test_one_window_has_no_gap_to_another() -> None:
    page = picture_windows([window("2035-01-02T18:30:00")], (JANUARY, JANUARY + 5.0), None, "200 km at 20°")
    assert page.headline == "Departures of the waiting stack: 1 window"


@pytest.mark.parametrize("site", [None, "wenchang"])
def test_a_span_without_a_window_is_drawn_empty(site: str | None) -> None:
    page = picture_windows([], (JANUARY, JANUARY + 5.0), site, "200 km at 20°")
    assert "no window" in page.headline


def test_a_porkchop_is_blank_where_the_plane_does_not_reach_the_moon(table: EphemerisTable) -> None:
    chosen = Chosen(epoch_from_iso("2025-03-01"), 108.0)
    grid = sweep_departures(table, chosen, Parking(200.0, 19.6), LunarOrbit(100.0, 100.0))
    card = draw_porkchop(grid, chosen)
    assert card.figure is not None
    contour, cross = card.figure.data
    drawn = np.array([[cell is not None for cell in row] for row in contour.z])
    assert (drawn == grid.feasible.T).all()
    assert 0 < drawn.sum() < drawn.size
    assert (cross.x, cross.y) == (("2025-03-01T00:00",), (108.0,))


def test_a_porkchop_shows_the_better_branch(table: EphemerisTable) -> None:
    chosen = Chosen(JANUARY, 108.0)
    grid = sweep_departures(table, chosen, Parking(200.0, 28.5), LunarOrbit(100.0, 100.0))
    card = draw_porkchop(grid, chosen)
    assert card.figure is not None
    assert card.figure.data[0].z[3][7] == pytest.approx(float(grid.total_dv_m_s[7, 3].min()), abs=SHADE_M_S)


def test_a_porkchop_ends_where_the_ephemeris_does(table: EphemerisTable) -> None:
    grid = sweep_departures(table, Chosen(table.last_d - 5.0, 108.0), Parking(200.0, 28.5), LunarOrbit(100.0, 100.0))
    assert grid.arrive_d.max() <= table.last_d


@pytest.fixture(scope="module")
def flight() -> AskedTransfer:
    parking = Parking(200.0, 28.5)
    return AskedTransfer(epoch_from_iso("2035-03-01"), 108.0, parking, parking, LunarOrbit(100.0, 100.0), "llo")


def test_in_turning_axes_the_moon_stays_on_the_first(table: EphemerisTable, flight: AskedTransfer) -> None:
    track = fly(table, flight)
    assert track is not None
    turned = turn_with_moon(track, track.moon_km)
    assert np.abs(turned[:, 1:]).max() < 1e-6
    assert turned[:, 0] == pytest.approx(np.linalg.norm(track.moon_km, axis=1))


def test_turning_keeps_the_distance_to_the_moon(table: EphemerisTable, flight: AskedTransfer) -> None:
    track = fly(table, flight)
    assert track is not None
    away = turn_with_moon(track, track.ship_km) - turn_with_moon(track, track.moon_km)
    assert np.linalg.norm(away, axis=1) == pytest.approx(np.linalg.norm(track.ship_km - track.moon_km, axis=1))


def test_the_path_leads_from_the_parking_orbit_to_the_moon(table: EphemerisTable, flight: AskedTransfer) -> None:
    """Radii from outside: 6378.1 + 200 km at TLI, 1737.4 + 100 km at perilune (IAU 2015, to 1 km)."""
    track = fly(table, flight)
    assert track is not None
    assert np.linalg.norm(track.ship_km[0]) == pytest.approx(6578.1, abs=1.0)
    assert np.linalg.norm(track.ship_km[-1] - track.moon_km[-1]) == pytest.approx(1837.4, abs=1.5)
    inertial, rotating = draw_tracks(track)
    assert [len(traces(card.figure, "scatter3d")) for card in (inertial, rotating) if card.figure] == [5, 5]


def sample_page(name: str = "kashi") -> Page:
    seen = spans((0, 20), (30, 40))
    return picture_coverage(seen, {name: seen}, 10.0)


def test_text_is_escaped() -> None:
    html = render_page(sample_page(HOSTILE), single_file=True).html
    assert "alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_picture_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_picture(sample_page, tmp_path / "folder")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
    path = write_picture(sample_page, tmp_path / "page.html")
    assert path.read_text(encoding="utf-8").endswith("</html>\n")


def test_colours_of_the_pictures_have_dark_twins(table: EphemerisTable, flight: AskedTransfer) -> None:
    """Those of letters and lines on coloured ground are meant to stay as they are."""
    track = fly(table, flight)
    assert track is not None
    light = picture_light(Site(-89.0, 0.0), spans((0, 20)), spans((0, 9)), 1.5)
    cards = [*draw_tracks(track), *sample_page().sections[0].cards, *light.sections[0].cards]
    for card in cards:
        assert card.figure is not None
        text = json.dumps(json.loads(card.figure.to_json()))
        used = {word for word in text.split('"') if word.startswith("#")}
        assert used <= set(theme.DARK)


def test_minutes_are_rounded_not_cut() -> None:
    assert minute_text(epoch_from_iso("2035-01-01T23:59:40")) == "2035-01-02 00:00"
