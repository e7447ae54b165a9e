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
import dataclasses
import json
import random
import shutil
import signal
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sim.cli import main
from sim.study.files import read_plain
from tests.fuzz.mutations import MUTATIONS, make_checksums_right
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
