"""The working calendars of a scenario as tables, and the calendar that each piece of work and each lag runs in."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from sim.chance import Distribution
from sim.problems import Code, WrongValueError
from sim.scenario.relations import PREDECESSOR, ROUND_THE_CLOCK, SUCCESSOR, Lagged
from sim.scenario.schema import (
    Activity,
    Closed,
    DayOfYear,
    Leg,
    Scenario,
    Season,
    SlipByClass,
    SlipByLead,
    WorkingCalendar,
)
from sim.scenario.values import WorkTime
from sim.units import parse_date
from sim.worktime import DAY_MIN, FIVE_DAYS, Hours, WorkCalendar, usual_day_min, work_calendar

USUAL = "monday-to-friday"
"""Name of the calendar of whole days that `wd` means where nobody says more."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How a time runs: minutes of one of its units, and the calendar that counts them; None is round the clock."""

    unit_min: float
    calendar: WorkCalendar | None

    def __bool__(self) -> bool:
        """Whether it runs in working time."""
        return self.calendar is not None


ELAPSED = Clock(DAY_MIN, None)


class Working:
    """Makes the table of each working calendar once, when it is first asked for."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._tables: dict[str, WorkCalendar] = {}

    def table(self, name: str | None) -> WorkCalendar:
        """Return a calendar by name; Monday to Friday where there is none."""
        key = name or USUAL
        if key not in self._tables:
            made = self._make(key) or self._make(USUAL, known=False)  # a check complains of one without work
            assert made is not None
            self._tables[key] = made
        return self._tables[key]

    def has_work(self, name: str) -> bool:
        """Whether a calendar has any working day."""
        return self._make(name) is not None

    def _make(self, name: str, *, known: bool = True) -> WorkCalendar | None:
        spec, span = self._scenario.calendars.get(name) if known else None, self._scenario.calendar
        hours: Callable[[datetime.date], Hours] = _Hours(spec) if spec else lambda date: FIVE_DAYS[date.weekday()]
        day_min = DAY_MIN
        if spec is not None:
            day_min = day_min_of(spec)
        return work_calendar(name, span.start, span.end, hours, day_min)

    def name_for(self, activity: Activity | None) -> str | None:
        """Return the name of the calendar of an activity: its own, its partner's, or everybody's."""
        if activity is not None and activity.calendar is not None:
            return activity.calendar
        partner = self._scenario.partners.get(activity.partner or "") if activity is not None else None
        return (partner.calendar if partner is not None else None) or self._scenario.calendar.working

    def clock(self, law: Distribution | None, name: str | None) -> Clock:
        """Return how a time runs, in the calendar of this name if it is working time."""
        if not isinstance(law, WorkTime):
            return ELAPSED
        calendar = self.table(name)
        return Clock(calendar.day_min if law.unit == "wd" else 60.0, calendar)

    def clock_of(self, activity: Activity) -> Clock:
        """Return how the duration of an activity runs."""
        return self.clock(activity.remaining or activity.duration, self.name_for(activity))

    def lag_clock(self, need: Lagged, waiting: Activity | None) -> Clock:
        """Return how the lag of a need runs, for an activity that waits or for anything else."""
        if not isinstance(need.lag, WorkTime):
            return ELAPSED
        if need.calendar == ROUND_THE_CLOCK:
            return Clock(DAY_MIN if need.lag.unit == "wd" else 60.0, None)
        if need.calendar == PREDECESSOR:
            return self.clock(need.lag, self.name_for(self._scenario.activities.get(need.event.partition(".")[0])))
        return self.clock(need.lag, self.name_for(waiting) if need.calendar == SUCCESSOR else need.calendar)


def day_min_of(spec: WorkingCalendar) -> float:
    """Return the minutes of a working day: as said, or as most days of the week have."""
    return spec.day * DAY_MIN if spec.day is not None else usual_day_min(spec.week())


def read_calendar(said: object) -> WorkingCalendar:
    """Return a calendar that stands outside a scenario; raises WrongValueError that begins with its key."""
    try:
        return WorkingCalendar.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        where = "".join(f".{part}" for part in first["loc"])
        message = "unknown key" if first["type"] == "extra_forbidden" else str(cause or first["msg"])
        hint = cause.hint if isinstance(cause, WrongValueError) else ""
        raise WrongValueError(f"{where}: {message}", hint, Code.VALUE) from None


def hours_of(spec: WorkingCalendar) -> Callable[[datetime.date], Hours]:
    """Return what tells the working spans of any day of a calendar."""
    return _Hours(spec)


class _Hours:
    """Tells the working hours of each day of a calendar."""

    def __init__(self, spec: WorkingCalendar) -> None:
        self._week: tuple[Hours, ...] = spec.week()
        self._extra = {parse_date(text).date(): tuple(sorted(spans)) for text, spans in spec.extra.items()}
        self._days_off = {day.date() for day in spec.holidays if isinstance(day, datetime.datetime)}
        yearly = [one for one in spec.closed.values() if isinstance(one.from_, tuple)]
        open_ = {day for day in _YEAR if not spec.seasons or any(_holds(one, day) for one in spec.seasons.values())}
        self._open = open_ - {day for day in _YEAR if any(_holds(one, day) for one in yearly)}
        self._open -= {day for day in spec.holidays if isinstance(day, tuple)}
        self._closed = [
            (one.from_.date(), one.until.date())
            for one in spec.closed.values()
            if isinstance(one.from_, datetime.datetime) and isinstance(one.until, datetime.datetime)
        ]

    def __call__(self, date: datetime.date) -> Hours:
        """Return the working spans of a day."""
        if date in self._extra:
            return self._extra[date]
        if date in self._days_off or (date.month, date.day) not in self._open:
            return ()
        if any(since <= date < until for since, until in self._closed):
            return ()
        return self._week[date.weekday()]


_YEAR = [(day.month, day.day) for day in (datetime.date(2000, 1, 1) + datetime.timedelta(n) for n in range(366))]


def _holds(span: Closed | Season, day: DayOfYear) -> bool:
    """Whether a day of the year lies in a span of every year, which may go over the year's end."""
    since, until = span.from_, span.until
    if not (isinstance(since, tuple) and isinstance(until, tuple)):
        return False
    return since <= day < until if since <= until else day >= since or day < until


