"""Tables as people and spreadsheets write them, right and wrong, given to `ilrs calibrate` and `ilrs score`.

    python -m tests.fuzz.tables --count 1000 --seed 1

Half of them are shipped tables written otherwise: other marks between cells, days first, other letters, blank rows.
They must give the very answer of the original. The others are changed: cells, rows, columns, bytes. They are read or
refused, with exit code 0 or 1, in time; what is refused is said in one line with the file; what is read is finite.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.tree import shipped_folder
from tests.fuzz.folders import ilrs
from tests.fuzz.tally import Tally, from_command_line

Rows = list[list[str]]
DATA = shipped_folder() / "catalogue" / "data"
LAW = shipped_folder() / "catalogue" / "slips.yaml"
CALIBRATED = (
    "established", "new-design", "new-variant", "shuttle-scrubs", "stand-downs", "lunar-programmes", "iss-cargo",
)  # fmt: skip
SCORED = "slip-pairs"
LOG = """date,vehicle,outcome
2020-01-05,Heron 1,success
2020-06-30,Heron 1,failure
2020-11-02,Heron 1,success
2021-03-17,Ibis | Relay 1,Success
2022-08-08,Ibis | Relay 2,Failure
2023-12-31,Ibis | Relay 3,Partial failure
2024-02-29,Heron 1,Success
"""
MOST_ROWS = 30
"""Rows of a long table that are tried at once: a fit of all is slow, and breaks no other way."""
ISO = re.compile(r"\d{4}-\d\d-\d\d")
CELLS: tuple[str, ...] = (
    "", "-", "n/a", "TBD", "0", "-1", "1e3", "1e400", "nan", "inf", "1,5", "1.5", "1.000", "12'000", "1 000", "\u22125",
    "2031-02-30", "28.02.2031", "02/28/2031", "28/02/2031", "3/4/2031", "44927", "5.1.31", "Feb 2031", "2031",
    "x" * 500,
    "9999-12-31", "0001-01-01", "1899-12-31", "2200-01-01", "yes", "open", "TRUE", "mature", '"', "a\nb", "=1+1",
    "#REF!",
    "\u202e", "\x00", "\ud7ff", "\U0001f680", "<b>", "2020-01-05T12:00:00Z", "Mon Jan 05, 2020 05:12 UTC", "100 %",
    "3 d",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table to write otherwise or to change: its remarks, its rows with the heading, and what is asked about it."""

    name: str
    remarks: tuple[str, ...]
    rows: Rows
    score: bool

    def sample(self, rng: random.Random) -> Table:
        """Return as many of its rows as are tried at once, in their order."""
        body = self.rows[1:]
        kept = sorted(rng.sample(range(len(body)), min(MOST_ROWS, len(body))))
        return Table(self.name, self.remarks, [self.rows[0], *(list(body[one]) for one in kept)], self.score)

    def ask(self, file: Path) -> tuple[int, str]:
        """Ask what the table is for."""
        if self.score:
            return ilrs("score", str(LAW), str(file), "--law", "lunar-programmes", "--json")
        return ilrs("calibrate", str(file), "--name", "tried")


def tables() -> list[Table]:
    """Return the shipped tables, and a launch log."""
    texts = {name: (DATA / f"{name}.csv").read_text(encoding="utf-8") for name in (*CALIBRATED, SCORED)} | {"log": LOG}
    return [_read(name, text, name == SCORED) for name, text in texts.items()]


def _read(name: str, text: str, score: bool) -> Table:
    lines = text.splitlines(keepends=True)
    remarks = tuple(line.rstrip("\n") for line in lines if line.startswith("#"))
    return Table(name, remarks, list(csv.reader(line for line in lines if not line.startswith("#"))), score)


# --- the same table, written otherwise --------------------------------------------------------------------------------


def otherwise(rng: random.Random, table: Table) -> bytes:
    """Write a table as another program or another hand would, without any change of what it says."""
    delimiter = rng.choice((",", ";", "\t"))
    dates = rng.choice((_iso, _iso, _points, _words, _stamp))
    rows = [[_heading(rng, name) for name in table.rows[0]]]
    rows += [[dates(cell) if ISO.fullmatch(cell) else cell for cell in row] for row in table.rows[1:]]
    if rng.random() < 0.3:
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        rows = [[row[one] for one in order] for row in rows]
    if rng.random() < 0.3:
        rows = [[*row, ""] for row in rows]
    out = io.StringIO()
    written = csv.writer(
        out, delimiter=delimiter, quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)), lineterminator="\n"
    )
    for row in rows:
        written.writerow([f" {cell} " if rng.random() < 0.05 and cell else cell for cell in row])
        if rng.random() < 0.05:
            out.write(rng.choice(("\n", f"{delimiter * (len(row) - 1)}\n")))
    text = out.getvalue()
    if rng.random() < 0.2:
        text = f"sep={delimiter}\n{text}"
    elif rng.random() < 0.5:
        text = "\n".join([*table.remarks, text])
    return _encoded(rng, text.replace("\n", rng.choice(("\n", "\n", "\r\n"))))


def _encoded(rng: random.Random, text: str) -> bytes:
    how = rng.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252"))
    try:
        return text.encode(how)
    except UnicodeEncodeError:
        return text.encode("utf-8")


def _heading(rng: random.Random, name: str) -> str:
    return rng.choice((name, name.upper(), name.title().replace("_", " "), f" {name.replace('_', ' ')} "))


def _iso(date: str) -> str:
    return date


def _points(date: str) -> str:
    return f"{datetime.date.fromisoformat(date):%d.%m.%Y}"


