"""Pages of studies that lie in run folders: the report of one, the comparison of several, and their links."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from dashboards.card import Page
from dashboards.comparison_page import Entry, compose_comparison
from dashboards.figures.inputs import flatten
from dashboards.flight import compose_flights
from dashboards.report import REPORT_FILE, compose_page, write_page, write_report
from dashboards.setting import Setting, setting_of
from sim.analysis.findings import Findings
from sim.campaign.plan import Campaign
from sim.problems import InputError
from sim.scenario.load import load_scenario
from sim.study.replay import Replay
from sim.study.store import StudyTables

_RESOLVED = "scenario.resolved.yaml"


def report_study(
    study: StudyTables,
    findings: Findings,
    folder: Path,
    *,
    single_file: bool = True,
    campaign: Campaign | None = None,
    export: str | None = None,
) -> Path:
    """Write the report of a study and the page of its next flight, and return the report's path.

    The campaign is compiled from the study's own folder unless it is given; where that no longer works, the figures
    that need it are left out. `export` (png or svg) also writes each figure as a picture into `folder/figures`.
    Raises OSError when the folder cannot be written, ExportError when pictures cannot be made.
    """
    setting, flight = _compiled(study, findings, campaign)
    page = write_report(
        [findings], folder, single_file=single_file, setting=setting, flight=flight, command=study.manifest.command
    )
    if export is not None:
        from dashboards.picture import export_cards

        sections = (*compose_page(findings, setting).sections, *(flight.sections if flight is not None else ()))
        export_cards([card for section in sections for card in section.cards], folder / "figures", export)
    return page


def compare_studies(
    studies: Sequence[StudyTables],
    findings: Sequence[Findings],
    reports: Sequence[Path],
    folder: Path,
    *,
    single_file: bool = True,
) -> Path:
    """Write the comparison of studies, linked to their own `reports`, and return its path.

    Raises ValueError for fewer than two studies or one without a goal; OSError when the folder cannot be written.
    """
    entries = [
        Entry(
            found,
            {goal.name: study.sample.reached_d[:, goal.reached] for goal in study.outline.goals},
            flatten(load_scenario(study.folder / _RESOLVED).layered.values),
            address_from(folder, report),
        )
        for study, found, report in zip(studies, findings, reports, strict=True)
    ]
    return write_page(compose_comparison(entries), folder, single_file=single_file)


def address_from(folder: Path, page: Path) -> str:
    """Return the address of a page as links from a page in `folder` write it; empty when there is no such page."""
    if not page.exists():
        return ""
    return quote(Path(os.path.relpath(page, folder)).as_posix())


def _compiled(study: StudyTables, findings: Findings, campaign: Campaign | None) -> tuple[Setting | None, Page | None]:
    try:
        known = campaign if campaign is not None else Replay(study).campaign
        loaded = load_scenario(study.folder / _RESOLVED)
    except (InputError, OSError):
        return None, None
    trace = next((one for one in study.traces if one.replication is None), None)
    return setting_of(known), compose_flights(known, loaded, findings, study.nominal, trace)


__all__ = ["REPORT_FILE", "address_from", "compare_studies", "report_study"]
