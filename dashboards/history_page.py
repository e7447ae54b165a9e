"""The page of a history: how the forecast of each goal moved with what became known."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.trend import day_of, draw_trend, month_of
from dashboards.report import REPORT_FILE, write_page
from dashboards.study_pages import address_from
from sim.analysis.estimates import Estimate
from sim.problems import InputError, counted, plural
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
    return write_page(compose_history(history, folder, target), target, single_file=single_file)


def compose_history(history: History, folder: Path, target: Path) -> Page:
    """Return the page: a trend for each goal, and day by day what became known."""
    goal = history.goals[0]
    trends = tuple(draw_trend(history, one, index) for index, one in enumerate(history.goals))
    days = counted(len(history.days), "day")
    return Page(
        title=f"History of {history.scenario} · ilrs",
        headline=trends[0].title,
        verdict=_verdict(goal),
        about=(
            f"{history.scenario} forecast afresh on {days}, {day_of(history.days[0])} to {day_of(history.days[-1])}, "
            f"each time with what was known then; {history.replications:,} {plural(history.replications, 'run')} a day "
            f"with the same luck (seed {history.seed}). Commands call the goal {goal.name}."
        ),
        tiles=_tiles(history, goal),
        sections=(
            Section("trends", "How did the forecast move?", "Trend", trends),
            Section("news", "What became known, and when?", "News", (_news_card(history, folder, target),)),
        ),
        footer=(
            "Intervals cover sampling error only (95 %, two-sided). What carries no day in the scenario counts as "
            "known on every day, and so do the slip models and failure rates.",
            f"History {history.key[:12]}, seed {history.seed}.",
            *((f"Made with {history.command}",) if history.command else ()),
        ),
    )


def _verdict(goal: GoalHistory) -> str:
    first, last = goal.forecasts[0], goal.forecasts[-1]
    if len(goal.forecasts) == 1:
        return f"The chance by {day_of(first.by)} is {_chance(first)}."
    return (
        f"On {day_of(first.known_on)} the chance by the official date of then, {day_of(first.by)}, was "
        f"{_chance(first)}; on {day_of(last.known_on)} that by {day_of(last.by)} is "
        f"{_chance(last)}."
    )


def _chance(one: Forecast) -> str:
    return formats.chance(Estimate(one.probability, one.low, one.high))


def _tiles(history: History, goal: GoalHistory) -> tuple[Tile, ...]:
    first, last = goal.forecasts[0], goal.forecasts[-1]
    changes = sum(old.by != new.by for old, new in zip(goal.forecasts, goal.forecasts[1:], strict=False))
    known = sum(len(one.said) + one.more for one in history.news)
    return (
        Tile(f"Even odds, known on {day_of(first.known_on)}", month_of(first.p50), "P50", theme.SKY),
        Tile(f"Even odds, known on {day_of(last.known_on)}", month_of(last.p50), "P50", theme.BLUE),
        Tile("Official date", month_of(last.by), f"changed {counted(changes, 'time')}", theme.VERMILLION),
        Tile("Became known", counted(known, "value"), f"over {counted(len(history.days), 'day')}", theme.GREY),
    )


def _news_card(history: History, folder: Path, target: Path) -> Card:
    links = tuple(address_from(target, folder / day / REPORT_FILE) for day in history.days)
    rows = tuple((one.known_on, _told(one)) for one in history.news)
    return Card(
        id="became-known",
        title=f"{counted(sum(bool(one.said) for one in history.news), 'day')} of {len(history.days)} brought news of "
        "dates or facts",
        reading=(
            "How to read: each row says what was known on its day and not on the one above: what had been done or "
            "flown, and dates that were planned anew. A day that is underlined leads to its own report, which "
            "`ilrs report` draws from the day's folder."
        ),
        shown=Table(("known on", "since the day above"), rows, unbroken=frozenset({0}), links=links, stacked=True),
        table=Table(
            ("known on", "since the day above", "other values"),
            tuple((one.known_on, "; ".join(one.said), str(one.more)) for one in history.news),
            numeric=frozenset({2}),
            unbroken=frozenset({0}),
        ),
    )


def _told(news: News) -> str:
    shown = [*news.said[:_LISTED]]
    rest = len(news.said) - len(shown) + news.more
    shown += [counted(rest, "other value")] if rest else []
    return "; ".join(shown) or formats.NONE
