"""How plotly.js is to write dates and numbers in a language, made from CLDR: its own files have faults.

Source of the faults: plotly.js-locales 3.7.0 writes French and Russian months with capitals that CLDR does not have,
groups digits with a plain space, and has no Chinese order of year and month.
"""

from __future__ import annotations

from typing import Any, Final

from dashboards.formats import locale_of, separators
from dashboards.translation import _, speaking

_PATTERNS: Final = {
    "zh": {"month": "%Y年%-m月", "dayMonth": "%-m月%-d日", "dayMonthYear": "%Y年%-m月%-d日", "date": "%Y/%m/%d"},
    "fr": {"month": "%b %Y", "dayMonth": "%-d %b", "dayMonthYear": "%-d %b %Y", "date": "%d/%m/%Y"},
    # with a day the month would be genitive, which plotly.js cannot write: numbers there
    "ru": {"month": "%b %Y", "dayMonth": "%-d.%m", "dayMonthYear": "%-d.%m.%Y", "date": "%d.%m.%Y"},
}
"""Order of the parts of a date, as CLDR has it, in the signs of d3."""


def chart_locale(code: str) -> dict[str, Any]:
    """Return the entry of a language in Plotly's `config.locales`."""
    locale, (group, point) = locale_of(code), separators(code)
    months, days = locale.months["stand-alone"], locale.days["stand-alone"]
    with speaking(code):
        dictionary = {
            "Download plot as a PNG": _("Download plot as a PNG"),
            "Download plot": _("Download plot as a PNG"),
            "Reset axes": _("Reset axes"),
        }
    return {
        "dictionary": dictionary,
        "format": {
            "months": [months["wide"][i] for i in range(1, 13)],
            "shortMonths": [months["abbreviated"][i] for i in range(1, 13)],
            "days": [days["wide"][(i - 1) % 7] for i in range(7)],
            "shortDays": [days["abbreviated"][(i - 1) % 7] for i in range(7)],
            "decimal": point,
            "thousands": group,
            "year": "%Y",
            **_PATTERNS.get(code, {}),
        },
    }
