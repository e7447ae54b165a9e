"""How kernels are compiled: by numba, kept on disk for the next process where that is possible."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from sim.physics.ephemeris import cache_folder

_SOURCES = (
    "approach",
    "compiled",
    "conic",
    "constants",
    "field",
    "flyby",
    "frames",
    "halo",
    "halo_shuttle",
    "landfall",
    "refine",
    "returns",
    "states",
)
Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a kernel of floats and arrays; a second process loads the compiled code from the cache folder.

    Numba renews a kernel when its own file changes, not when a kernel or constant that it uses does: so the
    folder's name carries a digest of all the physics sources. Where no cache can be written the kernel is
    compiled afresh each time.
    """
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = before or str(cache_folder() / f"kernels-{sources_digest()}")
    try:
        return cast(Kernel, numba.njit(cache=True, error_model="numpy")(kernel))
    except RuntimeError:  # numba found no place to write to
        return cast(Kernel, numba.njit(error_model="numpy")(kernel))
    finally:
        settings.CACHE_DIR = before


@cache
def sources_digest() -> str:
    """Return what tells this code from another version of it."""
    sources = (Path(__file__).with_name(f"{name}.py") for name in _SOURCES)
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
