"""How dates, shares, durations and masses are worded on a page, and how scenario text is made harmless."""

from __future__ import annotations

import datetime
import html
import math
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from dashboards.translation import SOURCE, _, plural, spoken, term
from sim.analysis.estimates import Estimate, Proportion, Quantile, one_in
from sim.clock import Calendar
from sim.model.tracing import Trace

if TYPE_CHECKING:
    from babel import Locale

NEVER: Final = "not reached"
NONE: Final = "–"
DAYS_PER_YEAR: Final = 365.25
ORBITS: Final[Mapping[str, str]] = {
    "llo": "low lunar orbit",
    "elfo": "frozen orbit",
    "nrho": "halo orbit",
    "dro": "distant orbit",
    "eml1": "Earth-Moon L1",
    "eml2": "Earth-Moon L2",
}
"""Orbits by the short names that `ilrs transfer --to` knows."""
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12
_LOCALES: Final[Mapping[str, str]] = {"fr": "fr", "zh": "zh_Hans_CN", "ru": "ru"}
"""Language of a page -> locale of CLDR."""


@cache
def locale_of(code: str) -> Locale:
    """Return the locale of CLDR whose dates and numbers a language of pages has."""
    from babel import Locale

    return Locale.parse(_LOCALES.get(code, "en_GB"))


@cache
def separators(code: str) -> tuple[str, str]:
    """Return the sign between groups of three digits and the decimal sign."""
    if code == SOURCE:
        return ",", "."
    signs = locale_of(code).number_symbols["latn"]
    return signs["group"], signs["decimal"]


def number(value: float, digits: int = 0) -> str:
    """Return a number with groups of three digits and so many decimals: `1,234.5`, `1 234,5`."""
    return _localised(f"{value:,.{digits}f}")


def signed(value: float, digits: int = 0) -> str:
    """Return a number with its sign, a true minus: `+1,234`, `−56`."""
    return _localised(f"{value:+,.{digits}f}").replace("-", "−")


def brief(value: float, digits: int = 6) -> str:
    """Return a number in as few digits as it needs, at most so many: `0.554`, `1200`."""
    return _localised(f"{value:.{digits}g}")


def _localised(digits: str) -> str:
    """Return a number that Python wrote, with the signs of the language."""
    if spoken() == SOURCE:
        return digits
    group, point = separators(spoken())
    return digits.translate({ord(","): group, ord("."): point, ord("-"): "−"})


def iso(calendar: Calendar, time_d: float | None) -> str | None:
    """Return the ISO day of a time, as Plotly wants it; None stays None."""
    return None if time_d is None or math.isnan(time_d) else calendar.iso(time_d)


def iso_time(calendar: Calendar, time_d: float) -> str:
    """Return ISO day and minute of a time, for journeys that take hours."""
    return calendar.to_date(time_d).isoformat(sep=" ", timespec="minutes")


def month(calendar: Calendar, time_d: float | None) -> str:
    """Return a date to the month, `Aug 2036`: no estimate here is good to the day."""
    if time_d is None or math.isnan(time_d):
        return never_reached()
    date = calendar.to_date(time_d)
    return month_of(date.year, date.month)


@lru_cache(maxsize=4096)
def _date_text(code: str, skeleton: str, date: datetime.date) -> str:
    from babel.dates import format_skeleton

    return str(format_skeleton(skeleton, date, locale=locale_of(code)))


def short_months() -> list[str]:
    """Return the twelve months as an axis has them."""
    if spoken() == SOURCE:
        return [f"{datetime.date(2001, month, 1):%b}" for month in range(1, 13)]
    names = locale_of(spoken()).months["stand-alone"]["abbreviated"]
    return [names[month] for month in range(1, 13)]


def month_of(year: int, number_of_month: int) -> str:
    """Return a month in the language of the page: `Aug 2036`, `2036年8月`."""
    date = datetime.date(year, number_of_month, 1)
    return f"{date:%b %Y}" if spoken() == SOURCE else _date_text(spoken(), "yMMM", date)


