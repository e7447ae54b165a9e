"""One writer for a folder: the second is told who the first is, and a lock dies with the process that held it."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from sim.problems import printable
from sim.study.files import FolderError, folder_errors, open_own

LOCK = ".ilrs-lock"
_FREE_BYTE = 4096
"""On Windows one byte beyond the text is locked, so that others can still read who holds the folder."""


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made if need be, for this process alone.

    Raises:
        FolderError: if another process holds it (it says which, on which machine, since when), or it cannot be
            written.
    """
    with folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    file = folder / LOCK
    descriptor = _acquire(folder, file)
    try:
        with folder_errors(folder):
            os.write(descriptor, json.dumps(_ourselves()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink()
        os.close(descriptor)


def holder(folder: Path) -> str | None:
    """Say who holds a folder now; None when nobody does."""
    file = folder / LOCK
    try:
        descriptor = open_own(file, made=0)
    except (OSError, FolderError):
        return None
    try:
        return None if _try_lock(descriptor) else _told(descriptor)
    finally:
        os.close(descriptor)


def _acquire(folder: Path, file: Path) -> int:
    while True:
        with folder_errors(folder):
            descriptor = open_own(file)
        if not _try_lock(descriptor):
            who = _told(descriptor)
            os.close(descriptor)
            raise FolderError(folder, f"is held by {who}", "wait for it, end it, or choose another folder with -o")
        if _same_file(descriptor, file):
            os.ftruncate(descriptor, 0)
            return descriptor
        os.close(descriptor)  # the one before us removed it between our two calls


def _same_file(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int) -> bool:
    try:
        try:
            import fcntl
        except ImportError:
            return _try_windows(descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _try_windows(descriptor: int) -> bool:
    import importlib

    windows = importlib.import_module("msvcrt")
    os.lseek(descriptor, _FREE_BYTE, os.SEEK_SET)
    windows.locking(descriptor, windows.LK_NBLCK, 1)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return True


def _ourselves() -> dict[str, object]:
    since = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _told(descriptor: int) -> str:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        who = json.loads(os.read(descriptor, _FREE_BYTE))
        return printable(f"process {int(who['pid'])} on {who['host']!s:.80} since {who['since']!s:.30}")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return "another process that has only just begun"
