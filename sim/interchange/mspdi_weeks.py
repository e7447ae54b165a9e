"""Calendars of MS Project XML: weeks, other weeks between two dates, and exceptions that recur.

Source: Microsoft, "Project XML data interchange schema" (mspdi_pj12.xsd), elements Calendar, WorkWeek, Exception.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sim.interchange.foreign import ForeignNetwork, refused
from sim.interchange.readings import Reading
from sim.interchange.weeks import (
    DAY_MIN,
    FIVE_DAYS,
    MOST_DAYS,
    OFFICE,
    WHOLE,
    Day,
    WorkWeek,
    common,
    either,
    tidy,
    usual_day_min,
)
from sim.interchange.xml_records import XmlItem

_ONE: Final = datetime.timedelta(days=1)
_DAILY, _YEARLY, _YEARLY_NTH, _MONTHLY, _MONTHLY_NTH, _WEEKLY, _EVERY_NTH_DAY = 1, 2, 3, 4, 5, 6, 7
_ITEM_DAY, _ITEM_WEEKDAY, _ITEM_WEEKEND = 0, 1, 2
_LAST: Final = 4


def calendars_of(items: list[XmlItem], network: ForeignNetwork) -> dict[str, WorkWeek]:
    """Return the calendars of a file by their number, those that build on others written out."""
    by_uid = {item.get("UID"): item for item in items}
    done: dict[str, WorkWeek] = {}
    for uid in by_uid:
        _resolve(uid, by_uid, done, network)
    return done


def _resolve(uid: str, by_uid: dict[str, XmlItem], done: dict[str, WorkWeek], network: ForeignNetwork) -> None:
    """Read a calendar after those it builds on, however long the chain."""
    chain: list[str] = []
    while uid in by_uid and uid not in done:
        if uid in chain:
            raise refused(network.file, by_uid[uid].line, f"calendar {uid} builds on itself")
        chain.append(uid)
        uid = by_uid[uid].get("BaseCalendarUID")
    base = done.get(uid)
    for name in reversed(chain):
        base = done[name] = _calendar(by_uid[name], base, network)


def _calendar(item: XmlItem, base: WorkWeek | None, network: ForeignNetwork) -> WorkWeek:
    name = item.get("Name") or (f"{base.name} {item.get('UID')}" if base else f"calendar {item.get('UID')}")
    week = list(base.week if base else FIVE_DAYS)
    days = dict(base.days) if base else {}
    told = _told_days(item, network)
    week = [told.get(weekday, week[weekday]) for weekday in range(7)]
    _add_exceptions(item.all("WeekDays", "WeekDay"), days, network)
    for other in item.all("WorkWeeks", "WorkWeek"):
        own = _told_days(other, network)
        for date in _period(other, network):
            if date.weekday() in own:
                days[date] = own[date.weekday()]
    _add_exceptions(item.all("Exceptions", "Exception"), days, network)
    if len(days) > MOST_DAYS:
        raise refused(network.file, item.line, f"calendar {name[:40]}: more than {MOST_DAYS} days differ from the week")
    return WorkWeek(name, tuple(week), days, base.day_min if base else usual_day_min(week))


def _told_days(item: XmlItem, network: ForeignNetwork) -> dict[int, Day]:
    """Return the days of the week that a calendar says, from Monday 0 on."""
    told: dict[int, Day] = {}
    for day in item.all("WeekDays", "WeekDay"):
        number = int(Reading(network.file, day.line).number(day.get("DayType"), "DayType"))
        if 1 <= number <= 7:
            told[(number + 5) % 7] = _times(day, network)
    return told


def _times(item: XmlItem, network: ForeignNetwork) -> Day:
    """Return the working times of a day or an exception."""
    spans = item.all("WorkingTimes", "WorkingTime")
    if item.get("DayWorking") == "0":
        return ()
    if not spans:
        return OFFICE if item.get("DayWorking") == "1" else ()
    found = []
    for span in spans:
        reading = Reading(network.file, span.line)
        if not (span.get("FromTime") and span.get("ToTime")):
            continue
        start, end = (reading.clock(span.get(tag), tag) for tag in ("FromTime", "ToTime"))
        if end in (0, DAY_MIN - 1):
            end = DAY_MIN
        # A shift over midnight stands as two times in these files; one written as a whole is read so.
        found += [(start, end)] if end > start else [(start, DAY_MIN), (0, end)]
    return WHOLE if sum(end - start for start, end in found) >= DAY_MIN else tidy(found)


def _period(item: XmlItem, network: ForeignNetwork) -> Iterator[datetime.date]:
    """Yield the days from the first to the last of a time period."""
    period = item.find("TimePeriod")
    reading = Reading(network.file, item.line)
    first = reading.moment(period.get("FromDate"), "FromDate") if period else None
    last = reading.moment(period.get("ToDate"), "ToDate") if period else None
    if first is None or last is None:
        return
    if (last - first).days > MOST_DAYS:
        raise refused(network.file, item.line, f"a period of more than {MOST_DAYS} days")
    date = first.date()
    # An end at 0 h belongs to the day before, unless the period is that one moment.
    end = (last - datetime.timedelta(minutes=1)).date() if last > first else last.date()
    while date <= end:
        yield date
        date += _ONE


def _add_exceptions(items: list[XmlItem], days: dict[datetime.date, Day], network: ForeignNetwork) -> None:
    for item in items:
        if item.tag == "WeekDay" and item.get("DayType") != "0":
            continue
        times = _times(item, network)
        kind = int(Reading(network.file, item.line).number(item.get("Type"), "Type", _DAILY))
        dates = _period(item, network)
        for date in dates if kind in (0, _DAILY) or item.tag == "WeekDay" else _recurring(item, kind, network):
            days[date] = times
        if len(days) > MOST_DAYS:
            raise refused(network.file, item.line, f"more than {MOST_DAYS} days differ from the week")


def _recurring(item: XmlItem, kind: int, network: ForeignNetwork) -> Iterator[datetime.date]:
    """Yield the days of an exception that recurs, as often as it says and within its period."""
    whole = {
        tag: int(Reading(network.file, item.line).number(item.get(tag), tag))
        for tag in ("Period", "DaysOfWeek", "MonthItem", "MonthPosition", "Month", "MonthDay", "Occurrences")
    }
    counted = item.get("EnteredByOccurrences") == "1" and whole["Occurrences"] > 0
    left = whole["Occurrences"] if counted else MOST_DAYS
    dates = list(_period(item, network))
    first = dates[0] if dates else datetime.date.min
    for date in dates:
        if left > 0 and _falls(date, first, kind, whole):
            left -= 1
            yield date


def _falls(date: datetime.date, first: datetime.date, kind: int, whole: dict[str, int]) -> bool:
    every = max(whole["Period"], 1)
    if kind == _EVERY_NTH_DAY:
        return (date - first).days % every == 0
    if kind == _WEEKLY:
        sunday = first - _ONE * ((first.weekday() + 1) % 7)
        on_day = bool(whole["DaysOfWeek"] >> ((date.weekday() + 1) % 7) & 1)
        return on_day and (date - sunday).days // 7 % every == 0
    months = (date.year - first.year) * 12 + date.month - first.month
    if kind in (_MONTHLY, _MONTHLY_NTH) and months % every:
        return False
    if kind in (_YEARLY, _YEARLY_NTH) and date.month != whole["Month"] + 1:
        return False
    if kind in (_YEARLY, _MONTHLY):
        return date.day == whole["MonthDay"]
    return kind in (_YEARLY_NTH, _MONTHLY_NTH) and _is_nth(date, whole["MonthItem"], whole["MonthPosition"])


def _is_nth(date: datetime.date, item: int, position: int) -> bool:
    """Whether a day is the first, second, ..., last day of its kind in its month."""

    def matches(day: datetime.date) -> bool:
        if item == _ITEM_DAY:
            return True
        if item in (_ITEM_WEEKDAY, _ITEM_WEEKEND):
            return (day.weekday() >= 5) == (item == _ITEM_WEEKEND)
        return (day.weekday() + 1) % 7 == item - 3

    if not matches(date):
        return False
    first = date.replace(day=1)
    if position == _LAST:
        after = (date + _ONE * step for step in range(1, 32))
        return not any(day.month == date.month and matches(day) for day in after)
    return sum(matches(first + _ONE * step) for step in range(date.day)) == position + 1


class TaskCalendars:
    """The calendars in which tasks work: their own, those of who works on them, and the time these share."""

    def __init__(self, network: ForeignNetwork, of_resource: Mapping[str, str]) -> None:
        self.network = network
        self.of_resource = of_resource
        self._made: dict[tuple[str, ...], str] = {}

    def of(self, own: str, resources: Sequence[str], place: str) -> str:
        """Return the key of the calendar of a task; several resources work when any of them does."""
        known = self.network.calendars
        own = own if own in known else ""
        staff = dict.fromkeys(self.of_resource.get(uid, "") for uid in resources)
        theirs = [uid for uid in staff if uid in known and not known[uid].idle]
        kept: list[str] = []
        for uid in theirs:
            if not any(_equal(known[uid], known[other]) for other in kept):
                kept.append(uid)
        base = known[self.network.calendar]
        if not own and len(kept) == 1 and _equal(known[kept[0]], base):
            return ""
        if not kept or (len(kept) == 1 and own and _equal(known[kept[0]], known[own])):
            return own
        if len(kept) == 1 and not own:
            return kept[0]
        made = self._make(own, kept)
        if known[made].idle:
            self.network.notes.changed("calendars that share no time are read as that of the task", place)
            return own
        return made

    def _make(self, own: str, kept: list[str]) -> str:
        """Return the key of the calendar that a task and several resources share."""
        known, key = self.network.calendars, (own, *sorted(kept))
        if key not in self._made:
            first, *others = (known[uid] for uid in kept)
            for other in others:
                first = either(first, other, f"{first.name} or {other.name}")
            if own:
                first = common(known[own], first, f"{known[own].name} and {first.name}")
            self._made[key] = "+".join(key)
            known[self._made[key]] = first
        return self._made[key]


def _equal(one: WorkWeek, other: WorkWeek) -> bool:
    return one.week == other.week and one.days == other.days
