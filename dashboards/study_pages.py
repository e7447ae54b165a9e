"""Pages of studies that lie in run folders: the report of one, the comparison of several, and their links."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from dashboards.campaign_page import compose_campaign
from dashboards.comparison_page import Entry, compose_comparison
from dashboards.comparison_tables import say_idle
from dashboards.flight import FlownFlights, compose_flights, fly_flights
from dashboards.report import REPORT_FILE, compose_page, write_page, write_report
from dashboards.setting import setting_of
from sim.analysis.findings import Findings
from sim.campaign.plan import Campaign
from sim.model.tracing import Trace
from sim.problems import InputError
from sim.scenario.load import Loaded, load_scenario
from sim.study.contrast import goal_names
from sim.study.differences import read_inputs
from sim.study.grounds import Grounds
from sim.study.idle import idle_reason
from sim.study.leaving import kept_leavings
from sim.study.moves import kept_changes
from sim.study.naming import names_apart
from sim.study.pairing import GoalRow, pair_goals
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
    more: Sequence[Trace] = (),
    grounds: Grounds | None = None,
) -> Path:
    """Write the report of a study with the pages of its campaign and its flights, and return the report's path.

    The campaign is compiled from the study's own folder unless it is given; where that no longer works, the figures
    that need it are left out. `more` are replications that the page of the campaign shows beside the kept ones.
    `export` (png or svg) also writes each figure as a picture into `folder/figures`.
    Raises OSError when the folder cannot be written, ExportError when pictures cannot be made.
    """
    known = _compiled(study, campaign)
    setting = replace(setting_of(known[0]), leavings=kept_leavings(study)) if known is not None else None
    flown = _flights(study, findings, *known) if known is not None else None
    flight = (lambda: compose_flights(flown)) if flown is not None else None
    page = write_report(
        [findings],
        folder,
        single_file=single_file,
        setting=setting,
        flight=flight,
        film=lambda: compose_campaign(findings, study.outline, known=known, more=more),
        command=study.manifest.command,
        grounds=grounds,
    )
    if export is not None:
        from dashboards.picture import export_cards

        shown = compose_page(findings, setting, grounds=grounds)
        sections = (*shown.sections, *(flight().sections if flight is not None else ()))
        export_cards([card for section in sections for card in section.cards], folder / "figures", export)
    return page


def compare_studies(
    studies: Sequence[StudyTables],
    findings: Sequence[Findings],
    reports: Sequence[Path],
    folder: Path,
    rows: Sequence[GoalRow] = (),
    *,
    single_file: bool = True,
) -> Path:
    """Write the comparison of studies, linked to their own `reports`, and return its path; `rows` are goals that pair.

    What was found of the way from one of two studies to the other is drawn where the second's folder keeps it.

    Raises ValueError for fewer than two studies or one without a goal; InputError when no goals pair; OSError when the
    folder cannot be written.
    """
    names = names_apart([study.manifest for study in studies], [study.folder for study in studies])
    paired = rows or pair_goals(names, [goal_names(study.outline.goals) for study in studies], None)
    changes = kept_changes(studies[0], studies[1], paired) if len(studies) == 2 else None
    entries = [
        Entry(
            found,
            {goal.name: study.sample.reached_d[:, goal.reached] for goal in study.outline.goals},
            read_inputs(study.folder),
            address_from(folder, report),
            name,
            _reason(studies, paired[0], number),
        )
        for number, (study, found, report, name) in enumerate(zip(studies, findings, reports, names, strict=True))
    ]
    return write_page(lambda: compose_comparison(entries, paired, changes), folder, single_file=single_file)


def _reason(studies: Sequence[StudyTables], row: GoalRow, number: int) -> str:
    """Return why a study moves nothing of the compared goal against the first that has it; empty where it does."""
    base = next(index for index, picked in enumerate(row.picked) if picked is not None)
    goal, theirs = row.picked[base], row.picked[number]
    if number == base or goal is None or theirs is None:
        return ""
    idle = idle_reason(studies[base], studies[number], goal, theirs)
    return "" if idle is None else say_idle(idle)


def address_from(folder: Path, page: Path) -> str:
    """Return the address of a page as links from a page in `folder` write it; empty when there is no such page."""
    if not page.exists():
        return ""
    return quote(Path(os.path.relpath(page, folder)).as_posix())


def _compiled(study: StudyTables, campaign: Campaign | None) -> tuple[Campaign, Loaded] | None:
    """Return the campaign and the scenario of a study's own folder; None where they no longer work."""
    try:
        return campaign if campaign is not None else Replay(study).campaign, load_scenario(study.folder / _RESOLVED)
    except (InputError, OSError):
        return None


def _flights(study: StudyTables, findings: Findings, campaign: Campaign, loaded: Loaded) -> FlownFlights | None:
    trace = next((one for one in study.traces if one.replication is None), None)
    return fly_flights(campaign, loaded, findings, study.nominal, trace)


__all__ = ["REPORT_FILE", "address_from", "compare_studies", "report_study"]
