"""Whatever is killed, and whenever: nothing that is done is lost or doubled, and the tables end up the same."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario
from sim.study import files
from sim.study.contents import RUN_MARKER
from sim.study.files import FolderError
from sim.study.lock import held, holder
from sim.study.manifest import read_manifest
from sim.study.runner import run_study
from sim.study.store import read_study
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan
from sim.study.work_ledger import rows_in
from tests.unit.study.driver import HALTED

DRIVER = Path(__file__).with_name("driver.py")
FILE = Path(__file__).with_name("two-steps.yaml")
SWEEP = Path(__file__).with_name("sweeping.yaml")
N = 1_000
LONG = 6_000
"""Long enough, at some tenths of a millisecond each, to be hit at random in the middle."""
PATIENCE_S = 120.0


def start(project_root: Path, folder: Path, replications: int, jobs: int = 1, stop: int = 0) -> subprocess.Popen[bytes]:
    """Start a study, or a sweep where `replications` is 0, that halts at a file it is about to put in place."""
    environment = {**os.environ, "PYTHONPATH": str(project_root)}
    return subprocess.Popen(
        [sys.executable, str(DRIVER), str(FILE if replications else SWEEP), str(folder)]
        + [str(number) for number in (replications, jobs, stop)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=project_root,
    )


def kill_at(process: subprocess.Popen[bytes]) -> None:
    """Kill a process where it halts."""
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert said == HALTED, errors.decode()


def kill_once_begun(process: subprocess.Popen[bytes], folder: Path, after_s: float) -> bool:
    """Kill a process some time after it has begun to write; tell whether it was still there."""
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and holder(folder) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after_s)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return alive


def require_success(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process to end, and show what it said if it did not end well."""
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said.decode()


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*/*.parquet")}


@pytest.fixture(scope="module")
def whole(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole") / "run"
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    return tables_in(folder)


def killed_again_and_again(project_root: Path, folder: Path, kills: int, jobs: int, chance: random.Random) -> int:
    hits = 0
    for _ in range(kills):
        process = start(project_root, folder, LONG, jobs)
        hits += kill_once_begun(process, folder, chance.uniform(0.0, 1.0))
    require_success(start(project_root, folder, LONG, jobs))
    return hits


def test_a_study_killed_again_and_again_ends_with_the_same_tables(
    whole: dict[str, bytes], project_root: Path, tmp_path: Path
) -> None:
    """Killed before its first manifest, at what it writes first, and at two tables."""
    for stop in (1, 2, 10, 11):
        kill_at(start(project_root, tmp_path / "run", N, 2, stop))
    require_success(start(project_root, tmp_path / "run", N, 2))
    assert tables_in(tmp_path / "run") == whole
    assert not list((tmp_path / "run").rglob("*.tmp"))


@pytest.mark.parametrize("stop", [1, 2, 3, 5])
def test_a_sweep_killed_at_a_file_goes_on(project_root: Path, tmp_path: Path, stop: int) -> None:
    """Before its manifest, its scenario and its design are there, and at a table."""
    folder = tmp_path / "sweep"
    kill_at(start(project_root, folder, 0, 1, stop))
    sweep = run_sweep(Start(SWEEP), read_plan(load_scenario(SWEEP), cases=4, replications=10), folder=folder, jobs=1)
    assert all(sweep.is_done(one.key) for one in sweep.planned)
    assert not list(folder.rglob("*.tmp"))


@pytest.mark.stress
def test_a_study_killed_fifty_times_ends_with_the_same_tables(
    campaign: Campaign, project_root: Path, tmp_path: Path
) -> None:
    run_study(campaign, replications=LONG, seed=7, jobs=1, folder=tmp_path / "whole")
    whole = tables_in(tmp_path / "whole")
    chance, hits, rounds = random.Random(2), 0, 0
    while hits < 50:
        folder = tmp_path / str(rounds)
        hits += killed_again_and_again(project_root, folder, 5, 1 + rounds % 2, chance)
        assert tables_in(folder) == whole
        rounds += 1


@pytest.mark.stress
def test_a_sweep_killed_twenty_times_ends_with_the_same_tables(project_root: Path, tmp_path: Path) -> None:
    require_success(start(project_root, tmp_path / "whole", 0))
    chance, hits, rounds = random.Random(3), 0, 0
    while hits < 20:
        folder = tmp_path / str(rounds)
        for _ in range(4):
            hits += kill_once_begun(start(project_root, folder, 0), folder, chance.uniform(0.0, 2.0))
        require_success(start(project_root, folder, 0))
        assert tables_in(folder) == tables_in(tmp_path / "whole")
        rounds += 1


def test_the_second_is_told_who_holds_a_folder(campaign: Campaign, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with held(folder), pytest.raises(FolderError, match=rf"is held by process {os.getpid()} on .* since 20"):
        run_study(campaign, replications=1, seed=7, jobs=1, folder=folder)
    run_study(campaign, replications=1, seed=7, jobs=1, folder=folder)
    assert holder(folder) is None


def test_a_lock_dies_with_the_process_that_held_it(campaign: Campaign, project_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    kill_at(start(project_root, folder, N, 1, 10))
    assert (folder / ".ilrs-lock").exists()
    assert holder(folder) is None
    assert read_manifest(folder).state == "running"
    assert run_study(campaign, replications=100, seed=7, jobs=1, folder=folder).sample.size == 100


def test_a_full_disk_gives_one_clear_error_and_loses_nothing(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, room = tmp_path / "run", [12]
    replace = os.replace

    def fill(source: Path, target: Path) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fill)
        with pytest.raises(FolderError, match="no space left on device"):
            run_study(campaign, replications=1000, seed=7, jobs=1, folder=folder)
    done = list(rows_in(folder))
    assert done
    kept = {row.span.name: (folder / "outcomes" / row.span.name).read_bytes() for row in done}
    assert all(files.digest(kept[row.span.name]) == row.sha256 for row in done)
    study = run_study(campaign, replications=1000, seed=7, jobs=1, folder=folder)
    assert study.sample.size == 1000
    assert all((folder / "outcomes" / name).read_bytes() == data for name, data in kept.items())
    assert not list(folder.rglob("*.tmp"))


def test_a_torn_manifest_is_said_to_be_none_of_ours(campaign: Campaign, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_study(campaign, replications=10, seed=7, jobs=1, folder=folder)
    manifest = folder / RUN_MARKER
    manifest.write_text(manifest.read_text(encoding="utf-8")[:100], encoding="utf-8")
    with pytest.raises(FolderError, match="is not a manifest of ours"):
        read_study(folder)


def test_a_truncated_chunk_is_run_again(campaign: Campaign, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_study(campaign, replications=200, seed=7, jobs=1, folder=folder)
    before = tables_in(folder)
    part = sorted((folder / "outcomes").iterdir())[1]
    part.write_bytes(part.read_bytes()[:1000])
    run_study(campaign, replications=200, seed=7, jobs=1, folder=folder)
    assert tables_in(folder) == before
    assert json.loads((folder / RUN_MARKER).read_text(encoding="utf-8"))["state"] == "complete"
