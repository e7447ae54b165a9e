"""The language a page is written in: every text of a page goes through `_` or `plural`, and stands in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LANGUAGES: Final = ("en",)
_CURRENT: ContextVar[str] = ContextVar("language", default="en")


def _(text: str) -> str:
    """Return a text in the language of the page; values are put in after it: `_("{share} by {date}").format(...)`."""
    return text


def plural(one: str, many: str, count: int) -> str:
    """Return the form that a count takes in the language of the page, with `{count}` still to be filled in."""
    return one if count == 1 else many


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
