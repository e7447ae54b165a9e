"""Workers that stay answer whoever asks, are replaced when they die, and pass on what goes wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from sim.analysis.outline import outline_of
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_nominal
from sim.study.chunks import ChunkSpan, Work
from sim.study.engines import Pool, WorkersLostError, ask
from tests.unit.study.deadly import DEADLY, Deadly

Ask = Callable[[ChunkSpan], object]


def work_of(campaign: Campaign, kind: type[Work], marker: Path) -> Work:
    there = dataclasses.replace(campaign, about=str(marker))
    return kind(there, outline_of(there, simulate_nominal(there)), 7)


@pytest.fixture
def deadly(campaign: Campaign, tmp_path: Path) -> Iterator[Ask]:
    with Pool(2) as workers:
        yield partial(ask, workers, work_of(campaign, Deadly, tmp_path / "died"))


def test_many_who_ask_at_once_get_their_own_answer(deadly: Ask, campaign: Campaign, tmp_path: Path) -> None:
    spans = [ChunkSpan(10 * number, 10) for number in range(8)]
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(deadly, spans))
    here = work_of(campaign, Work, tmp_path / "died")
    assert answers == [here.run(span) for span in spans]


def test_a_worker_that_dies_is_replaced_and_its_item_done_again(
    deadly: Ask, campaign: Campaign, tmp_path: Path
) -> None:
    answer = deadly(ChunkSpan(DEADLY, 5))
    assert (tmp_path / "died").exists()
    assert answer == work_of(campaign, Work, tmp_path / "died").run(ChunkSpan(DEADLY, 5))
    assert deadly(ChunkSpan(0, 5)) != answer


def test_workers_that_always_die_are_given_up(campaign: Campaign, tmp_path: Path) -> None:
    with Pool(1) as workers, pytest.raises(WorkersLostError, match="died 4 times"):
        ask(workers, work_of(campaign, Deadly, tmp_path / "nowhere" / "died"), ChunkSpan(DEADLY, 5))


def test_what_the_job_raises_comes_back_and_the_workers_stay(deadly: Ask) -> None:
    with pytest.raises(ValueError, match="numbered from 0"):
        deadly(ChunkSpan(-5, 2))
    assert deadly(ChunkSpan(0, 1))
