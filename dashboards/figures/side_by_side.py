"""Several studies of the same goal beside each other: curves, dates and causes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.figures.scurve import add_bands, add_curve, band_keys, show_span
from dashboards.translation import _, plural, term
from sim.analysis.estimates import Quantile
from sim.analysis.findings import Findings, GoalFinding
from sim.campaign.causes import CAUSE_FAMILY
from sim.clock import Calendar

_MARKS = ((0.5, "circle"), (0.8, "diamond"))
_MOST_BANDS = 3
"""Studies up to which bands do not hide each other."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One study in a comparison, under the name it goes by there, with the goal that is compared."""

    name: str
    findings: Findings
    goal: GoalFinding

    @property
    def called(self) -> str:
        """The goal's title, or its key where the scenario gives none."""
        return self.goal.called

    @property
    def calendar(self) -> Calendar:
        """The calendar its days count on."""
        return self.findings.calendar

    def quantile(self, share: float) -> Quantile | None:
        """Return one of the goal's quantiles; None when it was not asked for."""
        return next((q for q in self.goal.quantiles if abs(q.share - share) < 1e-6), None)


def draw_curves(contenders: Sequence[Contender]) -> Card:
    """Return the S-curves of all studies in one picture."""
    figure = theme.draft_figure(420)
    keys = []
    banded = len(contenders) <= _MOST_BANDS
    for index, one in enumerate(contenders):
        colour, dash = theme.goal_style(index)
        if banded:
            add_bands(figure, one.calendar, one.goal, colour)
        add_curve(figure, one.calendar, one.goal.curve, colour, dash, one.name)
        label = f"{formats.shorten(one.name, 50)}: {formats.chance(one.goal.probability)}"
        keys.append(
            Key(
                _("{label} by {month}").format(label=label, month=formats.month(one.calendar, one.goal.by_d)),
                colour,
                dash=dash,
            )
        )
    spans = [show_span(one.calendar, one.findings, (one.goal,)) for one in contenders]
    figure.update_xaxes(type="date", range=[min(start for start, _ in spans), max(end for _, end in spans)])
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=20, title_text=_("replications that have it"))
    return Card(
        id="curves",
        title=_curves_title(contenders),
        reading=(
            _(
                "How to read: a curve further left comes sooner, a steeper one is surer. The key gives each study's "
                "chance by the goal's date with its 95 % interval (sampling error only; {sizes}).{say_over_figures}"
            ).format(sizes=_sizes(contenders), say_over_figures=_say_over_figures(contenders))
        ),
        figure=figure,
        table=_table(contenders),
        keys=(*keys, *(band_keys([one.goal for one in contenders], theme.SOFT) if banded else ())),
        narrow={"yaxis.title.text": None},
    )


def draw_dates(contenders: Sequence[Contender]) -> Card:
    """Return the P50 and P80 dates of all studies with their intervals."""
    figure = theme.draft_figure(80 + 46 * len(contenders))
    for level, one in enumerate(contenders):
        colour, _dash = theme.goal_style(level)
        for (share, symbol), shift in zip(_MARKS, (-0.14, 0.14), strict=True):
            quantile = one.quantile(share)
            if quantile is not None and quantile.value is not None:
                _add_date(figure, one.calendar, quantile, quantile.value, level + shift, colour, symbol)
    names = [formats.figure_text(formats.shorten(one.name, 28)) for one in contenders]
    figure.update_xaxes(type="date", range=_date_range(contenders))
    theme.name_rows(figure, names)
    return Card(
        id="dates",
        title=_dates_title(contenders),
        reading=(
            _(
                "How to read: dots are P50, diamonds P80; lines are 95 % intervals of each study alone ({sizes}). "
                "Studies with the same seed share their luck, so two overlapping intervals do not mean that there is "
                "no difference: paired differences say that."
            ).format(sizes=_sizes(contenders))
        ),
        figure=figure,
        table=_table(contenders),
        keys=(Key(_("P50, even odds"), theme.SOFT, "dot"), Key(_("P80, four in five"), theme.SOFT, "diamond")),
        narrow={"yaxis.tickfont.size": 11, "yaxis.ticktext": [formats.shorten(name, 14) for name in names]},
    )


