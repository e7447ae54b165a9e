"""Windows to leave for the Moon: a calendar of a waiting stack's windows, or the hours of launches on demand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Table, Tile
from dashboards.picture import compose_picture, hours_text, minute_text, span_text
from dashboards.translation import _, plural
from sim.physics.epochs import iso_from_epoch

Window = Mapping[str, Any]
"""`open_d`, `close_d`, `best_d`, `tli_dv_m_s`, `loi_dv_m_s`, `branch`, and of launches `azimuth_deg`."""
BRANCH_COLOUR = {"asc": theme.BLUE, "desc": theme.VERMILLION}
_ROW_PX = 30
_INSTANT_D = 1e-3
"""Keeps the month that begins as the span ends out of the calendar."""


def picture_windows(windows: Sequence[Window], span_d: tuple[float, float], site: str | None, plan: str) -> Page:
    """Return the page of a stack's windows, or of the launches from a site; `plan` says from where to where."""
    what = _("Departures of the waiting stack") if site is None else _("Launches from {site}").format(site=site)
    gaps = [later["best_d"] - earlier["best_d"] for earlier, later in pairwise(windows)]
    mean = hours_text(24.0 * sum(gaps) / len(gaps)) if gaps else formats.NONE
    draw = draw_calendar if site is None else draw_hours
    found = plural("{count} window", "{count} windows", len(windows)).format(count=formats.number(len(windows)))
    if gaps:
        found = _("{windows}, {time} apart in the mean").format(windows=found, time=mean)
    return compose_picture(
        title=what,
        headline=f"{what}{_(': ')}{found if windows else _('no window')}",
        verdict=f"{plan}; {span_text(*span_d)}.",
        tiles=(
            Tile(_("Windows"), formats.number(len(windows)), _("in the span"), theme.BLUE),
            Tile(_("Mean gap"), mean, _("between best times"), theme.BLUE),
            Tile(
                _("Longest gap"),
                hours_text(24.0 * max(gaps)) if gaps else formats.NONE,
                _("between best times"),
                theme.VERMILLION,
            ),
            Tile("TLI", _range(windows, "tli_dv_m_s"), _("m/s at the best times"), theme.GREY),
            Tile("LOI", _range(windows, "loi_dv_m_s"), _("m/s at the best times"), theme.GREY),
        ),
        cards=(draw(windows, span_d),),
        footer=(
            _(
                "Planes are those of the conic to the Moon's place at arrival; the full field's plane differs by some "
                "4 hours for a waiting stack."
            ),
        ),
    )


def draw_calendar(windows: Sequence[Window], span_d: tuple[float, float]) -> Card:
    """Return a row for each month with its windows as bars, best times as dots, coloured by branch."""
    months = _months(*span_d)
    figure = theme.draft_figure(70 + _ROW_PX * len(months), left=76)
    for branch, colour in BRANCH_COLOUR.items():
        mine = [window for window in windows if window["branch"] == branch]
        bars = [part for window in mine for part in _parts(window)]
        figure.add_bar(
            orientation="h",
            y=[month for month, _, _ in bars],
            base=[start for _, start, _ in bars],
            x=[max(length, 0.12) for _, _, length in bars],
            marker={"color": theme.tint(colour, 0.35), "line": {"width": 0}},
            width=0.66,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[_day_of_month(window["best_d"]) for window in mine],
            y=[_month(window["best_d"]) for window in mine],
            mode="markers",
            marker={"color": colour, "size": 10, "symbol": "circle" if branch == "asc" else "diamond"},
            customdata=[[_hover(window)] for window in mine],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=months,
        range=[len(months) - 0.4, -0.6],
        dtick=1,
        **theme.AWAY,
    )
    figure.update_xaxes(range=[0.6, 32.4], tickvals=[1, 5, 10, 15, 20, 25, 30], title_text=_("day of the month"))
    return Card(
        id="calendar",
        title=_calendar_title(windows),
        reading=_(
            "How to read: a dot is the moment the parking orbit's plane meets the Moon's place at arrival; its band is "
            "the time in which the plane is off by no more than the tolerance."
        ),
        figure=figure,
        table=_table(windows),
        keys=_keys(),
        narrow={"yaxis.tickfont.size": 10},
    )


def draw_hours(windows: Sequence[Window], span_d: tuple[float, float]) -> Card:
    """Return the hour of the day of each launch over the dates, coloured by branch, shaped by azimuth."""
    figure = theme.draft_figure(440, left=56)
    for branch, colour in BRANCH_COLOUR.items():
        for southward in (False, True):
            mine = [w for w in windows if w["branch"] == branch and (90.0 < w["azimuth_deg"] < 270.0) == southward]
            figure.add_scatter(
                x=[iso_from_epoch(w["best_d"])[:10] for w in mine],
                y=[round(24.0 * ((w["best_d"] + 0.5) % 1.0), 3) for w in mine],
                mode="markers",
                marker={
                    "color": colour if southward else theme.CARD,
                    "size": 6 if len(windows) > 400 else 8,
                    "line": {"color": colour, "width": 1.6},
                },
                customdata=[[_hover(w)] for w in mine],
                hovertemplate="%{customdata[0]}<extra></extra>",
            )
    figure.update_yaxes(range=[0, 24], tickvals=[0, 6, 12, 18, 24], title_text=_("hour of the day, TDB"), **theme.AWAY)
    figure.update_xaxes(type="date", range=[iso_from_epoch(span_d[0]), iso_from_epoch(span_d[1])])
    return Card(
        id="hours",
        title=_hours_title(windows, span_d),
        reading=_(
            "How to read: a dot is a launch; up to four a day, two azimuths in each of two branches. Their hours drift "
            "as the Moon moves on; there are none while its declination is above the inclination."
        ),
        figure=figure,
        table=_table(windows),
        keys=(
            *_keys()[:2],
            Key(_("filled: azimuth south of east; hollow: north of east"), theme.SOFT, "dot"),
        ),
        note=_no_launch_note(windows, span_d),
    )


