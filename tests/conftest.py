"""Fixtures that every kind of test shares."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(
    "repeatable"
)  # what fails on a busy machine, or at one draw in a thousand, says nothing of a change


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Return the top folder of the source tree."""
    return Path(__file__).resolve().parents[1]
