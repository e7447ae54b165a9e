"""A study gives the same tables however it is run, goes on where it stopped, and says what it holds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.analysis.estimates import replication_at
from sim.analysis.outline import outline_of
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate, simulate_nominal
from sim.study import store
from sim.study.chunks import ChunkSpan, span_at, spans_of
from sim.study.engines import Here, Pool, WorkersLostError, run_all
from sim.study.files import FolderError
from sim.study.manifest import read_manifest
from sim.study.runner import Progress, default_folder, run_study
from sim.study.store import StudyTables, read_study
from tests.unit.study.deadly import Deadly

N = 230  # three chunks, the last one short
CHUNK = 100


@pytest.fixture(scope="module")
def study(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> StudyTables:
    return run_study(campaign, replications=N, seed=7, jobs=1, folder=tmp_path_factory.mktemp("s") / "run")


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in [*folder.glob("*.parquet"), *folder.glob("*/*.parquet")]}


def test_two_workers_write_the_same_bytes_as_one(study: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    run_study(campaign, replications=N, seed=7, jobs=2, folder=tmp_path / "two")
    assert len(tables_in(study.folder)) == 4
    assert tables_in(tmp_path / "two") == tables_in(study.folder)


def test_another_seed_writes_other_bytes(study: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    run_study(campaign, replications=N, seed=8, jobs=1, folder=tmp_path / "other")
    theirs, ours = tables_in(tmp_path / "other"), tables_in(study.folder)
    assert theirs.pop("nominal.parquet") == ours["nominal.parquet"]
    assert all(ours[name] != data for name, data in theirs.items())


def test_the_table_holds_what_the_simulation_gives(study: StudyTables, campaign: Campaign) -> None:
    """A row of the table is the replication of that number, to the last bit."""
    alone = simulate(campaign, 7, 101)
    assert np.array_equal(study.sample.reached_d[101], alone.reached_d)
    assert np.array_equal(study.sample.by_cause_d[101], alone.by_cause_d)
    assert np.array_equal(study.sample.on_chain[101], alone.on_chain)
    assert study.sample.replication.tolist() == list(range(N))


def test_an_interrupted_study_goes_on_and_ends_as_if_it_had_not_been(
    study: StudyTables, campaign: Campaign, tmp_path: Path
) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done == CHUNK:
            raise KeyboardInterrupt

    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run_study(campaign, replications=N, seed=7, jobs=1, folder=folder, on_progress=interrupt)
    assert read_manifest(folder).state == "interrupted"
    with pytest.raises(FolderError, match=r"not finished.*100 of 230"):
        read_study(folder)
    steps: list[Progress] = []
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder, on_progress=steps.append)
    assert steps[0].done == CHUNK
    assert tables_in(folder) == tables_in(study.folder)


def test_an_altered_chunk_is_found_and_run_again(study: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    part = folder / "outcomes" / "part-000100-000199.parquet"
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(FolderError, match="altered"):
        read_study(folder)
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    assert tables_in(folder) == tables_in(study.folder)


def test_more_replications_extend_a_study(study: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_study(campaign, replications=170, seed=7, jobs=1, folder=folder)
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    assert tables_in(folder) == tables_in(study.folder)


def test_fewer_replications_use_the_first_and_keep_the_rest(
    study: StudyTables, campaign: Campaign, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    fewer = run_study(campaign, replications=160, seed=7, jobs=1, folder=folder)
    assert np.array_equal(fewer.sample.reached_d, study.sample.reached_d[:160])
    assert np.array_equal(fewer.sample.on_chain, study.sample.on_chain[:160])
    assert tables_in(folder) == tables_in(study.folder)


def test_another_scenario_in_the_same_folder_is_refused(study: StudyTables, campaign: Campaign) -> None:
    other = dataclasses.replace(campaign, identity="f" * 64)
    before = tables_in(study.folder)
    with pytest.raises(FolderError, match=r"holds another study .*identity"):
        run_study(other, replications=N, seed=7, jobs=1, folder=study.folder)
    assert tables_in(study.folder) == before


def test_a_folder_of_somebody_else_is_refused(campaign: Campaign, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not lose", encoding="utf-8")
    with pytest.raises(FolderError, match="not empty and is no run folder"):
        run_study(campaign, replications=1, seed=7, jobs=1, folder=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_refused(campaign: Campaign, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(FolderError, match="cannot be written"):
            run_study(campaign, replications=1, seed=7, jobs=1, folder=folder)
        with pytest.raises(FolderError, match="cannot be written"):
            store.require_writable(folder)


def test_a_folder_without_a_manifest_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is no run folder"):
        read_study(tmp_path)
    with pytest.raises(FolderError, match="does not exist"):
        read_study(tmp_path / "nowhere")


def test_nothing_is_left_lying_about(study: StudyTables) -> None:
    assert sorted(file.relative_to(study.folder).as_posix() for file in study.folder.rglob("*.*")) == [
        "COLUMNS.md",
        "ilrs-run.json",
        "ledger.jsonl",
        "nominal.parquet",
        "outcomes/part-000000-000099.parquet",
        "outcomes/part-000100-000199.parquet",
        "outcomes/part-000200-000229.parquet",
        "outline.json",
        "scenario.resolved.yaml",
        "traces/nominal.json",
        "traces/p10.json",
        "traces/p50.json",
        "traces/p90.json",
    ]


def test_the_traces_are_those_of_the_order_statistics(study: StudyTables) -> None:
    """P100 of 230 replications is the 65th date in order, counted by hand from the sorted dates."""
    p50 = next(trace for trace in study.traces if trace.title == "P50")
    assert p50.replication is not None
    dates = study.sample.reached_d[:, study.outline.goals[0].reached]
    assert dates[p50.replication] == sorted(dates)[114]
    assert p50.chains["both"][-1].end_d == dates[p50.replication]
    assert replication_at(dates, 0.5) == p50.replication


def test_every_column_says_its_unit_and_meaning(study: StudyTables) -> None:
    schema = pq.read_schema(study.folder / "nominal.parquet")
    assert all(field.metadata[b"unit"] and field.metadata[b"meaning"] for field in schema)
    assert schema.field("reached.both").metadata[b"unit"] == b"d"


def test_one_column_can_be_read_alone(study: StudyTables) -> None:
    found = store.column(study.folder, "reached.both")
    assert np.array_equal(found, study.sample.reached_d[:, study.outline.milestones.index("both")])


def test_the_same_study_has_the_same_folder(campaign: Campaign) -> None:
    assert default_folder(campaign, 1) == default_folder(campaign, 1)
    assert default_folder(campaign, 1) != default_folder(campaign, 2)


def test_chunks_do_not_overlap_and_leave_nothing_out() -> None:
    numbers = [number for span in spans_of(12_345) for number in range(span.first, span.last + 1)]
    assert numbers == list(range(12_345))


def test_cuts_are_where_they_are_whatever_the_number_of_replications() -> None:
    """Only the last chunk of the smaller study may differ."""
    assert list(spans_of(12_345))[: len(list(spans_of(731))) - 1] == list(spans_of(731))[:-1]


def test_chunks_of_more_replications_than_memory_holds_are_cut_one_after_the_other() -> None:
    spans = spans_of(10**15)
    assert next(spans) == ChunkSpan(0, 100)
    assert span_at(2 * 10**12, 10**15) == ChunkSpan(2 * 10**12, 5_000)


def test_a_study_handed_out_in_pieces_has_the_same_tables(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_study(campaign, replications=900, seed=7, jobs=1, folder=tmp_path / "whole")
    monkeypatch.setattr("sim.study.runner.AT_ONCE", 2)
    run_study(campaign, replications=450, seed=7, jobs=1, folder=tmp_path / "run")
    seen: list[Progress] = []
    run_study(campaign, replications=900, seed=7, jobs=1, folder=tmp_path / "run", on_progress=seen.append)
    tables = [{f.name: f.read_bytes() for f in (tmp_path / name / "outcomes").iterdir()} for name in ("whole", "run")]
    assert tables[0] == tables[1]
    assert [one.done for one in seen if one.step == "simulating"] == [450, 700, 750, 900]


def test_a_default_study_spreads_evenly_over_two_and_four_workers() -> None:
    """500 replications in chunks that make two heaps of 250, or four of which none is above 150."""
    counts = [span.count for span in spans_of(500)]
    assert counts == [100, 100, 100, 100, 50, 50]


def deadly(campaign: Campaign, marker: Path) -> Deadly:
    there = dataclasses.replace(campaign, about=str(marker))
    return Deadly(there, outline_of(there, simulate_nominal(there)), 7)


def test_a_killed_worker_loses_and_doubles_nothing(campaign: Campaign, tmp_path: Path) -> None:
    work = deadly(campaign, tmp_path / "died")
    with Pool(2) as pool:
        survived = sorted(run_all(pool, work, list(spans_of(N))), key=lambda pair: pair[0].first)
    assert (tmp_path / "died").exists()
    assert survived == list(run_all(Here(), work, list(spans_of(N))))


def test_workers_that_always_die_end_the_study(campaign: Campaign, tmp_path: Path) -> None:
    work = deadly(campaign, tmp_path / "nowhere" / "died")
    with Pool(2) as pool, pytest.raises(WorkersLostError, match="died 4 times"):
        list(run_all(pool, work, list(spans_of(N))))
