"""Where the outcome tables of a study lie: in its run folder, or in a folder that all workers of a cluster share.

A shared folder is named by an fsspec URL: `file:///mnt/studies`, `s3://bucket/studies`, ... Workers write their
tables there themselves; what comes back to the process that runs the study is a receipt.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sim.problems import InputError, printable
from sim.study import files
from sim.study.files import FolderError
from sim.study.records import RecordError, from_json, to_json

ALLOWED = "ILRS_SHARED"
"""Environment variable that holds the URL below which other machines may be asked for tables."""
_LOCAL = ("file", "local")
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_DRIVE = re.compile(r"/[a-z]:[\\/]", re.IGNORECASE)
"""How the path of a file:// URL begins on Windows: file:///C:/studies."""
_OURS = "ilrs-tables.json"
"""Says, in a shared folder of this machine, whose tables lie there: nothing else is read on a manifest's word."""


class SharedFolderError(InputError):
    """A shared folder cannot be used: its URL is wrong, it does not answer, or nobody said that it may be asked."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder of tables: on this machine, or behind an fsspec URL."""

    url: str
    """A path, or a URL."""

    @property
    def path(self) -> Path | None:
        """Return the folder's path where it is one of this machine's; None behind other URLs."""
        found = _URL.match(self.url)
        if found is None:
            return Path(self.url)
        if found[1].lower() not in _LOCAL:
            return None
        rest = self.url[found.end() :]
        return Path(rest[1:] if _DRIVE.match(rest) else rest)

    def write(self, name: str, data: bytes) -> None:
        """Write a table aside and put it in its place in one step; the folder is made if need be.

        Raises:
            FolderError: if the system or the other side refuses, or the folder is a link.
        """
        path = self.path
        if path is not None:
            files.require_no_link(path)
            with files.folder_errors(path):
                path.mkdir(parents=True, exist_ok=True)
            files.write_whole(path, name, data)
            return
        system, folder = self._system()
        aside = f"{folder}/{name}.{socket.gethostname()}-{os.getpid()}.tmp"
        with _said_of(self.url, "written"):
            system.makedirs(folder, exist_ok=True)
            system.pipe_file(aside, data)
            system.mv(aside, f"{folder}/{name}")

    def read(self, name: str, most_bytes: int = files.MOST_BYTES) -> bytes:
        """Read a table of a bounded size.

        Raises:
            OSError: if there is none, or it is no plain file, or larger.
            FolderError: if the other side refuses.
        """
        path = self.path
        if path is not None:
            return files.read_plain(path / name, most_bytes)
        system, folder = self._system()
        with _said_of(self.url, "read"):
            if (system.size(f"{folder}/{name}") or 0) > most_bytes:
                raise OSError(f"{name} has more than the {most_bytes:,} bytes it can have")
            data: bytes = system.cat_file(f"{folder}/{name}")
            return data

    def remove(self, name: str) -> None:
        """Remove a table, if it is there."""
        path = self.path
        if path is not None:
            files.require_no_link(path)
            with files.folder_errors(path):
                (path / name).unlink(missing_ok=True)
            return
        system, folder = self._system()
        with _said_of(self.url, "written"):
            if system.exists(f"{folder}/{name}"):
                system.rm_file(f"{folder}/{name}")

    def _system(self) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError:
            raise SharedFolderError("fsspec is not installed; pip install '.[dask]'") from None
        try:
            system, folder = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise SharedFolderError(f"{self.url}: {error}") from None
        return system, str(folder).rstrip("/")


def shared_place(url: str, name: str) -> Storage:
    """Return the place of a study below a shared folder.

    Raises:
        SharedFolderError: if this names no folder, or one of another machine that `ILRS_SHARED` does not allow.
    """
    place = Storage(f"{url.rstrip('/')}/{name}" if url.strip("/") else f"/{name}")
    path = Storage(url).path
    if path is not None and not path.is_absolute():
        said = "names no folder of this machine" if _URL.match(url) else "is neither a URL nor an absolute path"
        raise SharedFolderError(f"{url!r:.80} {said}: say file:///mnt/studies")
    if path is None:
        _require_below(place)
    return place


def mark(place: Storage, key: str) -> None:
    """Say in a shared folder of this machine whose tables lie there; raises FolderError if it cannot be written."""
    if place.path is not None:
        place.write(_OURS, to_json(_Owner(key)).encode())


def require_allowed(place: Storage, folder: Path, key: str) -> None:
    """Refuse tables that a manifest names elsewhere: it may come from strangers.

    Allowed are those below the study's own folder, those below `ILRS_SHARED`, and on this machine those that were
    written there for a study of this `key`.

    Raises:
        SharedFolderError: if the place is none of these.
    """
    path = place.path
    if path is None:
        _require_below(place)
        return
    if str(path)[:2] in ("\\\\", "//"):  # asking a share of Windows would already tell its machine who we are
        _require_below(place)
    elif not (path.is_absolute() and (_is_below(path, folder) or _is_allowed(place) or _owner(place) == key)):
        raise SharedFolderError(
            f"the tables are said to lie at {printable(place.url):.200}, where none of this study are; if they do, "
            f"set {ALLOWED} to the folder above them"
        )


@dataclass(frozen=True, slots=True)
class _Owner:
    key: str
    """Of the study."""


def _owner(place: Storage) -> str:
    try:
        return from_json(_Owner, place.read(_OURS, 10_000)).key
    except (OSError, RecordError):
        return ""


def _require_below(place: Storage) -> None:
    if not _is_allowed(place):
        parent = printable(place.url).rpartition("/")[0]
        raise SharedFolderError(
            f"the tables lie at {printable(place.url):.200}, on another machine, which is asked only where you allow "
            f"it: set {ALLOWED}={parent:.200}"
        )


def _is_allowed(place: Storage) -> bool:
    """Tell whether a place is below the URL, or the path, in `ILRS_SHARED`; escapes (%2e) are taken out first."""
    allowed = os.environ.get(ALLOWED, "").rstrip("/")
    if not allowed:
        return False
    path, top = place.path, Storage(allowed).path
    if path is not None and top is not None:
        return top.is_absolute() and _is_below(path, top)
    said = _unquoted(place.url)
    steps = re.split(r"[/\\]", said)
    return said.startswith(f"{_unquoted(allowed)}/") and ".." not in steps and "::" not in said.removeprefix(allowed)


def _unquoted(url: str) -> str:
    """Take escapes out of a URL, and escapes of escapes."""
    for _ in range(len(url)):
        plain = unquote(url)
        if plain == url:
            break
        url = plain
    return url


def _is_below(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a circle of links, a NUL
        return False


@contextlib.contextmanager
def _said_of(url: str, done: str) -> Iterator[None]:
    """Turn what the other side refuses into a problem with the folder's URL; a file that is not there stays so."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # each file system has errors of its own
        raise FolderError(url, f"cannot be {done}: {error}", "see that it is there and open to you") from error