def _branch_words() -> dict[str, str]:
    return {"asc": _("meets the Moon northbound"), "desc": _("meets the Moon southbound")}


def _keys() -> tuple[Key, ...]:
    dots = tuple(Key(words, BRANCH_COLOUR[branch], "dot") for branch, words in _branch_words().items())
    return (*dots, Key(_("plane within the tolerance"), theme.BLUE, "band"))


def _calendar_title(windows: Sequence[Window]) -> str:
    if len(windows) < 2:
        return _("Fewer than two windows in the span")
    gaps = [(later["best_d"] - earlier["best_d"], earlier["best_d"]) for earlier, later in pairwise(windows)]
    shortest, (longest, start) = min(gaps)[0], max(gaps)
    return _("Gaps run from {shortest} to {longest} days; the longest begins {minute}").format(
        shortest=formats.number(shortest, 1), longest=formats.number(longest, 1), minute=minute_text(start)
    )


def _hours_title(windows: Sequence[Window], span_d: tuple[float, float]) -> str:
    days = {iso_from_epoch(window["best_d"])[:10] for window in windows}
    return _("A launch is possible on {count} of {all} days").format(
        count=formats.number(len(days)), all=formats.number(round(span_d[1] - span_d[0]))
    )


def _no_launch_note(windows: Sequence[Window], span_d: tuple[float, float]) -> str:
    edges = [span_d[0], *(window["best_d"] for window in windows), span_d[1]]
    longest, start = max((later - earlier, earlier) for earlier, later in pairwise(edges))
    return (
        _("The longest time without a launch, {hours}, begins {minute}.").format(
            hours=hours_text(24.0 * longest), minute=minute_text(start)
        )
        if longest > 2
        else ""
    )


def _hover(window: Window) -> str:
    azimuth = ""
    if "azimuth_deg" in window:
        azimuth = ", " + _("azimuth {azimuth}°").format(azimuth=formats.number(window["azimuth_deg"], 1))
    best = minute_text(window["best_d"])
    span = _("open {start} to {end}").format(start=minute_text(window["open_d"]), end=minute_text(window["close_d"]))
    costs = _("TLI {tli_dv} m/s, LOI {loi_dv} m/s").format(
        tli_dv=formats.number(window["tli_dv_m_s"]), loi_dv=formats.number(window["loi_dv_m_s"])
    )
    return _("best {best}{azimuth}<br>{span}<br>{costs}<br>{branch}").format(
        best=best, azimuth=azimuth, span=span, costs=costs, branch=_branch_words()[window["branch"]]
    )


def _months(first_d: float, last_d: float) -> list[str]:
    first, last = (datetime.datetime.fromisoformat(iso_from_epoch(d)) for d in (first_d, last_d - _INSTANT_D))
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    months = (first.month - 1 + i for i in range(count))
    return [f"{first.year + month // 12}-{month % 12 + 1:02d}" for month in months]


def _month(epoch_d: float) -> str:
    return iso_from_epoch(epoch_d)[:7]


def _day_of_month(epoch_d: float) -> float:
    date = datetime.datetime.fromisoformat(iso_from_epoch(epoch_d))
    return round(date.day + (date.hour * 3600 + date.minute * 60 + date.second) / 86_400.0, 4)


def _parts(window: Window) -> list[tuple[str, float, float]]:
    """Cut a window at the month's end: month, day of the month, length in days."""
    start, end = window["open_d"], window["close_d"]
    if _month(start) == _month(end):
        return [(_month(start), _day_of_month(start), end - start)]
    over = _day_of_month(end) - 1.0
    return [(_month(start), _day_of_month(start), end - start - over), (_month(end), 1.0, over)]


def _range(windows: Sequence[Window], key: str) -> str:
    values = [window[key] for window in windows if window[key] == window[key]]
    return f"{min(values):,.0f}–{max(values):,.0f}" if values else formats.NONE


def _table(windows: Sequence[Window]) -> Table:
    azimuth = any("azimuth_deg" in window for window in windows)
    head = (
        _("open"),
        _("best"),
        _("close"),
        _("branch"),
        *((_("azimuth, deg"),) if azimuth else ()),
        "TLI, m/s",
        "LOI, m/s",
    )
    rows = tuple(
        (
            *(minute_text(window[key]) for key in ("open_d", "best_d", "close_d")),
            str(window["branch"]),
            *((f"{window['azimuth_deg']:.2f}",) if azimuth else ()),
            formats.trim(window["tli_dv_m_s"], 1),
            formats.trim(window["loi_dv_m_s"], 1),
        )
        for window in windows
    )
    return Table(head, rows, numeric=frozenset(range(4, len(head))), unbroken=frozenset({0, 1, 2}))
