"""How likely is the date: the share of replications that have reached the goal, over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural, term
from sim.analysis.estimates import Curve, Quantile
from sim.analysis.findings import Findings, GoalFinding
from sim.clock import Calendar

_FLAGGED = (0.5, 0.8)
_HALF_YEAR_D = 183.0
_NEARLY_ALL = 0.985
_PALE = 0.12


def draw_scurve(findings: Findings, goal: GoalFinding) -> Card:
    """Return the S-curve of one goal: steps with band, P50 and P80 flags, the plan and the target."""
    calendar = findings.calendar
    figure = theme.draft_figure(430)
    colour = theme.goal_style(findings.goals.index(goal))[0]
    add_bands(figure, calendar, goal, colour)
    add_curve(figure, calendar, goal.curve, colour)
    for quantile in goal.quantiles:
        if quantile.share in _FLAGGED and quantile.value is not None:
            _add_flag(figure, calendar, quantile, quantile.value, colour)
    _mark_dates(figure, calendar, goal)
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=20, title_text=_("replications that have it"))
    figure.update_xaxes(type="date", range=show_span(calendar, findings, (goal,)), title_text=None)
    return Card(
        id="scurve",
        title=_title(calendar, goal),
        reading=_reading(findings, goal),
        figure=figure,
        table=_table(calendar, goal),
        keys=(
            Key(_("share that has the goal by then"), colour),
            *band_keys((goal,), colour),
            Key(_("P50 and P80 with their 95 % interval"), theme.INK, "whisker"),
            Key(_("target date"), theme.VERMILLION, dash=theme.TARGET_DASH),
            Key(_("nominal run"), theme.SOFT, dash=theme.NOMINAL_DASH),
        ),
        narrow={"yaxis.title.text": None},
    )


def draw_goals(findings: Findings) -> Card:
    """Return the S-curves of all goals of a scenario in one picture."""
    calendar = findings.calendar
    figure = theme.draft_figure(360)
    keys: list[Key] = []
    for index, goal in enumerate(findings.goals):
        colour, dash = theme.goal_style(index)
        add_curve(figure, calendar, goal.curve, colour, dash, goal.name)
        _add_chance(figure, calendar, goal, colour)
        keys.append(Key(f"{_called(goal)}{_(': ')}{formats.chance(goal.probability)}", colour, dash=dash))
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=25)
    figure.update_xaxes(type="date", range=show_span(calendar, findings, findings.goals))
    return Card(
        id="goals",
        title=_goals_title(findings),
        reading=_(
            "How to read: one step curve per goal; the dot, and the key, give its chance by its own date with the 95 % "
            "interval (N = {count}). A curve that flattens below 100 % has runs that never get there."
        ).format(count=formats.number(findings.replications)),
        figure=figure,
        table=_summary(calendar, findings),
        keys=(*keys, Key(_("chance at the goal's own date"), theme.SOFT, "dot")),
    )


def add_bands(figure: go.Figure, calendar: Calendar, goal: GoalFinding, colour: str) -> None:
    """Draw the band of sampling error, and under it, where it is known, the paler one over the drawn figures."""
    curve, over, dates = goal.curve, goal.over_figures, _dates(calendar, goal.curve)
    if over is not None:
        _fill(figure, dates, (over.curve_low, over.curve_high), theme.tint(colour, _PALE))
    _fill(figure, dates, (curve.low, curve.high), theme.tint(colour))


def band_keys(goals: Sequence[GoalFinding], colour: str) -> tuple[Key, ...]:
    """Return what the bands mean; the paler one only where one of the goals has it."""
    over = next((goal.over_figures for goal in goals if goal.over_figures is not None), None)
    sampling = Key(_("95 % band (sampling error only)"), colour, "band")
    if over is None:
        return (sampling,)
    paler = _("paler: {share} range over the figures' own uncertainty").format(share=formats.percent(over.level))
    return sampling, Key(paler, colour, "pale")


def _fill(figure: go.Figure, dates: list[str], ends: tuple[Sequence[float], Sequence[float]], colour: str) -> None:
    steps: dict[str, Any] = {"x": dates, "mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    figure.add_scatter(y=_percents(ends[0]), **steps)
    figure.add_scatter(y=_percents(ends[1]), fill="tonexty", fillcolor=colour, **steps)


def add_curve(
    figure: go.Figure, calendar: Calendar, curve: Curve, colour: str, dash: str = "solid", name: str = ""
) -> None:
    """Draw a curve as steps that go on to the calendar's end; `name` is scenario text for the hover label."""
    label = f"{formats.figure_text(formats.shorten(name, 40))}<br>" if name else ""
    figure.add_scatter(
        x=_dates(calendar, curve),
        y=_percents(curve.share),
        mode="lines",
        line={"shape": "hv", "color": colour, "width": 2.5, "dash": dash},
        hovertemplate=label
        + _("{share} by {month}<extra></extra>").format(
            share=formats.hover_percent("%{y:.0f}"), month=formats.hover_month()
        ),
    )