def group_members(scenario: Scenario) -> Mapping[str, list[str]]:
    """Return the activities in each group, those of the groups in it included."""
    found: dict[str, list[str]] = {name: [] for name in scenario.groups}
    for name, activity in scenario.activities.items():
        group, seen = activity.group, set[str]()
        while group is not None and group not in seen:
            seen.add(group)
            found[group].append(name)
            group = scenario.groups[group].group
    return found


def end_of_day(date: datetime.datetime | None) -> datetime.datetime | None:
    """Return the end of a day that is given without a time; a time as it is."""
    return date + datetime.timedelta(days=1) if date is not None and date.time() == datetime.time() else date


def least(law: Distribution | SlipByLead | SlipByClass | None) -> float:
    """Return the least value a law can take; 0 where that is not bounded or not known.

    A slip by class can be nearly as early as the day of knowledge, which is then what bounds it.
    """
    if isinstance(law, SlipByClass):
        return -math.inf
    if law is None or isinstance(law, SlipByLead):
        return 0.0
    least = law.support[0]
    return least if math.isfinite(least) else 0.0


def likely(law: Distribution | SlipByLead | SlipByClass | None) -> float:
    """Return the likeliest value of a law; 0 where it is not known."""
    return 0.0 if law is None or isinstance(law, SlipByLead | SlipByClass) else law.mode


def voyage_d(leg: Leg) -> float:
    """Return the days a leg takes at the least: the quickest if computed, the planned ones if typed."""
    if leg.tof:
        return min(leg.tof) if leg.transfer == "computed" else sum(leg.tof) / len(leg.tof)
    return max((burn.after for burn in leg.burns), default=0.0)
