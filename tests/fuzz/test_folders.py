"""Mutated run and sweep folders give no traceback, no false answer, and touch nothing of others."""

from __future__ import annotations

import pytest

from tests.fuzz.folders import run


def test_a_few_mutated_folders_are_read_or_refused() -> None:
    found, codes = run(count=8, seed=20)
    assert found == []
    assert codes["report 0"]
    assert codes["report 1"]


@pytest.mark.stress
def test_many_mutated_folders_are_read_or_refused() -> None:
    found, codes = run(count=2_000, seed=21)
    assert found == []
    assert codes["report 0"]
    assert codes["report 1"]