def _add_chance(figure: go.Figure, calendar: Calendar, goal: GoalFinding, colour: str) -> None:
    name = formats.figure_text(formats.shorten(_called(goal), 60))
    odds = formats.figure_text(formats.chance(goal.probability))
    figure.add_scatter(
        x=[calendar.iso(goal.by_d)],
        y=[round(100 * goal.probability.value, 2)],
        mode="markers",
        marker={"size": 11, "color": colour, "line": {"color": theme.CARD, "width": 1.5}},
        hovertemplate=f"{name}<br>"
        + _("{share} by {month}<extra></extra>").format(share=odds, month=formats.hover_month()),
        cliponaxis=False,
    )


def _add_flag(figure: go.Figure, calendar: Calendar, quantile: Quantile, date_d: float, colour: str) -> None:
    low = quantile.low if quantile.low is not None else date_d
    high = quantile.high if quantile.high is not None else calendar.length_d
    figure.add_scatter(
        x=[calendar.iso(low), calendar.iso(high)],
        y=[100 * quantile.share] * 2,
        mode="lines+markers",
        line={"color": theme.INK, "width": 2},
        marker={"symbol": "line-ns-open", "size": 9, "color": theme.INK},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[calendar.iso(date_d)],
        y=[100 * quantile.share],
        mode="markers",
        marker={"size": 10, "color": colour, "line": {"color": theme.CARD, "width": 1.5}},
        hovertemplate=f"{formats.quantile_name(quantile)}: {formats.month(calendar, date_d)}<extra></extra>",
    )
    figure.add_annotation(
        x=calendar.iso(high),
        y=100 * quantile.share,
        text=f"<b>{formats.quantile_name(quantile)}</b> {formats.month(calendar, date_d)}",
        showarrow=False,
        xanchor="left",
        yanchor="top",
        xshift=6,
        yshift=2,
        font={"size": 13},
    )


def _mark_dates(figure: go.Figure, calendar: Calendar, goal: GoalFinding) -> None:
    target_is_later = goal.nominal_d is None or goal.by_d >= goal.nominal_d
    sides = {True: {"xanchor": "left", "xshift": 4}, False: {"xanchor": "right", "xshift": -4}}
    target = _("target {month}").format(month=formats.month(calendar, goal.by_d))
    theme.mark_date(
        figure,
        calendar.iso(goal.by_d),
        target,
        dash=theme.TARGET_DASH,
        colour=theme.VERMILLION,
        **sides[target_is_later],
    )
    if goal.nominal_d is not None:
        text = _("nominal {month}").format(month=formats.month(calendar, goal.nominal_d))
        theme.mark_date(
            figure,
            calendar.iso(goal.nominal_d),
            text,
            dash=theme.NOMINAL_DASH,
            colour=theme.SOFT,
            name="wide",
            y=0.93,
            **sides[not target_is_later],
        )


def show_span(calendar: Calendar, findings: Findings, goals: Sequence[GoalFinding]) -> list[str]:
    """Return the ISO dates between which something happens, with room at both ends for words."""
    stated = [goal.by_d for goal in goals] + [goal.nominal_d for goal in goals if goal.nominal_d is not None]
    steps = [t for goal in goals for t in _busy_steps(goal.curve)]
    first = min(stated + steps)
    last = max(stated + steps) if steps else calendar.length_d
    room = max(_HALF_YEAR_D, 0.15 * (last - first))
    start = max(0.0, first - room)
    end = min(max(last + 0.5 * room, findings.known_until_d or 0.0), calendar.length_d)
    return [calendar.iso(start), calendar.iso(end)]


def _busy_steps(curve: Curve) -> list[float]:
    """Return the steps up to nearly the last run: one straggler must not squeeze the rest into a corner."""
    enough = _NEARLY_ALL * curve.share[-1] if curve.share else 0.0
    late = next((i for i, share in enumerate(curve.share) if share >= enough), len(curve.share))
    return list(curve.t_d[: late + 1])


def _title(calendar: Calendar, goal: GoalFinding) -> str:
    said = {"share": formats.chance(goal.probability), "date": formats.day(calendar, goal.by_d)}
    middle = next((q for q in goal.quantiles if q.share == 0.5), None)
    if middle is None:
        return _("{share} of the runs have it by {date}").format(**said)
    if middle.value is None:
        text = _("{share} of the runs have it by {date}; most never get there by {year}")
        return text.format(**said, year=calendar.end.year)
    text = _("{share} of the runs have it by {date}; half of them have it by {month}")
    return text.format(**said, month=formats.month(calendar, middle.value))


