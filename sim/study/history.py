"""Histories: one scenario forecast afresh on each of several days of knowledge, in a folder of studies by day."""

from __future__ import annotations

import calendar
import datetime
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sim.analysis.findings import GoalFinding
from sim.campaign.compile import compile_campaign
from sim.problems import InputError, ScenarioError
from sim.scenario.load import Loaded
from sim.scenario.paths import without_studies
from sim.scenario.said import day_of
from sim.scenario.writing import document, leaves
from sim.study import files
from sim.study.contents import HISTORY_FILE, HISTORY_FOLDER, has_marker
from sim.study.files import FolderError
from sim.study.lock import held
from sim.study.manifest import COMPLETE, HISTORY, begun, read_manifest, watched, write_manifest
from sim.study.naming import Named
from sim.study.records import RecordError, from_json, to_json
from sim.study.runner import Listener, run_study
from sim.study.summary import findings_in, summarize, write_summary
from sim.study.sweep import Start
from sim.study.versions import code_version
from sim.units import UnitError, format_date, parse_date

MOST_DAYS: Final = 400
_STEP: Final = re.compile(r"([1-9][0-9]{0,3}) ?(d|wk|mo|yr)")
_DAYS: Final = {"d": 1, "wk": 7}
_MONTHS: Final = {"mo": 1, "yr": 12}
_DATES: Final = ("finish", "not_before", "by", "joins", "available")
_MOST_NEWS: Final = 40
Keys = tuple[str | int, ...]
Values = Mapping[Keys, str]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a day's knowledge says of a goal; dates are ISO, None is *not reached by the calendar's end*."""

    known_on: str
    by: str
    """The official date of then."""
    probability: float
    low: float
    high: float
    """Interval of the chance: 95 %, sampling error only."""
    p10: str | None
    p50: str | None
    p80: str | None
    planned: str | None
    """When it comes if nothing slips and nothing fails."""


@dataclass(frozen=True, slots=True)
class GoalHistory:
    """How the forecast of a goal moved; days on which nobody had spoken of it are left out."""

    name: str
    title: str
    forecasts: tuple[Forecast, ...]

    @property
    def called(self) -> str:
        """Return its title, or its key where the scenario gives none."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class News:
    """What became known by a day, since the day before it in the history."""

    known_on: str
    said: tuple[str, ...]
    more: int
    """Values that changed besides."""


@dataclass(frozen=True, slots=True)
class History:
    """The forecasts of every goal on every day."""

    scenario: str
    key: str
    seed: int
    replications: int
    start: str
    end: str
    """The calendar's last day, beyond which nothing is seen."""
    days: tuple[str, ...]
    goals: tuple[GoalHistory, ...]
    news: tuple[News, ...]
    command: str = ""


def days_every(step: str, loaded: Loaded) -> tuple[str, ...]:
    """Return the days from the calendar's start to its day of knowledge in steps such as `3mo`, both included.

    Raises InputError for a step that is none, a scenario without a day of knowledge, and too many days.
    """
    match = _STEP.fullmatch(step.strip())
    if match is None:
        raise InputError(f"'{step[:40]}' is no step; write for example 3mo, 6mo, 1yr or 90d")
    spec = loaded.scenario.calendar
    if spec.as_of is None:
        raise InputError("the scenario has no calendar.as_of, so its last day of knowledge is open; name days: --on")
    found: list[datetime.datetime] = []
    for day in _steps(min(spec.start, spec.as_of), int(match[1]), match[2]):
        if day >= spec.as_of:
            break
        if len(found) >= MOST_DAYS:
            raise InputError(f"these are more than {MOST_DAYS} days; take a longer step than {step}")
        found.append(day)
    return tuple(format_date(day) for day in (*found, spec.as_of))


def _steps(start: datetime.datetime, count: int, unit: str) -> Iterator[datetime.datetime]:
    index = 0
    while True:
        if unit in _DAYS:
            yield start + datetime.timedelta(days=index * count * _DAYS[unit])
        else:
            months = start.month - 1 + index * count * _MONTHS[unit]
            year, month = start.year + months // 12, months % 12 + 1
            yield start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
        index += 1


