"""The schedule on Earth: working calendars, shared resources, groups, and the work itself."""

from __future__ import annotations

import datetime
import re
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from sim.problems import Code, WrongValueError
from sim.scenario.relations import Need
from sim.scenario.schema.blocks import Block, Titled
from sim.scenario.schema.planning import SlipByClass, SlipOfPlan
from sim.scenario.values import UncertainDate, UncertainWork
from sim.units import Date, Duration, Name, Share, parse_date

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"([0-2]?[0-9]):([0-5][0-9]) *- *([0-2]?[0-9]):([0-5][0-9])")
_OF_YEAR: Final = re.compile(r"(?:--)?([0-9]{2})-([0-9]{2})")

Span = tuple[int, int]
DayOfYear = tuple[int, int]


def _read_span(value: object) -> Span:
    """Return (from, until) in minutes of `08:00-12:00`; raises `WrongValueError`."""
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    since, until = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, -1)
    if not 0 <= since < until <= 1440:
        hint = "write from and until on one day, 08:00-12:00; 00:00-24:00 is all of it, a night is two spans"
        raise WrongValueError("these are no hours of a day", hint, Code.DATE)
    return since, until


def _read_spans(value: object) -> object:
    """Return a single span as a list of it."""
    return [value] if isinstance(value, str) else value


def _read_day(value: object) -> datetime.datetime | DayOfYear:
    """Return a date, or (month, day) of what is so every year; raises `WrongValueError`."""
    match = _OF_YEAR.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return parse_date(value)
    parse_date(f"2000-{match[1]}-{match[2]}")  # a leap year: 29 February is a day
    return int(match[1]), int(match[2])


def _read_day_of_year(value: object) -> DayOfYear:
    day = _read_day(value)
    if isinstance(day, datetime.datetime):
        raise WrongValueError("a season comes every year", f"write month and day: {day:%m-%d}", Code.DATE)
    return day


def _in_order(spans: list[Span]) -> list[Span]:
    """Return the spans of a day in order; raises `WrongValueError` where two overlap."""
    ordered = sorted(spans)
    for first, second in pairwise(ordered):
        if second[0] < first[1]:
            raise WrongValueError("two spans of one day overlap", "write each hour once", Code.DATE)
    return ordered


