"""Pads in one replication: how many launches each carries, quarter by quarter or year by year."""

from __future__ import annotations

from collections import Counter

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _
from sim.analysis.findings import Findings
from sim.model.tracing import Event, Trace, Verb


def uses_pads(trace: Trace) -> bool:
    """Tell whether anything rolls out to a pad in a replication."""
    return any(event.verb is Verb.ROLLS_OUT and event.place for event in trace.events)


def draw_pads(findings: Findings, trace: Trace) -> Card:
    """Return a calendar of pads: one cell a year, with its number of roll-outs."""
    calendar = findings.calendar
    rolls = [event for event in trace.events if event.verb is Verb.ROLLS_OUT and event.place]
    count = Counter((event.place, calendar.to_date(event.t_d).year) for event in rolls)
    pads = sorted({event.place for event in rolls}, key=lambda pad: -sum(n for (p, _), n in count.items() if p == pad))
    years = list(range(min(year for _, year in count), max(year for _, year in count) + 1))
    cells = [[count.get((pad, year)) for year in years] for pad in pads]
    names = [formats.figure_text(formats.shorten(pad, 28)) for pad in pads]
    figure = theme.draft_figure(70 + 34 * len(pads), left=130)
    figure.add_heatmap(
        x=years,
        y=list(range(len(pads))),
        z=cells,
        zmin=0,
        colorscale=[[0.0, theme.SKY], [1.0, theme.BLUE]],
        showscale=False,
        hoverongaps=False,
        xgap=2,
        ygap=3,
        texttemplate="%{z}",
        textfont={"size": 12},
        customdata=[[name] * len(years) for name in names],
        hovertemplate=_("{pad}, {year}: {count} roll-outs<extra></extra>").format(
            pad="%{customdata}", year="%{x}", count="%{z}"
        ),
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(pads))),
        ticktext=names,
        autorange="reversed",
        showgrid=False,
        **theme.AWAY,
        tickfont={"color": theme.INK},
    )
    figure.update_xaxes(showgrid=False, dtick=2 if len(years) > 12 else 1, tickformat="d")
    return Card(
        id="pads",
        title=_title(rolls, count, trace),
        reading=(
            _(
                "How to read: one run only, the {run}. Each figure is the number of roll-outs to that pad in that "
                "year; a scrubbed or repeated attempt from the same stay on the pad is not counted twice."
            ).format(run=formats.run_name(trace))
        ),
        figure=figure,
        table=Table(
            (_("pad"), *map(str, years)),
            tuple((pad, *(str(n or 0) for n in row)) for pad, row in zip(pads, cells, strict=True)),
            frozenset(range(1, len(years) + 1)),
        ),
        keys=(Key(_("roll-outs in the year, more is darker"), theme.BLUE, "box"),),
        wide=False,
        narrow={
            "yaxis.tickfont.size": 11,
            "yaxis.ticktext": [formats.figure_text(formats.shorten(pad.split(".")[-1], 12)) for pad in pads],
            "xaxis.dtick": 4,
        },
    )


def _title(rolls: list[Event], count: Counter[tuple[str, int]], trace: Trace) -> str:
    (pad, year), most = count.most_common(1)[0]
    return _(
        "{count} roll-outs to {pads} pads in the {run}; the busiest year of one pad is {year}, {most} from {pad}"
    ).format(
        count=len(rolls),
        pads=len({event.place for event in rolls}),
        run=formats.run_name(trace),
        year=year,
        most=most,
        pad=formats.shorten(pad, 40),
    )
