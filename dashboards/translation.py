"""The language a page is written in: every text of a page goes through `_`, `plural` or `term`.

The English text is the key. `dashboards/locale/CODE.po` holds the others, read when a page is first written in them;
`python docs/translations.py` brings the catalogues up to date. A text marked fuzzy there was translated by machine and
waits for a reader; it is shown all the same, and the page says so.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, TypeVar

SOURCE: Final = "en"
LANGUAGES: Final = (SOURCE, "fr", "zh", "ru")
NAMES: Final = {SOURCE: "English", "fr": "Français", "zh": "中文", "ru": "Русский"}
"""What each language calls itself, for the switch of a page."""
TAGS: Final = {"zh": "zh-Hans"}
"""What stands in `lang` of a page where it is not the code itself."""
_CURRENT: ContextVar[str] = ContextVar("language", default=SOURCE)
_WANTED: ContextVar[tuple[str, ...]] = ContextVar("languages", default=LANGUAGES)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SpokenTexts:
    """The texts of a language, and how many of them no reader has seen yet."""

    texts: gettext.NullTranslations
    unread: int


def _(text: str) -> str:
    """Return a text in the language of the page; values are put in after it: `_("{share} by {date}").format(...)`."""
    return text if spoken() == SOURCE else catalogue(spoken()).texts.gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """Return the form that a count takes in the language of the page, with `{count}` still to be filled in."""
    if spoken() == SOURCE:
        return one if count == 1 else many
    return catalogue(spoken()).texts.ngettext(one, many, count)


def term(kind: str, text: str) -> str:
    """Return a word of the simulator or a title of a shipped scenario in the language of the page.

    `kind` tells apart what English writes alike: `cause`, `family`, `vehicle`, `title` and so on. What no catalogue
    has, a title of people's own, stays as it is.
    """
    return text if spoken() == SOURCE else catalogue(spoken()).texts.pgettext(kind, text)


def unread() -> int:
    """Return how many texts of the language of the page no reader has seen yet."""
    return 0 if spoken() == SOURCE else catalogue(spoken()).unread


def spoken() -> str:
    """Return the code of the language that pages are written in now."""
    return _CURRENT.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Write pages in another language inside the block."""
    token = _CURRENT.set(code)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def written_in(*codes: str) -> Iterator[None]:
    """Let pages hold only these languages inside the block; the first is that in which they open."""
    token = _WANTED.set(codes)
    try:
        yield
    finally:
        _WANTED.reset(token)


def in_each_language(compose: Callable[[], T]) -> dict[str, T]:
    """Return what is composed once for each language that pages are to hold, by its code."""
    composed: dict[str, T] = {}
    for code in _WANTED.get():
        with speaking(code):
            composed[code] = compose()
    return composed


@cache
def catalogue(code: str) -> SpokenTexts:
    """Return the texts of a language; raises FileNotFoundError for one that has none."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = resources.files("dashboards").joinpath("locale", f"{code}.po").read_bytes()
    read = read_po(io.BytesIO(source), locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, read, use_fuzzy=True)
    compiled.seek(0)
    return SpokenTexts(gettext.GNUTranslations(compiled), sum(bool(one.id) and one.fuzzy for one in read))
