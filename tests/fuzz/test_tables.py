"""Tables of others are read for what they say, or refused with the row and the column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import tables


def test_a_few_tables_are_read_or_refused() -> None:
    tally = tables.run(count=40, seed=20)
    assert tally.findings == []
    assert min(tally.count[word] for word in ("written otherwise", "changed and read", "changed and refused")) > 0


@pytest.mark.stress
def test_many_tables_are_read_or_refused() -> None:
    assert tables.run(count=2_000, seed=21).findings == []


@pytest.mark.parametrize(("code", "said"), [(-1, "KeyError: 'x'"), (1, "what is wrong is said without the file")])
def test_a_verb_that_breaks_or_says_nothing_is_a_finding(monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> None:
    def ask(*_: Any) -> tuple[int, str]:
        return code, said

    monkeypatch.setattr(tables, "ilrs", ask)
    assert tables.run(count=10, seed=20).findings


def test_a_table_written_otherwise_that_gives_another_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*words: str) -> tuple[int, str]:
        return 0, f'{{"a": {len(Path(words[1 if words[0] == "calibrate" else 2]).read_bytes())}}}'

    monkeypatch.setattr(tables, "ilrs", ask)
    assert any("written otherwise" in one for one in tables.run(count=10, seed=20).findings)