def draw_families(contenders: Sequence[Contender]) -> Card:
    """Return the mean slip of all studies by family of causes, stacked."""
    figure = theme.draft_figure(90 + 44 * len(contenders))
    names = [formats.figure_text(formats.shorten(one.name, 28)) for one in contenders]
    days = [family_days(one.goal) for one in contenders]
    shown = [family for family in theme.FAMILY_COLOUR if any(abs(each.get(family, 0.0)) >= 0.5 for each in days)]
    for family in shown:
        figure.add_bar(
            orientation="h",
            y=list(range(len(names))),
            x=[round(each.get(family, 0.0), 2) for each in days],
            width=0.5,
            marker={"color": theme.FAMILY_COLOUR[family], "line": {"color": theme.CARD, "width": 1}},
            hovertemplate=f"{term('family', family)}{_(': ')}"
            + _("{number} d").format(number="%{x:+,.0f}")
            + "<extra></extra>",
        )
    totals = [one.goal.total_slip_d for one in contenders]
    marker = {"symbol": "line-ns-open", "size": 24, "color": theme.INK, "line": {"width": 3}}
    figure.add_scatter(
        x=[round(total, 2) for total in totals],
        y=list(range(len(names))),
        mode="markers",
        marker=marker,
        hovertemplate=_("mean slip {days} d<extra></extra>").format(days="%{x:+,.0f}"),
    )
    figure.update_layout(barmode="relative")
    figure.update_xaxes(
        title_text=_("days after the nominal date"), tickformat=",d", zeroline=True, zerolinecolor=theme.GREY
    )
    theme.name_rows(figure, names)
    return Card(
        id="families",
        title=_families_title(contenders),
        reading=(
            _(
                "How to read: mean days that each family of causes adds (right) or gives back (left) against the "
                "study's "
                "own nominal run; the upright mark is their sum, the mean slip."
            )
        ),
        figure=figure,
        table=_families_table(contenders),
        keys=(
            *(Key(term("family", family), theme.FAMILY_COLOUR[family], "box") for family in shown),
            Key(_("mean slip"), theme.INK, "whisker"),
        ),
        narrow={"yaxis.tickfont.size": 11, "yaxis.ticktext": [formats.shorten(name, 14) for name in names]},
    )


def family_days(goal: GoalFinding) -> dict[str, float]:
    """Return the mean slip in days by family of causes; the days add up to the goal's total slip."""
    days: dict[str, float] = {}
    for cause in goal.slip_by_cause:
        family = CAUSE_FAMILY.get(cause.cause, "the plan itself")
        days[family] = days.get(family, 0.0) + cause.mean_d
    return days


def _date_range(contenders: Sequence[Contender]) -> list[str] | None:
    """Return the span of the P50 and P80 intervals with some room; None, Plotly's own, when there is none."""
    dates = [
        one.calendar.to_date(date)
        for one in contenders
        for quantile in (one.quantile(share) for share, _ in _MARKS)
        if quantile is not None and quantile.value is not None
        for date in (quantile.low, quantile.value, quantile.high or one.calendar.length_d)
        if date is not None
    ]
    if not dates:
        return None
    room = max((max(dates) - min(dates)) / 25, datetime.timedelta(days=30))
    return [(min(dates) - room).date().isoformat(), (max(dates) + room).date().isoformat()]


def _add_date(
    figure: go.Figure,
    calendar: Calendar,
    quantile: Quantile,
    date_d: float,
    level: float,
    colour: str,
    symbol: str,
) -> None:
    low = quantile.low if quantile.low is not None else date_d
    high = quantile.high if quantile.high is not None else calendar.length_d
    line = {"color": colour, "width": 3}
    span = [calendar.iso(low), calendar.iso(high)]
    figure.add_scatter(x=span, y=[level, level], mode="lines", line=line, opacity=0.6, hoverinfo="skip")
    figure.add_scatter(
        x=[calendar.iso(date_d)],
        y=[level],
        mode="markers",
        marker={"symbol": symbol, "size": 11, "color": colour, "line": {"color": theme.CARD, "width": 1.5}},
        hovertemplate=f"{formats.quantile_name(quantile)}{_(': ')}{formats.hover_month()}<extra></extra>",
    )


def _say_over_figures(contenders: Sequence[Contender]) -> str:
    """Return in a sentence the ranges over the drawn figures, which no replication narrows."""
    told = [
        _("{name} {low} to {high}").format(
            name=formats.shorten(one.name, 40), low=formats.percent(over.low), high=formats.percent(over.high)
        )
        for one in contenders
        if (over := one.goal.over_figures) is not None
    ]
    return (
        " "
        + _("Over the figures' own uncertainty the chance lies, in four cases of five, at: {shares}.").format(
            shares="; ".join(told)
        )
        if told
        else ""
    )


def _curves_title(contenders: Sequence[Contender]) -> str:
    best = max(contenders, key=lambda one: one.goal.probability.value)
    worst = min(contenders, key=lambda one: one.goal.probability.value)
    chances = [formats.percent(one.goal.probability.value) for one in (best, worst)]
    if chances[0] == chances[1]:  # nobody is the likeliest of equals
        return _("All are equally likely to come in time, as far as these runs tell: {chance}").format(
            chance=chances[0]
        )
    equal = [one for one in contenders if formats.percent(one.goal.probability.value) == chances[0]]
    if len(equal) > 2:
        return _("{count} of {all} are equally likely to come in time, {high}; {worst} least, {low}").format(
            count=len(equal),
            all=len(contenders),
            high=chances[0],
            worst=formats.shorten(worst.name, 40),
            low=chances[1],
        )
    if len(contenders) == 2:
        return _("{best} is likelier to come in time, {high}, than {worst}, {low}").format(
            best=formats.shorten(best.name, 40),
            high=formats.chance(best.goal.probability),
            worst=formats.shorten(worst.name, 40),
            low=formats.chance(worst.goal.probability),
        )
    text = plural(
        "{best} is likeliest to come in time, {high}; {worst} least, {low}",
        "{best} are likeliest to come in time, {high}; {worst} least, {low}",
        len(equal),
    )
    return text.format(
        best=formats.listing([formats.shorten(one.name, 40) for one in equal]),
        high=formats.chance(best.goal.probability) if len(equal) == 1 else chances[0],
        worst=formats.shorten(worst.name, 40),
        low=formats.chance(worst.goal.probability),
    )


