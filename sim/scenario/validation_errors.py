"""Pydantic's findings, turned into problems with a place, a path and a way out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from sim.problems import Code, Mark, Problem, WrongValueError, did_you_mean, suggest
from sim.scenario.known_distributions import DISTRIBUTIONS
from sim.scenario.layered import Layered
from sim.scenario.schema import Sourced
from sim.scenario.schema_lookup import keys_of, meanings, models_at
from sim.scenario.text import Path, path_text

Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One pydantic error: its path in the values, the member of a union it came from, what pydantic says."""

    path: Path
    fork: Path
    branch: str
    is_key: bool
    details: Details


def shape_problems(errors: Sequence[Details], layered: Layered, model: type[BaseModel]) -> list[Problem]:
    """Return the problems that pydantic's errors mean, one for each value that is wrong."""
    findings = [_locate(error, layered.values) for error in errors]
    forks = {finding.fork for finding in findings if finding.branch}
    chosen = {fork: _best_branch(fork, findings, layered, model) for fork in forks}
    kept = [found for found in findings if not found.branch or chosen[found.fork] == found.branch]
    problems: dict[tuple[str, str], Problem] = {}
    for finding in kept:
        problem = _problem(finding, layered, model)
        problems.setdefault((problem.path, problem.message), problem)
    return list(problems.values())


def _locate(error: Details, values: object) -> Finding:
    """Walk the values along pydantic's `loc`; a part that leads nowhere names a member of a union."""
    path: list[str | int] = []
    fork: Path = ()
    branch, is_key = "", False
    value: Any = values
    parts = error["loc"]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if _leads_on(value, part):
            value = value[part]
            path.append(part)
        elif last and error["type"] == "missing":
            path.append(part)
        elif part == "[key]":
            is_key = True
        elif not branch:
            fork, branch = tuple(path), str(part)
    return Finding(tuple(path), fork, branch, is_key, error)


