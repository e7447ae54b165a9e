"""The summary of a study: the one document that `ilrs run --json` prints, kept as `summary.json`."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sim.analysis.estimates import Quantile
from sim.analysis.find import find
from sim.analysis.findings import Findings, GoalFinding, JointFinding
from sim.clock import Calendar
from sim.study import files, store
from sim.study.contents import FINDINGS, SUMMARY
from sim.study.files import FolderError
from sim.study.naming import name_of
from sim.study.records import RecordError, from_json, to_json, to_plain
from sim.study.store import StudyTables
from sim.study.versions import analysis_version

Summary: TypeAlias = Mapping[str, object]


def findings_of(study: StudyTables) -> Findings:
    """Make the findings of a study that was read."""
    found = find(
        study.outline,
        study.sample,
        study.nominal,
        study.traces,
        seed=study.manifest.seed,
        sampling=study.manifest.sampling,
        versions=(("ilrs", study.manifest.code), *study.manifest.versions),
    )
    return dataclasses.replace(found, named=name_of(study.manifest))


def summarize(study: StudyTables, findings: Findings) -> Summary:
    """Put what is found into one document; dates are ISO, None is *not reached by the calendar's end*."""
    return {
        "name": findings.called,
        "scenario": findings.scenario,
        "identity": findings.identity,
        "seed": findings.seed,
        "sampling": findings.sampling,
        "replications": findings.replications,
        "folder": str(study.folder),
        "wall_s": study.manifest.wall_s,
        **({"precision": study.manifest.precision} if study.manifest.precision else {}),
        "events": findings.events,
        "goals": {goal.name: _goal(goal, findings.calendar) for goal in findings.goals},
        "slip_by_cause_d": {
            goal.name: {one.cause: one.mean_d for one in goal.slip_by_cause} | {"total": goal.total_slip_d}
            for goal in findings.goals
        },
        **_joints(findings),
    }


def findings_in(folder: Path) -> tuple[StudyTables, Findings]:
    """Read a finished study and what is found in it: as kept, if the same program found it in the same tables.

    The sample of the study is empty where its findings were kept.

    Raises:
        FolderError: as `store.read_study`.
    """
    study = store.read_without_rows(folder)
    findings = _kept(study)
    if findings is None:
        study = store.read_study(folder)
        findings = findings_of(study)
        with contextlib.suppress(FolderError):  # a folder that cannot be written can still be reported on
            keep_findings(study, findings)
    return study, findings


def keep_findings(study: StudyTables, findings: Findings) -> None:
    """Keep what is found in a study in its folder; raises FolderError if that cannot be written."""
    bare = dataclasses.replace(findings, traces=(), named="")  # a study may get another label
    files.write_whole(study.folder, FINDINGS, to_json(_Kept(_key(study, bare), bare)).encode())


@dataclass(frozen=True, slots=True)
class _Kept:
    key: str
    findings: Findings


def _kept(study: StudyTables) -> Findings | None:
    try:
        found = from_json(_Kept, files.read_plain(study.folder / FINDINGS))
    except (OSError, RecordError):
        return None
    same = found.key == _key(study, found.findings)
    return dataclasses.replace(found.findings, traces=study.traces, named=name_of(study.manifest)) if same else None


def _key(study: StudyTables, findings: Findings) -> str:
    """Hash findings and what they depend on: the tables, how many of their rows, and the program that looks at them."""
    manifest = study.manifest
    parts = [*(row.sha256 for row in study.rows), *(sha256 for _, sha256 in manifest.files)]
    said = json.dumps(to_plain(findings), ensure_ascii=False)
    return files.digest(
        "\n".join([analysis_version(), manifest.key, str(manifest.replications), *parts, said]).encode()
    )


def write_summary(study: StudyTables, summary: Summary) -> None:
    """Keep the summary in the study's folder."""
    files.write_whole(study.folder, SUMMARY, to_json(dict(summary)).encode())


def _goal(goal: GoalFinding, calendar: Calendar) -> Summary:
    def iso(day: float | None) -> str | None:
        return None if day is None else calendar.iso(day)

    quantiles = {f"p{one.share * 100:.0f}": iso(one.value) for one in goal.quantiles}
    return {
        "by": iso(goal.by_d),
        "probability": goal.probability.value,
        "interval": [goal.probability.low, goal.probability.high],
        "reached": goal.reached,
        "nominal": iso(goal.nominal_d),
        **quantiles,
        **over_figures(goal, calendar),
    }


def over_figures(goal: GoalFinding, calendar: Calendar) -> Summary:
    """Put the ranges of a goal over the drawn figures into a document; it is empty where they are not known."""
    found = goal.over_figures
    if found is None:
        return {}

    def dates(one: Quantile) -> list[str | None]:
        return [None if day is None else calendar.iso(day) for day in (one.low, one.high)]

    return {
        "over_figures": {
            "level": found.level,
            "probability": [found.low, found.high],
            **{f"p{one.share * 100:.0f}": dates(one) for one in found.quantiles},
            "share_of_variance": found.explained.value,
            "share_of_variance_interval": [found.explained.low, found.explained.high],
        }
    }


def _joints(findings: Findings) -> Summary:
    calendar = findings.calendar
    return {"joint": {one.goal: _joint(one, calendar) for one in findings.joint}} if findings.joint else {}


def _joint(joint: JointFinding, calendar: Calendar) -> Summary:
    """Return the limits of date and cost that hold together with the chance that is wanted."""
    limits = zip(joint.frontier_t_d, joint.frontier_cost, strict=True)
    return {
        "cost_p50": joint.cost_p50,
        "cost_p80": joint.cost_p80,
        "correlation": joint.correlation,
        "confidence": joint.wanted,
        "limits": [{"by": calendar.iso(day), "cost": cost} for day, cost in limits],
    }
