"""Values that `sweep` and `seek` would set: each is laid over the scenario and read, as `--set` would do it.

The values of different factors are tried together, one of each, and one by one only where that goes wrong. A value that
contradicts the scenario as it is, but not beside a value of another factor, is taken: there is a case that it makes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sim.problems import Code, Problem, WrongValueError, counted
from sim.scenario.layered import Layered
from sim.scenario.paths import wrong_path
from sim.scenario.schema import Listed, Spread, read_values
from sim.scenario.text import Path, path_text
from sim.scenario.writing import flow

MOST_READINGS: Final = 300
"""Times a scenario is read for the values of one block; what is left then is said in a warning."""
_BETWEEN: Final = 0.381966  # a share at which no law over whole numbers has a whole number by accident

Errors = Callable[[Sequence[str], Sequence[str]], list[Problem]]
"""(more variants, more settings) -> the errors of the scenario with them."""


@dataclass(frozen=True, slots=True)
class ValueToSet:
    """One value of a factor: the dotted path, the text of a `--set`, and where the value stands in the file."""

    key: str
    text: str
    place: Path
    is_between: bool = False
    """Whether it stands nowhere, but lies between the ends of a range."""

    @property
    def said(self) -> str:
        """Write it as `--set` takes it."""
        return f"{self.key}={self.text}"


def settings_of(values: Mapping[str, Any], block: str) -> dict[str, list[ValueToSet]]:
    """Return by dotted path what `sweep` or `seek` would set it to; what cannot be read is left out."""
    said = values.get(block)
    found = said if isinstance(said, dict) else {}
    inner = found.get("vary" if block == "sweep" else "levers")
    columns: dict[str, list[ValueToSet]] = {}
    for key, spec in inner.items() if isinstance(inner, dict) else ():
        if block == "seek":
            listed = spec.get("values") if isinstance(spec, dict) else None
            if isinstance(listed, list):
                columns[key] = _of_list(key, listed, ("seek", "levers", key, "values"))
            continue
        try:
            read = read_values(spec)
        except WrongValueError:
            continue  # said by the shape of the block
        place: Path = ("sweep", "vary", key)
        columns[key] = _of_list(key, spec, place) if isinstance(read, Listed) else _of_range(key, spec, read, found)
    rows = found.get("rows")
    for index, row in enumerate(rows if block == "sweep" and isinstance(rows, list) else ()):
        for key, value in row.items() if isinstance(row, dict) else ():
            columns.setdefault(key, []).append(ValueToSet(key, flow(value), ("sweep", "rows", index, key)))
    return columns


def _of_list(key: str, listed: Sequence[Any], place: Path) -> list[ValueToSet]:
    said = {flow(value): index for index, value in reversed(list(enumerate(listed)))}
    return [ValueToSet(key, text, (*place, index)) for text, index in sorted(said.items(), key=lambda one: one[1])]


def _of_range(key: str, spec: Mapping[str, Any], read: Spread, sweep: Mapping[str, Any]) -> list[ValueToSet]:
    """Return the points of a range, and a value between them that its design would take."""
    law, points = next(iter(spec.items()))
    place: Path = ("sweep", "vary", key, law)
    levels = sweep.get("levels", 5)
    share = _BETWEEN
    if sweep.get("design") == "grid" and law == "uniform" and isinstance(levels, int) and levels > 1:
        share = 1.0 / (levels - 1)
    return [*_of_list(key, points, place), ValueToSet(key, read.text_at(share), place, is_between=True)]


def check_study_values(
    layered: Layered,
    choices: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]],
    errors: Errors,
    block: str,
    keys: Sequence[str] | None = None,
) -> Iterator[Problem]:
    """Refuse values of `sweep` or `seek` that the scenario cannot take, in none of the choices of variants.

    `choices` are (names, values of the scenario with them), that of no names first; with `keys`, only the values of
    these dotted paths are looked at.
    """
    columns = settings_of(layered.values, block)
    wanted = {key: one for key, one in columns.items() if (keys is None or key in keys) and _is_right(choices, key)}
    trial = _Trial(choices, errors, wanted)
    wrong: set[str] = set()
    for row in itertools.zip_longest(*wanted.values()):
        group = [one for one in row if one is not None and not (one.is_between and one.key in wrong)]
        if trial.readings >= MOST_READINGS:
            tried = counted(MOST_READINGS, "reading")
            message = f"only the first values of the factors were tried, by {tried} of the scenario"
            yield Problem(layered.key_mark((block,)), block, Code.VALUE, "warning", message, "list fewer values")
            return
        for one, problems in trial.wrong(group):
            wrong.add(one.key)
            yield from (_placed(problem, one, layered) for problem in problems)


def _is_right(choices: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]], key: str) -> bool:
    return any(wrong_path(values, key) is None for _, values in choices)


@dataclass(slots=True)
class _Trial:
    """Lays values over the scenario and says what goes wrong for them, and not without them."""

    choices: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]]
    errors: Errors
    columns: Mapping[str, Sequence[ValueToSet]]
    readings: int = 0
    _known: dict[tuple[str, ...], set[tuple[str, str, str]]] = field(default_factory=dict)

    def wrong(self, group: Sequence[ValueToSet]) -> Iterator[tuple[ValueToSet, list[Problem]]]:
        """Yield the values of a group, one of each factor, that cannot be, with what is wrong."""
        here = self.choices[0][1]
        together = [one for one in group if wrong_path(here, one.key) is None and _stands_alone(one.key, self.columns)]
        fine = len(together) > 1 and not self._new((), together)
        for one in group:
            if not (fine and one in together):
                said = self._alone(one)
                if said:
                    yield one, said

    def _alone(self, one: ValueToSet) -> list[Problem]:
        found: list[Problem] = []
        for names, values in self.choices:
            if wrong_path(values, one.key) is None:
                said = self._new(names, [one])
                if not said:
                    return []
                found = found or said
        own = [problem for problem in found if _is_below(problem.path, one.key)]
        if own and any(problem.code not in _SENSE for problem in own):
            return own
        for index in (0, -1):
            others = [column[index] for key, column in self.columns.items() if key != one.key]
            if others and not self._new((), [*others, one]):
                return []
        return own or found[:1]

    def _new(self, names: tuple[str, ...], settings: Sequence[ValueToSet]) -> list[Problem]:
        if names not in self._known:
            self._known[names] = {_mark_of(problem) for problem in self._read(names, ())}
        found = self._read(names, [one.said for one in settings])
        return [problem for problem in found if _mark_of(problem) not in self._known[names]]

    def _read(self, names: tuple[str, ...], sets: Sequence[str]) -> list[Problem]:
        self.readings += 1
        return self.errors(names, sets)


_SENSE: Final = (Code.DATE_ORDER, Code.OUTSIDE_CALENDAR, Code.OVER_CAPACITY, Code.GOAL_UNREACHABLE, Code.VALUE)


def _mark_of(problem: Problem) -> tuple[str, str, str]:
    return problem.path, problem.code, problem.message


def _stands_alone(key: str, others: Mapping[str, Any]) -> bool:
    """Tell whether no other path leads into what a path sets, or around it."""
    return not any(f"{key}.".startswith(f"{one}.") or f"{one}.".startswith(f"{key}.") for one in others if one != key)


def _is_below(path: str, block: str) -> bool:
    return path == block or path.startswith((f"{block}.", f"{block}["))


def _placed(problem: Problem, one: ValueToSet, layered: Layered) -> Problem:
    """Return a problem of a setting at the place of the value in the file."""
    at = path_text(one.place)
    if not _is_below(problem.path, one.key):
        message = f"{problem.path}: {problem.message}" if problem.path else problem.message
        return replace(problem, mark=layered.mark(one.place), path=at, message=message)
    text = f"{at}{problem.path[len(one.key) :]}"
    size = len(one.place)
    inside = (path for path in layered.marks if path[:size] == one.place and path_text(path) == text)
    path = next(inside, one.place)
    mark = layered.key_mark(path) if problem.code == Code.UNKNOWN_KEY else layered.mark(path)
    return replace(problem, mark=mark, path=text)
