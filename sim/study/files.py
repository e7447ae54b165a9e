"""Files and folders of studies: written whole or not at all, told apart by checksum, and what the system refuses."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from sim.problems import Code, InputError, Mark, Problem


class FolderError(InputError):
    """A folder cannot be used for what was asked; carries the problem."""

    def __init__(self, folder: Path | str, message: str, hint: str = "") -> None:
        self.problem = Problem(Mark(str(folder)), "", Code.FOLDER, "error", message, hint)
        super().__init__(self.problem.text())

    def __reduce__(self) -> tuple[type[FolderError], tuple[str, str, str]]:
        """Travel from a worker to the process that reports it."""
        return type(self), (
            self.problem.mark.file if self.problem.mark else "",
            self.problem.message,
            self.problem.hint,
        )


def write_whole(folder: Path, name: str, data: bytes) -> None:
    """Write a file aside, sync it, and put it in its place in one step.

    Raises:
        FolderError: if the system refuses.
    """
    aside = folder / f"{name}.{os.getpid()}.tmp"
    with folder_errors(folder):
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, folder / name)
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)


_ABOUT_TO_BEGIN = re.compile(r"\.ilrs-lock|ilrs-(?:run|sweep)\.json\.\d+\.tmp")


def occupied(folder: Path) -> bool:
    """Tell whether a folder holds more than the lock and the torn first manifest of a study that is about to begin."""
    with folder_errors(folder):
        return any(not _ABOUT_TO_BEGIN.fullmatch(file.name) for file in folder.iterdir())


def remove_torn(folder: Path, ours: re.Pattern[str]) -> None:
    """Remove what killed writers left aside of files that match `ours`; only who holds the folder's lock may ask.

    Raises:
        FolderError: if the system refuses.
    """
    with folder_errors(folder):
        for file in list(folder.iterdir()) if folder.is_dir() else []:
            name, _, number = file.name.removesuffix(".tmp").rpartition(".")
            torn = file.name.endswith(".tmp") and number.isdecimal() and ours.fullmatch(name)
            if torn and file.is_file() and not file.is_symlink():
                file.unlink(missing_ok=True)


def sha256(file: Path) -> str:
    """Give the SHA-256 of a file; empty when it cannot be read."""
    try:
        return digest(file.read_bytes())
    except OSError:
        return ""


def digest(data: bytes) -> str:
    """Give the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into a problem with the folder's name."""
    try:
        yield
    except OSError as error:
        raise FolderError(
            folder, f"cannot be written: {(error.strerror or str(error)).lower()}", "choose another with -o"
        ) from error
