"""`said`: a value as it was said at several days, `{said: {2021-10-20: 2024-07-01, 2023-08-11: 2027-07-01}}`.

It may stand for any value or block of a scenario. One of a child or variant takes the place of any other value, as a
random value does; two are merged by their days.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from sim.scenario.schema_lookup import holds_names
from sim.scenario.text import Node, Path
from sim.units import UnitError, format_date, parse_date

SAID: Final = "said"
NOT_PLANNED: Final = "not planned"
"""What is said of a block of which nobody had spoken."""
NOTES: Final = frozenset(("source", "confidence", "access"))
"""What a statement can carry beside its value."""
APART: Final = ("variants", "sweep", "seek")
"""Sections that hold changes of a scenario, not the scenario."""
Day = datetime.datetime
Block = dict[str, Node]


def is_said(value: object, path: Path) -> bool:
    """Tell whether what stands at a path is a value with the days on which it was said."""
    return isinstance(value, Mapping) and value.keys() == {SAID} and not holds_names(path)


def evidence_of(node: Node) -> Block:
    """Return the first date that was planned and the day it was said, of a value with days."""
    said = [(day, value) for text, value in children(children(node)[SAID]).items() if (day := day_of(text))]
    dated = sorted((one for one in said if date_in(value_of(one[1])) is not None), key=lambda one: one[0])
    if not dated:
        return {}
    day, value = dated[0]
    planned = value_of(value)
    return {"planned": planned, "said_on": Node(format_date(day), value.key, value.key, value.layer)}


def unplanned_on(node: Node | None, day: Day | None) -> bool:
    """Whether a date with days was no date of the plan by a day."""
    statements = children(children(node).get(SAID)).items()
    by_then = [(on, said) for text, said in statements if (on := day_of(text)) and day is not None and on <= day]
    return bool(by_then) and value_of(max(by_then, key=lambda one: one[0])[1]).value == NOT_PLANNED


def is_noted(node: Node) -> bool:
    """Whether a statement carries its own source: `{value: 2030-12-31, source: ...}`."""
    keys = children(node).keys()
    return "value" in keys and keys <= NOTES | {"value"}


def value_of(node: Node) -> Node:
    """Return what a statement says, without its source."""
    return children(node)["value"] if is_noted(node) else node


def has_days(node: Node) -> bool:
    """Whether anything in a node carries days."""
    value = node.value
    if isinstance(value, dict):
        return SAID in value or any(has_days(child) for key, child in value.items() if key not in APART)
    return isinstance(value, list) and any(has_days(item) for item in value)


def children(node: Node | None) -> Block:
    """Return what stands by key in a node; nothing where it is no mapping."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items(node: Node) -> list[tuple[str, Node]]:
    """Return the keys of a node with what stands under each."""
    return list(children(node).items())


def date_in(node: Node | None) -> Day | None:
    """Return the date a node holds; None where it holds none, which the schema complains of."""
    return day_of(node.value) if node is not None and isinstance(node.value, str) else None


def day_of(text: str) -> Day | None:
    """Return the date a text names; None where it names none."""
    try:
        return parse_date(text)
    except UnitError:
        return None
