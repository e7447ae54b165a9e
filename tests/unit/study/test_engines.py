"""Work is done by any executor of `concurrent.futures`, item by item, and nobody waits for what nobody wants."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from sim.study.engines import Here, Pool, WorkersLostError, choose, fitting, run_all
from tests.unit.study.lossy import Doubling, Failing

T = TypeVar("T")
ITEMS = list(range(20))


@pytest.mark.parametrize("engine", [Here, lambda: ThreadPoolExecutor(3), lambda: Pool(2)])
def test_every_executor_does_every_item_once(engine: Callable[[], Executor]) -> None:
    with engine() as workers:
        made = sorted((item, double) for item, (double, _) in run_all(workers, Doubling(), ITEMS))
    assert made == [(item, 2 * item) for item in ITEMS]


def test_this_process_does_an_item_when_it_is_asked_for_and_not_before() -> None:
    """So that what is done is stored before the next is begun."""
    done: list[int] = []

    @dataclass(frozen=True)
    class Noting:
        def run(self, item: int) -> int:
            done.append(item)
            return item

    arriving = run_all(Here(), Noting(), ITEMS)
    assert done == []
    next(arriving)
    assert done == [0]


def test_one_job_is_done_here_and_more_by_other_processes() -> None:
    with choose(1) as one, choose(2) as two:
        pids = [{pid for _, (_, pid) in run_all(engine, Doubling(), ITEMS)} for engine in (one, two)]
    assert pids[0] == {os.getpid()}
    assert os.getpid() not in pids[1]


def test_no_pool_is_started_for_one_item() -> None:
    with Pool(2) as pool:
        assert isinstance(fitting(pool, [1]), Here)
        assert fitting(pool, [1, 2]) is pool
        list(run_all(pool, Doubling(), [1]))
        assert fitting(pool, [1]) is pool  # it runs, and may know the job


@dataclass(frozen=True)
class Sleeping:
    """Works for an hour, but for the first item."""

    def run(self, item: int) -> int:
        if item:
            time.sleep(3_600.0)
        return item


def test_what_runs_is_ended_when_nobody_wants_it() -> None:
    with Pool(2) as pool:
        arriving = run_all(pool, Sleeping(), [0, 1])
        assert next(arriving) == (0, 0)
        arriving.close()
        assert [double for _, (double, _) in run_all(pool, Doubling(), [4])] == [8]


def test_an_error_of_the_work_is_raised_as_it_is() -> None:
    with Pool(2) as pool, pytest.raises(ValueError, match="no such law"):
        list(run_all(pool, Failing(ValueError("no such law")), ITEMS))


class Losing(Executor):
    """Loses every item but the last that it is given in a round of its own."""

    def __init__(self, good: int) -> None:
        self.good, self.asked = good, 0

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self.asked += 1
        future: Future[T] = Future()
        if args[1] == self.good:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(BrokenExecutor("lost"))
        return future


def test_an_executor_that_loses_everything_is_given_up() -> None:
    with pytest.raises(WorkersLostError, match="workers died 4 times"):
        list(run_all(Losing(-1), Doubling(), [1, 2]))


def test_what_was_lost_is_handed_out_again_and_what_is_done_is_not() -> None:
    engine = Losing(1)
    with pytest.raises(WorkersLostError):
        list(run_all(engine, Doubling(), [1, 2]))
    assert engine.asked == 2 + 4  # the first round of both, then four of the one that is left


def test_many_jobs_one_after_the_other_keep_their_own_answers() -> None:
    with Pool(1) as pool:
        first = dict(run_all(pool, Doubling(), ITEMS))
        second = dict(run_all(pool, Failing(ValueError(), bad=99), ITEMS))
        third = dict(run_all(pool, Doubling(), ITEMS))
    assert first == third
    assert second == {item: item for item in ITEMS}
