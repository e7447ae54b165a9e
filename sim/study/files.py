"""Files and folders of studies: written whole or not at all, told apart by checksum, and what the system refuses."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from sim.problems import Code, InputError, Mark, Problem, printable

MOST_BYTES = 256 * 2**20
"""Bytes of the largest file of ours that is read whole; a sweep of a million cases has its own limit."""
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_CAREFULLY = _WITHOUT_WAITING | getattr(os, "O_NOFOLLOW", 0)
_JUNCTION = 0xA0000003
"""Tag of a junction. Source: Microsoft, [MS-FSCC] 2.1.2.1, IO_REPARSE_TAG_MOUNT_POINT."""


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
    """Write a file aside, sync it, and put it in its place in one step; no link is followed below the folder.

    Raises:
        FolderError: if the system refuses, or a folder below the given one is a link.
    """
    target = folder / name
    if target.parent != folder:
        require_no_link(target.parent)
    if target.is_dir() and not is_link(target):
        raise FolderError(target, "is a folder, and a file is to stand there", "remove it, then try again")
    aside = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    with folder_errors(folder):
        try:
            with os.fdopen(_open_new(aside), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, target)
            _sync_folder(target.parent)
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)


def open_own(file: Path, made: int = os.O_CREAT) -> int:
    """Open a file of ours for reading and writing, made if need be (not with `made` 0), and return its descriptor.

    Raises:
        FolderError: if it is a link, has a second name elsewhere or is no plain file: what it leads to may be
            anybody's.
        OSError: if the system refuses.
    """
    if is_link(file):
        raise _not_own(file)
    try:
        descriptor = os.open(file, os.O_RDWR | made | _CAREFULLY, 0o644)
    except OSError as error:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise _not_own(file) from error
        raise
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(descriptor)
        raise _not_own(file)
    return descriptor


def read_plain(file: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a plain file of a bounded size; a pipe, a device or a folder in its place is refused without waiting.

    Raises:
        OSError: if it cannot be read, is no plain file, or is larger.
    """
    descriptor = os.open(file, os.O_RDONLY | _WITHOUT_WAITING)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{file.name} is no plain file; remove it")
        if found.st_size > most_bytes:
            raise OSError(f"{file.name} has {found.st_size:,} bytes, more than the {most_bytes:,} it can have")
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return opened.read(found.st_size)  # room for so many bytes is taken at once
    finally:
        os.close(descriptor)


def is_link(path: Path) -> bool:
    """Tell whether a path is a link: a symbolic one, or a junction of Windows."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


def require_no_link(folder: Path) -> None:
    """Refuse to write into a folder that is a link, for it leads to where nobody asked us to write.

    Raises:
        FolderError: if it is one.
    """
    if is_link(folder):
        raise FolderError(folder, "is a link, and nothing is written through it", "remove it, or choose another folder")


def _open_new(file: Path) -> int:
    """Open a file that is not there yet; what a killed process of our number left, or a link, gives way."""
    how = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY
    try:
        return os.open(file, how, 0o644)
    except FileExistsError:
        file.unlink()
        return os.open(file, how, 0o644)


def _sync_folder(folder: Path) -> None:
    """Sync a folder, so that a file that was put there is there after a power cut; Windows has no such call."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network file systems have none either
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_own(file: Path) -> FolderError:
    return FolderError(file, "is a link or no plain file, and stays as it is", "remove it, then try again")


_ABOUT_TO_BEGIN = re.compile(r"\.ilrs-lock|ilrs-(?:run|sweep)\.json\.\d+\.tmp")


def occupied(folder: Path) -> bool:
    """Tell whether a folder holds more than the lock and the torn first manifest of a study that is about to begin."""
    with folder_errors(folder):
        return any(not _ABOUT_TO_BEGIN.fullmatch(file.name) for file in folder.iterdir())


def said_of(error: BaseException) -> str:
    """Say in a few words why a file cannot be read."""
    if isinstance(error, MemoryError):
        return "it does not fit into memory"
    if isinstance(error, OSError) and error.strerror:
        name = f"{Path(os.fsdecode(error.filename)).name}: " if isinstance(error.filename, (str, bytes)) else ""
        return printable(f"{name}{error.strerror.lower()}")
    return f"{printable(str(error)):.300}"


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
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
