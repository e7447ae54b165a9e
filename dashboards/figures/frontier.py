"""The frontier of a search: cost against chance by the date, and cost against the date that can be promised."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.lever_axis import short_path, show_value
from dashboards.translation import _
from sim.decide.sought import Found, Trial
from sim.study.levers import Package

_NAME = 60
"""Letters of a package in a picture; tables have all."""


def draw_chances(found: Found) -> Card:
    """Return cost against the chance by the goal's date: what is best for its cost as steps, the rest faint."""
    surest = [found.row(one.option) for one in found.surer]
    figure = theme.draft_figure(
        400, x=_axis(_("cost of the package")), y={**_axis(_("chance by the date")), "tickformat": ".0%"}
    )
    _add_rest(figure, [(one.package.cost, one.chance.value, one) for one in _rest(found, surest)])
    _add_bars(figure, surest)
    _add_steps(figure, [(one.package.cost, one.chance.value, one) for one in surest], theme.BLUE)
    for level in found.levels:
        figure.add_hline(y=level.level, line={"color": theme.VERMILLION, "width": 1.5, "dash": theme.TARGET_DASH})
    top = max([one.chance.high for one in surest] + [level.level for level in found.levels])
    figure.update_yaxes(range=[-0.02, min(1.02, top + 0.06)])
    figure.update_xaxes(range=_costs(found))
    return Card(
        id="chance-for-cost",
        title=_chance_title(found, surest),
        reading=(
            _(
                "How to read: each dot is a package of levers with {compared} replications, all with the same luck. "
                "Those on the line have a higher chance than all that cost no more, with 95 % intervals; faint ones "
                "are dominated. Dashed lines are the chances that are wanted. The table has all that was looked at."
            ).format(compared=found.compared)
        ),
        figure=figure,
        table=_table(found, surest),
        keys=(
            Key(_("best for its cost"), theme.BLUE, "dot"),
            Key(_("dominated"), theme.GREY, "dot"),
            Key(_("chance wanted"), theme.VERMILLION, "line", theme.TARGET_DASH),
        ),
        narrow={"height": 340},
    )


def draw_promises(found: Found) -> Card:
    """Return cost against the day by which the goal is reached with the confidence, and with even odds."""
    share = found.plan.confidence
    figure = theme.draft_figure(400, x=_axis(_("cost of the package")), y={"type": "date"})
    steps = [found.row(one.option) for one in found.sooner]
    for at, colour, ordered in ((0.5, theme.SKY, _even(found)), (share, theme.BLUE, steps)):
        dated = [(one.package.cost, _date(found, one, at), one) for one in ordered]
        _add_steps(figure, [(cost, day, one) for cost, day, one in dated if day is not None], colour)
    rest = [(one.package.cost, _date(found, one, share), one) for one in _rest(found, steps)]
    _add_rest(figure, [(cost, day, one) for cost, day, one in rest if day is not None])
    line = {"color": theme.VERMILLION, "width": 1.5, "dash": theme.TARGET_DASH}
    figure.add_scatter(
        x=_costs(found), y=[found.calendar.iso(found.by_d)] * 2, mode="lines", line=line, hoverinfo="skip"
    )
    figure.update_xaxes(range=_costs(found))
    keys = [
        Key(_("P{share}, best for its cost").format(share=formats.brief(100 * share)), theme.BLUE, "dot"),
        Key(_("dominated"), theme.GREY, "dot"),
    ]
    keys += [Key(_("P50, even odds"), theme.SKY, "dot")] if share != 0.5 else []
    return Card(
        id="date-for-cost",
        title=_promise_title(found),
        reading=(
            _(
                "How to read: each dot is a package and the date that it keeps with a chance of {share}, from "
                "{compared} replications, all with the same luck. Those on the line are sooner than all that cost no "
                "more; faint ones are dominated. The dashed line is the goal's date. {how_found}"
            ).format(share=formats.percent(share), compared=found.compared, how_found=_how_found(found))
        ),
        figure=figure,
        keys=(*keys, Key(_("the goal's date"), theme.VERMILLION, "line", theme.TARGET_DASH)),
        shown=_promise_table(found, steps),
        narrow={"height": 340},
    )


def _even(found: Found) -> list[Trial]:
    """Return the rows that reach the goal sooner, with even odds, than all that cost no more."""
    if found.plan.confidence == 0.5:
        return []
    kept: list[Trial] = []
    days = {one.number: _day(found, one, 0.5) for one in found.rows}
    for one in sorted(found.rows, key=lambda one: (one.package.cost, days[one.number])):
        if not kept or days[one.number] < days[kept[-1].number]:
            kept.append(one)
    return kept


def _day(found: Found, trial: Trial, share: float) -> float:
    value = found.day_of(trial, share).value
    return inf if value is None else value


def _how_found(found: Found) -> str:
    if len(found.trials) == found.packages:
        return _("All packages were looked at.")
    return _(
        "The packages were found by pulling, step by step, what brings most for its cost, and among those that were "
        "looked at for the chance; better ones may exist."
    )


def name_package(package: Package) -> str:
    """Return what is done, with the ends of the levers' paths that tell them apart."""
    settings = [f"{short_path(path, 60)} = {show_value(text, 40)}" for path, text in package.case.settings]
    return ", ".join([*package.case.variants, *settings]) or package.text


