"""Dask gives what the pool gives, also when a worker process dies in the middle."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario
from sim.study.cluster import ClusterError, DaskWorkers, _local_cluster, _new_keys, _require_same_code, cluster
from sim.study.engines import WorkersLostError, run_all
from sim.study.runner import Progress, run_study
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan
from tests.unit.study.lossy import Doubling, Dying, Failing

distributed: Any = importlib.import_module("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
N = 2_000
PATIENCE_S = 120.0
SWEEP = Path(__file__).with_name("sweeping.yaml")


class Watched(Queue[Any]):
    """A queue that a test can look into: the one that the engine waits at."""

    made: ClassVar[list[Watched]] = []

    def __init__(self) -> None:
        super().__init__()
        self.made.append(self)


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something that is sure to come; the bound only keeps a broken program from hanging the tests."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*/*.parquet")}


@pytest.fixture(scope="module")
def shared_client() -> Iterator[Any]:
    """Two worker processes on this machine."""
    keys = _new_keys()
    with _local_cluster(2, keys) as local, distributed.Client(local, security=keys, set_as_default=False) as client:
        yield client


@pytest.fixture
def client(shared_client: Any) -> Any:
    """Two worker processes that are well under way: one that dies while it starts, Dask does not replace."""
    wait_until(lambda: is_rested(shared_client))
    return shared_client


def is_rested(client: Any) -> bool:
    nannies = list(client.cluster.workers.values())
    known = set(client.scheduler_info(n_workers=-1)["workers"])
    running = [one for one in nannies if one.process is not None and one.process.status.name == "running"]
    return len(running) == 2 and {one.worker_address for one in running if one.is_alive()} == known


def kill_all(client: Any) -> None:
    """Kill every worker, and wait until all of them have been replaced."""
    there = client.run(os.getpid)
    for pid in there.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not there.keys() & client.scheduler_info(n_workers=-1)["workers"].keys() and is_rested(client))


class Hopeless:
    """A client all of whose workers die of every item."""

    def __init__(self) -> None:
        self.loop, self.rounds = self, 0

    def scatter(self, job: object, **_: object) -> object:
        self.rounds += 1
        return job

    def submit(self, *_: object, **__: object) -> Any:
        return SimpleNamespace(release=lambda: None, cancel=lambda: None)

    def add_callback(self, call: Callable[..., Any], *arguments: object) -> None:
        asyncio.run(call(*arguments))

    async def gather(self, _: object, **__: object) -> object:
        raise distributed.scheduler.KilledWorker("item", None, 3)


@pytest.fixture(scope="module")
def whole(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole") / "run"
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)
    return tables_in(folder)


def test_dask_gives_the_tables_of_one_process(
    client: Any, whole: dict[str, bytes], campaign: Campaign, tmp_path: Path
) -> None:
    run_study(campaign, replications=N, seed=7, folder=tmp_path / "run", engine=DaskWorkers(client))
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
        campaign, replications=N, seed=7, folder=tmp_path / "run", engine=DaskWorkers(client), on_progress=kill
    )
    assert victims
    assert study.sample.replication.tolist() == list(range(N))
    assert tables_in(tmp_path / "run") == whole


def test_results_that_came_before_their_workers_died_are_taken(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who consumes them may be slow; what has arrived stays true, and is not asked for again."""
    monkeypatch.setattr("sim.study.engines.Queue", Watched)
    arriving = run_all(DaskWorkers(client), Doubling(), list(range(20)))
    taken = [next(arriving)]
    wait_until(lambda: Watched.made[-1].qsize() == 19)
    before = set(client.run(os.getpid).values())
    kill_all(client)
    taken += arriving
    assert sorted((item, double) for item, (double, _) in taken) == [(item, 2 * item) for item in range(20)]
    assert {pid for _, (_, pid) in taken} <= before


def test_results_whose_workers_died_before_they_came_are_made_again(client: Any, tmp_path: Path) -> None:
    made = dict(run_all(DaskWorkers(client), Dying(tmp_path / "died"), list(range(20))))
    assert (tmp_path / "died").exists()
    assert made == {item: item for item in range(20)}


