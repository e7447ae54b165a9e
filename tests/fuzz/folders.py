"""Mutated run and sweep folders, as a stranger or a failing disk could make them, given to every verb that reads one.

    python -m tests.fuzz.folders --count 1000 --seed 1

Each folder is a finished one with one to three mutations: bytes, JSON values, columns of tables, links, pipes, missing
and strange files; half of them with the checksums made right again. What must hold: every verb ends with 0 or 1 in
time, an answer that is given is the true one (but for a value that was made up with its checksum, which nothing can
tell), what lies beside the folder stays as it was, and where a message says that the same command repairs it, it does.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from sim.cli import main
from sim.study.files import digest, read_plain
from sim.study.records import from_json, to_plain
from sim.study.work_ledger import Row
from tests.fuzz.tally import Tally, from_command_line

TESTS = Path(__file__).parents[1]
REPLICATIONS, SEED, CASES = 220, 7, 4
LONGEST_S = 120
"""Seconds after which a verb counts as hanging, on however slow a machine."""
MOST_MEMORY_BYTES = 6 * 2**30
"""Address space of the process, a third of which the libraries take for themselves."""
RUN, SWEEP = "run", "sweep"
ADVICE = "command repairs it"


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that must not be."""

    number: int
    mutations: tuple[str, ...]
    what: str


