"""Figures as picture files, drawn by kaleido in the installed browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.card import Card
from dashboards.figures.scurve import draw_scurve
from dashboards.figures.waterfall import draw_causes
from dashboards.picture import ExportError, export_cards
from tests.browser.test_report import CHROMIUM
from tests.unit.dashboards.sample import sample_findings

pytest.importorskip("kaleido", reason="pictures need the extra [export]")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

pytestmark = pytest.mark.browser

PNG = bytes.fromhex("89504e470d0a1a0a")
"""Source: PNG specification, third edition, 5.2."""


def cards() -> list[Card]:
    findings = sample_findings()
    goal = findings.goals[0]
    return [draw_scurve(findings, goal), draw_causes(findings, goal), Card("no-figure", "", "")]


@pytest.mark.parametrize(("suffix", "start"), [("png", PNG), ("svg", b"<svg")])
def test_every_figure_becomes_a_picture(suffix: str, start: bytes, tmp_path: Path) -> None:
    paths = export_cards(cards(), tmp_path, suffix)
    assert [path.name for path in paths] == [f"scurve.{suffix}", f"causes.{suffix}"]
    assert all(path.read_bytes().startswith(start) and path.stat().st_size > 5_000 for path in paths)


def test_without_a_browser_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    with pytest.raises(ExportError, match="install one"):
        export_cards(cards(), tmp_path / "figures", "png")
    assert not (tmp_path / "figures").exists()