def _dates_title(contenders: Sequence[Contender]) -> str:
    found = []
    for one in contenders:
        half = one.quantile(0.5)
        if half is not None and half.value is not None:
            found.append((one.calendar.to_date(half.value), half.value, one))
    if not found:
        return _("No study gets there in half of its runs")
    date, day, first = min(found, key=lambda item: item[0])
    last_date, last_day, last = max(found, key=lambda item: item[0])
    soon, late = formats.month(first.calendar, day), formats.month(last.calendar, last_day)
    if soon == late:  # nobody is the first of equals
        return (
            _("All come to even odds in {date}").format(date=soon)
            if len(found) > 1
            else _("{study} comes to even odds in {date}").format(study=formats.shorten(first.name, 40), date=soon)
        )
    equal = [formats.shorten(one.name, 40) for _date, day, one in found if formats.month(one.calendar, day) == soon]
    text = plural(
        "{first} is first to even odds, in {soon}; {last} in {late}, {lateness}",
        "{first} are first to even odds, in {soon}; {last} in {late}, {lateness}",
        len(equal),
    )
    return text.format(
        first=formats.listing(equal[:4]),
        soon=soon,
        last=formats.shorten(last.name, 40),
        late=late,
        lateness=formats.lateness((last_date - date).days),
    )


def _families_title(contenders: Sequence[Contender]) -> str:
    leaders = []
    for one in contenders:
        days = family_days(one.goal)
        family = max(days, key=lambda name: days[name], default="nothing")
        leaders.append((family, formats.shorten(one.name, 30), days.get(family, 0.0)))
    families = {family for family, _name, _days in leaders}
    if len(families) == 1:
        least, most = min(leaders, key=lambda each: each[2]), max(leaders, key=lambda each: each[2])
        name = term("family", leaders[0][0])
        start = _("{family} costs most in every study").format(family=f"{name[:1].upper()}{name[1:]}")
        if round(least[2]) == round(most[2]):
            return _("{start}, {most} days in each").format(start=start, most=formats.number(most[2]))
        return _("{start}, from {least} days in {first} to {most} in {last}").format(
            start=start, least=formats.number(least[2]), first=least[1], most=formats.number(most[2]), last=most[1]
        )
    return _("What costs most: {listing}").format(
        listing=formats.listing(
            [
                _("{family} in {study} ({days})").format(
                    family=term("family", family), study=study, days=formats.signed_days(days)
                )
                for family, study, days in leaders[:3]
            ]
        )
    )


def _sizes(contenders: Sequence[Contender]) -> str:
    sizes = sorted({one.findings.replications for one in contenders})
    return "N = " + (
        formats.number(sizes[0])
        if len(sizes) == 1
        else formats.between(formats.number(sizes[0]), formats.number(sizes[-1]))
    )


def _table(contenders: Sequence[Contender]) -> Table:
    columns = (
        _("study"),
        _("by"),
        _("chance"),
        _("low 95 %"),
        _("high 95 %"),
        _("nominal"),
        "P50",
        "P80",
        "N",
        _("seed"),
        _("identity"),
    )
    return Table(columns, tuple(_row(one) for one in contenders), frozenset({2, 3, 4, 8, 9}))


def _row(one: Contender) -> tuple[str, ...]:
    calendar, chance = one.calendar, one.goal.probability
    dates = [formats.iso(calendar, q.value) if q is not None else None for q in (one.quantile(0.5), one.quantile(0.8))]
    return (
        one.name,
        calendar.iso(one.goal.by_d),
        f"{chance.value:.4f}",
        f"{chance.low:.4f}",
        f"{chance.high:.4f}",
        formats.iso(calendar, one.goal.nominal_d) or formats.never_reached(),
        *(date or formats.never_reached() for date in dates),
        str(one.findings.replications),
        str(one.findings.seed),
        one.findings.identity[:12],
    )


def _families_table(contenders: Sequence[Contender]) -> Table:
    families = list(theme.FAMILY_COLOUR)
    rows = tuple(
        (
            one.name,
            *(f"{family_days(one.goal).get(family, 0.0):.2f}" for family in families),
            f"{one.goal.total_slip_d:.2f}",
        )
        for one in contenders
    )
    return Table(
        (_("study"), *(term("family", family) for family in families), _("mean slip, d")),
        rows,
        frozenset(range(1, len(families) + 2)),
    )
