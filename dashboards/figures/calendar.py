"""A calendar in colours: one row a month or a year, one cell a day, its share of something that comes and goes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Table
from dashboards.translation import _
from sim.physics.epochs import epoch_from_iso, iso_from_epoch
from sim.physics.intervals import Intervals
from sim.physics.states import FloatArray

MOST_MONTHS = 36
"""Spans up to this many months get a row for each month; longer ones a row for each year."""
_ROW_PX = 24
_MONTH_STARTS = (1, 32, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)


@dataclass(frozen=True, slots=True)
class DayShares:
    """The share of each day, from 0 to 1, of a run of days."""

    first: datetime.date
    shares: tuple[float, ...]

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        """Return the days."""
        return tuple(self.first + datetime.timedelta(days=i) for i in range(len(self.shares)))


def share_days(intervals: Intervals) -> DayShares:
    """Return the share of each day inside the intervals; days cut by the span's ends count what was looked at."""
    first = datetime.datetime.fromisoformat(iso_from_epoch(intervals.first_d)).date()
    start_d = epoch_from_iso(first)
    count = int(np.ceil(intervals.last_d - start_d - 1e-9))
    edges = np.clip(start_d + np.arange(count + 1), intervals.first_d, intervals.last_d)
    held = np.diff(_held_before(intervals, edges))
    looked = np.diff(edges)
    return DayShares(first, tuple(np.round(held / looked, 4).tolist()))


def draw_days(days: DayShares, colours: tuple[str, str], word: str, *, most: float = 1.0) -> go.Figure:
    """Return the calendar: `colours` of a day with none and with the share `most`, `word` for the hover."""
    by_month = _months_between(days.dates[0], days.dates[-1]) <= MOST_MONTHS
    rows = sorted({_row(date, by_month=by_month) for date in days.dates})
    index = {row: i for i, row in enumerate(rows)}
    columns = 31 if by_month else 366
    cells: list[list[float | None]] = [[None] * columns for _ in rows]
    dates = [[""] * columns for _ in rows]
    for date, share in zip(days.dates, days.shares, strict=True):
        row, column = index[_row(date, by_month=by_month)], _column(date, by_month=by_month)
        cells[row][column], dates[row][column] = round(100.0 * share, 1), formats.day_of(date)
    figure = theme.draft_figure(max(150, 64 + _ROW_PX * len(rows)), left=70)
    figure.add_heatmap(
        x=list(range(1, columns + 1)),
        y=rows,
        z=cells,
        customdata=dates,
        zmin=0,
        zmax=100.0 * most,
        colorscale=[[0.0, colours[0]], [1.0, colours[1]]],
        showscale=False,
        xgap=1 if by_month else 0,
        ygap=2,
        hoverongaps=False,
        hovertemplate=_("{day}: {word} {share}<extra></extra>").format(
            day="%{customdata}", word=word, share=formats.hover_percent("%{z:.1f}")
        ),
    )
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, dtick=1, **theme.AWAY)
    figure.update_xaxes(showgrid=False)
    if by_month:
        figure.update_xaxes(tickvals=[1, 5, 10, 15, 20, 25, 30], title_text=_("day of the month"))
    else:
        figure.update_xaxes(
            tickvals=list(_MONTH_STARTS), ticktext=formats.short_months(), ticklabelposition="outside right"
        )
    return figure


def tabulate_days(days: DayShares, columns: Sequence[str]) -> Table:
    """Return the shares as a table of `columns` (date, share)."""
    rows = tuple((date.isoformat(), f"{share:.3f}") for date, share in zip(days.dates, days.shares, strict=True))
    return Table(tuple(columns), rows, numeric=frozenset({1}), unbroken=frozenset({0}))


def _held_before(intervals: Intervals, epoch_d: FloatArray) -> FloatArray:
    """Days inside intervals before each epoch."""
    length = np.concatenate([[0.0], np.cumsum(intervals.close_d - intervals.open_d)])
    begun = np.searchsorted(intervals.open_d, epoch_d, side="right")
    ends = np.append(intervals.close_d, 0.0)[begun - 1]
    over = np.where(begun > 0, np.maximum(ends - epoch_d, 0.0), 0.0)
    return np.asarray(length[begun] - over)


def _months_between(first: datetime.date, last: datetime.date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month + 1


def _row(date: datetime.date, *, by_month: bool) -> str:
    return f"{date:%Y-%m}" if by_month else f"{date:%Y}"


def _column(date: datetime.date, *, by_month: bool) -> int:
    return date.day - 1 if by_month else date.timetuple().tm_yday - 1
