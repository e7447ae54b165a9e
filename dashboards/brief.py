"""One A4 page for a board: answer, curve, three reasons, three levers, assumptions, date and identity."""

from __future__ import annotations

import datetime
import os
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from dashboards.card import Page, Section
from dashboards.figures.scurve import draw_scurve
from dashboards.first_screen import headline, panels, tiles, verdict
from dashboards.picture import ExportError, find_browser
from dashboards.report import name_goal, write_page
from dashboards.translation import _
from sim.analysis.findings import Findings
from sim.study.contents import BRIEF_PAGE, BRIEF_PDF
from sim.study.files import write_whole
from sim.study.grounds import Grounds

_CURVE_PX = 235
_PRINTS_S = 120
"""Seconds after which a browser that does not print is given up."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The pages that were written."""

    page: Path
    pdf: Path | None
    lacking: str
    """Why there is no PDF; empty where there is one."""


def write_brief(findings: Findings, grounds: Grounds, folder: Path) -> Brief:
    """Write the page into a folder, and the same as PDF where a browser is found.

    Raises ValueError when the scenario has no goal, OSError when the folder cannot be written.
    """
    page = write_page(lambda: compose_brief(findings, grounds), folder, name=BRIEF_PAGE)
    try:
        return Brief(page, print_page(page, folder / BRIEF_PDF), "")
    except ExportError as error:
        return Brief(page, None, str(error))


def compose_brief(findings: Findings, grounds: Grounds) -> Page:
    """Return the page; raises ValueError when the scenario has no goal."""
    if not findings.goals:
        raise ValueError(f"{findings.scenario}: a scenario without a goal has no report")
    goal = findings.goals[0]
    curve = draw_scurve(findings, goal)
    if curve.figure is not None:
        curve.figure.update_layout(height=_CURVE_PX)
    return Page(
        title=f"{findings.called} · ilrs",
        headline=headline(findings, goal, name_goal(goal)),
        verdict=verdict(findings, goal),
        about="",
        tiles=tiles(findings, goal),
        panels=panels(goal, grounds),
        sections=(Section("likely", _("How likely is the date?"), _("Likelihood"), (replace(curve, table=None),)),),
        footer=(
            _(
                "{today}. Scenario {scenario}, identity {identity}, seed {seed}, {count} replications. "
                "Sampling intervals say how far the numbers would move with other random draws; ranges over the "
                "figures hold four fifths of their draws. What the model leaves out is in neither."
            ).format(
                today=datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat(),
                scenario=findings.scenario,
                identity=findings.identity[:16],
                seed=findings.seed,
                count=f"{findings.replications:,}",
            ),
        ),
        sheet=True,
    )


def print_page(page: Path, pdf: Path) -> Path:
    """Print a page with an installed browser; raises ExportError, or OSError when the file cannot be written."""
    browser = find_browser("a PDF")
    with tempfile.TemporaryDirectory() as profile:
        printed = Path(profile) / BRIEF_PDF
        command = [
            browser, "--headless=new", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}/profile",
            "--virtual-time-budget=10000", "--no-pdf-header-footer", f"--print-to-pdf={printed}", *_sandbox(),
            page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PRINTS_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ExportError(f"{browser} does not print: {error}"[:300]) from error
        if not printed.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise ExportError(f"{browser} did not print: {said[-1][:200] if said else 'it says nothing'}")
        write_whole(pdf.parent, pdf.name, printed.read_bytes())
    return pdf


def _sandbox() -> list[str]:
    """Without its sandbox only does Chromium start as root, as in containers; the page is ours and loads nothing."""
    return ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
