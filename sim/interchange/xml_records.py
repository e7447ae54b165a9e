"""XML read record by record, without entities or document types, so that a file of any size takes little memory."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from sim.interchange.foreign import LARGEST_PLAN, refused
from sim.problems import Code

_CHUNK: Final = 1 << 16
_DEEPEST: Final = 60
_MOST_PARTS: Final = 200_000
"""Elements in one record; a calendar with a holiday for each day of a century has fewer."""
_LONGEST: Final = 1_000_000
"""Letters of one value."""


@dataclass(slots=True)
class XmlItem:
    """An element: its name without namespace, its line, its text, its attributes and what stands in it."""

    tag: str
    line: int
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[XmlItem] = field(default_factory=list)
    _texts: dict[str, str] | None = None

    def get(self, tag: str) -> str:
        """Return the text of the first part of that name; empty where there is none."""
        if self._texts is None:
            self._texts = {part.tag: part.text for part in reversed(self.parts)}
        return self._texts.get(tag, "")

    def find(self, tag: str) -> XmlItem | None:
        """Return the first part of that name."""
        return next((part for part in self.parts if part.tag == tag), None)

    def all(self, *path: str) -> list[XmlItem]:
        """Return every part at the end of a path of names."""
        found = [self]
        for tag in path:
            found = [part for item in found for part in item.parts if part.tag == tag]
        return found


def records(
    path: Path,
    shown: str,
    containers: frozenset[str],
    skipped: frozenset[str] = frozenset(),
    kept: Mapping[str, frozenset[str]] | None = None,
) -> Iterator[XmlItem]:
    """Yield each element that lies directly in one of the containers, and the end of each as an item without parts.

    What is `skipped` is read past, and of a record that `kept` names every part but those. Raises ForeignError, with
    the line, for what is no XML, holds a document type or is larger than a plan may be.
    """
    if path.stat().st_size > LARGEST_PLAN:
        raise refused(shown, 0, f"the file is larger than {LARGEST_PLAN // 1_000_000} MB", "", Code.FILE_TOO_LARGE)
    target = _Target(shown, containers, skipped, kept or {})
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True)
    target.parser = parser.parser
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            _guarded(parser.feed, shown, target, chunk)
            yield from target.ready()
    _guarded(parser.close, shown, target)
    yield from target.ready()


def _guarded(act: Any, shown: str, target: _Target, *chunk: bytes) -> None:
    try:
        act(*chunk)
    except ParseError as error:
        line = error.position[0]
        said = str(error).partition(":")[0]
        raise refused(shown, line, f"this is broken XML: {said}", "save the plan again", Code.SYNTAX) from None
    except DefusedXmlException:
        message = "the XML has a document type or entities, which no plan needs"
        raise refused(shown, target.line(), message, "save the plan as XML again", Code.SYNTAX) from None
    except (LookupError, ValueError, UnicodeError) as error:
        message = f"the XML cannot be decoded: {' '.join(str(error).split())[:80]}"
        raise refused(shown, target.line(), message, "save it as UTF-8", Code.ENCODING) from None


class _Target:
    """Builds items of the events of a parser and hands on those that are whole."""

    def __init__(
        self, shown: str, containers: frozenset[str], skipped: frozenset[str], kept: Mapping[str, frozenset[str]]
    ) -> None:
        self.parser: Any = None
        self._shown = shown
        self._containers = containers
        self._skipped = skipped
        self._open: list[XmlItem | None] = []  # None is a container or lies in what is skipped
        self._kept = kept
        self._wanted: frozenset[str] | None = None  # what is kept of the record that is open
        self._past = 0
        self._parts = 0
        self._ready: deque[XmlItem] = deque()

    def line(self) -> int:
        """Return the line that is being read."""
        return int(self.parser.CurrentLineNumber) if self.parser is not None else 0

    def ready(self) -> Iterator[XmlItem]:
        """Yield the records that are whole, once each."""
        while self._ready:
            yield self._ready.popleft()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        if self._past:
            self._past += 1
            return
        name = sys.intern(tag.rpartition("}")[2])
        if len(self._open) > _DEEPEST:
            raise refused(self._shown, self.line(), f"the XML is deeper than {_DEEPEST} elements")
        if name in self._skipped:
            self._past = 1
            return
        above = self._open[-1] if self._open else None
        if above is None and (not self._open or name in self._containers):
            self._open.append(None)
            self._ready.append(XmlItem(name, self.line()))
            return
        item = XmlItem(name, self.line(), "", attributes)
        if above is None:
            self._parts = 0
            self._wanted = self._kept.get(name)
        elif self._wanted is not None and len(self._open) > 1 and self._open[-2] is None and name not in self._wanted:
            self._past = 1
            return
        else:
            above.parts.append(item)
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise refused(self._shown, self.line(), f"one record has more than {_MOST_PARTS} elements")
        self._open.append(item)

    def end(self, tag: str) -> None:
        """Close an element."""
        if self._past:
            self._past -= 1
            return
        item = self._open.pop()
        if item is None:
            self._ready.append(XmlItem("/" + tag.rpartition("}")[2], self.line()))
            return
        item.text = sys.intern(item.text.strip())
        if not self._open or self._open[-1] is None:
            self._ready.append(item)

    def data(self, text: str) -> None:
        """Add text to the element that is open."""
        item = self._open[-1] if self._open and not self._past else None
        if item is not None:
            if len(item.text) + len(text) > _LONGEST:
                raise refused(self._shown, self.line(), f"a value has more than {_LONGEST} letters")
            item.text += text

    def close(self) -> None:
        """End the document."""