def days_named(text: str) -> tuple[str, ...]:
    """Return the days of a list `2021-12-29,2024-04-24`, in order and each once; raises InputError."""
    try:
        found = sorted({parse_date(part.strip()) for part in text.split(",")})
    except UnitError as error:
        raise InputError(f"--on: {error.message}; {error.hint}") from None
    if len(found) > MOST_DAYS:
        raise InputError(f"these are more than {MOST_DAYS} days")
    return tuple(format_date(day) for day in found)


def run_history(
    start: Start,
    days: Sequence[str],
    *,
    replications: int,
    seed: int,
    engine: Executor,
    folder: Path | None = None,
    command: str = "",
    on_day: Callable[[str], None] = lambda _: None,
    on_progress: Listener = lambda _: None,
) -> tuple[Path, History]:
    """Forecast every day that is not there yet, all with the same luck, and keep what was found.

    Raises:
        ScenarioError: if the scenario is wrong on one of the days, before anything is simulated.
        FolderError: if the folder cannot be used, or holds another history.
    """
    loaded = {day: load_on(start, day) for day in days}
    first = loaded[days[-1]].scenario
    texts = [document(without_studies(one.layered.values)) for one in loaded.values()]
    key = files.digest("\n".join([*texts, code_version(), str(seed)]).encode())
    where = folder or Path("runs") / f"{first.name}-history-{key[:8]}"
    _refuse_another(where, key)
    fresh = begun(HISTORY, first.name, key, seed=seed, replications=replications, command=command)
    errands = {day: _Errand(start, day, where / day, replications, seed) for day in days}
    with held(where):
        write_manifest(where, replace(fresh, cases=len(days)))
        with watched(where, HISTORY_FOLDER):
            goals: dict[str, GoalHistory] = {}
            for number, (day, errand) in enumerate(errands.items(), start=1):
                on_day(f"{number} of {len(days)}: what was known on {day}")
                for goal, forecast in _forecasts(errand, loaded[day], engine, on_progress):
                    known = goals[goal.name].forecasts if goal.name in goals else ()
                    goals[goal.name] = GoalHistory(goal.name, goal.goal.title, (*known, forecast))
            in_order = [*first.goals, *(name for name in goals if name not in first.goals)]
            history = History(
                first.name,
                key,
                seed,
                replications,
                format_date(first.calendar.start),
                format_date(first.calendar.end),
                tuple(days),
                tuple(goals[name] for name in in_order if name in goals),
                tuple(_news(days, loaded)),
                command,
            )
            files.write_whole(where, HISTORY_FILE, to_json(history).encode())
    return where, history


def load_on(start: Start, day: str) -> Loaded:
    """Read a scenario as it was known on a day; raises ScenarioError with the day in every message."""
    try:
        return replace(start, as_of=day).load()
    except ScenarioError as error:
        raise ScenarioError(
            replace(problem, message=f"as of {day}: {problem.message}")
            for problem in error.problems
            if problem.severity == "error"
        ) from None


def read_history(folder: Path) -> History:
    """Read the history that a folder holds; raises FolderError."""
    if read_manifest(folder, HISTORY_FOLDER).state != COMPLETE:
        raise FolderError(
            folder, "holds a history that is not finished", "the same `ilrs history` command goes on with it"
        )
    try:
        return from_json(History, files.read_plain(folder / HISTORY_FILE))
    except OSError as error:
        raise FolderError(folder, f"is no whole history: {HISTORY_FILE} is missing", "run it again") from error
    except RecordError as error:
        raise FolderError(folder, f"holds a history that cannot be read ({error})", "run it again") from None


def is_history(folder: Path) -> bool:
    """Tell whether a folder holds a history."""
    return has_marker(folder, HISTORY_FOLDER)


