"""Plain values to YAML text that reads back as the same values, one line for each value that was said.

Random values, lists and what stands in lists are written on one line. Text is put in quotes where YAML would read
something else, and characters that do not print are written as escapes, so that no name can play with a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import yaml

from sim.problems import printable
from sim.scenario.layered import Layered
from sim.scenario.schema_lookup import is_random
from sim.scenario.text import Path, path_text, read_text

_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PLAIN: Final = re.compile(r"[^\W_][^,:#\[\]{}]*|[-+.][0-9][^,:#\[\]{}]*")
_PLAIN_OUTSIDE: Final = re.compile(r"[^\W_](?:[^:#]|:(?=[^\s])|(?<=[^\s])#)*|[-+.][0-9][^:#]*")
_MAYBE_NO_TEXT: Final = "0123456789+-.nNtTfF"
_FIRST: Final = ("format", "name", "about", "calendar", "goals")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that was said as one: its path, the value, and where it came from."""

    path: Path
    value: Any
    origin: str

    @property
    def name(self) -> str:
        """Return the dotted path."""
        return path_text(self.path)


def document(values: Any) -> str:
    """Write plain values as a YAML document, keys in their order; libyaml takes a fifth of the time."""
    text: str = yaml.dump(values, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
    return text


def flow(value: Any, *, ascii_only: bool = False) -> str:
    """Write a value on one line, as inside `{ }`; with `ascii_only`, other letters as escapes.

    >>> flow({"pert": ["20 d", "30 d", "60 d"], "source": "Wu: a talk"})
    '{pert: [20 d, 30 d, 60 d], source: "Wu: a talk"}'
    """
    if isinstance(value, dict):
        said = (f"{_key(key, ascii_only)}: {flow(item, ascii_only=ascii_only)}" for key, item in value.items())
        return "{" + ", ".join(said) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item, ascii_only=ascii_only) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _text(value, _PLAIN, ascii_only) if isinstance(value, str) else repr(value)


def _text(value: str, pattern: re.Pattern[str], ascii_only: bool) -> str:
    plain = _stands_plain(value, pattern, ascii_only) and _reads_as_text(value)
    return value if plain else _quoted(value, ascii_only)


def _key(text: str, ascii_only: bool) -> str:
    return text if _stands_plain(text, _PLAIN, ascii_only) else _quoted(text, ascii_only)


def _stands_plain(text: str, pattern: re.Pattern[str], ascii_only: bool) -> bool:
    if ascii_only and not text.isascii():
        return False
    return bool(pattern.fullmatch(text)) and text.isprintable() and text == text.strip()


def _quoted(text: str, ascii_only: bool) -> str:
    said = printable(text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{_escaped(said) if ascii_only else said}"'


def _escaped(text: str) -> str:
    """Return a text with every letter beyond ASCII as YAML escapes it."""
    return "".join(letter if letter.isascii() else ascii(letter)[1:-1] for letter in text)


@lru_cache(maxsize=10_000)
def _reads_as_text(value: str) -> bool:
    """Tell whether our reader takes this unquoted scalar for text: `NO` it does, `true` and `1e6` it does not."""
    if value[0] not in _MAYBE_NO_TEXT:
        return True
    root, problems = read_text(value, "")
    return root is not None and not problems and root.value == value


def leaves(layered: Layered) -> Iterator[Leaf]:
    """Return every value that was said as one, in the order of the scenario."""
    first = {key: layered.values[key] for key in _FIRST if key in layered.values}
    for path, value in _leaves(first | layered.values, ()):
        yield Leaf(path, value, layered.origins.get(path, ""))


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value and not is_random(value, path):
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for index, item in enumerate(value):
            yield (*path, index), item
    else:
        yield path, value


def yaml_lines(layered: Layered, *, origins: bool = False, ascii_only: bool = False) -> Iterator[str]:
    """Write a resolved scenario; with `origins` each value is followed by the place it came from.

    With `ascii_only`, letters beyond ASCII are written as escapes, which read back as the same values.
    """
    opened: Path = ()
    for leaf in leaves(layered):
        block = leaf.path[:-1]
        shared = _shared(opened, block)
        for depth in range(shared, len(block)):
            yield f"{'  ' * depth}{_key(str(block[depth]), ascii_only)}:"
        opened = block
        last = leaf.path[-1] if leaf.path else ""
        head = "- " if isinstance(last, int) else f"{_key(last, ascii_only)}: "
        if isinstance(leaf.value, str):
            value = _text(leaf.value, _PLAIN_OUTSIDE, ascii_only)
        else:
            value = flow(leaf.value, ascii_only=ascii_only)
        comment = f"  # {printable(leaf.origin)}" if origins and leaf.origin else ""
        yield f"{'  ' * len(block)}{head}{value}{comment}"


def _shared(one: Path, other: Path) -> int:
    for depth, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return depth
    return min(len(one), len(other))
