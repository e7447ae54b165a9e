"""A plan before and after: when each flight leaves, what it carries, and how likely the goal's date is."""

from __future__ import annotations

from collections.abc import Iterator

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural
from sim.analysis.estimates import ecdf
from sim.decide.judging import JudgedPool, Trials
from sim.decide.loads import Flight
from sim.decide.optimum import Optimum

_ROW = 44
_NAME = 26


def draw_flights(found: Optimum) -> Card:
    """Return when each free flight leaves in the plan as it is and in the new one, and when the goal is reached."""
    facts = found.facts
    before, after = (_by_mission(found, plan) for plan in (facts.present.flights, _flights(found)))
    names = list(dict.fromkeys([*before, *after]))
    names.sort(key=lambda name: after[name].leaves if name in after else before[name].leaves)
    goal = facts.question.goal
    was, now = ({name: facts.iso(one.leaves) for name, one in flown.items()} for flown in (before, after))
    for days, day in zip((was, now), found.reached_d(goal), strict=True):
        if day < facts.calendar.length_d:
            days[goal] = facts.calendar.iso(day)
    rows = [*names, goal]
    figure = theme.draft_figure(70 + _ROW * len(rows), left=120, x={"type": "date"})
    for level, name in enumerate(rows):
        if name in was and name in now:
            line = {"color": theme.GREY, "width": 2}
            figure.add_scatter(x=[was[name], now[name]], y=[level, level], mode="lines", line=line, hoverinfo="skip")
    for days, colour, symbol, word in (
        (was, theme.GREY, "circle-open", _("before")),
        (now, theme.BLUE, "circle", _("after")),
    ):
        shown = [(level, name) for level, name in enumerate(rows) if name in days]
        figure.add_scatter(
            x=[days[name] for _, name in shown],
            y=[level for level, _ in shown],
            mode="markers",
            marker={"size": 13, "color": colour, "symbol": symbol, "line": {"color": colour, "width": 2}},
            customdata=[formats.figure_text(f"{name}, {word}") for _, name in shown],
            hovertemplate=f"%{{customdata}}{_(': ')}{formats.hover_day()}<extra></extra>",
        )
    _name_rows(figure, rows)
    moved = sum(was.get(name) != now.get(name) for name in names)
    return Card(
        id="flights",
        title=plural("{count} flight of {all} on another day", "{count} flights of {all} on another day", moved).format(
            count=moved, all=len(names)
        ),
        reading=(
            _(
                "How to read: one row for each free flight, and the goal below: an open dot is the day of the plan as "
                "it is, a full one that of this plan. A row with one dot flies in one of the two only."
            )
        ),
        figure=figure,
        table=Table(
            (_("flight"), _("before"), _("after")),
            tuple((name, was.get(name, formats.NONE), now.get(name, formats.NONE)) for name in rows),
            unbroken=frozenset({1, 2}),
        ),
        keys=(Key(_("plan as it is"), theme.GREY, "dot"), Key(_("this plan"), theme.BLUE, "dot")),
        narrow={"margin.l": 80},
    )


def draw_loads(found: Optimum) -> Card:
    """Return what each flight carries, before and after, against what it closes with on its day."""
    before, after = (_by_mission(found, plan) for plan in (found.facts.present.flights, _flights(found)))
    names = list(dict.fromkeys([*before, *after]))
    came_from = {load: name for name, flight in before.items() for load in flight.carries}
    words = {"before": _("before"), "after": _("after")}
    rows = [(name, word) for name in names for word, flown in (("before", before), ("after", after)) if name in flown]
    figure = theme.draft_figure(80 + 30 * len(rows), left=150)
    table = []
    for level, (name, word) in enumerate(rows):
        flight = (before if word == "before" else after)[name]
        closes = found.closes_kg(flight)
        _add_loads(figure, found, flight, level, {load for load in flight.carries if came_from.get(load) != name})
        figure.add_scatter(
            x=[closes / 1000.0] * 2, y=[level - 0.42, level + 0.42], mode="lines",
            line={"color": theme.INK, "width": 3},
            hovertemplate=_("closes with {mass} kg<extra></extra>").format(mass=formats.number(closes)),
        )  # fmt: skip
        kg = sum(found.facts.manifest.items[load].kg for load in flight.carries)
        table.append((name, words[word], ", ".join(flight.carries), f"{kg}", f"{closes}"))
    figure.update_layout(barmode="stack", uniformtext={"mode": "hide", "minsize": 10})
    _name_rows(figure, [f"{name}, {words[word]}" for name, word in rows])
    figure.update_xaxes(title_text=_("t"))
    moved = sum(came_from.get(load) != name for name, flight in after.items() for load in flight.carries)
    return Card(
        id="loads",
        title=plural("{count} load on another flight", "{count} loads on another flight", moved).format(count=moved),
        reading=(
            _(
                "How to read: what each flight carries, in tonnes, one box for each load; those of another colour fly "
                "elsewhere than before. The upright line is the load with which the flight closes on its day."
            )
        ),
        figure=figure,
        table=Table(
            (_("flight"), _("plan"), _("loads"), _("kg"), _("closes with, kg")), tuple(table), frozenset({3, 4})
        ),
        keys=(
            Key(_("as before"), theme.SKY, "box"),
            Key(_("on another flight than before"), theme.ORANGE, "box"),
            Key(_("closes with"), theme.INK),
        ),
        narrow={"margin.l": 100},
    )