def day_of(date: datetime.date) -> str:
    """Return a day in the language of the page: `31 Dec 2035`, `31 дек. 2035 г.`; the French say `1er`."""
    if spoken() == SOURCE:
        return f"{date.day} {date:%b %Y}"
    text = _date_text(spoken(), "yMMMd", datetime.date(date.year, date.month, date.day))
    return text.replace("1 ", "1er ", 1) if spoken() == "fr" and date.day == 1 else text


def day(calendar: Calendar, time_d: float) -> str:
    """Return a stated date to the day, `31 Dec 2035`."""
    return day_of(calendar.to_date(time_d))


def hover_month(axis: str = "x") -> str:
    """Return what Plotly puts the month of a point in place of, in the order of the language."""
    patterns = {"zh": "%Y年%-m月", "ru": "%b %Y г."}
    return f"%{{{axis}|{patterns.get(spoken(), '%b %Y')}}}"


def hover_day(axis: str = "x") -> str:
    """Return what Plotly puts the day of a point in place of; Russian has no month here, it would need its genitive."""
    patterns = {"zh": "%Y年%-m月%-d日", "ru": "%-d.%m.%Y"}
    return f"%{{{axis}|{patterns.get(spoken(), '%d %b %Y')}}}"


def never(calendar: Calendar) -> str:
    """Return the words for a date that the calendar does not hold."""
    return _("not by {year}").format(year=calendar.end.year)


def never_reached() -> str:
    """Return the words for a date that is never."""
    return _("not reached")


def percent(share: float) -> str:
    """Return a share as a percentage without decimals; what is neither 0 nor 1 is never rounded to it."""
    if math.isnan(share):
        return NONE
    text = f"{share * 100:.0f}"
    if share > 0 and text == "0":
        return f"< {_percent('1')}"
    return f"> {_percent('99')}" if share < 1 and text == "100" else _percent(text)


def _percent(text: str) -> str:
    return _("{number} %").format(number=text)


def hover_percent(value: str) -> str:
    """Return what Plotly puts a share of a point in place of, `%{y:.0f}` and the like, with its sign of percent."""
    return _percent(value)


def percent_exact(share: float, digits: int = 1) -> str:
    """Return a share as a percentage with decimals, `96.9 %`."""
    return _percent(number(100.0 * share, digits))


def interval(share: Estimate) -> str:
    """Return the interval of a probability: `27 to 35 %`, with a decimal where its ends would look the same."""
    low, high = (f"{end * 100:.0f}" for end in (share.low, share.high))
    if low == high and share.low != share.high:
        low, high = (_localised(f"{end * 100:.1f}".removesuffix(".0")) for end in (share.low, share.high))
    return _("{low} to {high} %").format(low=low, high=high)


def chance(share: Estimate) -> str:
    """Return a probability with its interval: `31 % (27 to 35 %)`; of what never happened what that proves."""
    said = odds(share)
    if one_in(share) is None:
        return _("{share} ({interval})").format(share=said, interval=interval(share))
    if not isinstance(share, Proportion):
        return said
    return _("{count} of {runs}: {odds}").format(count=f"{share.k:,}", runs=f"{share.n:,}", odds=said)


def odds(share: Estimate) -> str:
    """Return a probability without its interval: `31 %`, or `fewer than 1 in 100` where it never happened."""
    few = one_in(share)
    if few is None:
        return percent(share.value)
    text = _("fewer than 1 in {count}") if share.value <= 0.0 else _("all but fewer than 1 in {count}")
    return text.format(count=f"{few:,}")


def between(low: str, high: str) -> str:
    """Return two ends of a span: `Mar 2037 to Jan 2038`."""
    return _("{low} to {high}").format(low=low, high=high)


def span(calendar: Calendar, quantile: Quantile) -> str:
    """Return the interval of a quantile, `Mar 2037 to Jan 2038`, with an open end where the calendar stops."""
    if quantile.value is None and quantile.low is None:
        return never(calendar)
    low = month(calendar, quantile.low) if quantile.low is not None else never(calendar)
    high = month(calendar, quantile.high) if quantile.high is not None else never(calendar)
    return low if low == high else between(low, high)


def quantile_name(quantile: Quantile) -> str:
    """Return the short name of a quantile: `P80`."""
    return f"P{quantile.share * 100:g}"