class Bench:
    """Finished folders to mutate, what every verb truly says of them, and a victim that nobody may touch."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.scenarios = {RUN: top / "small.yaml", SWEEP: top / "sweeping.yaml"}
        shutil.copy(TESTS / "cli" / "small.yaml", top)
        shutil.copy(TESTS / "unit" / "study" / "sweeping.yaml", top)
        self.originals = {RUN: top / "run", SWEEP: top / "sweep"}
        for kind in self.originals:
            code, said = ilrs(*self.command(kind, self.originals[kind]))
            assert code == 0, said
        self.truth = {kind: self._truth(kind) for kind in self.originals}
        self.victim = top / "victim"
        self.victim.mkdir()
        (self.victim / "thesis.txt").write_text("precious", encoding="utf-8")

    def command(self, kind: str, folder: Path) -> tuple[str, ...]:
        """Return the command that makes a folder, or repairs it."""
        size = ("-n", str(REPLICATIONS)) if kind == RUN else ("-n", "12", "--cases", str(CASES))
        return (kind, str(self.scenarios[kind]), *size, "--seed", str(SEED), "-j", "1", "-q", "-o", str(folder))

    def verbs(self, kind: str, folder: Path) -> Iterator[tuple[str, ...]]:
        """List what is asked of a folder."""
        yield ("status", str(folder), "--json")
        if kind == RUN:
            yield ("why", str(folder), "--json")
            yield ("why", str(folder), "--replication", "3", "--json")
            yield ("why", str(folder), "--replication", "nominal", "--json")
            yield ("trace", str(folder), "--replication", "nominal", "--json")
            yield ("guesses", str(folder), "--json")
            yield ("compare", str(self.originals[RUN]), str(folder), "--json")
        yield ("report", str(folder), "--json", "-o", str(folder.parent / "page"))
        yield ("clean", str(folder), "--json")

    def _truth(self, kind: str) -> dict[str, Any]:
        return {said_of(verb): ilrs(*verb)[1] for verb in self.verbs(kind, self.originals[kind])}

    def untouched(self) -> bool:
        """Tell whether nothing beside the folder was written, removed or changed."""
        return [(one.name, one.read_text(encoding="utf-8")) for one in self.victim.iterdir()] == [
            ("thesis.txt", "precious")
        ]


def said_of(verb: tuple[str, ...]) -> str:
    """Name a verb by its words without paths."""
    return " ".join(word for word in verb if not word.startswith("/"))


def ilrs(*arguments: str) -> tuple[int, str]:
    """Run a verb in this process; return its exit code, and stdout, or stderr where it fails."""
    with warnings.catch_warnings(), _in_time():
        warnings.simplefilter("ignore")
        done = CliRunner().invoke(main, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return -1, f"{type(done.exception).__name__}: {done.exception}"
    return done.exit_code, done.stdout if done.exit_code == 0 else done.stderr


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """Break off what hangs, with an error that is not one of the program."""

    def late(*_: object) -> None:
        raise SystemExit(99)

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# --- mutations --------------------------------------------------------------------------------------------------------

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


# --- the trial --------------------------------------------------------------------------------------------------------


def try_folder(bench: Bench, number: int, seed: int, codes: collections.Counter[str]) -> list[Finding]:
    """Mutate one folder and ask every verb about it; return what must not be."""
    rng = random.Random(f"{seed}/{number}")
    kind = rng.choice((RUN, RUN, SWEEP))
    place = bench.top / f"try-{number}"
    folder = place / "given"
    shutil.copytree(bench.originals[kind], folder)
    did = [rng.choice(MUTATIONS)(rng, folder, bench.victim) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    forged = rng.random() < 0.5
    if forged:
        make_checksums_right(folder)
        did.append("checksums made right")
    found: list[Finding] = []

    def note(what: str) -> None:
        found.append(Finding(number, tuple(did), what[:400]))

    advised = False
    for verb in bench.verbs(kind, folder):
        code, said = ilrs(*verb)
        codes[f"{verb[0]} {code}"] += 1
        advised |= code == 1 and ADVICE in said
        if code not in (0, 1):
            note(f"{said_of(verb)}: {code}: {said}")
        elif code == 1 and not said.strip():
            note(f"{said_of(verb)}: 1 without a word")
        elif code == 0 and not forged and (fault := _falsehood(bench, kind, verb, said, folder)):
            note(f"{said_of(verb)}: {fault}")
    code, said = explore(folder)
    codes[f"explore {code}"] += 1
    if code not in (0, 1):
        note(f"explore: {code}: {said}")
    code, said = ilrs(*bench.command(kind, folder))
    codes[f"{kind} {code}"] += 1
    if code not in (0, 1) and not (forged and code == 4):  # a line that says, signed, that its case failed
        note(f"{kind} again: {code}: {said}")
    elif code == 1 and advised and "remove it" not in said and "keeps its tables elsewhere" not in said:
        note(f"it was said that the same command repairs it: {said}")
    elif code == 0:
        for verb in bench.verbs(kind, folder):
            code, said = ilrs(*verb)
            fault = "" if forged else _falsehood(bench, kind, verb, said, folder)  # a signed lie stays one
            if code or fault:
                note(f"after {kind} again, {said_of(verb)}: {code}: {fault if not code else said}")
    if not bench.untouched():
        note("the victim was touched")
        shutil.rmtree(bench.victim)
        bench.victim.mkdir()
        (bench.victim / "thesis.txt").write_text("precious", encoding="utf-8")
    shutil.rmtree(place)
    return found


def _falsehood(bench: Bench, kind: str, verb: tuple[str, ...], said: str, folder: Path) -> str:
    """Say how an answer differs from the true one; what only tells of the folder itself may."""
    if verb[0] in ("status", "clean"):
        return ""
    try:
        truth, answer = _answer(bench.truth[kind][said_of(verb)]), _answer(said)
    except ValueError as error:
        return f"no JSON: {error}"
    if answer == truth:
        return ""
    fewer = folder / "ilrs-run.json"
    with contextlib.suppress(OSError, ValueError):
        if json.loads(read_plain(fewer))["replications"] < REPLICATIONS:
            return ""  # a study of fewer replications has another answer, and it is true
    return f"another answer than the true one: {_first_difference(truth, answer)}"


def _answer(text: str) -> Any:
    document = json.loads(text)
    for one in document if isinstance(document, list) else [document]:
        if isinstance(one, dict):
            for name in ("folder", "report", "wall_s", "precision", "sides", "flight"):
                one.pop(name, None)
    for side in document.get("studies", {}).values() if isinstance(document, dict) else ():
        side["name"] = side["folder"] = ""
    return document


def _first_difference(one: Any, two: Any, where: str = "") -> str:
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        return next((said for key in one if (said := _first_difference(one[key], two[key], f"{where}.{key}"))), "")
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        pairs = enumerate(zip(one, two, strict=True))
        return next((said for i, (a, b) in pairs if (said := _first_difference(a, b, f"{where}[{i}]"))), "")
    return "" if one == two else f"{where}: {one!r:.80} and {two!r:.80}"


def explore(folder: Path) -> tuple[int, str]:
    """Read a folder as the explorer does, and ask its curves; return what the verb would end with."""
    from dashboards.study_list import open_shelf
    from sim.problems import InputError

    try:
        with warnings.catch_warnings(), _in_time():
            warnings.simplefilter("ignore")
            shelf = open_shelf([folder])
            for volume in shelf.volumes.values():
                for goal in volume.findings.goals:
                    volume.steps(goal.name)
    except InputError as error:
        return 1, str(error)
    except Exception as error:
        return 70, f"{type(error).__name__}: {error}"
    return 0, ""


def run(count: int, seed: int, first: int = 0) -> tuple[list[Finding], collections.Counter[str]]:
    """Try folders; return what must not be, and how often each verb ended how."""
    codes: collections.Counter[str] = collections.Counter()
    found: list[Finding] = []
    seen = 0
    with tempfile.TemporaryDirectory(prefix="ilrs-fuzz-") as top:
        bench = Bench(Path(top))
        for number in range(first, first + count):
            found += try_folder(bench, number, seed, codes)
            for one in found[seen:]:
                sys.stderr.write(f"{one.number}: {'; '.join(one.mutations)}\n    {one.what}\n")
            seen = len(found)
    return found, codes


def _limit_memory() -> None:
    """Let what takes gigabytes for a small folder fail instead of taking the machine with it."""
    with contextlib.suppress(ImportError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


def _tally(count: int, seed: int, first: int) -> Tally:
    _limit_memory()
    found, codes = run(count, seed, first)
    return Tally(Counter(codes), [one.what for one in found])


if __name__ == "__main__":
    sys.exit(from_command_line(__doc__, "folders", 200, _tally))