def _add_loads(figure: go.Figure, found: Optimum, flight: Flight, level: int, moved: set[str]) -> None:
    items = found.facts.manifest.items
    for load in flight.carries:
        name, kg = formats.figure_text(load), items[load].kg
        figure.add_bar(
            orientation="h",
            x=[kg / 1000.0],
            y=[level],
            width=0.8,
            text=[name],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": theme.INK, "size": 11},
            marker={
                "color": theme.tint(theme.ORANGE if load in moved else theme.SKY, 0.6),
                "line": {"color": theme.CARD, "width": 1.5},
            },
            hovertemplate=_("{name}: {mass} kg<extra></extra>").format(name=name, mass=formats.number(kg)),
        )


def draw_dates(judged: JudgedPool) -> Card:
    """Return how likely the goal is by each day, before and after."""
    facts = judged.chosen.optimum.facts
    goal, calendar = facts.question.goal, facts.calendar
    by_d = judged.before.chance(goal).by_d
    figure = theme.draft_figure(380, x={"type": "date"})
    table = []
    plans = ((judged.before, theme.GREY, "before"), (judged.after, theme.BLUE, "after"))
    for trials, colour, word in plans:
        days, shares = _curve(trials, goal)
        figure.add_scatter(
            x=[calendar.iso(day) for day in days],
            y=[100.0 * share for share in shares],
            mode="lines",
            line={"shape": "hv", "color": colour, "width": 2.5},
            hovertemplate=f"{word}{_(': ')}"
            + _("{share} by {month}<extra></extra>").format(
                share=formats.hover_percent("%{y:.0f}"), month=formats.hover_month()
            ),
        )
        table += [(word, calendar.iso(day), f"{share:.4f}") for day, share in zip(days, shares, strict=True)]
    theme.mark_date(figure, calendar.iso(by_d), _("wanted by"), dash=theme.TARGET_DASH, colour=theme.VERMILLION)
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=20)
    was, now = judged.before.chance(goal).chance, judged.after.chance(goal).chance
    return Card(
        id="dates-before-after",
        title=(
            _("By {day}: {before} before, {after} after").format(
                day=formats.day(calendar, by_d), before=formats.percent(was.value), after=formats.percent(now.value)
            )
        ),
        reading=(
            _(
                "How to read: the share of {count} replications that have reached {goal} by each day, with the same "
                "luck in both plans."
            ).format(count=formats.number(judged.after.count), goal=goal)
        ),
        figure=figure,
        table=Table((_("plan"), _("day"), _("share")), tuple(table), frozenset({2})),
        keys=(
            Key(_("plan as it is"), theme.GREY),
            Key(_("this plan"), theme.BLUE),
            Key(_("goal's date"), theme.VERMILLION, dash=theme.TARGET_DASH),
        ),
    )


def _curve(trials: Trials, goal: str) -> tuple[list[float], list[float]]:
    found = ecdf(trials.days(goal))
    return [*found.t_d, trials.campaign.end_d], [*found.share, *(found.share[-1:] or (0.0,))]


def _flights(found: Optimum) -> tuple[Flight, ...]:
    return found.plan.flights if found.plan is not None else ()


def _by_mission(found: Optimum, flights: tuple[Flight, ...]) -> dict[str, Flight]:
    return {found.facts.slots[one.vehicle].mission: one for one in flights}


def _name_rows(figure: go.Figure, rows: list[str]) -> None:
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=list(_texts(rows)),
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": theme.INK},
    )


def _texts(rows: list[str]) -> Iterator[str]:
    for name in rows:
        yield formats.figure_text(formats.shorten(name, _NAME))
