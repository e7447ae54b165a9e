"""What the answer rests on and what would move it: assumptions, levers, and the register of risks."""

from __future__ import annotations

from typing import Final

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.figures.scurve import add_curve, show_span
from dashboards.first_screen import call_confidence, moved, name_figure, name_lever
from dashboards.translation import _
from sim.analysis.estimates import Curve
from sim.analysis.findings import Findings, GoalFinding
from sim.study.grounds import Assumption, Grounds, LeverGain, RiskEffect, Shift, WhatIf

_LISTED: Final = 20


def draw_register(findings: Findings, goal: GoalFinding, grounds: Grounds) -> tuple[Card, ...]:
    """Return the cards of what is known: assumptions, and levers and risks where they were simulated."""
    cards = [draw_assumptions(findings, grounds)] if grounds.ranked else []
    if grounds.what_if is not None and grounds.what_if.levers:
        cards.append(draw_levers(grounds.what_if))
    if grounds.what_if is not None and grounds.what_if.risks:
        cards.append(draw_risks(findings, goal, grounds.what_if))
    return tuple(cards)


def draw_assumptions(findings: Findings, grounds: Grounds) -> Card:
    """Return the figures by effect times doubt, with where they come from and how their effect was found."""
    first = grounds.ranked[0]
    rest = (
        _("Fixed figures were varied, too.")
        if grounds.fixed
        else _("Fixed numbers are not in the list until `ilrs guesses DIR --vary-fixed` has varied them.")
    )
    return Card(
        id="assumptions",
        title=_("Find out {figure} first: it moves the date by {days}, with {confidence} confidence").format(
            figure=formats.shorten(first.path, 90), days=moved(first), confidence=call_confidence(first.confidence)
        ),
        reading=_(
            "How to read: figures by how far they move the date of the first goal, weighed with how little they are "
            "trusted. Of a figure that is drawn, days are the standard deviation of the date that it causes; of a "
            "fixed one, the distance of the mean dates at both ends of its range. {estimates} of all {figures} figures "
            "of the scenario are estimates. {rest}"
        ).format(estimates=f"{findings.guesses:,}", figures=f"{findings.figures:,}", rest=rest),
        shown=Table(
            (_("figure"), _("moves the date by"), _("confidence"), _("days weighed"), _("source"), _("how found")),
            tuple(_assumed(one) for one in grounds.ranked[:_LISTED]),
            frozenset({1, 3}),
        ),
    )


def _assumed(one: Assumption) -> tuple[str, ...]:
    if one.drawn:
        how = _("drawn")
    else:
        how = _("set from {low} to {high}").format(low=formats.shorten(one.low, 40), high=formats.shorten(one.high, 40))
    name = formats.shorten(name_figure(one), 120)
    return name, moved(one), call_confidence(one.confidence), f"{one.weight_d:,.0f}", one.source or formats.NONE, how


def draw_levers(found: WhatIf) -> Card:
    """Return what each lever of the scenario buys when it is pulled alone, the most days first."""
    sure = [one for one in found.levers if one.shift is not None and one.shift.high_d < 0.0]
    if sure and sure[0].shift is not None:
        title = _("{lever} buys most: {days} of the mean date").format(
            lever=name_lever(sure[0]), days=formats.signed_days(sure[0].shift.mean_d)
        )
    else:
        title = _("No lever of the scenario surely brings the date forward")
    return Card(
        id="levers",
        title=title,
        reading=_(
            "How to read: each lever pulled alone, with the luck of this study, {count} replications; negative days "
            "are earlier. Intervals are 95 %, sampling error only. Faint rows are not told from zero. Costs are in the "
            "scenario's own measure."
        ).format(count=f"{found.replications:,}"),
        shown=Table(
            (_("lever"), _("cost"), _("mean date"), _("95 % interval"), _("median date"), _("chance by the date")),
            tuple(_pulled(one) for one in found.levers),
            frozenset({1, 2, 4}),
            faded=frozenset(
                place
                for place, one in enumerate(found.levers)
                if one.shift is None or one.shift.low_d <= 0.0 <= one.shift.high_d
            ),
        ),
    )


