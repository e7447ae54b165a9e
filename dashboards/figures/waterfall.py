"""Who costs the days: a waterfall from the nominal date to the mean date, by family of causes and by subject in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.cause_words import call_cause, call_family
from dashboards.translation import _, plural
from sim.analysis.findings import Findings, GoalFinding, SubjectDelay
from sim.campaign.causes import CAUSE_FAMILY

_SHOWN = 14
"""Subjects with a bar of their own; the rest of a family share one, so that the bars still add up."""
_LEAST_D = 0.5
"""Days below which nothing has a bar of its own."""
_NOTHING_D = 0.05
"""Days that one decimal shows as none."""
_LETTERS: Final = 34
_FEW_LETTERS: Final = 21


@dataclass(frozen=True, slots=True)
class Share:
    """Mean net days of one subject under one cause."""

    subject: str
    called: str
    kind: str
    cause: str
    days: float

    @property
    def family(self) -> str:
        """The family of its cause."""
        return CAUSE_FAMILY.get(self.cause, "other")


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    days: float
    base_d: float
    colour: str
    head: bool
    """Whether it is a whole family, which the bars below it make up."""
    short: str = ""
    """Its label on a phone, where that is another."""

    @property
    def brief(self) -> str:
        """Its label on a phone."""
        return formats.shorten(self.short or self.label, _FEW_LETTERS)


def draw_causes(findings: Findings, goal: GoalFinding) -> Card:
    """Return the waterfall of slip by family and subject of one goal, in days after the nominal date."""
    bars = stack_bars(shares_of(goal))
    return Card(
        id="causes",
        title=_title(goal),
        reading=_reading(findings, goal),
        figure=_figure(bars, goal.total_slip_d),
        table=_table(goal),
        keys=(
            Key(_("a family of causes"), theme.SOFT, "box"),
            Key(_("a subject in it"), theme.SOFT, "band"),
            Key(_("sum: the mean slip"), theme.INK, "box"),
        ),
        note=" ".join(_notes(findings, goal)),
        narrow={
            "margin.r": 8,
            "yaxis.tickfont.size": 10,
            "xaxis.nticks": 4,
            "xaxis.title.text": None,
            "yaxis.ticktext": _ticks([*(bar.brief for bar in bars), _("all together")], bars),
            "xaxis.range": _range_with_room(bars, goal.total_slip_d, 0.5),
        },
    )


def shares_of(goal: GoalFinding) -> list[Share]:
    """Return the net days of every subject and cause of a goal, the most first; they add up to its slip."""
    found = [
        Share(one.name, one.called, one.kind, part.cause, part.net_d) for one in goal.delays for part in one.causes
    ]
    return sorted(found, key=lambda share: -share.days)


def stack_bars(shares: Sequence[Share]) -> list[_Bar]:
    """Return the bars from top to bottom: each family, then its subjects; savings last."""
    named = {id(share) for share in sorted(shares, key=lambda share: -abs(share.days))[:_SHOWN]}
    families = {share.family: [one for one in shares if one.family == share.family] for share in shares}
    bars: list[_Bar] = []
    base_d = small_d = 0.0
    for family, members in sorted(families.items(), key=lambda item: -_sum(item[1])):
        colour, whole_d = theme.FAMILY_COLOUR.get(family, theme.GREY), _sum(members)
        if abs(whole_d) >= _LEAST_D:
            bars.append(_Bar(call_family(family), whole_d, base_d, colour, head=True))
            own = [one for one in members if id(one) in named and abs(one.days) >= _LEAST_D]
            if own:
                bars += _members(own, [one for one in members if one not in own], base_d, colour)
            base_d += whole_d
        else:
            small_d += whole_d
    if abs(small_d) >= _NOTHING_D:
        bars.append(_Bar(_("other causes"), small_d, base_d, theme.GREY, head=True))
    return bars


def _members(own: list[Share], rest: list[Share], base_d: float, colour: str) -> list[_Bar]:
    bars = []
    for share in own:
        bars.append(_Bar(_label(share), share.days, base_d, colour, head=False, short=share.called))
        base_d += share.days
    if rest and abs(_sum(rest)) >= _LEAST_D:
        others = plural("{count} other", "{count} others", len(rest)).format(count=len(rest))
        bars.append(_Bar(others, _sum(rest), base_d, colour, head=False))
    return bars


def _label(share: Share) -> str:
    name = formats.shorten(share.called, _LETTERS)
    if share.kind == "activity" and share.cause in ("development", "production", "agreement"):
        return name
    return _("{subject}: {cause}").format(subject=name, cause=call_cause(share.cause, share.kind))


def _sum(shares: Iterable[Share]) -> float:
    return sum(share.days for share in shares)


def _figure(bars: list[_Bar], total_d: float) -> go.Figure:
    figure = theme.draft_figure(76 + 24 * (len(bars) + 1), right=24)
    rows = [*bars, _Bar(_("all together"), total_d, 0.0, theme.INK, head=True)]
    figure.add_bar(
        orientation="h",
        y=list(range(len(rows))),
        x=[round(bar.days, 2) for bar in rows],
        base=[round(bar.base_d, 2) for bar in rows],
        width=[0.72 if bar.head else 0.5 for bar in rows],
        marker={
            "color": [bar.colour if bar.head else theme.tint(bar.colour, 0.35) for bar in rows],
            "line": {"width": 0},
        },
        text=[formats.signed_days(bar.days) for bar in rows],
        customdata=[formats.figure_text(bar.label) for bar in rows],
        textposition="none",
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    theme.add_notes(figure, (_value(place, bar) for place, bar in enumerate(rows)))
    theme.name_rows(figure, _ticks([bar.label for bar in rows], bars))
    figure.update_xaxes(
        title_text=_("days after the nominal date"),
        tickformat=",d",
        zeroline=True,
        zerolinecolor=theme.GREY,
        range=_range_with_room(bars, total_d, 0.12),
    )
    return figure


def _ticks(labels: Sequence[str], bars: Sequence[_Bar]) -> list[str]:
    """Return the labels of the bars and of their sum, those of families and of the sum in bold."""
    heads = [*(bar.head for bar in bars), True]
    names = [formats.figure_text(label) for label in labels]
    return [f"<b>{name}</b>" if head else name for name, head in zip(names, heads, strict=True)]


def _value(place: int, bar: _Bar) -> dict[str, Any]:
    days = formats.signed_days(bar.days)
    return {
        "x": max(bar.base_d, bar.base_d + bar.days),
        "y": place,
        "text": f"<b>{days}</b>" if bar.head else days,
        "showarrow": False,
        "xanchor": "left",
        "xshift": 6,
        "font": {"size": 12, "color": theme.INK if bar.head else theme.SOFT},
    }


def _range_with_room(bars: list[_Bar], total_d: float, room: float) -> list[float]:
    """Return the axis' range: all bars, and `room` of their width at the right for the words."""
    edges = [edge for bar in bars for edge in (bar.base_d, bar.base_d + bar.days)]
    low, high = min([*edges, 0.0, total_d]), max([*edges, 0.0, total_d])
    width = max(high - low, 1.0)
    return [round(low - 0.02 * width, 2), round(high + room * width, 2)]


