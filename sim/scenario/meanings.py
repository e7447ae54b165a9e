"""What each key of a block means: the docstrings below the fields of the models.

They are read from the source text, and only when someone asks: pydantic would read them whenever a scenario is read.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return the meaning of each field of a model, those of its bases included, by the field's own name."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            found |= _module_meanings(inspect.getfile(kind)).get(kind.__qualname__, {})
    return found


@cache
def _module_meanings(file: str) -> Mapping[str, Mapping[str, str]]:
    """Return the meanings in a source file by class; they are cached, and not to be changed."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: dict(_class_meanings(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class_meanings(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(node.body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            yield field.target.id, inspect.cleandoc(text.value.value)