def _words(date: str) -> str:
    return f"{datetime.date.fromisoformat(date):%d %b %Y}"


def _stamp(date: str) -> str:
    return f"{date}T12:30:00Z"


# --- changed tables ---------------------------------------------------------------------------------------------------


def changed(rng: random.Random, table: Table) -> bytes:
    """Write a table with one to four things changed."""
    rows = [list(row) for row in table.rows]
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choice(CHANGES)(rng, rows)
    out = io.StringIO()
    csv.writer(out, delimiter=rng.choice((",", ",", ";", "\t")), lineterminator="\n").writerows(rows)
    data = _encoded(rng, out.getvalue().encode("utf-8", "replace").decode())
    if rng.random() < 0.25:
        spot = rng.randrange(len(data) + 1)
        data = rng.choice(
            (
                data[:spot],
                data[:spot] + bytes([rng.randrange(256)]) + data[spot + 1 :],
                data[:spot] + b'"' + data[spot:],
            )
        )
    return data


def _change_cell(rng: random.Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if row:
        row[rng.randrange(len(row))] = rng.choice(CELLS)


def _shift_date(rng: random.Random, rows: Rows) -> None:
    found = [(row, index) for row in rows for index, cell in enumerate(row) if ISO.fullmatch(cell)]
    if found:
        row, index = rng.choice(found)
        row[index] = f"{int(row[index][:4]) + rng.choice((-300, -100, -10, -1, 1, 10, 100, 300)):04d}{row[index][4:]}"


def _cut_row(rng: random.Random, rows: Rows) -> None:
    row = rng.choice(rows)
    del row[rng.randrange(len(row) + 1) :]


def _long_row(rng: random.Random, rows: Rows) -> None:
    rng.choice(rows).extend(rng.choice(CELLS) for _ in range(rng.choice((1, 2, 40))))


def _no_row(rng: random.Random, rows: Rows) -> None:
    if len(rows) > 1:
        del rows[rng.randrange(len(rows))]


def _few_rows(rng: random.Random, rows: Rows) -> None:
    del rows[rng.choice((1, 2, 3)) :]


def _row_twice(rng: random.Random, rows: Rows) -> None:
    rows.insert(rng.randrange(len(rows) + 1), list(rng.choice(rows)))


def _no_column(rng: random.Random, rows: Rows) -> None:
    index = rng.randrange(max(len(rows[0]), 1)) if rows else 0
    for row in rows:
        del row[index : index + 1]


def _same_column(rng: random.Random, rows: Rows) -> None:
    index, value = rng.randrange(max(len(rows[0]), 1)), rng.choice(CELLS)
    for row in rows[1:]:
        if index < len(row):
            row[index] = value


def _other_heading(rng: random.Random, rows: Rows) -> None:
    if rows[0]:
        rows[0][rng.randrange(len(rows[0]))] = rng.choice((*CELLS, "actual", "planned", "outcome", "flights"))


CHANGES: tuple[Callable[[random.Random, Rows], None], ...] = (
    _change_cell, _change_cell, _change_cell, _shift_date, _shift_date, _cut_row, _long_row, _no_row, _few_rows,
    _row_twice, _no_column, _same_column, _other_heading,
)  # fmt: skip


# --- the trial --------------------------------------------------------------------------------------------------------


def try_table(rng: random.Random, table: Table, folder: Path) -> tuple[str, str]:
    """Return a table to its verb; return in a word what came of it, and what must not be."""
    some, file = table.sample(rng), folder / f"{table.name}.csv"
    if rng.random() < 0.5:
        file.write_bytes(_plain(some))
        truth = some.ask(file)
        file.write_bytes(otherwise(rng, some))
        code, said = some.ask(file)
        same = code == truth[0] and (code != 0 or _answer(said) == _answer(truth[1]))
        return "written otherwise", "" if same else f"{truth[0]}: {truth[1]:.300}\n    and now {code}: {said:.300}"
    file.write_bytes(changed(rng, some))
    code, said = some.ask(file)
    word = {0: "changed and read", 1: "changed and refused"}.get(code, "broke")
    if code not in (0, 1):
        return word, f"{code}: {said:.400}"
    if code == 1 and (file.name not in said or said.count("\n") != 1 or not said.strip().isprintable()):
        return word, f"a refusal that is no line with the file: {said:.400}"
    if code == 0 and not all(map(math.isfinite, _numbers(_answer(said)))):
        return word, f"a figure that is none: {said:.400}"
    return word, ""


def _plain(table: Table) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table.rows)
    return out.getvalue().encode()


def _answer(text: str) -> Any:
    """Return what was said as data, without the source, which a table states in its remarks."""
    said = json.loads(text) if text.startswith("{") else yaml.safe_load(text)
    return _without_source(said)


def _without_source(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_source(part) for key, part in value.items() if key not in ("source", "table", "file")}
    return [_without_source(part) for part in value] if isinstance(value, list) else value


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def run(count: int, seed: int, first: int = 0) -> Tally:
    """Try tables; return what came of them."""
    tally, known = Tally(), tables()
    with tempfile.TemporaryDirectory(prefix="ilrs-fuzz-") as top:
        for number in range(first, first + count):
            rng = random.Random(f"{seed}/{number}")
            table = rng.choice(known)
            word, fault = try_table(rng, table, Path(top))
            tally.count[word] += 1
            if fault:
                tally.findings.append(f"{number}: {table.name}, {word}: {fault}")
                sys.stderr.write(f"{tally.findings[-1]}\n")
    return tally


if __name__ == "__main__":
    sys.exit(from_command_line(__doc__, "tables", 500, run))
