"""A register of risks as a table, brought in beside a plan: name, probability, effect, activities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.interchange.plan_draft import Namer, one_line
from sim.problems import suggest
from sim.scenario.table import TableRow, TextTable, read_table

_NAMES: Final = {
    "name": "name risk title risk_name description event id risk_id",
    "probability": "probability likelihood chance p prob",
    "effect": "effect impact schedule_impact stretch factor delay",
    "activities": "activities activity affects tasks task activity_ids affected_activities applies_to",
}  # fmt: skip
_WIDTH: Final = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*(%|d(?:ays?)?|wd|x)?")
_WORDS: Final = {"very low": "5 %", "low": "10 %", "medium": "30 %", "high": "50 %", "very high": "80 %"}


@dataclass(frozen=True, slots=True)
class Register:
    """Risks as a block of the scenario, and what was read otherwise than it stands."""

    risks: Mapping[str, Any]
    remarks: tuple[str, ...]


def read_register(path: Path, shown: str, known: Mapping[str, str], days: Mapping[str, float]) -> Register:
    """Read a register; `known` are names of activities by everything they are called, `days` their durations.

    An effect is a factor (`1.3`, `130 %`), more of it (`+30 %`, `+10 d`), or a range of these (`+10 %..+50 %`).
    Raises InputError with the row of what cannot be read.
    """
    table = read_table(path, called=shown, wanted="a row is a risk: name, probability, effect, activities")
    columns = {
        meant: next((column for column in table.columns if column in aliases.split()), "")
        for meant, aliases in _NAMES.items()
    }
    for meant, column in columns.items():
        if not column:
            table.need(meant)
    namer, risks, remarks = Namer(), {}, []
    for row in table.rows:
        title = row.text(columns["name"])
        said: dict[str, Any] = {"about": one_line(title, 200), "probability": _probability(table, row, columns)}
        stretches: dict[str, Any] = {}
        for name in _activities(table, row, columns["activities"], known):
            factor, remark = _factor(table, row, columns["effect"], days.get(name, 0.0))
            stretches[name] = factor
            if remark:
                remarks.append(f"row {row.number}: {remark} on {name}")
        said |= {"stretches": stretches, "source": one_line(f"imported: {shown}, row {row.number}", 200)}
        risks[namer.name(title, f"risk-{row.number}", "risk")] = said | {"confidence": "low"}
    return Register(risks, tuple(remarks))


def _probability(table: TextTable, row: TableRow, columns: Mapping[str, str]) -> str:
    text = row.text(columns["probability"]).lower()
    text = _WORDS.get(text, text)
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(%?)", text)
    value = float(match[1].replace(",", ".")) if match else -1.0
    if match and not match[2] and value <= 1.0:
        value *= 100.0
    if not 0.0 <= value <= 100.0:
        table.refuse(row, columns["probability"], f"'{text[:40]}' is no probability; write 30 % or 0.3")
    return f"{value:g} %"


def _activities(table: TextTable, row: TableRow, column: str, known: Mapping[str, str]) -> list[str]:
    words = [word.strip() for word in re.split(r"[;,]", row.text(column)) if word.strip()]
    if not words:
        table.refuse(row, column, "a risk names the activities it touches")
    names = []
    for word in words:
        if word not in known:
            table.refuse(row, column, f"'{word[:60]}' is no activity; {suggest(word, known, 6)}")
        names.append(known[word])
    return list(dict.fromkeys(names))


def _factor(table: TextTable, row: TableRow, column: str, duration_d: float) -> tuple[Any, str]:
    """Return the factor on a duration, and how it was read where that is not as it stands."""
    text = row.text(column)
    parts = [part.strip() for part in re.split(r"\.\.|…|\bto\b|/|;", text) if part.strip()]
    found, remark = [], ""
    for part in parts:
        match = _WIDTH.fullmatch(part)
        if not match or len(parts) > 3:
            table.refuse(row, column, f"'{text[:40]}' is no effect; write 1.3, +30 % or +10 d, or a range +10 %..+50 %")
        value, unit = float(match[1].replace(",", ".")), (match[2] or "")[:1]
        if unit in ("d", "w"):
            if duration_d <= 0.0:
                table.refuse(row, column, "days more on an activity that takes no time; write a factor")
            remark = f"{text[:40]} is a factor on its {duration_d:g} d"
            found.append(1.0 + value / duration_d)
        elif unit == "%":
            found.append(1.0 + value / 100.0 if part[0] in "+-" else value / 100.0)
        else:
            found.append(1.0 + value if part[0] in "+-" else value)
    if not found or min(found) <= 0.0:
        table.refuse(row, column, f"'{text[:40]}' leaves nothing of the activity")
    neat = [round(value, 4) for value in sorted(found)]
    if len(neat) == 1 or neat[0] == neat[-1]:
        return neat[0], remark
    return ({"uniform": neat} if len(neat) == 2 else {"triangular": neat}), remark
