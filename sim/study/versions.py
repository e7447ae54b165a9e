"""What a study was computed with: this program's code and the libraries that matter."""

from __future__ import annotations

import functools
import hashlib
import platform
from importlib import metadata
from pathlib import Path

import sim

PACKAGES = ("numpy", "simpy", "boinor", "poliastro", "astropy")
DECIDING = ("chance", "clock", "units", "physics", "scenario", "campaign", "model")
"""Modules and packages that decide what a replication gives."""


@functools.cache
def code_version() -> str:
    """Return the version and a hash of the sources that decide outcomes, as `0.1.0+1a2b3c4d5e6f`."""
    return f"{sim.__version__}+{_hash_of(DECIDING)}"


@functools.cache
def analysis_version() -> str:
    """Return a hash of the sources that decide what is found in outcomes."""
    return _hash_of(("analysis",))


def _hash_of(names: tuple[str, ...]) -> str:
    top = Path(sim.__file__).parent
    digest = hashlib.sha256()
    for name in names:
        for file in sorted([*top.glob(f"{name}.py"), *top.glob(f"{name}/**/*.py")]):
            digest.update(file.relative_to(top).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def library_versions() -> tuple[tuple[str, str], ...]:
    """List (package, version) of Python and the libraries that are installed."""
    found = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)
