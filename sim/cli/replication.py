"""The option `--replication`: a number, or `nominal` for the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
NOMINAL = -1
"""The number by which the nominal run goes."""


def replication_option(help_: str, *, required: bool) -> Callable[[F], F]:
    """Add `--replication`: a number from 0 on, or `nominal`, which becomes -1."""
    return click.option("--replication", required=required, metavar="N|nominal", callback=_read, help=help_)


def _read(_ctx: click.Context, _param: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if text == "nominal":
        return NOMINAL
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise click.BadParameter(f"{text[:40]!r} is neither a number from 0 on nor 'nominal'")
