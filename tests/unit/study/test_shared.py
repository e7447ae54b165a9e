"""Tables that workers write into a shared folder are those that would come back, and nobody else is asked for them."""

from __future__ import annotations

import importlib
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.campaign.plan import Campaign
from sim.study import store
from sim.study.cluster import cluster
from sim.study.contents import RUN_MARKER
from sim.study.files import FolderError
from sim.study.folders import tables_elsewhere
from sim.study.manifest import read_manifest
from sim.study.place import ALLOWED, SharedFolderError, Storage, shared_place
from sim.study.runner import Progress, run_study
from sim.study.store import StudyTables

N = 230
MEMORY = "memory://studies"


@pytest.fixture(scope="module")
def alone(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> StudyTables:
    return run_study(campaign, replications=N, seed=7, jobs=1, folder=tmp_path_factory.mktemp("alone") / "run")


def tables_below(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("part-*.parquet")}


def test_workers_write_the_same_tables_themselves(alone: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    study = run_study(
        campaign, replications=N, seed=7, jobs=2, folder=tmp_path / "run", shared=f"file://{shared.as_posix()}"
    )
    assert tables_below(tmp_path / "run") == {}
    assert tables_below(shared) == tables_below(alone.folder)
    assert np.array_equal(study.sample.reached_d, alone.sample.reached_d)
    assert tables_elsewhere(study.folder) == study.manifest.shared


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_dask_workers_write_the_same_tables_themselves(alone: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    with cluster(None, 2) as engine:
        run_study(campaign, replications=N, seed=7, folder=tmp_path / "run", engine=engine, shared=str(shared))
    assert tables_below(shared) == tables_below(alone.folder)


def test_two_run_folders_share_what_is_the_same(campaign: Campaign, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_study(campaign, replications=N, seed=7, jobs=1, folder=tmp_path / name, shared=str(tmp_path / "shared"))
    assert len(tables_below(tmp_path / "shared")) == 3


def test_an_altered_shared_table_is_found_and_run_again(alone: StudyTables, campaign: Campaign, tmp_path: Path) -> None:
    how: dict[str, Any] = {"seed": 7, "jobs": 1, "folder": tmp_path / "run", "shared": str(tmp_path / "shared")}
    run_study(campaign, replications=N, **how)
    file = next((tmp_path / "shared").rglob("part-000100*"))
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(FolderError, match="altered"):
        store.read_study(tmp_path / "run")
    steps: list[Progress] = []
    run_study(campaign, replications=N, on_progress=steps.append, **how)
    assert steps[0].done == N - 100
    assert tables_below(tmp_path / "shared") == tables_below(alone.folder)


def test_another_machine_is_asked_where_the_user_allows_it(
    alone: StudyTables, campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fsspec's file system in memory stands for one behind a network: it has no path on this machine."""
    importlib.import_module("fsspec").filesystem("memory").store.clear()
    monkeypatch.setenv(ALLOWED, MEMORY)
    how: dict[str, Any] = {"seed": 7, "jobs": 1, "folder": tmp_path / "run", "shared": MEMORY}
    run_study(campaign, replications=N - 100, **how)
    study = run_study(campaign, replications=N, **how)
    assert np.array_equal(study.sample.on_chain, alone.sample.on_chain)
    assert np.array_equal(store.column(study.folder, "reached.both"), store.column(alone.folder, "reached.both"))
    names = [
        name.rpartition("/")[2] for name in importlib.import_module("fsspec").filesystem("memory").find("/studies")
    ]
    # the short last table of the first study gave way, and nothing lies aside
    assert names == ["part-000000-000099.parquet", "part-000100-000199.parquet", "part-000200-000229.parquet"]
    monkeypatch.delenv(ALLOWED)
    with pytest.raises(SharedFolderError, match=r"on another machine.*set ILRS_SHARED=memory://studies"):
        store.read_study(study.folder)


def test_a_strangers_study_does_not_make_us_ask_anybody(alone: StudyTables, tmp_path: Path) -> None:
    manifest = json.loads((alone.folder / RUN_MARKER).read_text(encoding="utf-8"))
    (tmp_path / RUN_MARKER).write_text(json.dumps({**manifest, "shared": "http://127.0.0.1:9/x"}), encoding="utf-8")
    (tmp_path / "outline.json").write_bytes((alone.folder / "outline.json").read_bytes())
    with pytest.raises(SharedFolderError, match="asked only where you allow it"):
        store.read_study(tmp_path)


@pytest.mark.parametrize("url", ["s3://bucket/studies-of-others", "s3://bucket/studies/../others", "http://evil/file:"])
def test_a_url_that_only_begins_like_the_allowed_one_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOWED, "s3://bucket/studies")
    with pytest.raises(SharedFolderError, match="on another machine"):
        shared_place(url, "run")


def test_a_relative_folder_is_no_shared_one() -> None:
    with pytest.raises(SharedFolderError, match="neither a URL nor an absolute path"):
        shared_place("studies", "run")


def test_an_unknown_kind_of_url_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOWED, "moon://base")
    with pytest.raises(SharedFolderError, match="moon://base/run"):
        shared_place("moon://base", "run").write("part", b"")


def test_a_run_with_its_own_tables_is_not_continued_elsewhere(campaign: Campaign, tmp_path: Path) -> None:
    run_study(campaign, replications=10, seed=7, jobs=1, folder=tmp_path / "run")
    with pytest.raises(FolderError, match="keeps its tables elsewhere; say no --shared"):
        run_study(campaign, replications=20, seed=7, jobs=1, folder=tmp_path / "run", shared=str(tmp_path / "s"))


def test_a_finished_run_is_read_where_it_is_without_saying_it_again(campaign: Campaign, tmp_path: Path) -> None:
    """As `ilrs compare` does, which runs what is not there yet."""
    run_study(campaign, replications=N, seed=7, jobs=1, folder=tmp_path / "run", shared=str(tmp_path / "s"))
    again = run_study(campaign, replications=N - 10, seed=7, jobs=1, folder=tmp_path / "run")
    assert again.manifest.shared
    assert tables_below(tmp_path / "run") == {}
    with pytest.raises(FolderError, match="keeps its tables elsewhere; say --shared"):
        run_study(campaign, replications=N + 100, seed=7, jobs=1, folder=tmp_path / "run")


def test_a_shared_folder_that_cannot_be_written_is_one_clear_error(campaign: Campaign, tmp_path: Path) -> None:
    """The error is raised in a worker process, and said by the one that runs the study."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FolderError, match="cannot be written"):
        run_study(
            campaign, replications=N, seed=7, jobs=2, folder=tmp_path / "run", shared=str(tmp_path / "file" / "s")
        )
    assert read_manifest(tmp_path / "run").state == "failed"


def test_a_folder_error_survives_the_way_from_a_worker() -> None:
    error = FolderError(Path("runs"), "cannot be written", "choose another")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_table_of_a_shared_folder_is_absent_or_whole(tmp_path: Path) -> None:
    place = Storage(str(tmp_path / "new"))
    place.write("part-1", b"whole")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["part-1"]
    with pytest.raises(FileNotFoundError):
        place.read("part-2")
