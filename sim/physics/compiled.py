"""How kernels are compiled: numba, cached on disk where a cache can be written, in memory elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a kernel of floats and arrays; a second process loads the compiled code from disk.

    Where neither the package folder nor the user's cache can be written numba raises RuntimeError; the kernel
    is then compiled without a cache.
    """
    try:
        return cast(Kernel, numba.njit(cache=True, error_model="numpy")(kernel))
    except RuntimeError:
        return cast(Kernel, numba.njit(error_model="numpy")(kernel))
