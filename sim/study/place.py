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

from sim.problems import InputError
from sim.study import files
from sim.study.files import FolderError

ALLOWED = "ILRS_SHARED"
"""Environment variable that holds the URL below which other machines may be asked for tables."""
_LOCAL = ("file", "local")
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


class SharedFolderError(InputError):
    """A shared folder cannot be used: its URL is wrong, it does not answer, or nobody said that it may be asked."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of tables: on this machine, or behind an fsspec URL."""

    url: str
    """A path, or a URL."""

    @property
    def path(self) -> Path | None:
        """Give the folder's path where it is one of this machine's; None behind other URLs."""
        protocol, _, rest = self.url.rpartition("://")
        return Path(rest) if not protocol or protocol.lower() in _LOCAL else None

    def write(self, name: str, data: bytes) -> None:
        """Write a table aside and put it in its place in one step; the folder is made if need be.

        Raises:
            FolderError: if the system or the other side refuses.
        """
        path = self.path
        if path is not None:
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

    def read(self, name: str) -> bytes:
        """Read a table; raises FileNotFoundError if there is none, FolderError if the other side refuses."""
        path = self.path
        if path is not None:
            return (path / name).read_bytes()
        system, folder = self._system()
        with _said_of(self.url, "read"):
            data: bytes = system.cat_file(f"{folder}/{name}")
            return data

    def source(self, name: str) -> Any:
        """Give what a Parquet reader opens: a path, or an open file, of which it reads what it needs."""
        path = self.path
        if path is not None:
            return path / name
        system, folder = self._system()
        with _said_of(self.url, "read"):
            return system.open(f"{folder}/{name}", "rb")

    def sha256(self, name: str) -> str:
        """Give the SHA-256 of a table; empty when it cannot be read."""
        try:
            return files.digest(self.read(name))
        except (OSError, FolderError):
            return ""

    def remove(self, name: str) -> None:
        """Remove a table, if it is there."""
        path = self.path
        if path is not None:
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


def shared_place(url: str, name: str) -> Place:
    """Give the place of a study below a shared folder.

    Raises:
        SharedFolderError: if this is no URL, or one of another machine that `ILRS_SHARED` does not allow.
    """
    if not _URL.match(url) and not Path(url).is_absolute():
        raise SharedFolderError(f"{url!r:.80} is neither a URL nor an absolute path: say file:///mnt/studies")
    place = Place(f"{url.rstrip('/')}/{name}")
    require_allowed(place)
    return place


def require_allowed(place: Place) -> None:
    """Refuse to ask another machine for tables unless the user allows it: a study's manifest may come from strangers.

    Raises:
        SharedFolderError: if the place is elsewhere, and not below the URL in `ILRS_SHARED`.
    """
    allowed = os.environ.get(ALLOWED, "").rstrip("/")
    below = bool(allowed) and place.url.startswith(f"{allowed}/") and ".." not in place.url.split("/")
    if place.path is None and not below:
        parent = place.url.rpartition("/")[0]
        raise SharedFolderError(
            f"the tables lie at {place.url:.200}, on another machine, which is asked only where you allow it: "
            f"set {ALLOWED}={parent:.200}"
        )


@contextlib.contextmanager
def _said_of(url: str, done: str) -> Iterator[None]:
    """Turn what the other side refuses into a problem with the folder's URL; a file that is not there stays so."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # each file system has errors of its own
        raise FolderError(url, f"cannot be {done}: {error}", "see that it is there and open to you") from error
