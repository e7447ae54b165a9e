"""Durations and moments as our language writes them, and the time that a plan covers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from sim.interchange.foreign import ForeignNetwork, ForeignTask, Link
from sim.interchange.weeks import DAY_MIN, WorkWeek, minutes_of

_NEAT: Final = 1e-6
_LAST_YEAR: Final = 2198
_MINUTE: Final = datetime.timedelta(minutes=1)


def work_text(minutes: float, calendar: WorkWeek) -> str:
    """Return working time as `10 wd`, or as `4 wh` where it is no neat number of the calendar's days."""
    days = minutes / calendar.day_min
    if abs(days * 8 - round(days * 8)) < _NEAT:
        return f"{days:.6g} wd" if days < 1e5 else f"{round(days)} wd"
    return f"{round(minutes / 60.0, 6):.9g} wh"


def elapsed_text(minutes: float) -> str:
    """Return time of the clock in days, hours or minutes, whichever is neat."""
    if abs(minutes / DAY_MIN * 2 - round(minutes / DAY_MIN * 2)) < _NEAT:
        return f"{minutes / DAY_MIN:.9g} d"
    if abs(minutes / 60.0 * 4 - round(minutes / 60.0 * 4)) < _NEAT:
        return f"{minutes / 60.0:.9g} h"
    return f"{round(minutes, 4):.9g} min"


def shown_start(at: datetime.datetime, calendar: WorkWeek | None) -> str:
    """Return a moment at which something may start: the date alone where it is the first moment of that day's work."""
    day = calendar.on(at.date()) if calendar else ()
    first = day[0][0] if day else 0
    return _text(at, alone=_minute(at) == first or _minute(at) == 0)


def shown_finish(at: datetime.datetime, calendar: WorkWeek | None) -> str:
    """Return a moment at which something may end: the date alone where it is the end of that day's work."""
    if at.time() == datetime.time():
        return (at - _MINUTE).date().isoformat()
    day = calendar.on(at.date()) if calendar else ()
    return _text(at, alone=bool(day) and _minute(at) == day[-1][1])


def _minute(at: datetime.datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def _text(at: datetime.datetime, *, alone: bool) -> str:
    if alone:
        return at.date().isoformat()
    return at.isoformat(timespec="minutes" if at.second == 0 else "seconds")


@dataclass(frozen=True, slots=True)
class SpanClock:
    """The days a plan covers, the moment it starts, and when it may end by its own length."""

    start: datetime.datetime
    first: datetime.date
    last: datetime.date
    finish_guess: datetime.date

    @classmethod
    def of(cls, network: ForeignNetwork) -> SpanClock:
        """Return the time of a plan; its start must be known."""
        start = network.start
        assert start is not None
        if network.data_date and network.data_date > start and not any(t.started for t in network.tasks.values()):
            start = network.data_date
        moments = [start, *(t.actual_start for t in network.tasks.values() if t.actual_start)]
        pinned = (task for task in network.tasks.values() if task.pinned and not task.started)
        moments += [constraint.at for task in pinned for constraint in task.constraints]
        first = min(moments).date()
        known = [network.finish, network.data_date]
        for task in network.tasks.values():
            known += [task.finish, task.deadline, task.resume, *(constraint.at for constraint in task.constraints)]
        length = datetime.timedelta(minutes=_length_min(network))
        guess = _bounded(start, length)
        latest = max([at for at in known if at is not None] + [guess])
        spare = max(2 * (latest - min(moments)), datetime.timedelta(days=366))
        last = _bounded(min(moments), spare).date()
        return cls(start, first, last, (guess - _MINUTE).date())

    def open_start(self, task: ForeignTask, calendar: WorkWeek | None) -> datetime.datetime | None:
        """Return the start of the plan for what nothing else holds back, unless it is the first moment of its day."""
        if task.started or task.pinned or any(relation.link in (Link.FS, Link.SS) for relation in task.needs):
            return None
        midnight = datetime.datetime.combine(self.first, datetime.time())
        if calendar is not None and not task.elapsed and calendar.same(midnight, self.start):
            return None
        return None if self.start == midnight else self.start


def _bounded(start: datetime.datetime, length: datetime.timedelta) -> datetime.datetime:
    latest = datetime.datetime(_LAST_YEAR, 12, 31)
    return latest if length > latest - start else start + length


def _length_min(network: ForeignNetwork) -> float:
    """Return about how long a plan takes, in minutes of the clock: its longest chain, or all its work one by one."""
    pace = {key: _pace(calendar) for key, calendar in network.calendars.items()}
    took = {
        task.key: max(task.duration_min, *(task.points_min or (0.0,)))
        * (1.0 if task.elapsed else pace.get(task.calendar or network.calendar, 1.0))
        for task in network.tasks.values()
    }
    if any(resource.capacity is not None for resource in network.resources.values()) and not network.calendars:
        return sum(took.values())
    return _longest_chain(network, took)


def _pace(calendar: WorkWeek) -> float:
    """Return minutes of the clock for a minute of work."""
    worked = sum(map(minutes_of, calendar.week))
    return 7 * DAY_MIN / worked if worked else 1.0


def _longest_chain(network: ForeignNetwork, took: dict[str, float]) -> float:
    """Return the length of the longest chain; what stands in a circle counts once."""
    after: dict[str, list[tuple[str, float]]] = {}
    waits = dict.fromkeys(network.tasks, 0)
    for task in network.tasks.values():
        for relation in task.needs:
            if relation.before in waits:
                after.setdefault(relation.before, []).append((task.key, max(relation.lag_min, 0.0) * 4.0))
                waits[task.key] += 1
    end = dict(took)
    ready = [key for key, count in waits.items() if count == 0]
    while ready:
        key = ready.pop()
        for following, lag in after.get(key, ()):
            end[following] = max(end[following], end[key] + lag + took[following])
            waits[following] -= 1
            if waits[following] == 0:
                ready.append(following)
    return max(end.values(), default=0.0)
