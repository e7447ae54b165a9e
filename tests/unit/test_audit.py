"""What the audit says of an answer: found, clean, or not asked at all."""

from __future__ import annotations

import sys

import pytest

from tests import audit

CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
BAD = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-2030-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "click", "skip_reason": "Dependency not found"}


def test_packages_that_are_clean_end_with_0() -> None:
    assert audit.judge([CLEAN]) == (["No known vulnerability in 1 locked packages."], 0)


def test_a_vulnerable_package_is_named_with_the_version_that_mends_it() -> None:
    lines, code = audit.judge([CLEAN, BAD])
    assert lines == ["old 1.0: CVE-2030-1, mended in 1.1"]
    assert code == 1


@pytest.mark.parametrize("answer", [[], [SKIPPED], [CLEAN, SKIPPED]])
def test_what_was_not_looked_up_does_not_count_as_safe(answer: list[dict[str, object]]) -> None:
    """pip-audit itself ends with 0 when the database knows none of the packages."""
    lines, code = audit.judge(answer)
    assert "did not answer" in lines[-1]
    assert code == 2


def test_an_auditor_that_answers_nothing_is_no_clean_audit() -> None:
    assert audit.main(sys.executable) == 2