def _leads_on(value: object, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _best_branch(fork: Path, findings: Iterable[Finding], layered: Layered, model: type[BaseModel]) -> str:
    """Choose the member of a union that the user most likely meant."""
    branches = list(dict.fromkeys(found.branch for found in findings if found.branch and found.fork == fork))
    value = _value_at(layered.values, fork)
    models = {kind.__name__: kind for kind in models_at(model, fork)}
    literals = [word for found in findings if found.fork == fork for word in _choices(found.details)]
    return max(branches, key=lambda branch: _likeness(branch, value, models, literals))


def _likeness(branch: str, value: object, models: Mapping[str, type[BaseModel]], literals: list[str]) -> float:
    if isinstance(value, dict):
        for name, kind in models.items():
            if name in branch:
                return 1.0 + len(value.keys() & set(keys_of(kind)))
        if branch.startswith("dict"):
            return 2.0
        return 1.5 + 2 * len(value.keys() & DISTRIBUTIONS.keys()) if branch.startswith("function-plain") else 0.0
    if isinstance(value, list):
        return 2.0 if branch.startswith("list") else 0.0
    if branch.startswith("literal"):
        return 3.0 if difflib.get_close_matches(str(value), literals) else 0.5
    return 2.0 if branch.startswith(("function", "float", "int")) else 1.0 if branch.startswith("str") else 0.0


def _value_at(values: Any, path: Path) -> Any:
    for part in path:
        values = values[part]
    return values


def _problem(finding: Finding, layered: Layered, model: type[BaseModel]) -> Problem:
    details, kind, path = finding.details, finding.details["type"], finding.path
    if kind == "extra_forbidden":
        return _unknown_key(path, layered, model)
    if kind == "missing":
        return _missing_key(path, layered, model)
    error = details.get("ctx", {}).get("error")
    if isinstance(error, WrongValueError):
        path = (*path, *error.inner)
        mark = _mark(layered, path, finding.is_key or error.code == Code.UNKNOWN_KEY)
        return Problem(mark, path_text(path), error.code, "error", error.message, error.hint)
    mark = _mark(layered, path, finding.is_key)
    code, message, hint = _said(kind, details)
    hint = hint or _block_hint(kind, path, details, model)
    return Problem(mark, path_text(path), code, "error", message, hint)


def _mark(layered: Layered, path: Path, is_key: bool) -> Mark | None:
    return layered.key_mark(path) if is_key else layered.mark(path)


def _unknown_key(path: Path, layered: Layered, model: type[BaseModel]) -> Problem:
    block = _value_at(layered.values, path[:-1])
    known = [key for kind in models_at(model, path[:-1]) for key in keys_of(kind)]
    free = [key for key in known if key not in block and key not in Sourced.model_fields]
    hint = _RENAMED.get((str(path[0]), str(path[-1])), "") if len(path) == _IN_A_BLOCK else ""
    hint = hint or did_you_mean(str(path[-1]), known) or suggest(str(path[-1]), free, limit=_MOST_KEYS)
    return Problem(layered.key_mark(path), path_text(path), Code.UNKNOWN_KEY, "error", "unknown key", hint)


_IN_A_BLOCK: Final = 3  # parts of the path of a key in a named block
_MOST_KEYS: Final = 30  # named in an answer: all that any block has
_RENAMED: Final = {
    ("missions", "times"): "how many times a mission flies is called repeats",
    ("missions", "meet"): "where launches meet is called rendezvous: {at: ..., wait: ..., duration: ...}",
    ("missions", "launch"): "write launches: {main: {launcher: ..., carries: [...]}}",
    ("missions", "launcher"): "write launches: {main: {launcher: ..., carries: [...]}}",
    ("missions", "payload"): "what a mission brings is called cargo",
    ("missions", "date"): "the planned launch date is called not_before",
    ("spacecraft", "mass"): "the mass without propellant is called dry",
    ("spacecraft", "seats"): "how many seats it has is called crew",
}


def _missing_key(path: Path, layered: Layered, model: type[BaseModel]) -> Problem:
    block, key = path[:-1], str(path[-1])
    mark = layered.key_mark(block)
    made = layered.origins.get(block, "")
    if made.startswith("--set"):
        known = [str(name) for name in _value_at(layered.values, block[:-1]) if name != block[-1]]
        hint = suggest(str(block[-1]), known)
        return Problem(mark, path_text(block), Code.NO_SUCH_NAME, "error", "there is no such block", hint)
    said = _description(model, block, key)
    return Problem(mark, path_text(path), Code.MISSING_KEY, "error", f"'{key}' is missing", said)


def _description(model: type[BaseModel], block: Path, key: str) -> str:
    for kind in models_at(model, block):
        said = meanings(kind)
        for name, field in kind.model_fields.items():
            if key in (name, field.alias) and name in said:
                first = said[name].splitlines()[0].rstrip(".")
                return f"add '{key}: ...' ({first[:1].lower()}{first[1:]})"
    return f"add '{key}: ...'"


def _block_hint(kind: str, path: Path, details: Details, model: type[BaseModel]) -> str:
    """Say how a block is written where something else stands."""
    if kind == "dict_type" and isinstance(details.get("input"), list):
        return "give each entry a name of its own: {main: ...}"
    if kind != "model_type":
        return ""
    fields = [(f.alias or name, f) for block in models_at(model, path)[:1] for name, f in block.model_fields.items()]
    needed = [key for key, field in fields if field.is_required()] or [key for key, _ in fields[:1]]
    return f"write {{{', '.join(f'{key}: ...' for key in needed)}}}" if needed else ""


_WANTED: Final = {
    "dict_type": "a mapping (lines 'key: value') is wanted here",
    "model_type": "a mapping (lines 'key: value') is wanted here",
    "model_attributes_type": "a mapping (lines 'key: value') is wanted here",
    "mapping_type": "a mapping (lines 'key: value') is wanted here",
    "list_type": "a list is wanted here",
    "tuple_type": "a list is wanted here",
    "string_type": "text is wanted here",
    "int_type": "a whole number is wanted here",
    "int_parsing": "a whole number is wanted here",
    "int_from_float": "a whole number is wanted here",
    "float_type": "a number without unit is wanted here",
    "float_parsing": "a number without unit is wanted here",
    "bool_type": "true or false is wanted here",
    "bool_parsing": "true or false is wanted here",
    "none_required": "nothing is wanted here",
}
_REMEDIES: Final = {
    "string_type": "put it in quotes",
    "list_type": "write [first, second]",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
}
_BOUNDS: Final = {
    "greater_than": ("gt", "must be above"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be below"),
    "less_than_equal": ("le", "must be at most"),
}


def _said(kind: str, details: Details) -> tuple[Code, str, str]:
    """Return code, message and hint of what pydantic itself found."""
    found, context = details.get("input"), details.get("ctx", {})
    if kind in _WANTED:
        hint = f"write [{found}]" if kind == "list_type" and _is_name(found) else _REMEDIES.get(kind, "")
        if kind.startswith("int_") and isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
            hint = f"write {found:.0f}"
        return Code.WRONG_TYPE, f"{_WANTED[kind]}, not {_shown(found)}", hint
    if kind in ("literal_error", "enum"):
        return (
            Code.WRONG_CHOICE,
            f"{_shown(found)} is not a choice here",
            suggest(str(found), _choices(details)),
        )
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return Code.OUT_OF_RANGE, f"{_shown(found)} is out of range", f"it {words} {context[key]}"
    if kind == "too_short":
        return Code.OUT_OF_RANGE, "this is too short", f"at least {context['min_length']} wanted"
    if kind == "string_pattern_mismatch":
        return Code.NAME, f"{_shown(found)} is not written as wanted", f"the pattern is {context['pattern']}"
    if kind == "value_error":
        message, _, hint = str(context.get("error", details["msg"])).partition("; ")
        return Code.VALUE, message, hint
    return Code.VALUE, str(details["msg"])[:1].lower() + str(details["msg"])[1:], ""


def _choices(details: Details) -> list[str]:
    """Return the words of a literal, which pydantic writes as `'a', 'b' or 'c'`."""
    expected = str(details.get("ctx", {}).get("expected", ""))
    return [word.strip("' ") for word in expected.replace(" or ", ", ").split(", ") if word.strip("' ")]


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9.-]{1,40}", value) is not None


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false"}.get(value, "nothing") if value is not None else "nothing"
    text = str(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    text = text if len(text) <= 40 else text[:37] + "..."
    return f"'{text}'" if isinstance(value, str) else text