def _refuse_another(folder: Path, key: str) -> None:
    if is_history(folder) and read_manifest(folder, HISTORY_FOLDER).key != key:
        raise FolderError(
            folder, "holds the history of another scenario, code or seed, or of other days", "take another -o"
        )


@dataclass(frozen=True, slots=True)
class _Errand:
    """One day's forecast."""

    start: Start
    day: str
    folder: Path
    replications: int
    seed: int

    @property
    def command(self) -> str:
        """Return the command that makes the same study alone."""
        words = ["ilrs", "run", str(self.start.file), "--as-of", self.day]
        words += ["-n", str(self.replications), "--seed", str(self.seed)]
        words += [word for name in self.start.variants for word in ("--variant", name)]
        return shlex.join([*words, *(word for text in self.start.sets for word in ("-S", text))])


def _forecasts(errand: _Errand, loaded: Loaded, engine: Executor, told: Listener) -> list[tuple[GoalFinding, Forecast]]:
    """Run the study of a day, or what is missing of it, and return what it says of each goal."""
    study = run_study(
        compile_campaign(loaded),
        replications=errand.replications,
        seed=errand.seed,
        folder=errand.folder,
        engine=engine,
        command=errand.command,
        named=Named(variants=errand.start.variants, sets=errand.start.sets, as_of=errand.day),
        on_progress=told,
    )
    study, findings = findings_in(study.folder)
    write_summary(study, summarize(study, findings))
    dates = findings.calendar

    def iso(day_d: float | None) -> str | None:
        return None if day_d is None else dates.iso(day_d)

    found = []
    for goal in findings.goals:
        at = {round(one.share * 100): iso(one.value) for one in goal.quantiles}
        chance = goal.probability
        shown = (chance.value, chance.low, chance.high, at[10], at[50], at[80], iso(goal.nominal_d))
        forecast = Forecast(errand.day, dates.iso(goal.by_d), *shown)
        found.append((goal, forecast))
    return found


# --- what became known ------------------------------------------------------------------------------------------------


def _news(days: Sequence[str], loaded: Mapping[str, Loaded]) -> Iterator[News]:
    before = _values(loaded[days[0]])
    yield News(days[0], (), 0)
    for day in days[1:]:
        now = _values(loaded[day])
        said = [text for path in dict.fromkeys([*now, *before]) if (text := news_of(path, before, now))]
        changed = sum(before.get(path) != now.get(path) for path in dict.fromkeys([*now, *before]))
        yield News(day, tuple(said[:_MOST_NEWS]), changed - len(said))
        before = now


def _values(loaded: Loaded) -> dict[Keys, str]:
    kept = ("calendar", "sweep", "seek")
    return {
        leaf.path: str(leaf.value)
        for leaf in leaves(loaded.layered)
        if leaf.path[0] not in kept and "sources" not in leaf.path and leaf.path[-1] not in ("source", "access")
    }


def news_of(path: Keys, before: Values, now: Values) -> str:
    """Return what became known of a date; empty where nothing did, or where it is no date of the plan."""
    old, new = before.get(path), now.get(path)
    if old == new or new is None or len(path) < 3:
        return ""
    if path[-1] == "done":
        return f"{path[1]} done on {new}"
    if path[-1] == "launched":
        lost = now.get((*path[:-1], "outcome")) == "lost"
        return f"{path[1]} flew on {new}{' and was lost' if lost else ''}"
    return _planned(path, old, new, is_new=not any(key[:2] == path[:2] for key in before))


def _planned(path: Keys, old: str | None, new: str, *, is_new: bool) -> str:
    """Say how a date of the plan moved, or that there is one now; empty where it is none."""
    if path[-1] not in _DATES or len(path) != 3:
        return ""
    dated = day_of(new) is not None
    if is_new:
        word = "joined on" if path[-1] == "joins" else "planned for"
        return f"{path[1]} {word} {new}" if dated else f"{path[1]}, new"
    if old is None:
        return ""
    return f"{path[1]} {old} → {new}" if dated and day_of(old) is not None else f"{path[1]} planned anew"
