"""The caller's script, kept from worker processes: importing it again would run the study again in each of them.

A new Python process of `multiprocessing` imports the main module of the one that started it, for functions that may be
defined there. Nothing of ours is, so a script needs no `if __name__ == "__main__"` and a notebook no trick.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from multiprocessing import context
from types import ModuleType
from typing import Any

_MAIN = "__main__"


class _Nameless(ModuleType):
    """Stands for the main module and is like it, but tells neither its file nor its name."""

    def __init__(self, real: ModuleType) -> None:
        super().__init__(_MAIN)
        self.__dict__["_real"] = real

    def __getattr__(self, name: str) -> Any:
        if name in ("__file__", "_real"):
            raise AttributeError(name)
        return getattr(self.__dict__["_real"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["_real"], name, value)


_turn = threading.Lock()
_hiding: list[ModuleType] = []
"""The main module as it was, once for each that hides it now."""


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Let processes that start meanwhile not know which script is running; in this process all of it stays there."""
    with _turn:
        real = _hiding[0] if _hiding else sys.modules[_MAIN]
        _hiding.append(real)
        sys.modules[_MAIN] = _Nameless(real)
    try:
        yield
    finally:
        with _turn:
            _hiding.pop()
            if not _hiding:
                sys.modules[_MAIN] = real


class SpawnedWorker(context.SpawnProcess):
    """A process started from nothing, without the caller's script."""

    def start(self) -> None:
        """Start it."""
        with hidden():
            super().start()


class SpawnContext(context.SpawnContext):
    """How processes start where there is no server to fork them."""

    Process = SpawnedWorker


if sys.platform != "win32":

    class ForkedWorker(context.ForkServerProcess):
        """A process forked by the server, without the caller's script."""

        def start(self) -> None:
            """Start it."""
            with hidden():
                super().start()

    class ForkServerContext(context.ForkServerContext):
        """How processes start from a small clean server."""

        Process = ForkedWorker