def _title(goal: GoalFinding) -> str:
    costs = [one for one in goal.delays if one.net_d >= _LEAST_D][:3]
    total = formats.lateness(goal.total_slip_d)
    if not costs:
        return _("On average nothing costs this goal a day; it comes {lateness}").format(lateness=total)
    names = formats.listing([_named(one) for one in costs])
    return plural(
        "{names} costs the most days; on average the goal comes {lateness}",
        "{names} cost the most days; on average the goal comes {lateness}",
        len(costs),
    ).format(names=names, lateness=total)


def _named(delay: SubjectDelay) -> str:
    return _("{subject} ({days})").format(
        subject=formats.shorten(delay.called, 50), days=formats.signed_days(delay.net_d)
    )


def _reading(findings: Findings, goal: GoalFinding) -> str:
    calendar = findings.calendar
    if goal.nominal_d is None:
        start = _("How to read: start at the calendar's end, for the plan does not reach the goal, and walk down.")
    else:
        start = _("How to read: start at the nominal date ({nominal}) and walk down to the mean date ({mean}).").format(
            nominal=formats.month(calendar, goal.nominal_d),
            mean=formats.month(calendar, goal.nominal_d + goal.total_slip_d),
        )
    rest = _(
        "A subject's bar is how much later than planned it ends and passes that on to the goal, in the mean of {count} "
        "runs; days that only use up waiting in the plan are not counted. Subjects add up to their family, families to "
        "the total: no day is unexplained."
    ).format(count=f"{findings.replications:,}")
    return f"{start} {rest}"


def _notes(findings: Findings, goal: GoalFinding) -> Iterable[str]:
    """Say why a cause counted gross may be larger than the whole, and what is not in the mean."""
    gross = max(goal.slip_by_cause, key=lambda one: one.mean_d, default=None)
    waiting = next((one for one in goal.slip_by_cause if one.cause == "plan"), None)
    if gross is not None and waiting is not None and -waiting.mean_d >= _LEAST_D and gross.mean_d > 0:
        large = gross.mean_d > goal.total_slip_d
        yield (
            _(
                "Counted gross, {cause} takes {days} more of the deciding path than in the plan, more than the whole "
                "slip, and waiting for planned dates {saved} less: late work fills time in which the plan waits."
            )
            if large
            else _(
                "Counted gross, {cause} takes {days} more of the deciding path than in the plan, and waiting for "
                "planned dates {saved} less: late work fills time in which the plan waits."
            )
        ).format(cause=call_cause(gross.cause), days=_plain(gross.mean_d), saved=_plain(-waiting.mean_d))
        yield _(
            "That is also why planning a piece of work earlier can raise its gross days while the goal comes earlier: "
            "the plan then waits longer after it. The bars are net of this."
        )
    if goal.censored:
        yield _(
            "In {missed} of {count} runs the goal is not reached by {year}. Their days count up to the calendar's end, "
            "so the true mean is later than shown."
        ).format(missed=f"{goal.censored:,}", count=f"{findings.replications:,}", year=findings.calendar.end.year)


def _plain(days: float) -> str:
    return f"{days:,.0f} d"


def _table(goal: GoalFinding) -> Table:
    rows = [
        (call_family(one.family), one.subject, call_cause(one.cause, one.kind), f"{one.days:.2f}")
        for one in shares_of(goal)
    ]
    rows.append((_("total"), "", "", f"{goal.total_slip_d:.2f}"))
    columns = (_("family"), _("subject"), _("cause"), _("mean net slip, d"))
    return Table(columns, tuple(rows), frozenset({3}))
