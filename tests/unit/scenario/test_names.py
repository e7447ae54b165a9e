"""Every field of the schema that holds a name is looked up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from sim.scenario.events import event_names
from sim.scenario.names import NEEDS, REFERENCES, find
from sim.scenario.schema import Need, PadName, Scenario
from sim.units import Name

_LOOKED_UP_ELSEWHERE = {
    "goals.*.counts_as",  # pairs goals of different scenarios; it names no block
    "launchers.*.family",  # vehicles of one family share it; it names no block
    "missions.*.operations.#.name",  # names the step itself
    "stations.*.tank.filled_by.operations.#.name",
    "missions.*.launches.*.after",  # may be local to the mission; has its own check
    *(  # words of a class law, and a programme named by its items; warned of in check_correlations
        f"{block}.*.slip.{key}"
        for block in ("activities", "missions")
        for key in ("class.agency", "class.kind", "programme")
    ),
}


def _fields(model: type[BaseModel], prefix: str = "", above: tuple[type, ...] = ()) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        pattern = f"{prefix}.{field.alias or name}".lstrip(".")
        yield from _inside(hints[name], pattern, (*above, model))


def _inside(kind: Any, pattern: str, above: tuple[type, ...]) -> Iterator[tuple[str, Any]]:
    if kind in (Name, Need, PadName):
        yield pattern, kind
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in above:
            yield from _fields(kind, pattern, above)
    elif get_origin(kind) is list:
        yield from _inside(get_args(kind)[0], f"{pattern}.#", above)
    elif get_origin(kind) is dict:
        yield from _inside(get_args(kind)[1], f"{pattern}.*", above)
    elif get_origin(kind) is Annotated:
        yield from _inside(get_args(kind)[0], pattern, above)
    else:
        for member in get_args(kind):
            yield from _inside(member, pattern, above)


NAMED = sorted({pattern for pattern, _ in _fields(Scenario)} - _LOOKED_UP_ELSEWHERE)


@pytest.mark.parametrize("pattern", NAMED)
def test_field_that_holds_a_name_is_looked_up(pattern: str) -> None:
    assert pattern in {*NEEDS, *(known for known, _ in REFERENCES)}


def test_pattern_finds_keys_and_items() -> None:
    values = {"a": {"x": {"n": ["p", "q"]}, "y": {"n": "text"}}}
    assert list(find(values, "a.*.n.#")) == [(("a", "x", "n", 0), "p"), (("a", "x", "n", 1), "q")]


def test_repeating_mission_can_be_needed_by_number() -> None:
    names = event_names({"missions": {"supply": {"every": "180 d", "repeats": 3}}})
    assert {"supply", "supply.landed", "supply-3.landed"} <= names
    assert "supply-4" not in names


@pytest.mark.parametrize("values", [{}, {"missions": 5}, {"missions": {"a": []}}, {"missions": {"a": {"launches": 3}}}])
def test_names_are_looked_up_in_values_of_any_shape(values: dict[str, Any]) -> None:
    assert isinstance(event_names(values), set)
