"""Ask filelock, pydantic's TypeAdapter and fsspec for what run folders need of them; see 008-folders-of-strangers.md.

python docs/decisions/libraries.py    (filelock is asked where it is installed; it is no dependency)
"""

from __future__ import annotations

import importlib
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Small:
    """A record as those of a run folder are."""

    name: str
    first: int
    day_d: float


FORGED = {
    "a field too many": '{"name": "a", "first": 1, "day_d": 1.0, "more": 1}',
    "a number of 2^80": '{"name": "a", "first": 1208925819614629174706176, "day_d": 1.0}',
    "infinity as a text": '{"name": "a", "first": 1, "day_d": "inf"}',
    "half a letter": '{"name": "\\ud800", "first": 1, "day_d": 1.0}',
    "a truth value for a number": '{"name": "a", "first": true, "day_d": 1.0}',
    "a number of 400 digits": '{"name": "a", "first": 1, "day_d": 1e400}',
}


def said_by(call: Callable[[], object]) -> str:
    """Return what a call gives, or what it says."""
    try:
        return f"gives {call()!r}"[:70]
    except Exception as error:
        return f"refuses: {type(error).__name__}"


def victims(folder: Path) -> dict[str, Callable[[Path], object]]:
    """Return how a file can lead elsewhere, each made at a path."""
    return {
        "a link": lambda path: path.symlink_to(folder / "victim"),
        "a link to nothing": lambda path: path.symlink_to(folder / "new"),
        "a second name": lambda path: path.hardlink_to(folder / "victim"),
        "a pipe": os.mkfifo,
    }


def try_files(what: str, use: Callable[[Path], object]) -> None:
    """Say what comes of each file that leads elsewhere, within two seconds."""
    for number, name in enumerate(victims(Path())):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            (folder / "victim").write_text("precious")
            list(victims(folder).values())[number](folder / "file")
            said: list[str] = []
            asked = threading.Thread(target=lambda: said.append(said_by(lambda: use(folder / "file"))), daemon=True)  # noqa: B023
            asked.start()
            asked.join(2.0)
            victim = "" if (folder / "victim").read_text() == "precious" else "; THE VICTIM IS CHANGED"
            new = "; MADE A FILE ELSEWHERE" if (folder / "new").exists() else ""
            print(f"  {what}, {name}: {said[0] if said else 'WAITS'}{victim}{new}")


def main() -> None:
    """Print what each library does."""
    from sim.study import files, lock, records

    def hold(file: Path) -> str:
        with lock.held(file.parent):
            return "taken"

    print("lock")
    lock.LOCK = "file"
    try_files("ours", hold)
    try:
        filelock: Any = importlib.import_module("filelock")
    except ImportError:
        print("  filelock is not installed")
    else:
        try_files(
            f"filelock {filelock.__version__}", lambda file: filelock.FileLock(file, timeout=0.2).acquire() and "taken"
        )
    print("records")
    since = time.process_time()
    adapter = importlib.import_module("pydantic").TypeAdapter(Small)
    print(f"  pydantic: {1e3 * (time.process_time() - since):.0f} ms of processor time to load it and one adapter")
    for name, text in FORGED.items():
        ours = said_by(lambda text=text: records.from_json(Small, text))  # type: ignore[misc]
        theirs = said_by(lambda text=text: adapter.validate_json(text, strict=True))  # type: ignore[misc]
        print(f"  {name}: ours {ours}; TypeAdapter {theirs}")
    print("places")
    local = importlib.import_module("fsspec").filesystem("file")
    try_files("ours reads", files.read_plain)
    try_files("fsspec reads", lambda file: local.cat_file(str(file)))
    try_files("ours writes", lambda file: files.write_whole(file.parent, file.name, b"new"))
    try_files("fsspec writes", lambda file: local.pipe_file(str(file), b"new"))


if __name__ == "__main__":
    main()
