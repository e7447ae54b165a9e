"""What differs between a page in one language and the same page in others: the table that its switch works with.

A page is written whole in each language, and the renderings are built alike. So the texts of one, in their order, stand
for those of the others: the table holds each text that differs once, and where it belongs as its place in that order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]

ATTRIBUTES: Final = ("aria-label", "alt", "data-label", "placeholder", "title")
"""Attributes that hold words, in the order in which `language.js` meets them on an element."""
_PARTS: Final = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)>|<(?P<name>[a-z][a-z0-9]*)(?P<held>[^>]*)>|<[^>]*>|(?P<text>[^<]+)", re.S
)
"""Of a document: scripts and styles, tags with what they hold, ends of tags, texts."""
_HELD: Final = re.compile(r'([a-z-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Rendering:
    """A page in one language: what is between the scripts, and what the scripts draw from, by block."""

    body: str
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a page is turned from the language it is written in into others."""

    texts: dict[str, list[str]]
    """Language -> the texts that are not the same in all languages, numbered by their place here."""
    count: int
    """Texts of the document."""
    document: list[int]
    """Pairs of how many texts of the document to pass over, and the number of the one that follows."""
    data: dict[str, list[int]]
    """The same of the strings of each block of data."""
    changes: dict[str, dict[str, list[tuple[Path, Json]]]]
    """Language -> block -> (path, value) of what differs and is no text."""


def compare(first: Rendering, others: Mapping[str, Rendering]) -> Wording:
    """Return how to turn a page into other languages.

    A language in which the document is built otherwise is left out: there no text of one stands for one of the other.
    """
    tags, texts = _read(first.body)
    bodies = {code: _read(one.body) for code, one in others.items()}
    codes = [code for code, (its_tags, its) in bodies.items() if its_tags == tags and len(its) == len(texts)]
    table = _Table(codes)
    document = table.refer(texts, [bodies[code][1] for code in codes])
    blocks: dict[str, list[int]] = {}
    changes: dict[str, dict[str, list[tuple[Path, Json]]]] = {code: {} for code in codes}
    for block, value in first.data.items():
        strings = list(_strings(value))
        said = []
        for code in codes:
            own: list[str] = []
            changes[code][block] = list(_changes(value, others[code].data[block], (), own))
            said.append(own)
        blocks[block] = table.refer(strings, said)
    return Wording(table.texts, len(texts), document, blocks, changes)


class _Table:
    """Numbers the texts that differ, each once."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.texts: dict[str, list[str]] = {code: [] for code in codes}
        self._numbers: dict[tuple[str, ...], int] = {}

    def refer(self, texts: Sequence[str], said: Sequence[Sequence[str]]) -> list[int]:
        """Return which of the texts differ, as pairs of a gap and a number."""
        pairs: list[int] = []
        gap = 0
        for text, *ways in zip(texts, *said, strict=True):
            if all(way == text for way in ways):
                gap += 1
            else:
                pairs += [gap, self._number(tuple(ways))]
                gap = 0
        return pairs

    def _number(self, ways: tuple[str, ...]) -> int:
        if ways not in self._numbers:
            self._numbers[ways] = len(self._numbers)
            for code, way in zip(self.texts, ways, strict=True):
                self.texts[code].append(way)
        return self._numbers[ways]


def texts_of(document: str) -> list[str]:
    """Return the texts of a document, in its order: those of elements and of attributes that hold words."""
    return _read(document)[1]


def _read(document: str) -> tuple[list[str], list[str]]:
    """Return the tags and the texts of a document of ours, in its order: every `<` and `>` of its texts is escaped."""
    tags: list[str] = []
    texts: list[str] = []
    for part in _PARTS.finditer(document):
        text, name = part["text"], part["name"]
        if text is not None:
            if unescape(text).strip():
                texts.append(unescape(text))
        elif name:
            tags.append(name)
            held = dict(_HELD.findall(part["held"])) if '="' in part["held"] else {}
            texts += [unescape(value) for key in ATTRIBUTES if (value := held.get(key))]
    return tags, texts


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _changes(one: Json, two: Json, path: Path, said: list[str]) -> Iterator[tuple[Path, Json]]:
    """Return what is no text and differs; `said` takes what stands for each string of `one`, in their order."""
    if isinstance(one, str) and isinstance(two, str):
        said.append(two)
    elif isinstance(one, dict) and isinstance(two, dict) and len(one) == len(two):
        for (key, value), other in zip(one.items(), two.values(), strict=True):  # a key may be a name, and translated
            yield from _changes(value, other, (*path, key), said)
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, value in enumerate(one):
            if not isinstance(value, float | int) or value != two[index]:
                yield from _changes(value, two[index], (*path, index), said)
    elif one != two:
        said += _strings(one)
        yield path, two