def _pulled(one: LeverGain) -> tuple[str, ...]:
    name = name_lever(one)
    if one.shift is None:
        reason = formats.shorten(one.refused.splitlines()[0] if one.refused else "", 80)
        return name, f"{one.cost:g}", formats.NONE, reason, formats.NONE, formats.NONE
    points = _("{points} points ({low} to {high})").format(
        points=formats.signed(100 * one.points, 1),
        low=formats.signed(100 * one.points_low, 1),
        high=formats.signed(100 * one.points_high, 1),
    )
    p50 = formats.NONE if one.p50_d is None else formats.signed_days(one.p50_d)
    return name, f"{one.cost:g}", formats.signed_days(one.shift.mean_d), _between(one.shift), p50, points


def _between(shift: Shift) -> str:
    return _("{low} to {high}").format(low=formats.signed_days(shift.low_d), high=formats.signed_days(shift.high_d))


def draw_risks(findings: Findings, goal: GoalFinding, found: WhatIf) -> Card:
    """Return the register of risks, with the curves as they are, mitigated, and without any of them."""
    calendar = findings.calendar
    figure = theme.draft_figure(340)
    keys = []
    for curve, colour, dash, words in _curves(found):
        add_curve(figure, calendar, curve, colour, dash, words)
        keys.append(Key(words, colour, dash=dash))
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=20, title_text=_("replications that have it"))
    figure.update_xaxes(type="date", range=show_span(calendar, findings, (goal,)))
    theme.mark_date(
        figure, calendar.iso(goal.by_d), _("target"), dash=theme.TARGET_DASH, colour=theme.VERMILLION, xanchor="right",
        xshift=-4,
    )  # fmt: skip
    return Card(
        id="risk-register",
        title=_risk_title(found),
        reading=_(
            "How to read: days are what a risk costs the mean date, simulated with and without it, with the luck of "
            "this study ({count} replications, 95 % intervals, sampling error only). What is left is with the lever of "
            "the scenario that lessens it."
        ).format(count=f"{found.replications:,}"),
        figure=figure,
        keys=tuple(keys),
        shown=Table(
            (
                _("risk"),
                _("what it is"),
                _("probability"),
                _("costs (95 % interval)"),
                _("mitigation"),
                _("left"),
                _("holds up"),
                _("source"),
            ),
            tuple(_registered(findings, one) for one in found.risks),
            frozenset({2, 5}),
            unbroken=frozenset({0}),
        ),
        narrow={"yaxis.title.text": None},
    )


def _curves(found: WhatIf) -> list[tuple[Curve, str, str, str]]:
    every: list[tuple[Curve | None, str, str, str]] = [
        (found.as_is, theme.BLUE, "solid", _("as it is")),
        (found.mitigated, theme.GREEN, "dash", _("with the levers that lessen risks")),
        (found.without, theme.PURPLE, "dashdot", _("without any of these risks")),
    ]
    return [(curve, colour, dash, words) for curve, colour, dash, words in every if curve is not None]


def _risk_title(found: WhatIf) -> str:
    first = found.risks[0]
    if first.cost is None or first.cost.low_d <= 0.0:
        return _("No single risk of the scenario surely moves the date")
    return _("The risk {risk} costs most: {days} in the mean").format(
        risk=formats.shorten(first.name, 60), days=formats.signed_days(first.cost.mean_d)
    )


def _registered(findings: Findings, one: RiskEffect) -> tuple[str, ...]:
    titles = {bar.name: formats.called(bar) for bar in findings.bars}
    cost = formats.NONE
    if one.cost is not None:
        cost = _("{days} ({interval})").format(days=formats.signed_days(one.cost.mean_d), interval=_between(one.cost))
    return (
        formats.shorten(one.name, 60),
        formats.shorten(one.about.strip().rstrip("."), 140),
        one.probability,
        cost,
        formats.shorten(one.mitigation, 100) or formats.NONE,
        formats.NONE if one.left is None else formats.signed_days(one.left.mean_d),
        formats.listing([titles.get(name, name) for name in one.touches]),
        one.source or formats.NONE,
    )
