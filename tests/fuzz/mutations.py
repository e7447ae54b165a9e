"""What a stranger or a failing disk could do to a folder: each mutation changes it, and says what it did."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.study.files import digest, read_plain
from sim.study.records import from_json, to_plain
from sim.study.work_ledger import Row

Mutation = Callable[[random.Random, Path, Path], str]
"""Changes a folder, given the victim beside it; returns in words what it did."""

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7, 10**6, 10**12, 2**63, -(2**70), 10**400, 0.5, -0.0, 1e308, "", "x", "nan", "inf",
    "-inf", "../up", "/etc/passwd", "file:///etc", "http://127.0.0.1:9/x", "//host/share", "2031-02-30", "not a date",
    "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00", "2030-01-01T00:00:00", "\u001b[31m", "\ud800", "\u0000",
    "a" * 5000, [], {}, [[]], {"a": 1}, [0] * 50,
)  # fmt: skip


FILLINGS = (b"[" * 100_000, b'{"a":' * 20_000, b"\0" * 4096, b"{}", b"[]", b"null", b"\xff\xfe", b"1" * 9_000)
NAMES = ("notes.txt", "part-000110-000119.parquet", "p50.json", "extra.json", "part-x.parquet", "\u202etxt")
CHANGES = ("type", "text", "nan", "null", "name", "gone", "rows", "twice", "order")


def _files(folder: Path, *suffixes: str) -> list[Path]:
    found = (one for one in sorted(folder.rglob("*")) if one.is_file() and not one.is_symlink())
    return [one for one in found if not suffixes or one.suffix in suffixes]


def _flip_bytes(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    file = rng.choice(_files(folder))
    data = bytearray(file.read_bytes()) or bytearray(b"x")
    for _ in range(rng.choice((1, 1, 3, 40))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    file.write_bytes(bytes(data))
    return f"bytes of {file.name}"


def _cut(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    file = rng.choice(_files(folder))
    data = file.read_bytes()
    file.write_bytes(data[: rng.choice((0, 1, len(data) // 2, max(0, len(data) - 1)))])
    return f"{file.name} cut"


def _stuff(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    file = rng.choice(_files(folder))
    filling = rng.choice(FILLINGS)
    file.write_bytes(filling if rng.random() < 0.6 else file.read_bytes() + b"\n" + filling + b"\n")
    return f"{file.name} holds {filling[:6]!r}"


def _remove(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    file = rng.choice(_files(folder))
    file.unlink()
    return f"{file.name} is gone"


def _replace_file(rng: random.Random, folder: Path, victim: Path) -> str:
    file = rng.choice(_files(folder))
    file.unlink()
    how = rng.choice(("folder", "pipe", "zero", "link", "loop", "hard", "dangling"))
    if how == "folder":
        file.mkdir()
    elif how == "pipe":
        os.mkfifo(file)
    elif how == "hard":
        os.link(victim / "thesis.txt", file)
    else:
        targets = {"zero": Path("/dev/zero"), "link": victim / "thesis.txt", "loop": file, "dangling": victim / "new"}
        file.symlink_to(targets[how])
    return f"{file.name} is a {how}"


def _link_folder(rng: random.Random, folder: Path, victim: Path) -> str:
    inner = rng.choice([one for one in folder.iterdir() if one.is_dir()] or [folder / "traces"])
    if inner.is_dir() and not inner.is_symlink():
        shutil.rmtree(inner)
    if not inner.is_symlink():
        inner.symlink_to(victim)
    return f"{inner.name} leads to the victim"


def _lock(rng: random.Random, folder: Path, victim: Path) -> str:
    lock = folder / ".ilrs-lock"
    if lock.exists() or lock.is_symlink():
        return "nothing"
    how = rng.choice(("link", "folder", "pipe", "text", "deep", "hard"))
    if how == "link":
        lock.symlink_to(victim / "thesis.txt")
    elif how == "folder":
        lock.mkdir()
    elif how == "pipe":
        os.mkfifo(lock)
    elif how == "hard":
        os.link(victim / "thesis.txt", lock)
    else:
        lock.write_text("[" * 4000 if how == "deep" else '{"pid": "x"}', encoding="utf-8")
    return f"the lock is a {how}"


def _add(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    inner = rng.choice([folder, *(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())])
    name = rng.choice(NAMES)
    (inner / name).write_text("mine", encoding="utf-8")
    return f"{name} in {inner.name}"


def _swap(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    found = _files(folder)
    one, two = rng.choice(found), rng.choice(found)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    return f"{one.name} and {two.name} swapped"


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _places(part, (*path, key))


def change(rng: random.Random, document: Any) -> tuple[Any, str]:
    """Change one value of a JSON document: another value, none, a copy, or a number a little aside."""
    places = [path for path in _places(document) if path]
    if not places:
        return copy.deepcopy(rng.choice(ODD)), "all"
    shallow = [path for path in places if len(path) == 1]
    path = rng.choice(shallow if rng.random() < 0.3 else places)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    key, old, how = path[-1], holder[path[-1]], rng.random()
    if how < 0.15:
        del holder[key]
    elif how < 0.25 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(old))
    elif how < 0.6 and isinstance(old, (int, float)) and not isinstance(old, bool):
        holder[key] = rng.choice((old + 1, old - 1, -old, old * 2, old * 1000, 0.5))
    else:
        holder[key] = copy.deepcopy(rng.choice(ODD))  # a shared list could come to hold itself
    return document, ".".join(map(str, path))[:60]


def _change_json(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    return _rewrite(rng, rng.choice(_files(folder, ".json")))


def _change_manifest(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    file = next((one for one in (folder / "ilrs-run.json", folder / "ilrs-sweep.json") if one.is_file()), None)
    return "nothing" if file is None else _rewrite(rng, file)


def _rewrite(rng: random.Random, file: Path) -> str:
    try:
        document, where = change(rng, json.loads(read_plain(file)))
        file.write_text(json.dumps(document), encoding="utf-8")
    except (OSError, ValueError, RecursionError):
        return "nothing"
    return f"{file.name}: {where}"


def _change_ledger(rng: random.Random, folder: Path, victim: Path) -> str:
    del victim
    file = folder / "ledger.jsonl"
    if not file.is_file():
        return "nothing"
    lines = file.read_bytes().splitlines()
    index = rng.randrange(len(lines)) if lines else 0
    try:
        row, where = change(rng, json.loads(lines[index]))
        lines[index] = json.dumps(row).encode()
    except (OSError, ValueError, IndexError, RecursionError):
        return "nothing"
    file.write_bytes(b"\n".join(lines) + b"\n")
    return f"line {index} of the ledger: {where}"


def _change_table(rng: random.Random, folder: Path, victim: Path) -> str:
    """Change a column: its type, values, name, rows; the file is a whole Parquet file again."""
    del victim
    file = rng.choice(_files(folder, ".parquet") or [folder])
    try:
        with pq.ParquetFile(file) as opened:
            table = opened.read()
    except (pa.ArrowException, OSError):
        return "nothing"
    index, how = rng.randrange(table.num_columns), rng.choice(CHANGES)
    name, column = table.column_names[index], table.column(index)
    count = table.num_rows
    if how in ("type", "text", "null", "nan"):
        made = {
            "type": lambda: pa.array([1] * count, pa.int32()),
            "text": lambda: pa.array(["x"] * count),
            "null": lambda: pa.array([None] * count, column.type),
            "nan": lambda: pa.array([float("nan")] * count) if column.type == pa.float64() else pa.array([-1] * count),
        }[how]()
        table = table.set_column(index, name, made)
    elif how == "name":
        table = table.rename_columns([f"{one}x" if i == index else one for i, one in enumerate(table.column_names)])
    elif how == "gone":
        table = table.remove_column(index)
    elif how == "rows":
        table = table.slice(0, rng.choice((0, 1, max(0, count - 1))))
    elif how == "twice":
        table = pa.concat_tables([table, table])
    else:
        table = table.take(pa.array(list(reversed(range(count)))))
    pq.write_table(table, file)
    return f"{file.name}: {name} {how}"


def _shared(rng: random.Random, folder: Path, victim: Path) -> str:
    file = folder / "ilrs-run.json"
    if not file.is_file():
        return "nothing"
    where = rng.choice(
        (str(victim), f"file://{victim}", "../victim", "file://", "http://127.0.0.1:9/x", "//h/s", "memory://x", "~")
    )
    try:
        document = {**json.loads(read_plain(file)), "shared": where}
    except (OSError, ValueError, TypeError, RecursionError):
        return "nothing"
    file.write_text(json.dumps(document), encoding="utf-8")
    return f"shared: {where.replace(str(victim), 'victim')}"


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bytes, _cut, _stuff, _remove, _replace_file, _link_folder, _lock, _add, _swap, _change_json, _change_json,
    _change_manifest, _change_manifest, _change_ledger, _change_table, _change_table, _shared,
)  # fmt: skip


def make_checksums_right(folder: Path) -> None:
    """Write the checksums of what is there into manifest and ledger, as a stranger would."""
    odd = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, StopIteration)
    with contextlib.suppress(*odd):
        file = next(one for one in (folder / "ilrs-run.json", folder / "ilrs-sweep.json") if one.is_file())
        document = json.loads(read_plain(file))
        file.write_text(json.dumps({**document, "files": []}), encoding="utf-8")
    with contextlib.suppress(*odd):
        ledger = folder / "ledger.jsonl"
        rows = []
        for line in read_plain(ledger).splitlines():
            row = from_json(Row, line)
            span = f"{row.first:06d}-{row.last:06d}.parquet"
            found = (folder / "outcomes" / f"part-{span}", folder / "cases" / f"{row.key[:24]}-{span}")
            table = next((one for one in found if one.is_file()), found[0])
            known = digest(read_plain(table)) if table.is_file() and not table.is_symlink() else row.sha256
            rows.append(json.dumps(to_plain(dataclasses.replace(row, sha256=known).sealed())))
        ledger.write_text("\n".join([*rows, ""]), encoding="utf-8")
