"""What was found in a study is kept, and used as long as the tables and the program are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.analysis.findings import Findings
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study import store, summary
from sim.study.files import FolderError
from sim.study.runner import run_study
from sim.study.summary import findings_in, findings_of, keep_findings, summarize

SMALL = Path(__file__).resolve().parents[2] / "cli" / "small.yaml"
N = 130


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    study = run_study(compile_campaign(load_scenario(SMALL)), replications=N, seed=5, jobs=1, folder=tmp_path / "run")
    keep_findings(study, findings_of(study))
    return study.folder


def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often somebody looks at the tables."""
    seen: list[int] = []
    look = summary.findings_of

    def count(study: store.StudyTables) -> Findings:
        seen.append(study.sample.size)
        return look(study)

    monkeypatch.setattr(summary, "findings_of", count)
    return seen


def test_kept_findings_are_those_of_the_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = findings_of(store.read_study(folder))
    seen = looks(monkeypatch)
    study, findings = findings_in(folder)
    assert (seen, study.sample.size) == ([], 0)
    assert repr(findings) == repr(truth)  # a text, for nan is not equal to itself
    assert summarize(study, findings) == summarize(store.read_study(folder), truth)


def test_an_altered_table_is_found_though_findings_are_kept(folder: Path) -> None:
    part = next((folder / "outcomes").iterdir())
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(FolderError, match="altered"):
        findings_in(folder)


def test_more_replications_are_looked_at_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_study(compile_campaign(load_scenario(SMALL)), replications=2 * N, seed=5, jobs=1, folder=folder)
    seen = looks(monkeypatch)
    assert findings_in(folder)[1].replications == 2 * N
    assert findings_in(folder)[1].replications == 2 * N
    assert seen == [2 * N]


def test_fewer_replications_of_the_same_tables_are_looked_at_anew(folder: Path) -> None:
    run_study(compile_campaign(load_scenario(SMALL)), replications=N - 30, seed=5, jobs=1, folder=folder)
    assert findings_in(folder)[1].replications == N - 30


def test_another_program_looks_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "analysis_version", lambda: "another")
    seen = looks(monkeypatch)
    findings_in(folder)
    assert seen == [N]


def test_a_torn_file_of_findings_is_as_if_it_were_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "findings.json"
    file.write_bytes(file.read_bytes()[:100])
    seen = looks(monkeypatch)
    assert findings_in(folder)[1].replications == N
    assert seen == [N]
