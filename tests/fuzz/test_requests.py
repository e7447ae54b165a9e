"""Forged requests to the explorer get an answer or a refusal, and no traceback."""

from __future__ import annotations

import pytest

pytest.importorskip("dash", reason="the explorer needs the extra [explore]")

from tests.fuzz.requests import run


def test_a_few_forged_requests_are_answered_or_refused() -> None:
    tally = run(count=150, seed=20)
    assert tally.findings == []
    assert tally.count[200]
    assert tally.count[400]


@pytest.mark.stress
def test_many_forged_requests_are_answered_or_refused() -> None:
    assert run(count=20_000, seed=21).findings == []


def test_a_question_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.explorer.door.one_of", None)
    assert run(count=20, seed=20).findings
