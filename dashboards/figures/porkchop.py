"""A porkchop: what a transfer costs over departure and time of flight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.picture import minute_text
from dashboards.translation import _
from sim.physics.epochs import iso_from_epoch
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import TOF_LIMITS_H, DepartureTable, PlaneChange, departure_table

SPAN_D = (-14.0, 15.0)
"""Days before and after the departure that are shown: a sidereal month, in which the Moon has been everywhere."""
_ON_COLOUR = "#20262E"
"""Of lines and letters on the colours, which are bright in both themes: it has no dark twin."""
_STEP_D = 0.25
_TOF_STEP_H = 3.0
_LEVELS = 8
_LEVEL_M_S = 20.0
"""Number and distance of the contours, and so the cost above the least at which the colours end."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The transfer that is marked in the figure: epoch and hours."""

    depart_d: float
    tof_h: float


def sweep_departures(
    table: EphemerisTable, chosen: Chosen, parking: Parking, target: LunarOrbit, plane_change: PlaneChange = "refuse"
) -> DepartureTable:
    """Return the grid around a departure, as far as the ephemeris reaches."""
    tof_h = np.arange(TOF_LIMITS_H[0], TOF_LIMITS_H[1] + 0.5, _TOF_STEP_H)
    last_d = table.last_d - tof_h[-1] / 24.0
    depart_d = np.arange(
        max(chosen.depart_d + SPAN_D[0], table.first_d), min(chosen.depart_d + SPAN_D[1], last_d), _STEP_D
    )
    return departure_table(table, depart_d, tof_h, parking, target, plane_change=plane_change)


def draw_porkchop(grid: DepartureTable, chosen: Chosen, insertion_m_s: float | None = None) -> Card:
    """Return the total cost (the better branch) as colour and contours, the chosen transfer as a cross.

    `insertion_m_s` stands for lunar insertion where that is a tabled figure.
    """
    total = grid.total_dv_m_s if insertion_m_s is None else grid.total_dv_m_s - grid.loi_dv_m_s + insertion_m_s
    best = np.where(grid.feasible, np.where(np.isnan(total), np.inf, total).min(axis=2), np.nan)
    figure = theme.draft_figure(430, left=64)
    dates = [iso_from_epoch(d)[:16] for d in grid.depart_d.tolist()]
    hours = grid.tof_h.tolist()
    cells = [[None if np.isnan(cell) else round(cell, 1) for cell in row] for row in best.T.tolist()]
    cheapest = float(np.nanmin(best)) if grid.feasible.any() else 0.0
    low = 10.0 * np.floor(cheapest / 10.0)
    step = _level_m_s(grid, best, chosen, low)
    figure.add_contour(
        x=dates,
        y=hours,
        z=cells,
        zmin=low,
        zmax=low + _LEVELS * step,
        connectgaps=False,
        colorscale=[[0.0, theme.GREEN], [0.35, theme.SKY], [0.7, theme.ORANGE], [1.0, theme.VERMILLION]],
        contours={
            "coloring": "heatmap",
            "start": low + step,
            "end": low + _LEVELS * step,
            "size": step,
            "showlabels": True,
            "labelfont": {"size": 11, "color": _ON_COLOUR},
        },
        line={"width": 0.8, "color": _ON_COLOUR},
        colorbar={
            "title": {"text": _("m/s") + "<br> ", "font": {"color": theme.SOFT, "size": 12}},
            "thickness": 12,
            "outlinewidth": 0,
            "tickfont": {"color": theme.SOFT, "size": 11},
        },
        hovertemplate=_("leave {date}<br>{hours} h<br>{speed} m/s<extra></extra>").format(
            date="%{x}", hours="%{y:.0f}", speed="%{z:.0f}"
        ),
    )
    figure.add_scatter(
        x=[iso_from_epoch(chosen.depart_d)[:16]],
        y=[chosen.tof_h],
        mode="markers",
        marker={"symbol": "circle-x", "size": 15, "color": theme.CARD, "line": {"width": 2.5, "color": theme.INK}},
        hovertemplate=_("asked for: leave {date}, {hours} h<extra></extra>").format(date="%{x}", hours="%{y:.0f}"),
    )
    figure.update_xaxes(type="date", showgrid=False, **theme.AWAY)
    figure.update_yaxes(title_text=_("time of flight, h"), showgrid=False, dtick=12, **theme.AWAY)
    return Card(
        id="porkchop",
        title=_title(grid, best),
        reading=_(
            "How to read: colour and contours are TLI and insertion together in the better branch, for each departure "
            "and time of flight; blank is where the orbit's plane does not reach the Moon."
        ),
        figure=figure,
        table=_table(grid, best),
        keys=(Key(_("transfer asked for"), theme.INK, "cross"),),
        narrow={"yaxis.title.text": _("h")},
    )


def _level_m_s(grid: DepartureTable, best: FloatArray, chosen: Chosen, low: float) -> float:
    """Return the distance of the contours: wider where the chosen transfer would lie beyond the last."""
    row = int(np.argmin(np.abs(grid.depart_d - chosen.depart_d)))
    column = int(np.argmin(np.abs(grid.tof_h - chosen.tof_h)))
    above = float(np.nan_to_num(best[row, column], nan=low)) - low
    return max(_LEVEL_M_S, _LEVEL_M_S * float(np.ceil(above / (_LEVELS * _LEVEL_M_S))))


def _title(grid: DepartureTable, best: FloatArray) -> str:
    if not grid.feasible.any():
        return _("Nowhere in the month does this plane reach the Moon")
    row, column = np.unravel_index(int(np.nanargmin(best)), best.shape)
    when = minute_text(float(grid.depart_d[row]))
    return _("The cheapest of the month: {speed}, leaving {date} for {time}").format(
        speed=formats.speed(float(best[row, column])), date=when, time=formats.hours(float(grid.tof_h[column]))
    )


def _table(grid: DepartureTable, best: FloatArray) -> Table:
    columns = [int(np.argmin(np.abs(grid.tof_h - hours))) for hours in (60, 72, 84, 96, 108, 120, 132, 144)]
    head = (_("departure"), *(_("{hours} h, m/s").format(hours=f"{grid.tof_h[i]:.0f}") for i in columns))
    rows = tuple(
        (
            minute_text(float(depart_d)),
            *("" if np.isnan(best[i, column]) else f"{best[i, column]:.0f}" for column in columns),
        )
        for i, depart_d in enumerate(grid.depart_d)
    )
    return Table(head, rows, numeric=frozenset(range(1, len(head))), unbroken=frozenset({0}))
