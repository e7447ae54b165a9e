"""The chain that dates the goal, told run by run: who held it up, when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, term
from sim.analysis.findings import Findings, GoalFinding
from sim.campaign.causes import CAUSE_FAMILY
from sim.clock import Calendar
from sim.model.tracing import Segment, Trace

_NAMED_SHARE = 0.07
"""Part of the whole chain from which a stretch has room for its subject's name."""


def draw_chain(findings: Findings, goal: GoalFinding) -> Card:
    """Return the deciding chain of each kept run as one bar of stretches, coloured by the family of the cause."""
    calendar = findings.calendar
    told = [trace for trace in findings.traces if trace.chains.get(goal.name)]
    figure = theme.draft_figure(90 + 56 * max(len(told), 1))
    for family, colour in theme.FAMILY_COLOUR.items():
        _add_family(figure, calendar, goal, told, family, colour)
    _add_names(figure, calendar, goal, told)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(type="date")
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(told))),
        ticktext=[formats.figure_text(formats.run_name(trace)) for trace in told],
        range=[len(told) - 0.45, -0.75],
        showgrid=False,
        tickfont={"color": theme.INK, "size": 13},
    )
    theme.mark_date(figure, calendar.iso(goal.by_d), _("target"), dash=theme.TARGET_DASH, colour=theme.VERMILLION)
    families = {CAUSE_FAMILY.get(s.cause, "") for trace in told for s in trace.chains[goal.name]}
    return Card(
        id="chain",
        title=_title(calendar, goal, told),
        reading=(
            _(
                "How to read: single runs, not a forecast. Every day up to the goal belongs to the one subject that "
                "held it up and the cause of that; the bar ends when {goal} is reached."
            ).format(goal=formats.shorten(formats.called(goal), 60))
        ),
        figure=figure,
        table=_table(calendar, goal, told),
        keys=(
            *(
                Key(term("family", family), colour, "box")
                for family, colour in theme.FAMILY_COLOUR.items()
                if family in families
            ),
            Key(_("target date"), theme.VERMILLION, dash=theme.TARGET_DASH),
        ),
    )


def has_chain(findings: Findings, goal: GoalFinding) -> bool:
    """Tell whether any kept run has a chain to this goal."""
    return any(trace.chains.get(goal.name) for trace in findings.traces)


def _add_family(
    figure: go.Figure, calendar: Calendar, goal: GoalFinding, told: Sequence[Trace], family: str, colour: str
) -> None:
    stretches = [
        (level, segment)
        for level, trace in enumerate(told)
        for segment in trace.chains[goal.name]
        if CAUSE_FAMILY.get(segment.cause, "the plan itself") == family
    ]
    if not stretches:
        return
    figure.add_bar(
        orientation="h",
        y=[level for level, _ in stretches],
        base=[formats.iso_time(calendar, s.start_d) for _, s in stretches],
        x=[round((s.end_d - s.start_d) * 86_400_000) for _, s in stretches],
        width=0.46,
        marker={"color": colour, "line": {"color": theme.CARD, "width": 1}},
        customdata=[_hover(calendar, s) for _, s in stretches],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_names(figure: go.Figure, calendar: Calendar, goal: GoalFinding, told: Sequence[Trace]) -> None:
    """Write the subject's name over each stretch that is long enough for it."""
    for level, trace in enumerate(told):
        chain = trace.chains[goal.name]
        whole = chain[-1].end_d - chain[0].start_d
        for subject, group in groupby(chain, key=lambda segment: segment.subject):
            members = list(group)
            days = members[-1].end_d - members[0].start_d
            if whole <= 0 or days / whole < _NAMED_SHARE:
                continue
            figure.add_annotation(
                x=calendar.iso(members[0].start_d),
                y=level - 0.26,
                text=formats.figure_text(formats.shorten(subject, max(3, int(90 * days / whole)))),
                showarrow=False,
                xanchor="left",
                yanchor="bottom",
                font={"size": 12, "color": theme.INK},
                bgcolor=theme.CARD,
                borderpad=0,
                name="wide",
            )


def _hover(calendar: Calendar, segment: Segment) -> str:
    subject = formats.figure_text(formats.shorten(segment.subject, 50))
    length = formats.duration(segment.end_d - segment.start_d)
    start, end = formats.day(calendar, segment.start_d), formats.day(calendar, segment.end_d)
    return _("<b>{subject}</b>: {cause}<br>{length}, {start} to {end}").format(
        subject=subject, cause=formats.figure_text(term("cause", segment.cause)), length=length, start=start, end=end
    )


def _title(calendar: Calendar, goal: GoalFinding, told: Sequence[Trace]) -> str:
    if not told:
        return _("No run was kept to tell its chain")
    trace = next((one for one in told if one.title == "P50"), told[-1])
    chain = trace.chains[goal.name]
    longest = max(chain, key=lambda segment: segment.end_d - segment.start_d)
    return _("In the {run} {subject} holds the goal up longest: {duration} of {cause}, until {month}").format(
        run=formats.run_name(trace),
        subject=formats.shorten(longest.subject, 40),
        duration=formats.duration(longest.end_d - longest.start_d),
        cause=term("cause", longest.cause),
        month=formats.month(calendar, longest.end_d),
    )


def _table(calendar: Calendar, goal: GoalFinding, told: Sequence[Trace]) -> Table:
    rows = tuple(
        (
            trace.title if trace.title[:1] == "P" else _("nominal"),
            s.subject,
            s.part,
            term("cause", s.cause),
            calendar.iso(s.start_d),
            calendar.iso(s.end_d),
            f"{s.end_d - s.start_d:.2f}",
        )
        for trace in told
        for s in trace.chains[goal.name]
    )
    return Table((_("run"), _("subject"), _("part"), _("cause"), _("from"), _("to"), _("days")), rows, frozenset({6}))
