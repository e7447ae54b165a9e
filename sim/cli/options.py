"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def scenario_options(function: F) -> F:
    """Add `-S` and `--variant`, which change a scenario without touching its file."""
    variant = click.option(
        "--variant",
        "variants",
        multiple=True,
        metavar="A,B",
        help="Use variants of the scenario, from left to right.",
    )
    setting = click.option(
        "-S",
        "--set",
        "sets",
        multiple=True,
        metavar="KEY.PATH=VALUE",
        help="Set one value; stronger than variants and files.",
    )
    return setting(variant(function))


def as_json(what: str) -> Callable[[F], F]:
    """Add `--json`."""
    return click.option("--json", "json_", is_flag=True, help=f"Print {what} as JSON on stdout.")


def split_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Split `a,b` and repeated options into single names."""
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())
