"""What differs between the inputs of studies: every value that is not the same in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dashboards import formats
from dashboards.card import Card, Table
from sim.scenario.provenance import without_remarks

_MOST = 40
"""Rows that are listed; whole catalogues differ in thousands of values."""
_ABSENT = formats.NONE


def flatten(scenario: Mapping[str, object]) -> dict[str, str]:
    """Return the leaves of a resolved scenario as text, by their dotted path; its name and remarks are left out."""
    return _leaves({key: value for key, value in without_remarks(scenario).items() if key != "name"}, "")


def _leaves(value: object, path: str) -> dict[str, str]:
    if isinstance(value, dict):
        leaves: dict[str, str] = {}
        for key, inner in value.items():
            leaves.update(_leaves(inner, f"{path}.{key}" if path else str(key)))
        return leaves
    if isinstance(value, list):
        return {path: "[" + ", ".join(str(inner) for inner in value) + "]"}
    return {path: str(value)}


def draw_inputs(names: Sequence[str], inputs: Sequence[Mapping[str, str]]) -> Card:
    """Return the table of differing values; `inputs` are flat scenarios in the order of `names`."""
    paths = dict.fromkeys(path for one in inputs for path in one)
    differing = [path for path in paths if len({one.get(path) for one in inputs}) > 1]
    differing.sort(key=lambda path: any(path not in one for one in inputs))
    subjects = Counter(path.split(".")[0] for path in differing)
    rows = tuple((path, *(formats.shorten(one.get(path, _ABSENT), 90) for one in inputs)) for path in differing[:_MOST])
    shown = f" {_MOST} of them are listed, values that all have first." if len(differing) > _MOST else ""
    return Card(
        id="inputs",
        title=_title(len(differing), subjects),
        reading=(
            "How to read: one line for each value of the resolved scenarios that is not the same in all of them; "
            f"a dash is a value that is not there. Sources and remarks are left out.{shown}"
        ),
        shown=Table(("value", *names), rows, stacked=True) if rows else None,
        table=Table(("value", *names), tuple((p, *(o.get(p, _ABSENT) for o in inputs)) for p in differing[:2000]))
        if len(differing) > _MOST
        else None,
    )


def _title(count: int, subjects: Counter[str]) -> str:
    if not count:
        return "The inputs are the same"
    most = formats.listing([f"{number:,} in {subject}" for subject, number in subjects.most_common(3)])
    return f"{count:,} value{'s' if count > 1 else ''} differ{'' if count > 1 else 's'} between the inputs: {most}"
