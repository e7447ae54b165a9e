"""Calendars that are known by their name, as tables name them and as `--calendar` takes them."""

from __future__ import annotations

import re
from typing import Final

from sim.interchange.weeks import FIVE_DAYS, OFFICE, WHOLE, WorkWeek

_CLOCK: Final = re.compile(r"(round|around)?-?(the)?-?clock|24-?(h(ours?)?|x-?7|-7)|7-?x-?24|elapsed|continuous|always")
_DAYS: Final = {"five": 5, "5": 5, "six": 6, "6": 6, "seven": 7, "7": 7}


def known_week(name: str) -> WorkWeek:
    """Return the calendar of a name such as `five-day`, `7-day`, `round-the-clock`; a five-day week for any other.

    A calendar that is not known has another name than was asked for.
    """
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if _CLOCK.fullmatch(word):
        return WorkWeek(name, (WHOLE,) * 7, {}, 1440.0)
    days = re.match(r"(five|six|seven|[567])-?(day|x)", word)
    if days:
        return WorkWeek(name, tuple(OFFICE if day < _DAYS[days[1]] else () for day in range(7)), {}, 480.0)
    known = word in ("standard", "default", "office", "weekdays", "working-days", "mon-fri", "project")
    return WorkWeek(name if known else "five-day", FIVE_DAYS, {}, 480.0)