def test_workers_that_always_die_end_the_study() -> None:
    client = Hopeless()
    with pytest.raises(WorkersLostError, match="died 4 times"):
        list(run_all(DaskWorkers(client), Doubling(), [1, 2, 3]))
    assert client.rounds == 4


class Deserted(Hopeless):
    """A client whose workers are all gone, and nobody brings them back; a scheduler may be gone as well."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error

    def add_callback(self, call: Callable[..., Any], *arguments: object) -> None:
        del call, arguments

    def nthreads(self) -> dict[str, int]:
        if self.error is not None:
            raise self.error
        return {}


@pytest.mark.parametrize("error", [None, OSError("the scheduler is gone")])
def test_work_that_nobody_is_left_to_do_ends_the_study(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    monkeypatch.setattr("sim.study.engines.AWAKE_S", 0.001)
    monkeypatch.setattr("sim.study.cluster.ALONE_S", 0.01)
    with pytest.raises(WorkersLostError, match="no Dask worker has been there for"):
        list(run_all(DaskWorkers(Deserted(error)), Doubling(), [1, 2, 3]))


@pytest.mark.parametrize("error", [RuntimeError("Nanny failed to start."), TimeoutError(), OSError("no port is free")])
def test_workers_that_do_not_start_are_one_clear_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> Any:
        raise error

    monkeypatch.setattr("sim.study.cluster._local_cluster", fail)
    with pytest.raises(ClusterError, match="the workers of this machine did not start: "), cluster(None, 1):
        pass


def test_a_cluster_without_workers_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.CONNECT_S", 0.01)
    with pytest.raises(ClusterError, match="the cluster has no worker"):
        _require_same_code(Workerless())


class Workerless:
    """A client of a scheduler that no worker has come to."""

    def wait_for_workers(self, _: int, timeout: float) -> None:
        raise TimeoutError(f"Only 0/1 workers arrived after {timeout}")


@pytest.mark.parametrize("error", [ValueError("no such law"), OSError(28, "No space left on device")])
def test_an_error_of_the_work_is_raised_as_it_is(client: Any, error: Exception) -> None:
    with pytest.raises(type(error), match=str(error.args[-1])):
        list(run_all(DaskWorkers(client), Failing(error), list(range(5))))


@pytest.mark.parametrize("known", [False, True])
def test_workers_of_this_machine_speak_to_nobody_without_their_key(known: bool, tmp_path: Path) -> None:
    """Neither to one without a certificate, nor to one with another; the server says no when it reads it."""
    stranger, file = _new_keys(), tmp_path / "stranger.pem"
    file.write_text(stranger.tls_client_cert + stranger.tls_client_key, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if known:
        context.load_cert_chain(file)
    with _local_cluster(1, _new_keys()) as local:
        host, port = local.scheduler_address.removeprefix("tls://").split(":")
        with (
            pytest.raises(OSError, match=r"(?i)certificate|unknown ca|reset"),
            socket.create_connection((host, int(port)), timeout=PATIENCE_S) as plain,
            context.wrap_socket(plain) as talk,
        ):
            talk.recv(1)


def test_a_sweep_on_dask_has_the_tables_of_one_process(client: Any, tmp_path: Path) -> None:
    plan = read_plan(load_scenario(SWEEP), cases=8, replications=100)
    run_sweep(Start(SWEEP), plan, jobs=1, folder=tmp_path / "here")
    run_sweep(Start(SWEEP), plan, folder=tmp_path / "dask", engine=DaskWorkers(client))
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
    with pytest.raises(ClusterError, match="install the same on both"):
        _require_same_code(client)


def test_the_executor_of_dask_itself_does_as_well(client: Any) -> None:
    made = run_all(client.get_executor(), Doubling(), list(range(20)))
    assert sorted((item, double) for item, (double, _) in made) == [(item, 2 * item) for item in range(20)]
