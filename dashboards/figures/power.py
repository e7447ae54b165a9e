"""Power at the base in one replication: what is supplied, what is asked for, and where it falls short."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.setting import Spans
from dashboards.translation import _, plural
from sim.analysis.findings import Findings
from sim.clock import Calendar
from sim.model.tracing import Trace


def draw_power(findings: Findings, trace: Trace, nights: Spans | None = None) -> Card:
    """Return supply and demand as steps, the deficit filled, over the nights of the base's place."""
    calendar = findings.calendar
    dates = [calendar.iso(t) for t in trace.power_t_d]
    supply = [round(w / 1000, 3) for w in trace.power_supply_w]
    demand = [round(w / 1000, 3) for w in trace.power_demand_w]
    met = [min(pair) for pair in zip(supply, demand, strict=True)]
    figure = theme.draft_figure(340)
    dark = _dark(nights, trace)
    if dark:
        _add_nights(figure, calendar, dark, 1.06 * max([*supply, *demand, 0.1]))
    steps: dict[str, Any] = {"x": dates, "mode": "lines"}
    clear = {"width": 0, "shape": "hv"}
    figure.add_scatter(y=met, line=clear, hoverinfo="skip", **steps)
    figure.add_scatter(
        y=demand,
        line=clear,
        fill="tonexty",
        fillcolor=theme.tint(theme.VERMILLION, 0.35),
        hoverinfo="skip",
        **steps,
    )
    figure.add_scatter(
        y=demand,
        line={"color": theme.VERMILLION, "width": 2.2, "dash": "dash", "shape": "hv"},
        hovertemplate=_("demand {power} kW<extra></extra>").format(power="%{y:.1f}"),
        **steps,
    )
    figure.add_scatter(
        y=supply,
        line={"color": theme.BLUE, "width": 2.5, "shape": "hv"},
        hovertemplate=_("supply {power} kW<extra></extra>").format(power="%{y:.1f}"),
        **steps,
    )
    figure.update_yaxes(title_text=_("kW"), rangemode="tozero")
    figure.update_xaxes(type="date")
    return Card(
        id="power",
        title=_title(calendar, trace),
        reading=(
            _(
                "How to read: one run only, the {run}. Supply and demand at the base change by steps when an element "
                "is commissioned; red ground is demand that supply does not cover."
            ).format(run=formats.run_name(trace))
            + (f" {_nights_words(dark)}" if dark else "")
        ),
        figure=figure,
        table=_table(calendar, trace),
        keys=(
            Key(_("supply"), theme.BLUE),
            Key(_("demand"), theme.VERMILLION, dash="dash"),
            Key(_("deficit"), theme.VERMILLION, "band"),
            *((Key(_("night at the base"), theme.GREY, "band"),) if dark else ()),
        ),
        wide=False,
    )


def _dark(nights: Spans | None, trace: Trace) -> list[tuple[float, float]]:
    """Return the nights between the first and the last step."""
    if nights is None:
        return []
    first, last = trace.power_t_d[0], trace.power_t_d[-1]
    pairs = zip(nights.start_d, nights.end_d, strict=True)
    return [(max(start, first), min(end, last)) for start, end in pairs if end > first and start < last]


def _add_nights(figure: go.Figure, calendar: Calendar, dark: list[tuple[float, float]], top: float) -> None:
    """Draw all nights as one filled line: hundreds of shapes would make every zoom slow."""
    x = [formats.iso_time(calendar, t) for start, end in dark for t in (start, start, end, end)]
    y = [level for _ in dark for level in (0.0, top, top, 0.0)]
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"width": 0}, fill="tozeroy", fillcolor=theme.tint(theme.GREY), hoverinfo="skip"
    )


def _nights_words(dark: list[tuple[float, float]]) -> str:
    longest = max(end - start for start, end in dark)
    return plural(
        "Grey ground is night at the base: {count} night, the longest {time}.",
        "Grey ground is night at the base: {count} nights, the longest {time}.",
        len(dark),
    ).format(count=formats.number(len(dark)), time=formats.days(longest, 1))


def deficit_days(trace: Trace) -> float:
    """Return the days between steps in which demand exceeds supply."""
    spans = pairwise(trace.power_t_d)
    pairs = zip(trace.power_supply_w, trace.power_demand_w, strict=True)
    return sum(end - start for (start, end), (have, need) in zip(spans, pairs, strict=False) if need > have)


def _title(calendar: Calendar, trace: Trace) -> str:
    run = formats.run_name(trace)
    short = deficit_days(trace)
    if short:
        pairs = zip(trace.power_t_d, trace.power_supply_w, trace.power_demand_w, strict=True)
        worst, when = max((need - have, t) for t, have, need in pairs)
        return _("Demand exceeds supply for {duration} in the {run}, by {power} in {month}").format(
            duration=formats.duration(short), run=run, power=formats.power(worst), month=formats.month(calendar, when)
        )
    margins = [
        ((have - need) / need, t)
        for t, have, need in zip(trace.power_t_d, trace.power_supply_w, trace.power_demand_w, strict=True)
        if need > 0
    ]
    if not margins:
        return _("Nothing asks for power in the {run}").format(run=run)
    least, when = min(margins)
    return _("Supply always covers demand in the {run}; the margin is least, {share}, in {month}").format(
        run=run, share=formats.percent(least), month=formats.month(calendar, when)
    )


def _table(calendar: Calendar, trace: Trace) -> Table:
    columns = zip(trace.power_t_d, trace.power_supply_w, trace.power_demand_w, strict=True)
    rows = tuple((calendar.iso(t), f"{have:.0f}", f"{need:.0f}") for t, have, need in columns)
    return Table((_("date"), _("supply, W"), _("demand, W")), rows, frozenset({1, 2}))
