"""Plans near the best: what they cost against how sure they are, and where each breaks when things slip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, term
from sim.decide.judging import Candidate, JudgedPool
from sim.decide.optimum import iso_or_none

_SHOWN = 8
_COLOURS = {"answer": theme.GREEN, "not surely worse": theme.BLUE, "surely worse": theme.GREY}
"""Standing of a plan among those near the best -> its colour."""


def draw_trade(judged: JudgedPool) -> Card:
    """Return mass, launches or the planned date of each plan, whichever differs, against its chance and its P70."""
    word, places = _axis(judged)
    facts = judged.chosen.optimum.facts
    goal, calendar = facts.question.goal, facts.calendar
    chances = [one.trials.chance(goal) for one in judged.pool]
    figure = theme.draft_figure(620, x={"domain": [0.0, 1.0], "anchor": "y"})
    second: Mapping[str, Any] = {**figure.layout.yaxis.to_plotly_json(), "domain": [0.0, 0.44], "type": "date"}
    figure.update_layout(
        yaxis={"domain": [0.56, 1.0], "tickformat": ".0%", "title": {"text": _("chance by the date")}},
        yaxis2={**second, "anchor": "x", "title": {"text": "P70", "font": {"color": theme.SOFT, "size": 12}}},
    )
    x = [across for place in places for across in (place, place, None)]
    y = [edge for one in chances for edge in (one.chance.low, one.chance.high, None)]
    line = {"color": theme.GREY, "width": 1.5}
    figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")
    p70 = [iso_or_none(facts, one.p70) for one in chances]
    for heights, axis in (([one.chance.value for one in chances], "y"), (p70, "y2")):
        figure.add_scatter(
            x=places,
            y=heights,
            yaxis=axis,
            mode="markers+text",
            text=[str(number) for number in range(1, len(places) + 1)],
            textposition="middle right",
            textfont={"size": 11, "color": theme.SOFT},
            marker={"size": 12, "color": [_COLOURS[one.sure] for one in judged.pool]},
            hovertemplate=_("plan {number}").format(number="%{text}") + f"<br>{word} %{{x}}<br>%{{y}}<extra></extra>",
        )
    figure.update_xaxes(title_text=word)
    return Card(
        id="trade",
        title=_title(judged, goal),
        reading=(
            _(
                "How to read: each dot is a plan, by its number in the table below; across, {word}; above, its chance "
                "to reach {goal} by {day} with 95 % intervals, below, the day that it keeps with 70 %. Plan 1 is best "
                "when nothing slips. A plan without a lower dot keeps no day with 70 %."
            ).format(word=word, goal=goal, day=formats.day(calendar, chances[0].by_d))
        ),
        figure=figure,
        table=Table(
            (_("plan"), word, _("chance"), _("low 95 %"), _("high 95 %"), "P70", _("runs"), ""),
            tuple(
                (str(number), str(place), f"{one.chance.value:.4f}", f"{one.chance.low:.4f}", f"{one.chance.high:.4f}",
                 day or formats.never_reached(), f"{one.chance.n}", term("plan", candidate.sure))
                for number, (place, one, day, candidate) in enumerate(
                    zip(places, chances, p70, judged.pool, strict=True), start=1)
            ),
            frozenset({0, 2, 3, 4, 6}),
        ),
        keys=tuple(Key(term("plan", said), colour, "dot") for said, colour in _COLOURS.items()),
    )  # fmt: skip


def _axis(judged: JudgedPool) -> tuple[str, list[Any]]:
    """Return what the plans differ in: launches, else mass, else the planned date."""
    spent = [one.optimum.spent() for one in judged.pool]
    facts = judged.chosen.optimum.facts
    if len({one["launches"] for one in spent}) > 1:
        return _("launches"), [one["launches"] for one in spent]
    if len({one["imleo"] for one in spent}) > 1:
        return _("t to low orbit"), [(one["imleo"] or 0.0) / 1000.0 for one in spent]
    days = [one.optimum.reached_d(facts.question.goal)[1] for one in judged.pool]
    return _("the goal's date in the plan"), [iso_or_none(facts, day) for day in days]


def _title(judged: JudgedPool, goal: str) -> str:
    first, chosen = judged.pool[0], judged.chosen
    chances = [formats.percent(one.trials.chance(goal).chance.value) for one in (first, chosen)]
    if chosen is first:
        return _("No plan is surely surer than the one that is best when nothing slips: {chances}").format(
            chances=chances[0]
        )
    return _("Best when nothing slips: {share}; plan {index}: {other}").format(
        share=chances[0], index=judged.pool.index(chosen) + 1, other=chances[1]
    )


def _plans(judged: JudgedPool) -> list[tuple[str, Candidate | None, str]]:
    """Return what is compared: the plan before, the best without slip, and the surest where it is another."""
    found: list[tuple[str, Candidate | None, str]] = [(_("before"), None, theme.GREY)]
    alone = judged.chosen is judged.pool[0]
    found.append((_("this plan") if alone else _("best when nothing slips"), judged.pool[0], theme.BLUE))
    if not alone:
        found.append((_("this plan, surer"), judged.chosen, theme.GREEN))
    return found


def draw_breaks(judged: JudgedPool) -> Card:
    """Return what dates the goal in the replications that miss it, in each plan."""
    goal = judged.chosen.optimum.facts.question.goal
    shares = {
        word: dict((judged.before if one is None else one.trials).breaks(goal)) for word, one, _colour in _plans(judged)
    }
    names = _most(shares)
    figure = _bars(judged, {word: [100 * of.get(name, 0.0) for name in names] for word, of in shares.items()}, names)
    figure.update_xaxes(ticksuffix=" %", rangemode="tozero")
    last = _plans(judged)[-1][0]
    most = max(shares[last].items(), key=lambda item: item[1], default=("", 0.0))
    title = (
        _("{most} decides {share} of the misses").format(most=most[0], share=formats.percent(most[1]))
        if most[0]
        else _("No replication misses the date")
    )
    return Card(
        id="breaks",
        title=title,
        reading=(
            _(
                "How to read: among the replications in which the goal misses its date, the share in which each of "
                "these lies on the chain of events that dates it: that is where a plan breaks. Several lie on one "
                "chain."
            )
        ),
        figure=figure,
        table=_table(names, shares, ".4f"),
        keys=tuple(Key(word, colour, "box") for word, _plan, colour in _plans(judged)),
        narrow={"margin.l": 110},
    )


def draw_causes_of(judged: JudgedPool) -> Card:
    """Return the mean days that each cause adds to the goal's planned date, in each plan."""
    goal = judged.chosen.optimum.facts.question.goal
    days = {}
    for word, one, _colour in _plans(judged):
        trials = judged.before if one is None else one.trials
        nominal = judged.pool[0].optimum.facts.nominal if one is None else one.optimum.nominal
        days[word] = dict(trials.slip_d(goal, nominal)) if nominal is not None else {}
    names = _most(days)
    figure = _bars(judged, {word: [of.get(name, 0.0) for name in names] for word, of in days.items()}, names)
    figure.update_xaxes(ticksuffix=" " + _("d"))
    totals = "; ".join(f"{word} {formats.duration(sum(of.values()))}" for word, of in days.items())
    return Card(
        id="slip-causes",
        title=_("Mean slip against the plan: {totals}").format(totals=totals),
        reading=(
            _(
                "How to read: the days by which the mean date lies after the planned one, by cause; what is not "
                "reached counts up to the calendar's end. A plan that promises an early date has more to lose."
            )
        ),
        figure=figure,
        table=_table(names, days, ".1f"),
        keys=tuple(Key(word, colour, "box") for word, _plan, colour in _plans(judged)),
        narrow={"margin.l": 90},
    )


def _most(values: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the names with the largest value in any of the plans."""
    names = {name for of in values.values() for name in of}
    return sorted(names, key=lambda name: (-max(abs(of.get(name, 0.0)) for of in values.values()), name))[:_SHOWN]


def _bars(judged: JudgedPool, values: Mapping[str, list[float]], names: list[str]) -> go.Figure:
    plans = _plans(judged)
    figure = theme.draft_figure(90 + 22 * len(names) * len(plans) // 2 + 14 * len(names), left=150)
    for word, _plan, colour in plans:
        figure.add_bar(
            orientation="h",
            y=[formats.figure_text(formats.shorten(name, 24)) for name in names],
            x=[round(value, 2) for value in values[word]],
            marker={"color": colour},
            hovertemplate=f"{word}{_(': ')}%{{x:.0f}}<extra>%{{y}}</extra>",
        )
    figure.update_layout(barmode="group", bargap=0.3)
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"color": theme.INK})
    return figure


def _table(names: list[str], values: Mapping[str, Mapping[str, float]], form: str) -> Table:
    rows = tuple((name, *(format(of.get(name, 0.0), form) for of in values.values())) for name in names)
    return Table(("", *values), rows, frozenset(range(1, len(values) + 1)))
