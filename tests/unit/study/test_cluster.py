"""Dask gives what the pool gives, also when a worker process dies in the middle."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario
from sim.study.cluster import ClusterError, cluster, engine_of
from sim.study.plan import read_plan
from sim.study.runner import Progress, run_study
from sim.study.sweep import Start, run_sweep

distributed: Any = importlib.import_module("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
N = 2_000
SWEEP = Path(__file__).with_name("sweeping.yaml")


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*/*.parquet")}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two worker processes over TCP on this machine."""
    local = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tcp://",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    )
    with local, distributed.Client(local, set_as_default=False) as client:
        yield client


@pytest.fixture(scope="module")
def whole(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole") / "run"
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    return tables_in(folder)


def test_dask_gives_the_tables_of_one_process(
    client: Any, whole: dict[str, bytes], campaign: Campaign, tmp_path: Path
) -> None:
    run_study(campaign, replications=N, seed=7, folder=tmp_path / "run", engine=engine_of(client))
    assert tables_in(tmp_path / "run") == whole


def test_a_killed_worker_loses_and_doubles_nothing(
    client: Any, whole: dict[str, bytes], campaign: Campaign, tmp_path: Path
) -> None:
    victims: list[int] = []

    def kill(progress: Progress) -> None:
        if progress.done and not victims:
            victims.extend(client.run(os.getpid).values())
            os.kill(victims[0], signal.SIGKILL)

    study = run_study(
        campaign, replications=N, seed=7, folder=tmp_path / "run", engine=engine_of(client), on_progress=kill
    )
    assert len(victims) == 2
    assert study.sample.replication.tolist() == list(range(N))
    assert tables_in(tmp_path / "run") == whole


def test_a_sweep_on_dask_has_the_tables_of_one_process(client: Any, tmp_path: Path) -> None:
    plan = read_plan(load_scenario(SWEEP).layered, cases=8, replications=100)
    run_sweep(Start(SWEEP), plan, jobs=1, folder=tmp_path / "here")
    run_sweep(Start(SWEEP), plan, folder=tmp_path / "dask", engine=engine_of(client))
    assert len(tables_in(tmp_path / "dask")) == 8
    assert tables_in(tmp_path / "dask") == tables_in(tmp_path / "here")


def test_an_address_nobody_answers_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.CONNECT_S", 1)
    with (
        pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_two_clusters_do_not_get_into_each_others_way() -> None:
    """Dask warns, and here a warning is an error, when the port of its status page is taken."""
    with cluster(None, 1), cluster(None, 1):
        pass


def test_workers_with_other_code_are_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.this_code", lambda: "0.0.0+other")
    address = client.scheduler.address
    with pytest.raises(ClusterError, match="install the same on both"), cluster(address):
        pass