_DAY_SCHEMA: Final = {"type": "string", "description": "a date, or MM-DD for every year", "examples": ["12-25"]}
_HOURS_SCHEMA: Final = {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2}$"}
HoursSpan = Annotated[Span, PlainValidator(_read_span), WithJsonSchema(_HOURS_SCHEMA)]
DayHours = Annotated[list[HoursSpan], BeforeValidator(_read_spans), Field(max_length=12)]
Day = Annotated[datetime.datetime | DayOfYear, PlainValidator(_read_day), WithJsonSchema(_DAY_SCHEMA)]
SeasonDay = Annotated[DayOfYear, PlainValidator(_read_day_of_year), WithJsonSchema(_DAY_SCHEMA)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PlannersCode = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^\S(.*\S)?$")]

Capacity = Annotated[int, Field(ge=0, le=1_000_000)]


class Closed(Block):
    """A time in which nobody works."""

    from_: Day = Field(alias="from")
    """First day off; without a year, every year."""
    until: Day
    """First day on which work goes on again; without a year, every year."""

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Closed:
        if isinstance(self.from_, tuple) != isinstance(self.until, tuple):
            raise ValueError("one of the two days has a year and the other has none; write both alike")
        return self


class Season(Block):
    """A time of the year in which work can go on."""

    from_: SeasonDay = Field(alias="from")
    """First day, month and day."""
    until: SeasonDay
    """First day after it, month and day."""


class WorkingCalendar(Titled):
    """When people work: days of the week, hours, holidays, closed times and seasons."""

    days: list[Weekday] | None = None
    """Working days of the week; Monday to Friday if not said."""
    hours: DayHours | dict[Weekday, DayHours] = Field(default=[(0, 1440)])
    """Working hours of such a day, such as `[08:00-12:00, 13:00-17:00]`, or of each day by its name; all 24 hours if
    not said."""
    day: Annotated[Duration, Field(gt=0, le=1)] | None = None
    """How much work a working day (`wd`) is; the hours of most working days if not said."""
    holidays: list[Day] = []
    """Days off: dates, or month and day of what is off every year."""
    closed: dict[Name, Closed] = Field(default={}, max_length=1000)
    """Longer times off."""
    seasons: dict[Name, Season] = Field(default={}, max_length=100)
    """The only times of the year in which work goes on; the whole year if not said."""
    extra: dict[str, DayHours] = {}
    """Hours of single dates, in place of what the week, a holiday or a closed time says."""

    @model_validator(mode="after")
    def _hours_fit(self) -> WorkingCalendar:
        if isinstance(self.hours, dict) and self.days is not None:
            raise ValueError("hours by day say already which days are worked; remove days")
        week = self.hours.values() if isinstance(self.hours, dict) else [self.hours]
        for spans in (*week, *self.extra.values()):
            _in_order(spans)
        for date in self.extra:
            parse_date(date)
        if not any(self.week()):
            raise ValueError("nobody ever works in this calendar; give days and hours")
        return self

    def week(self) -> tuple[tuple[Span, ...], ...]:
        """Return the working spans of Monday to Sunday, in minutes of the day."""
        if isinstance(self.hours, dict):
            return tuple(tuple(_in_order(self.hours.get(day, []))) for day in WEEKDAYS)
        days = self.days if self.days is not None else list(WEEKDAYS[:5])
        return tuple(tuple(_in_order(self.hours)) if day in days else () for day in WEEKDAYS)


class Resource(Titled):
    """People or tools that several activities share; what uses it holds it from its start to its end."""

    capacity: Capacity | dict[str, Capacity] | None = None
    """How many there are, always or from each of several dates on; without it there are enough, and its use is only
    written down."""

    @model_validator(mode="after")
    def _dates_are_dates(self) -> Resource:
        if isinstance(self.capacity, dict):
            for date in self.capacity:
                parse_date(date)
            if not self.capacity:
                raise ValueError("a capacity over time has at least one date; write {2031-01-01: 2}")
        return self


class Group(Titled):
    """Work that belongs together, as in a work breakdown structure; it can be needed as a whole."""

    code: PlannersCode | None = None
    """The planner's own id."""
    group: Name | None = None
    """The group it is in."""


class Activity(Titled):
    """Work that must be finished before something else can be."""

    code: PlannersCode | None = None
    """The planner's own id, which tables of the plan use."""
    group: Name | None = None
    """The group it is in."""
    kind: Literal["agreement", "programme", "development", "construction", "production", "work"] = "work"
    """What kind of work; decides under which cause its days are counted."""
    partner: Name | None = None
    """Who does the work."""
    parties: list[Name] = []
    """Who must take part in an agreement."""
    calendar: Name | None = None
    """When its people work, for working days (`wd`) and hours (`wh`); the partner's calendar if not said."""
    needs: list[Need] = []
    """What must have happened before the work starts."""
    ends_after: list[Need] = []
    """What must have happened before the work ends; it starts so much later."""
    not_before: UncertainDate | None = None
    """The work does not start before this date."""
    start_by: Date | None = None
    """The date by which it is to start; moves nothing, and shows as float."""
    not_done_before: Date | None = None
    """The work does not end before this date, or the end of this day; it starts so much later."""
    by: Date | None = None
    """The date by which it is to be done, or the end of this day; moves nothing, and shows as float."""
    duration: UncertainWork | None = None
    """How long the work takes once started, in days or in working days (`wd`) or hours (`wh`)."""
    finish: Date | None = None
    """Planned date of completion, when the plan names a date rather than a duration."""
    slip: SlipOfPlan | None = None
    """How much later than planned the work ends."""
    cost: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    """What it takes from the partner's budget when it starts."""
    uses: dict[Name, Annotated[int, Field(ge=1, le=1_000_000)]] = {}
    """How many of each shared resource it holds from its start to its end."""
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    """Who gets a shared resource first: the highest, then the least float in the plan, then by name."""
    started: Date | None = None
    """When it did start, when it has; what has not started then starts on the day of knowledge at the earliest."""
    remaining: UncertainWork | None = None
    """Of what has started: the work left on the day of knowledge."""
    progress: Share | None = None
    """Of what has started: the share of its duration that is done on the day of knowledge."""
    done: Date | None = None
    """The date on which it did happen, when it has."""
    planned: Date | None = None
    """Of what is done: the date planned on `said_on`; with a slip by class its programme learns from it."""
    said_on: Date | None = None
    """Of what is done: the day on which `planned` was said."""

    @model_validator(mode="after")
    def _says_how_long(self) -> Activity:
        given = [name for name in ("duration", "finish", "done") if getattr(self, name) is not None]
        if len(given) != 1 and (given or self.remaining is None):
            said = " and ".join(given) or "none of them"
            raise ValueError(f"an activity needs exactly one of duration, finish and done, not {said}")
        if self.slip is not None and self.done is not None and not isinstance(self.slip, SlipByClass):
            raise ValueError("what is done cannot slip: remove slip or done")
        return self

    @model_validator(mode="after")
    def _says_how_far(self) -> Activity:
        left = [name for name in ("remaining", "progress") if getattr(self, name) is not None]
        if left and self.done is not None:
            raise ValueError(f"what is done has nothing left; remove {left[0]} or done")
        if left and self.started is None:
            raise ValueError(f"{left[0]} is said of what has started; add started with its date")
        if self.started is not None and self.done is None and len(left) != 1:
            raise ValueError("what has started says how far it is; give remaining or progress, one of the two")
        if self.progress is not None and self.duration is None:
            raise ValueError("progress is a share of the duration; give duration, or remaining in its place")
        if self.started is not None and self.finish is not None:
            raise ValueError("what has started ends after what remains; write duration and remaining for finish")
        return self
