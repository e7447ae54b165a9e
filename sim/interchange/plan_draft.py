"""A scenario before it is written: blocks with a remark each, as YAML that a person reads and edits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sim.problems import printable
from sim.scenario.writing import flow

_WIDEST: Final = 118
_LONGEST_NAME: Final = 60


@dataclass(slots=True)
class DraftBlock:
    """One block of a scenario: its key, a remark, and its entries by name, or one value."""

    key: str
    remark: str
    entries: Mapping[str, Any] | str | int | float
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Remarks on single entries."""


@dataclass(slots=True)
class PlanDraft:
    """A scenario: remarks at its head, then its blocks."""

    head: list[str]
    blocks: list[DraftBlock]

    def text(self, schema: str = "") -> str:
        """Return the YAML text."""
        lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
        lines += [f"# {printable(line)}" for line in self.head]
        for block in self.blocks:
            lines += _block_lines(block)
        return "\n".join(lines) + "\n"


def _block_lines(block: DraftBlock) -> Iterable[str]:
    remark = f"   # {printable(block.remark)}" if block.remark else ""
    if not isinstance(block.entries, Mapping):
        yield f"{block.key}: {flow(block.entries)}{remark}"
        return
    if block.key == "calendar":
        yield f"{block.key}: {flow(dict(block.entries))}{remark}"
        return
    yield f"{block.key}:{remark}"
    for name, entry in block.entries.items():
        yield from _entry_lines(name, entry, block.remarks.get(name, ""))


def _entry_lines(name: str, entry: Any, remark: str) -> Iterable[str]:
    tail = f"   # {printable(remark)}" if remark else ""
    line = f"  {name}: {flow(entry)}"
    if len(line) <= _WIDEST or not isinstance(entry, dict):
        yield line + tail
        return
    yield f"  {name}:{tail}"
    for key, value in entry.items():
        line = f"    {key}: {flow(value)}"
        if len(line) <= _WIDEST or not isinstance(value, list):
            yield line
        else:
            yield f"    {key}:"
            yield from (f"      - {flow(item)}" for item in value)


class Namer:
    """Makes names of titles: lower-case letters, digits and hyphens, each only once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, title: str, code: str = "", kind: str = "item") -> str:
        """Return a name that no other has, made of a title, or of the planner's id where the title has no letters."""
        plain = slug(title) or slug(code) or kind
        name = plain
        if name in self._taken and slug(code):
            name = f"{plain}-{slug(code)}"[: _LONGEST_NAME + 15].strip("-")
        number = 2
        while name in self._taken:
            name = f"{plain}-{number}"
            number += 1
        self._taken.add(name)
        return name


def slug(text: str) -> str:
    """Return text as a name: without accents, in lower case, with hyphens for all else; empty where nothing is left.

    >>> slug("Prüfung (2): Ofen")
    'prufung-2-ofen'
    """
    plain = unicodedata.normalize("NFKD", text[:400]).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return plain[:_LONGEST_NAME].rsplit("-", 1)[0].strip("-") if len(plain) > _LONGEST_NAME else plain


def one_line(text: str, longest: int) -> str:
    """Return text on one line without letters that do not print, at most so long."""
    said = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return said if len(said) <= longest else said[: longest - 3].rstrip() + "..."