def _reading(findings: Findings, goal: GoalFinding) -> str:
    text = _(
        "How to read: the curve climbs by one step for each replication that reaches the goal; read across from a "
        "chance to its date, or up from a date to its chance. N = {count}."
    ).format(count=formats.number(findings.replications))
    if goal.censored:
        missed = plural(
            "{count} run does not reach it by {year} but counts in N, so the curve ends below 100 %.",
            "{count} runs do not reach it by {year} but count in N, so the curve ends below 100 %.",
            goal.censored,
        )
        text += " " + missed.format(count=formats.number(goal.censored), year=findings.calendar.end.year)
    return " ".join(filter(None, (text, _say_over_figures(findings, goal))))


def _say_over_figures(findings: Findings, goal: GoalFinding) -> str:
    """Return in a sentence what the figures' own uncertainty does to the chance by the goal's date."""
    over = goal.over_figures
    if over is not None:
        low, high = formats.percent(over.low), formats.percent(over.high)
        return _(
            "The paler band is what more replications do not narrow: with the {count} drawn figures known, the chance "
            "by the target date would lie between {low} and {high} in four cases of five."
        ).format(count=formats.number(findings.drawn), low=low, high=high)
    if findings.drawn:
        return _("Too few replications reach it to tell how far the figures' own uncertainty moves the curve.")
    return ""


def _goals_title(findings: Findings) -> str:
    likely = max(findings.goals, key=lambda goal: goal.probability.value)
    unlikely = min(findings.goals, key=lambda goal: goal.probability.value)
    if likely.probability.value == unlikely.probability.value:
        return _("All {count} goals are equally likely by their dates: {share}").format(
            count=formats.number(len(findings.goals)), share=formats.chance(likely.probability)
        )
    return _("{first} is likeliest to come in time, {share}; {last} least, {least}").format(
        first=formats.shorten(_called(likely), 60),
        share=formats.chance(likely.probability),
        last=formats.shorten(_called(unlikely), 60),
        least=formats.chance(unlikely.probability),
    )


def _called(goal: GoalFinding) -> str:
    return term("title", goal.called)


def _table(calendar: Calendar, goal: GoalFinding) -> Table:
    curve, over = goal.curve, goal.over_figures
    ends = [curve.share, curve.low, curve.high, *([] if over is None else [over.curve_low, over.curve_high])]
    rows = tuple(
        (calendar.iso(t), *(f"{share:.4f}" for share in shares)) for t, *shares in zip(curve.t_d, *ends, strict=True)
    )
    figures = () if over is None else (_("low over figures"), _("high over figures"))
    return Table(
        (_("date"), _("share"), _("low 95 %"), _("high 95 %"), *figures), rows, frozenset(range(1, 1 + len(ends)))
    )


def _summary(calendar: Calendar, findings: Findings) -> Table:
    names = [formats.quantile_name(q) for q in findings.goals[0].quantiles]
    known = any(goal.over_figures is not None for goal in findings.goals)
    over = (_("low over figures"), _("high over figures")) if known else ()
    ends = (_("low 95 %"), _("high 95 %"), *over)
    columns = (_("goal"), _("by"), _("chance"), *ends, _("reached"), _("nominal"), *names)
    rows = tuple(
        (
            goal.name,
            calendar.iso(goal.by_d),
            f"{goal.probability.value:.4f}",
            f"{goal.probability.low:.4f}",
            f"{goal.probability.high:.4f}",
            *_range(goal, known),
            str(goal.reached),
            formats.iso(calendar, goal.nominal_d) or formats.never_reached(),
            *(formats.iso(calendar, q.value) or formats.never_reached() for q in goal.quantiles),
        )
        for goal in findings.goals
    )
    return Table(columns, rows, frozenset(range(2, 6 + len(over))))


def _range(goal: GoalFinding, known: bool) -> tuple[str, ...]:
    if not known:
        return ()
    over = goal.over_figures
    return ("", "") if over is None else (f"{over.low:.4f}", f"{over.high:.4f}")


def _dates(calendar: Calendar, curve: Curve) -> list[str]:
    """Return the dates of the steps and the calendar's end, so that the plateau shows; never empty."""
    steps = [calendar.iso(t) for t in curve.t_d] or [calendar.iso(0.0)]
    return [*steps, calendar.iso(calendar.length_d)]


def _percents(shares: Sequence[float]) -> list[float]:
    """Return the shares of the steps in percent, to go with `_dates`."""
    steps = [round(100 * share, 2) for share in shares] or [0.0]
    return [*steps, steps[-1]]
