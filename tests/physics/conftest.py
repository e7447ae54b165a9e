from __future__ import annotations

import pytest

from sim.physics.ephemeris import load_ephemeris
from sim.physics.states import EphemerisTable


@pytest.fixture(scope="session")
def table() -> EphemerisTable:
    """Return the built-in ephemeris, 2000 to 2060."""
    return load_ephemeris()
