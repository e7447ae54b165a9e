"""The frontier of a search: cost against chance by the date, and cost against the date that can be promised."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from sim.decide.sought import Found, Trial, sooner

_NAME = 60
"""Letters of a package in a picture; tables have all."""


def draw_chances(found: Found) -> Card:
    """Return cost against the chance by the goal's date: what is best for its cost as steps, the rest faint."""
    best = [found.trials[place] for place in found.steps]
    surest: list[Trial] = []
    for one in sorted(best, key=lambda one: (one.package.cost, -one.chance.value)):
        if not surest or one.chance.value > surest[-1].chance.value:
            surest.append(one)
    figure = theme.draft_figure(
        400, x=_axis("cost of the package"), y={**_axis("chance by the date"), "tickformat": ".0%"}
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
            "How to read: each dot is a package of levers. Those on the line have a higher chance than all that cost "
            "no more, with 95 % intervals; faint ones are dominated. Dashed lines are the chances that are wanted."
        ),
        figure=figure,
        table=_table(found, surest),
        keys=(
            Key("best for its cost", theme.BLUE, "dot"),
            Key("dominated", theme.GREY, "dot"),
            Key("chance wanted", theme.VERMILLION, "line", theme.TARGET_DASH),
        ),
        narrow={"height": 340},
    )


def draw_promises(found: Found) -> Card:
    """Return cost against the day by which the goal is reached with the confidence, and with even odds."""
    share = found.plan.confidence
    figure = theme.draft_figure(400, x=_axis("cost of the package"), y={"type": "date"})
    steps = [one for one in found.promises if found.day_of(one, share).value is not None]
    even = sooner([one for one in found.trials if one.tried], found.shares.index(0.5)) if share != 0.5 else []
    for at, colour, ordered in ((0.5, theme.SKY, even), (share, theme.BLUE, steps)):
        dated = [(one.package.cost, _date(found, one, at), one) for one in ordered]
        _add_steps(figure, [(cost, day, one) for cost, day, one in dated if day is not None], colour)
    rest = [(one.package.cost, _date(found, one, share), one) for one in _rest(found, steps)]
    _add_rest(figure, [(cost, day, one) for cost, day, one in rest if day is not None])
    line = {"color": theme.VERMILLION, "width": 1.5, "dash": theme.TARGET_DASH}
    figure.add_scatter(
        x=_costs(found), y=[found.calendar.iso(found.by_d)] * 2, mode="lines", line=line, hoverinfo="skip"
    )
    figure.update_xaxes(range=_costs(found))
    keys = [Key(f"P{100 * share:g}, best for its cost", theme.BLUE, "dot"), Key("dominated", theme.GREY, "dot")]
    keys += [Key("P50, even odds", theme.SKY, "dot")] if share != 0.5 else []
    return Card(
        id="date-for-cost",
        title=_promise_title(found),
        reading=(
            f"How to read: each dot is a package and the date that it keeps with a chance of {share:.0%}. Those on the "
            "line are sooner than all that cost no more; faint ones are dominated. The dashed line is the goal's date. "
            "The packages were found by pulling, step by step, what brings most for its cost; better ones may exist."
        ),
        figure=figure,
        keys=(*keys, Key("the goal's date", theme.VERMILLION, "line", theme.TARGET_DASH)),
        shown=_promise_table(found),
        narrow={"height": 340},
    )


def _axis(title: str) -> dict[str, object]:
    return {"title": {"text": title, "font": {"color": theme.SOFT, "size": 12}}}


def _rest(found: Found, best: Sequence[Trial]) -> list[Trial]:
    kept = {one.package.case.number for one in best}
    return [one for one in found.trials if one.tried and one.package.case.number not in kept]


def _costs(found: Found) -> list[float]:
    far = max((one.package.cost for one in found.trials), default=1.0) or 1.0
    return [-0.04 * far, 1.04 * far]


def _add_rest(figure: go.Figure, dots: Sequence[tuple[float, float | str, Trial]]) -> None:
    figure.add_scatter(
        x=[dot[0] for dot in dots],
        y=[dot[1] for dot in dots],
        mode="markers",
        marker={"size": 7, "color": theme.GREY, "opacity": 0.55},
        customdata=[formats.figure_text(formats.shorten(dot[2].package.text, _NAME)) for dot in dots],
        hovertemplate="%{customdata}<br>cost %{x:g}, %{y}<extra></extra>",
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
        customdata=[formats.figure_text(formats.shorten(dot[2].package.text, _NAME)) for dot in dots],
        hovertemplate="%{customdata}<br>cost %{x:g}, %{y}<extra></extra>",
    )


def _date(found: Found, trial: Trial, share: float) -> str | None:
    return formats.iso(found.calendar, found.day_of(trial, share).value)


def _chance_title(found: Found, surest: Sequence[Trial]) -> str:
    first, last = surest[0], surest[-1]
    lift = f"{formats.percent(first.chance.value)} as it is"
    if last is first:
        return f"No package is seen to raise the chance of {lift}"
    return f"{lift}; {formats.percent(last.chance.value)} for a cost of {last.package.cost:g}"


def _promise_title(found: Found) -> str:
    share, steps = found.plan.confidence, found.promises
    days = [formats.month(found.calendar, found.day_of(one, share).value) for one in (steps[0], steps[-1])]
    if len(steps) == 1:
        return f"With {share:.0%}: {days[0]} as it is; no package is seen to be sooner"
    return f"With {share:.0%}: {days[0]} as it is; {days[1]} for a cost of {steps[-1].package.cost:g}"


def _promise_table(found: Found) -> Table:
    rows = tuple(
        (
            f"{one.package.cost:g}",
            one.package.text,
            *(formats.month(found.calendar, day.value) for day in one.dates),
            formats.percent(one.chance.value),
        )
        for one in found.promises
    )
    names = tuple(f"P{100 * share:g}" for share in found.shares)
    last = len(names) + 2
    return Table(
        ("cost", "package", *names, f"chance by {formats.day(found.calendar, found.by_d)}"),
        rows,
        frozenset({0, last}),
        frozenset({0, *range(2, last + 1)}),
        stacked=True,
    )


def _table(found: Found, surest: Sequence[Trial]) -> Table:
    kept = {one.package.case.number for one in surest}
    valid = sorted((one for one in found.trials if one.tried), key=lambda one: (one.package.cost, -one.chance.value))
    rows = tuple(
        (
            f"{one.package.cost:g}",
            one.package.text,
            *(f"{value:.4f}" for value in (one.chance.value, one.chance.low, one.chance.high)),
            str(one.tried),
            *(formats.iso(found.calendar, day.value) or formats.NEVER for day in one.dates),
        )
        for one in valid
    )
    columns = ("cost", "package", "chance", "low 95 %", "high 95 %", "replications")
    names = tuple(f"P{100 * share:g}" for share in found.shares)
    faded = frozenset(place for place, one in enumerate(valid) if one.package.case.number not in kept)
    return Table((*columns, *names), rows, frozenset({0, 2, 3, 4, 5}), frozenset({0}), faded)