def _axis(title: str) -> dict[str, object]:
    return {"title": {"text": title, "font": {"color": theme.SOFT, "size": 12}}}


def _rest(found: Found, best: Sequence[Trial]) -> list[Trial]:
    kept = {one.number for one in best}
    return [one for one in found.rows if one.number not in kept]


def _costs(found: Found) -> list[float]:
    far = max((one.package.cost for one in found.rows), default=1.0) or 1.0
    return [-0.04 * far, 1.04 * far]


def _add_rest(figure: go.Figure, dots: Sequence[tuple[float, float | str, Trial]]) -> None:
    figure.add_scatter(
        x=[dot[0] for dot in dots],
        y=[dot[1] for dot in dots],
        mode="markers",
        marker={"size": 7, "color": theme.GREY, "opacity": 0.55},
        customdata=[formats.figure_text(formats.shorten(name_package(dot[2].package), _NAME)) for dot in dots],
        hovertemplate=_("{package}<br>cost {cost}, {value}<extra></extra>").format(
            package="%{customdata}", cost="%{x:g}", value="%{y}"
        ),
    )


def _add_bars(figure: go.Figure, trials: Sequence[Trial]) -> None:
    x = [place for one in trials for place in (one.package.cost, one.package.cost, None)]
    y = [edge for one in trials for edge in (one.chance.low, one.chance.high, None)]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": theme.BLUE, "width": 1.5}, hoverinfo="skip")


def _add_steps(figure: go.Figure, dots: Sequence[tuple[float, float | str, Trial]], colour: str) -> None:
    figure.add_scatter(
        x=[dot[0] for dot in dots],
        y=[dot[1] for dot in dots],
        mode="lines+markers",
        line={"color": colour, "width": 2, "shape": "hv"},
        marker={"size": 10, "color": colour},
        customdata=[formats.figure_text(formats.shorten(name_package(dot[2].package), _NAME)) for dot in dots],
        hovertemplate=_("{package}<br>cost {cost}, {value}<extra></extra>").format(
            package="%{customdata}", cost="%{x:g}", value="%{y}"
        ),
    )


def _date(found: Found, trial: Trial, share: float) -> str | None:
    return formats.iso(found.calendar, found.day_of(trial, share).value)


def _chance_title(found: Found, surest: Sequence[Trial]) -> str:
    first, last = surest[0], found.row([one for one in found.surer if one.sure][-1].option)
    lift = _("{share} as it is").format(share=formats.percent(first.chance.value))
    if last.number == first.number:
        return _("No package is seen to raise the chance of {lift}").format(lift=lift)
    return _("{lift}; {share} for a cost of {cost}").format(
        lift=lift, share=formats.percent(last.chance.value), cost=formats.brief(last.package.cost)
    )


def _promise_title(found: Found) -> str:
    share, last = found.plan.confidence, found.soonest
    days = [formats.month(found.calendar, found.day_of(one, share).value) for one in (found.as_it_is, last)]
    if not last.package.pulls:
        return _("With {share}: {days} as it is; no package is surely sooner").format(
            share=formats.percent(share), days=days[0]
        )
    return _("With {share}: {days} as it is; {days2} for a cost of {cost}").format(
        share=formats.percent(share), days=days[0], days2=days[1], cost=formats.brief(last.package.cost)
    )


def _promise_table(found: Found, steps: Sequence[Trial]) -> Table:
    rows = tuple(
        (
            name_package(one.package),
            formats.brief(one.package.cost),
            *(formats.month(found.calendar, day.value) for day in one.dates),
            formats.percent(one.chance.value),
            _("yes")
            if step.sure
            else _("not told")
            if step.more is None
            else _("some {more} more runs would tell").format(more=formats.number(step.more)),
        )
        for one, step in zip(steps, found.sooner, strict=True)
    )
    names = tuple(f"P{100 * share:g}" for share in found.shares)
    last = len(names) + 2
    return Table(
        (
            _("package"),
            _("cost"),
            *names,
            _("chance by {day}").format(day=formats.day(found.calendar, found.by_d)),
            _("surely sooner"),
        ),
        rows,
        frozenset({1, last}),
        frozenset({1, *range(2, last + 1)}),
        stacked=True,
    )


def _table(found: Found, surest: Sequence[Trial]) -> Table:
    """Return all that was looked at: first what is compared, equally simulated, then the rest with its own number."""
    kept, compared = {one.number for one in surest}, {one.number for one in found.rows}
    others = [one for one in found.trials if one.tried and one.number not in compared]
    valid = [*sorted(found.rows, key=_by_cost), *sorted(others, key=_by_cost)]
    rows = tuple(
        (
            f"{one.package.cost:g}",
            one.package.text,
            *(f"{value:.4f}" for value in (one.chance.value, one.chance.low, one.chance.high)),
            str(one.tried),
            *(formats.iso(found.calendar, day.value) or formats.never_reached() for day in one.dates),
        )
        for one in valid
    )
    columns = (_("cost"), _("package"), _("chance"), _("low 95 %"), _("high 95 %"), _("replications"))
    names = tuple(f"P{100 * share:g}" for share in found.shares)
    faded = frozenset(place for place, one in enumerate(valid) if one.number not in kept)
    return Table((*columns, *names), rows, frozenset({0, 2, 3, 4, 5}), frozenset({0}), faded)


def _by_cost(one: Trial) -> tuple[float, float]:
    return one.package.cost, -one.chance.value
