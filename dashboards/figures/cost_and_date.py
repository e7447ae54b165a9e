"""Cost and date together: where the runs fall, and which pairs of limits hold with the wanted chance."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural
from sim.analysis.findings import Findings, GoalFinding, JointFinding
from sim.clock import Calendar

_CELLS = 40
_MOST_DOTS = 600
"""Dots that can be told apart; a larger study is drawn as a density, of the same size whatever N is."""


def joint_of(findings: Findings, goal: GoalFinding) -> JointFinding | None:
    """Return what is known of the goal's cost and date; None where nothing costs or nothing is reached."""
    return next((one for one in findings.joint if one.goal == goal.name and one.t_d), None)


def draw_joint(findings: Findings, goal: GoalFinding, joint: JointFinding) -> Card:
    """Return the runs by date and cost, the goal's date, and the frontier of joint confidence."""
    calendar = findings.calendar
    figure = theme.draft_figure(400, left=70)
    if len(joint.t_d) <= _MOST_DOTS:
        figure.add_scatter(
            x=[calendar.iso(t) for t in joint.t_d],
            y=[float(f"{cost:.6g}") for cost in joint.cost],
            mode="markers",
            marker={"size": 6, "color": theme.tint(theme.BLUE, 0.6), "line": {"width": 0}},
            hovertemplate=f"{formats.hover_month()}{_(': ')}%{{y:,.4~g}}<extra></extra>",
        )
    else:
        _add_density(figure, findings, joint)
    if joint.frontier_t_d:
        figure.add_scatter(
            x=[calendar.iso(t) for t in joint.frontier_t_d],
            y=[float(f"{cost:.6g}") for cost in joint.frontier_cost],
            mode="lines",
            line={"color": theme.ORANGE, "width": 3, "shape": "hv"},
            hovertemplate=_("both limits hold in {share}: {month} and {cost}<extra></extra>").format(
                share=formats.percent(joint.wanted), month=formats.hover_month(), cost="%{y:,.4~g}"
            ),
        )
    theme.mark_date(figure, calendar.iso(goal.by_d), _("target"), dash=theme.TARGET_DASH, colour=theme.VERMILLION)
    figure.update_xaxes(type="date")
    figure.update_yaxes(title_text=_("spent by then"))
    return Card(
        id="joint",
        title=_title(joint),
        reading=(
            _(
                "How to read: each run that reaches the goal stands at its date and at what was spent by then. The "
                "line joins pairs of limits that both hold in {share} of all {count} runs; it says which pairs are "
                "equally sure, not what money buys."
            ).format(share=formats.percent(joint.wanted), count=formats.number(findings.replications))
            + " "
            + plural(
                "{count} run does not reach the goal and has no place here.",
                "{count} runs do not reach the goal and have no place here.",
                joint.unreached,
            ).format(count=formats.number(joint.unreached))
        ),
        figure=figure,
        table=_table(calendar, joint),
        keys=(
            Key(_("runs") if len(joint.t_d) <= _MOST_DOTS else _("density of runs"), theme.BLUE, "dot"),
            Key(_("both limits hold in {share}").format(share=formats.percent(joint.wanted)), theme.ORANGE),
            Key(_("target date"), theme.VERMILLION, dash=theme.TARGET_DASH),
        ),
        narrow={"yaxis.title.text": None},
    )


def _add_density(figure: go.Figure, findings: Findings, joint: JointFinding) -> None:
    calendar = findings.calendar
    counts, t_edges, c_edges = np.histogram2d(joint.t_d, joint.cost, bins=_CELLS)
    cells = [[int(n) or None for n in row] for row in counts.T.astype(int).tolist()]
    figure.add_heatmap(
        x=[calendar.iso(t) for t in ((t_edges[1:] + t_edges[:-1]) / 2).tolist()],
        y=[float(f"{c:.6g}") for c in ((c_edges[1:] + c_edges[:-1]) / 2).tolist()],
        z=cells,
        colorscale=[[0.0, theme.SKY], [1.0, theme.BLUE]],
        showscale=False,
        hoverongaps=False,
        hovertemplate=_("{some} of {count} drawn runs<extra></extra>").format(
            some="%{z}", count=formats.number(len(joint.t_d))
        ),
    )


def _title(joint: JointFinding) -> str:
    spent = _("Half of the runs spend up to {cost_p50}, four in five up to {cost_p80}").format(
        cost_p50=formats.brief(joint.cost_p50, 4), cost_p80=formats.brief(joint.cost_p80, 4)
    )
    if joint.correlation is None:
        return spent
    if abs(joint.correlation) < 0.2:
        return _("{spent}; cost and date hardly go together (correlation {correlation})").format(
            spent=spent, correlation=formats.number(joint.correlation, 2)
        )
    text = (
        _("{spent}; late runs are dearer (correlation {correlation})")
        if joint.correlation > 0
        else _("{spent}; late runs are cheaper (correlation {correlation})")
    )
    return text.format(spent=spent, correlation=formats.number(joint.correlation, 2)).replace("-", "−")


def _table(calendar: Calendar, joint: JointFinding) -> Table:
    rows = tuple(
        (calendar.iso(t), f"{cost:.6g}") for t, cost in zip(joint.frontier_t_d, joint.frontier_cost, strict=True)
    )
    return Table((_("date limit"), _("least cost limit")), rows, frozenset({1}))
