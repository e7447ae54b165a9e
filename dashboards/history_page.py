"""The page of a history: how the forecast of each goal moved with what became known."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.trend import day_of, draw_trend, month_of
from dashboards.report import REPORT_FILE, write_page
from dashboards.study_pages import address_from
from dashboards.translation import _, plural
from sim.analysis.estimates import Estimate
from sim.problems import InputError
from sim.study.history import Forecast, GoalHistory, History, News, read_history

_LISTED = 12
"""News of a day that are listed."""


def report_history(folder: Path, target: Path, *, single_file: bool = True) -> Path:
    """Write the page of a history into `target` and return its path.

    A day whose own report was drawn is linked to it. Raises FolderError when the folder cannot be read, InputError
    when no goal has a forecast; OSError when `target` cannot be written.
    """
    history = read_history(folder)
    if not history.goals:
        raise InputError(f"{folder}: no goal was spoken of on any of these days")
    return write_page(lambda: compose_history(history, folder, target), target, single_file=single_file)


def compose_history(history: History, folder: Path, target: Path) -> Page:
    """Return the page: a trend for each goal, and day by day what became known."""
    goal = history.goals[0]
    trends = tuple(draw_trend(history, one, index) for index, one in enumerate(history.goals))
    return Page(
        title=_("History of {scenario}").format(scenario=history.scenario) + " · ilrs",
        headline=trends[0].title,
        verdict=_verdict(goal),
        about=(
            _(
                "{scenario} forecast afresh, {first} to {last} ({days}), each time with what was known then; {runs} a "
                "day with the same luck (seed {seed}). Commands call the goal {goal}."
            ).format(
                scenario=history.scenario,
                first=day_of(history.days[0]),
                last=day_of(history.days[-1]),
                days=_count_days(len(history.days)),
                runs=formats.runs(history.replications),
                seed=history.seed,
                goal=goal.name,
            )
        ),
        tiles=_tiles(history, goal),
        sections=(
            Section("trends", _("How did the forecast move?"), _("Trend"), trends),
            Section("news", _("What became known, and when?"), _("News"), (_news_card(history, folder, target),)),
        ),
        footer=(
            _(
                "Intervals cover sampling error only (95 %, two-sided). What carries no day in the scenario counts as "
                "known on every day, and so do the slip models and failure rates."
            ),
            _("History {key}, seed {seed}.").format(key=history.key[:12], seed=history.seed),
            *((_("Made with {command}").format(command=history.command),) if history.command else ()),
        ),
    )


def _verdict(goal: GoalHistory) -> str:
    first, last = goal.forecasts[0], goal.forecasts[-1]
    if len(goal.forecasts) == 1:
        return _("The chance by {day} is {chance}.").format(day=day_of(first.by), chance=_chance(first))
    return _(
        "On {day} the chance by the official date of then, {date}, was {chance}; on {later} that by {last} is {now}."
    ).format(
        day=day_of(first.known_on),
        date=day_of(first.by),
        chance=_chance(first),
        later=day_of(last.known_on),
        last=day_of(last.by),
        now=_chance(last),
    )


def _chance(one: Forecast) -> str:
    return formats.chance(Estimate(one.probability, one.low, one.high))


def _tiles(history: History, goal: GoalHistory) -> tuple[Tile, ...]:
    first, last = goal.forecasts[0], goal.forecasts[-1]
    changes = sum(old.by != new.by for old, new in zip(goal.forecasts, goal.forecasts[1:], strict=False))
    known = sum(len(one.said) + one.more for one in history.news)
    return (
        Tile(
            _("Even odds, known on {day}").format(day=day_of(first.known_on)),
            month_of(first.p50),
            "P50",
            theme.SKY,
        ),
        Tile(
            _("Even odds, known on {day}").format(day=day_of(last.known_on)),
            month_of(last.p50),
            "P50",
            theme.BLUE,
        ),
        Tile(
            _("Official date"),
            month_of(last.by),
            plural("changed {count} time", "changed {count} times", changes).format(count=changes),
            theme.VERMILLION,
        ),
        Tile(
            _("Became known"),
            plural("{count} value", "{count} values", known).format(count=formats.number(known)),
            _count_days(len(history.days)),
            theme.GREY,
        ),
    )


def _news_card(history: History, folder: Path, target: Path) -> Card:
    links = tuple(address_from(target, folder / day / REPORT_FILE) for day in history.days)
    rows = tuple((one.known_on, _told(one)) for one in history.news)
    return Card(
        id="became-known",
        title=_news_title(sum(bool(one.said) for one in history.news), len(history.days)),
        reading=(
            _(
                "How to read: each row says what was known on its day and not on the one above: what had been done or "
                "flown, and dates that were planned anew. A day that is underlined leads to its own report, which "
                "`ilrs report` draws from the day's folder."
            )
        ),
        shown=Table(
            (_("known on"), _("since the day above")), rows, unbroken=frozenset({0}), links=links, stacked=True
        ),
        table=Table(
            (_("known on"), _("since the day above"), _("other values")),
            tuple((one.known_on, "; ".join(one.said), str(one.more)) for one in history.news),
            numeric=frozenset({2}),
            unbroken=frozenset({0}),
        ),
    )


def _news_title(told: int, count: int) -> str:
    text = plural(
        "{told} day of {count} brought news of dates or facts",
        "{told} days of {count} brought news of dates or facts",
        told,
    )
    return text.format(told=told, count=count)


def _count_days(count: int) -> str:
    return plural("{count} day", "{count} days", count).format(count=formats.number(count))


def _told(news: News) -> str:
    shown = [*news.said[:_LISTED]]
    rest = len(news.said) - len(shown) + news.more
    if rest:
        shown.append(plural("{count} other value", "{count} other values", rest).format(count=formats.number(rest)))
    return "; ".join(shown) or formats.NONE
