"""Which figure of a scenario rests on which source, which is only a guess, and what explains without deciding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sim.problems import Code, Problem
from sim.scenario.known_distributions import DISTRIBUTIONS
from sim.scenario.layered import Layered
from sim.scenario.names import section
from sim.scenario.schema_lookup import holds_names, is_random
from sim.scenario.text import Path, path_text
from sim.scenario.writing import Leaf, leaves

CONFIDENCE: Final = ("high", "medium", "low")
_FIGURE: Final = re.compile(r"[-+]?\.?[0-9][^a-zA-Z]*( *[A-Za-z%°][A-Za-z%/]{0,5})?")
_REMARKS: Final = frozenset(("title", "about", "source", "sources", "confidence", "access"))
_ABOUT_A_FIT: Final = frozenset(("data", "scores", "covariance"))
_NO_FIGURES: Final = ("format", "sweep", "seek", "optimise", "calendar", "slips_hold")


@dataclass(frozen=True, slots=True)
class Note:
    """Where figures come from: the source, how far it can be trusted, how it was got; empty where not said."""

    source: str = ""
    confidence: str = ""
    access: str = ""

    @property
    def is_guess(self) -> bool:
        """Tell whether nobody has published the figures."""
        return self.access == "estimate" or self.source.lower().startswith("estimate")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and the note it rests on."""

    leaf: Leaf
    note: Note


@dataclass(frozen=True, slots=True)
class Source:
    """A source, and the figures that rest on it."""

    text: str
    figures: tuple[Figure, ...]

    @property
    def guesses(self) -> int:
        """Count the figures that are guesses."""
        return sum(figure.note.is_guess for figure in self.figures)

    def words(self, field: str) -> str:
        """Return the confidences or ways of access of its figures, commonest first."""
        count = Counter(getattr(figure.note, field) for figure in self.figures)
        return "/".join(word for word, _ in count.most_common() if word)


def notes_of(values: Mapping[str, Any]) -> dict[Path, Note]:
    """Return the notes of a scenario by the path of what they speak of."""
    return dict(_notes(values, ()))


def _notes(value: Any, path: Path) -> Iterator[tuple[Path, Note]]:
    if not isinstance(value, dict):
        return
    if _is_note(value):
        yield path, _note(value)
    inner = value.get("sources")
    for key, note in inner.items() if isinstance(inner, dict) else ():
        if _is_note(note):
            yield (*path, *key.split(".")), _note(note)
    for key, child in value.items():
        if key != "sources":
            yield from _notes(child, (*path, key))
            for index, item in enumerate(child if isinstance(child, list) else ()):
                yield from _notes(item, (*path, key, index))


def _is_note(value: Any) -> bool:
    """Tell whether a block says its source; something may also be named `source`, like a kind of goods."""
    return isinstance(value, dict) and isinstance(value.get("source"), str)


def _note(block: Mapping[str, Any]) -> Note:
    confidence = str(block.get("confidence") or "")
    known = confidence if confidence in CONFIDENCE else ""  # the confidence of a goal is a chance
    return Note(" ".join(str(block["source"]).split()), known, str(block.get("access") or ""))


def note_at(path: Path, notes: Mapping[Path, Note]) -> Note:
    """Return the note nearest to a path: its own, or that of the nearest block around it."""
    return next((notes[path[:length]] for length in range(len(path), -1, -1) if path[:length] in notes), Note())


def figures_of(layered: Layered) -> list[Figure]:
    """Return every figure of a scenario with the note it rests on."""
    notes = notes_of(layered.values)
    return [Figure(leaf, note_at(leaf.path, notes)) for leaf in leaves(layered) if _holds_figure(leaf)]


def _holds_figure(leaf: Leaf) -> bool:
    if not leaf.path or leaf.path[0] in _NO_FIGURES or "sources" in leaf.path[:-1]:
        return False
    if leaf.path[0] == "slips" and _ABOUT_A_FIT.intersection(leaf.path[2:4]):
        return False
    return is_figure(leaf.value)


def is_figure(value: Any) -> bool:
    """Tell whether a value is a quantity, a date, a number, a list of those or a random value."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, str):
        return bool(_FIGURE.fullmatch(value.strip()))
    if isinstance(value, list):
        return bool(value) and all(is_figure(item) for item in value)
    if isinstance(value, dict):
        return bool(value.keys() & DISTRIBUTIONS.keys()) or any(is_figure(item) for item in value.values())
    return True


def sources_of(figures: Iterable[Figure]) -> list[Source]:
    """Group figures by source, the source that carries most first; empty text stands for no source at all."""
    grouped: dict[str, list[Figure]] = {}
    for figure in figures:
        grouped.setdefault(figure.note.source, []).append(figure)
    sources = [Source(text, tuple(group)) for text, group in grouped.items()]
    return sorted(sources, key=lambda source: (-len(source.figures), source.text))


def without_remarks(value: Any, path: Path = ()) -> Any:
    """Return what stands at a path of a scenario without titles, remarks and sources, which decide nothing."""
    if isinstance(value, dict):
        inner = ((key, item, (*path, key)) for key, item in value.items())
        return {key: without_remarks(item, there) for key, item, there in inner if not _is_remark(there, item)}
    if isinstance(value, list):
        return [without_remarks(item, (*path, index)) for index, item in enumerate(value)]
    return value


def _is_remark(path: Path, value: Any) -> bool:
    """Tell whether a key explains; a good may be named `source`, and the confidence of a goal is a chance."""
    if path[-1] not in _REMARKS or (len(path) > 1 and holds_names(path[:-1])):
        return False
    return path[-1] != "confidence" or value in CONFIDENCE


_FIGURES: Final = (
    "activities", "elements", "launch_sites", "launchers", "legs", "living", "missions", "partners", "places",
    "priors", "risks", "slips", "spacecraft", "stations", "ground", "base",
)  # fmt: skip
_NO_FIGURE: Final = ("repeats", "number", "down", "ports", "jobs_at_once", "facilities")  # choices, not measurements


def check_sources(layered: Layered) -> Iterator[Problem]:
    """Figures that ship have a source, in their block or in one around it (warning)."""
    for name in _FIGURES:
        if name in layered.values:
            yield from _unsourced(layered, layered.values[name], (name,))


def _unsourced(layered: Layered, value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict) or "source" in value or is_random(value, path):
        return
    figures = [key for key, item in value.items() if _is_figure(item, (*path, key)) and _ships(layered, (*path, key))]
    told = [key for key in figures if key not in section(value, "sources")]
    if told:
        hint = "add source: to the block (source: estimate where nobody has published it)"
        message = f"no source for {', '.join(told[:5])}"
        yield Problem(layered.key_mark(path), path_text(path), Code.SOURCE_MISSING, "warning", message, hint)
        return
    for key, item in value.items():
        yield from _unsourced(layered, item, (*path, key))


def _is_figure(value: Any, path: Path) -> bool:
    if isinstance(value, dict):
        return is_random(value, path) and "source" not in value
    if isinstance(value, str):
        return value[:1] in "0123456789+-." and path[-1] not in ("about", "source")
    return isinstance(value, (int, float)) and not isinstance(value, bool) and path[-1] not in _NO_FIGURE


def _ships(layered: Layered, path: Path) -> bool:
    mark = layered.marks[path]
    return mark.file in layered.shipped
