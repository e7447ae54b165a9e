"""How dates, shares, durations and masses are worded on a page, and how scenario text is made harmless."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Final

from sim.analysis.estimates import Estimate, Quantile
from sim.clock import Calendar
from sim.model.tracing import Trace

NEVER: Final = "not reached"
NONE: Final = "–"
DAYS_PER_YEAR: Final = 365.25
_ORBITS: Final[Mapping[str, str]] = {
    "llo": "low lunar orbit",
    "elfo": "frozen orbit",
    "nrho": "halo orbit",
    "dro": "distant orbit",
    "eml1": "Earth-Moon L1",
    "eml2": "Earth-Moon L2",
}
"""Orbits by the short names that `ilrs transfer --to` knows."""
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12


def iso(calendar: Calendar, time_d: float | None) -> str | None:
    """Return the ISO day of a time, as Plotly wants it; None stays None."""
    return None if time_d is None or math.isnan(time_d) else calendar.iso(time_d)


def iso_time(calendar: Calendar, time_d: float) -> str:
    """Return ISO day and minute of a time, for journeys that take hours."""
    return calendar.to_date(time_d).isoformat(sep=" ", timespec="minutes")


def month(calendar: Calendar, time_d: float | None) -> str:
    """Return a date to the month, `Aug 2036`: no estimate here is good to the day."""
    if time_d is None or math.isnan(time_d):
        return NEVER
    return calendar.to_date(time_d).strftime("%b %Y")


def day(calendar: Calendar, time_d: float) -> str:
    """Return a stated date to the day, `31 Dec 2035`."""
    date = calendar.to_date(time_d)
    return f"{date.day} {date:%b %Y}"


def never(calendar: Calendar) -> str:
    """Return the words for a date that the calendar does not hold."""
    return f"not by {calendar.end.year}"


def percent(share: float) -> str:
    """Return a share as a percentage without decimals; what is neither 0 nor 1 is never rounded to it."""
    if math.isnan(share):
        return NONE
    text = f"{share * 100:.0f} %"
    if share > 0 and text == "0 %":
        return "< 1 %"
    return "> 99 %" if share < 1 and text == "100 %" else text


def interval(share: Estimate) -> str:
    """Return the interval of a probability: `27 to 35 %`, with a decimal where its ends would look the same."""
    low, high = (f"{end * 100:.0f}" for end in (share.low, share.high))
    if low == high and share.low != share.high:
        low, high = (f"{end * 100:.1f}".removesuffix(".0") for end in (share.low, share.high))
    return f"{low} to {high} %"


def chance(share: Estimate) -> str:
    """Return a probability with its interval: `31 % (27 to 35 %)`."""
    return f"{percent(share.value)} ({interval(share)})"


def span(calendar: Calendar, quantile: Quantile) -> str:
    """Return the interval of a quantile, `Mar 2037 to Jan 2038`, with an open end where the calendar stops."""
    if quantile.value is None and quantile.low is None:
        return never(calendar)
    low = month(calendar, quantile.low) if quantile.low is not None else never(calendar)
    high = month(calendar, quantile.high) if quantile.high is not None else never(calendar)
    return low if low == high else f"{low} to {high}"


def quantile_name(quantile: Quantile) -> str:
    """Return the short name of a quantile: `P80`."""
    return f"P{quantile.share * 100:g}"


def duration(days: float) -> str:
    """Return a length of time in the unit one would say it in: days, months or years."""
    size = abs(days)
    if size < 100:
        return f"{days:.0f} d" if round(size) else "0 d"
    if size < 2 * DAYS_PER_YEAR:
        return f"{days / DAYS_PER_MONTH:.0f} months"
    return f"{days / DAYS_PER_YEAR:.1f} years"


def lateness(days: float) -> str:
    """Return a difference of dates in words: `14 months later`, `3 months earlier`, `on the day`."""
    if round(days) == 0:
        return "on the day"
    return f"{duration(abs(days))} {'later' if days > 0 else 'earlier'}"


def tonnes(mass_kg: float) -> str:
    """Return a mass: kilograms below one tonne, else tonnes."""
    if math.isnan(mass_kg):
        return NONE
    return f"{mass_kg / 1000:,.1f} t" if abs(mass_kg) >= 1000 else f"{mass_kg:,.0f} kg"


def power(power_w: float) -> str:
    """Return a power in watts or kilowatts."""
    return f"{power_w / 1000:,.1f} kW" if abs(power_w) >= 1000 else f"{power_w:,.0f} W"


def figure_text(text: str) -> str:
    """Return scenario text as Plotly must be given it: its pseudo-HTML and its templates stay letters."""
    return html.escape(text, quote=True).replace("%{", "%\u200b{")


def shorten(text: str, length: int) -> str:
    """Return a text of at most `length` characters, with an ellipsis where it was cut."""
    return text if len(text) <= length else text[: length - 1].rstrip(" -_.") + "…"


def place_name(name: str) -> str:
    """Return what an orbit is called on a page: words for the short names everyone uses, else its own name."""
    return _ORBITS.get(name, name)


def run_name(trace: Trace) -> str:
    """Return what a kept replication is called in a sentence: `nominal run`, `P50 run`."""
    quantile = trace.title[:1] == "P" and trace.title[1:].isdigit()
    return f"{trace.title if quantile else trace.title.lower()} run"


def listing(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def trim(number: float | None, digits: int = 0) -> str:
    """Return a number for a data table: plain digits, empty when there is none."""
    return "" if number is None or math.isnan(number) else f"{number:.{digits}f}"