def days(value: float, digits: int = 0) -> str:
    """Return a number of days with its unit: `1,234 d`."""
    return _("{number} d").format(number=number(value, digits))


def signed_days(value: float) -> str:
    """Return days with their sign: `+312 d`, `−0.4 d`; a decimal below one day."""
    return _("{number} d").format(number=signed(value, 0 if abs(value) >= 1 else 1))


def hours(value: float, digits: int = 0) -> str:
    """Return a number of hours with its unit: `120 h`."""
    return _("{number} h").format(number=number(value, digits))


def runs(count: int) -> str:
    """Return a number of simulated campaigns: `1 run`, `500 runs`."""
    return plural("{count} run", "{count} runs", count).format(count=number(count))


def duration(days_d: float) -> str:
    """Return a length of time in the unit one would say it in: days, months or years."""
    size = abs(days_d)
    if size < 100:
        return days(days_d) if round(size) else days(0)
    if size < 2 * DAYS_PER_YEAR:
        months = round(days_d / DAYS_PER_MONTH)
        return plural("{count} month", "{count} months", months).format(count=number(months))
    return _("{number} years").format(number=number(days_d / DAYS_PER_YEAR, 1))


def lateness(days_d: float) -> str:
    """Return a difference of dates in words: `14 months later`, `3 months earlier`, `on the day`."""
    if round(days_d) == 0:
        return _("on the day")
    text = _("{time} later") if days_d > 0 else _("{time} earlier")
    return text.format(time=duration(abs(days_d)))


def tonnes(mass_kg: float) -> str:
    """Return a mass: kilograms below one tonne, else tonnes."""
    if math.isnan(mass_kg):
        return NONE
    if abs(mass_kg) >= 1000:
        return _("{number} t").format(number=number(mass_kg / 1000, 1))
    return _("{number} kg").format(number=number(mass_kg))


def power(power_w: float) -> str:
    """Return a power in watts or kilowatts."""
    if abs(power_w) >= 1000:
        return _("{number} kW").format(number=number(power_w / 1000, 1))
    return _("{number} W").format(number=number(power_w))


def speed(dv_m_s: float | None, digits: int = 0) -> str:
    """Return a change of speed: `3,120 m/s`; a dash where there is none."""
    return NONE if dv_m_s is None else _("{number} m/s").format(number=number(dv_m_s, digits))


def kilometres(length_km: float, digits: int = 0) -> str:
    """Return a length: `384,400 km`."""
    return _("{number} km").format(number=number(length_km, digits))


def figure_text(text: str) -> str:
    """Return scenario text as Plotly must be given it: its pseudo-HTML and its templates stay letters."""
    return html.escape(text, quote=True).replace("%{", "%\u200b{")


def shorten(text: str, length: int) -> str:
    """Return a text of at most `length` characters, with an ellipsis where it was cut."""
    return text if len(text) <= length else text[: length - 1].rstrip(" -_.") + "…"


class HasTitle(Protocol):
    """What has a name in the scenario and may have a title."""

    @property
    def called(self) -> str:
        """Return the title, or the name where there is none."""


def called(one: HasTitle) -> str:
    """Return what a goal or a bar is called on a page; titles of shipped scenarios in the language of the page."""
    return term("title", one.called)


def place_name(name: str) -> str:
    """Return what an orbit is called on a page: words for the short names everyone uses, else its own name."""
    return term("orbit", ORBITS[name]) if name in ORBITS else name


def run_name(trace: Trace) -> str:
    """Return what a kept replication is called in a sentence: `nominal run`, `P50 run`."""
    if trace.title[:1] == "P" and trace.title[1:].isdigit():
        return _("{quantile} run").format(quantile=trace.title)
    return _("nominal run") if trace.title.lower() == "nominal" else _("{name} run").format(name=trace.title.lower())


def listing(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: `a, b and c`."""
    if spoken() != SOURCE:
        from babel.lists import format_list

        return str(format_list(list(words), locale=locale_of(spoken())))
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def trim(number: float | None, digits: int = 0) -> str:
    """Return a number for a data table: plain digits, empty when there is none."""
    return "" if number is None or math.isnan(number) else f"{number:.{digits}f}"
