"""What may stand where in a scenario: the pydantic models along a path of keys, and what their keys mean."""

from __future__ import annotations

import ast
import inspect
import pathlib
import types
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.known_distributions import names_a_distribution
from sim.scenario.schema import Scenario
from sim.scenario.text import Path

Model = type[BaseModel]


def keys_of(model: Model) -> list[str]:
    """Return the keys of a block, as a file says them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def models_at(model: Model, path: Path) -> list[Model]:
    """Return the models that may stand at a path."""
    return [kind for kind in _kinds_at(model, path) if is_model(kind)]


def holds_names(path: Path) -> bool:
    """Tell whether a mapping by name stands at a path of a scenario, so that its keys are names and not words."""
    inside = _inside(path)
    return len(inside) < 1 or any(get_origin(kind) is dict for kind in _kinds_at(Scenario, inside))


def holds_blocks(path: Path) -> bool:
    """Tell whether blocks by name stand at a path of a scenario: one of them can be like another."""
    inside = _inside(path)
    found = [get_args(kind)[-1] for kind in _kinds_at(Scenario, inside) if get_origin(kind) is dict]
    return any(is_model(member) for kind in found for member in _members(kind)) and path[-1] != "sources"


def _inside(path: Path) -> Path:
    """Return the path without the variant it lies in: a variant has the shape of a scenario."""
    return path[2:] if path[:1] == ("variants",) else path


def _kinds_at(model: Model, path: Path) -> list[Any]:
    current: list[Any] = [model]
    for part in path:
        current = [inner for kind in current for inner in kinds_inside(kind, part)]
    return current


def is_model(kind: Any) -> bool:
    """Tell whether a kind is a block of a scenario."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def holds_by_name(kind: Any) -> bool:
    """Tell whether a kind is a mapping by name."""
    return get_origin(kind) is dict


@lru_cache(maxsize=4096)
def kinds_inside(kind: Any, part: str | int) -> tuple[Any, ...]:
    """Return the kinds that may stand under a key of something of this kind."""
    if is_model(kind):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                return tuple(_members(field.annotation))
        return ()
    arguments = get_args(kind)
    return tuple(_members(arguments[-1])) if arguments and get_origin(kind) is not None else ()


def _members(annotation: Any) -> list[Any]:
    """Take Annotated and unions apart."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return [member for choice in get_args(annotation) for member in _members(choice)]
    return [annotation]


def is_random(value: object, path: Path) -> bool:
    """Tell whether what stands at a path is a random value: one distribution, and notes, where keys are no names."""
    return isinstance(value, dict) and names_a_distribution(value) and not holds_names(path)


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return the meaning of each field of a model, those of its bases included, by the field's own name."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            found |= _module_meanings(inspect.getfile(kind)).get(kind.__qualname__, {})
    return found


@cache
def _module_meanings(file: str) -> Mapping[str, Mapping[str, str]]:
    """Return the meanings in a source file by class: the docstrings below the fields, read only when someone asks.

    Pydantic would read them whenever a scenario is read. They are cached, and not to be changed.
    """
    tree = ast.parse(pathlib.Path(file).read_text(encoding="utf-8"))
    return {node.name: dict(_class_meanings(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class_meanings(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(node.body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            yield field.target.id, inspect.cleandoc(text.value.value)


def meaning_at(path: str) -> str:
    """Return what the last key of a dotted path of a scenario means, in a sentence; empty where it is none of ours."""
    parts = tuple(path.split("."))
    for kind in models_at(Scenario, parts[:-1]):
        for name, field in kind.model_fields.items():
            if parts[-1] in (name, field.alias):
                return " ".join(meanings(kind).get(name, "").split())
    return ""
