"""Dotted paths into a scenario: what `--set`, `--vary`, `sweep` and `seek` may lead to.

A path that leads nowhere is refused before anything runs. Set all the same, it would make a block that nothing needs,
and the answer would be that it does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sim.problems import Code, Problem, suggest
from sim.scenario.known_distributions import DISTRIBUTIONS, NOTES
from sim.scenario.layered import Layered
from sim.scenario.names import find
from sim.scenario.schema import Scenario
from sim.scenario.schema_lookup import holds_by_name, is_model, keys_of, kinds_inside
from sim.scenario.text import Path

_NOT_SET: Final = {
    "variants": "a variant is chosen with --variant, before values are set",
    "extends": "parents are named in the file",
}
_NOT_VARIED: Final = {
    **_NOT_SET,
    **dict.fromkeys(
        ("sweep", "seek", "optimise", "format", "name", "about", "source", "confidence", "access"), "it decides nothing"
    ),
}


def wrong_path(
    values: Mapping[str, Any], text: str, *, varied: bool = True, adds: bool = False
) -> tuple[str, Code, str, str] | None:
    """Return where a dotted path leads nowhere, with code, message and hint; None for a path that is right.

    A key of a block need not be said yet; a name must be there, unless the path `adds` it as a whole block. What
    decides nothing can be set, but not `varied`.
    """
    parts = text.split(".")
    fixed = _NOT_VARIED if varied else _NOT_SET
    if parts[0] in fixed:
        message = f"'{parts[0]}' is nothing that can be {'varied' if varied else 'set'}"
        return parts[0], Code.NO_SUCH_PATH, message, fixed[parts[0]]
    kinds: Sequence[Any] = (Scenario,)
    value: Any = values
    for index, part in enumerate(parts):
        said = _wrong_step(kinds, value, part, adds=adds and index == len(parts) - 1)
        if said:
            return ".".join(parts[: index if said is _LISTED else index + 1]), *said
        kinds = [inner for kind in kinds for inner in kinds_inside(kind, part)]
        value = value.get(part) if isinstance(value, dict) else None
    return None


_LISTED: Final = (Code.NO_SUCH_PATH, "this is a list, not a mapping", "replace it whole: [...]")


def _wrong_step(kinds: Sequence[Any], value: Any, part: str, *, adds: bool) -> tuple[Code, str, str] | None:
    if isinstance(value, list):
        return _LISTED
    block = value if isinstance(value, dict) else {}
    if part in block or not kinds:
        return None
    if any(holds_by_name(kind) for kind in kinds):
        inner = [member for kind in kinds for member in kinds_inside(kind, part)]
        if adds and any(is_model(kind) for kind in inner):
            return None
        return Code.NO_SUCH_PATH, "there is no such block", suggest(part, block) or "there is none at all here"
    known = [key for kind in kinds if is_model(kind) for key in keys_of(kind)]
    if part in known or ((part in DISTRIBUTIONS or part in NOTES) and not all(is_model(kind) for kind in kinds)):
        return None
    if not known:
        return Code.NO_SUCH_PATH, "there is nothing inside this value", "set the value itself"
    return Code.UNKNOWN_KEY, "unknown key", suggest(part, known, limit=30)


def without_studies(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a scenario without what is to be swept, sought or optimised."""
    return {key: value for key, value in values.items() if key not in ("sweep", "seek", "optimise")}


def study_paths(values: Mapping[str, Any]) -> Iterator[Path]:
    """Yield where the dotted paths of the blocks `sweep` and `seek` stand."""
    for block, key in (("sweep", "vary"), ("seek", "levers")):
        found = values.get(block)
        inner = found.get(key) if isinstance(found, dict) else None
        for path in inner if isinstance(inner, dict) else ():
            yield block, key, path
    yield from (path for path, _ in find(values, "sweep.rows.#.*"))


def study_variants(values: Mapping[str, Any]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the choices of variants that `sweep` and `seek` make, with their places."""
    sweep, seek = values.get("sweep"), values.get("seek")
    listed = sweep.get("variants") if isinstance(sweep, dict) else None
    for index, text in enumerate(listed if isinstance(listed, list) else ()):
        yield ("sweep", "variants", index), tuple(name for name in str(text).split("+") if name != "none")
    priced = seek.get("variants") if isinstance(seek, dict) else None
    for name in priced if isinstance(priced, dict) else ():
        yield ("seek", "variants", name), (name,)


def check_study_variants(layered: Layered) -> Iterator[Problem]:
    """Refuse variants of `sweep` and `seek` that do not exist."""
    for path, names in study_variants(layered.values):
        for name in names:
            if name not in layered.variants:
                hint = suggest(name, layered.variants) or "the scenario has no variants"
                message = f"there is no variant '{name[:40]}'"
                mark = layered.key_mark(path) if path[0] == "seek" else layered.mark(path)
                yield Problem(mark, ".".join(map(str, path[:2])), Code.NO_SUCH_VARIANT, "error", message, hint)


def check_study_paths(layered: Layered, others: Sequence[Mapping[str, Any]] = ()) -> Iterator[Problem]:
    """Refuse paths of `sweep` and `seek` that lead nowhere, neither here nor in the `others` they may be set in."""
    for path in study_paths(layered.values):
        text = str(path[-1])
        said = wrong_path(layered.values, text)
        if said and all(wrong_path(values, text) for values in others):
            where, code, message, hint = said
            here = "" if where == text else f"{where}: "
            place = ".".join(map(str, path[:2]))
            yield Problem(layered.key_mark(path), f"{place}.{text}", code, "error", f"{here}{message}", hint)
