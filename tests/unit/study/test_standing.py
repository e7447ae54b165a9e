"""Workers that stay answer whoever asks, are replaced when they die, and pass on what goes wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.analysis.outline import outline_of
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_nominal
from sim.study.chunks import Span, Work
from sim.study.engines import Standing, WorkersLostError
from tests.unit.study.deadly import DEADLY, Deadly


def work_of(campaign: Campaign, kind: type[Work], marker: Path) -> Work:
    there = dataclasses.replace(campaign, about=str(marker))
    return kind(there, outline_of(there, simulate_nominal(there)), 7)


@pytest.fixture
def deadly(campaign: Campaign, tmp_path: Path) -> Iterator[Standing]:
    workers = Standing(work_of(campaign, Deadly, tmp_path / "died"), 2)
    yield workers
    workers.close()


def test_many_who_ask_at_once_get_their_own_answer(deadly: Standing, campaign: Campaign, tmp_path: Path) -> None:
    spans = [Span(10 * number, 10) for number in range(8)]
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(deadly.ask, spans))
    here = work_of(campaign, Work, tmp_path / "died")
    assert answers == [here.run(span) for span in spans]


def test_a_worker_that_dies_is_replaced_and_its_item_done_again(
    deadly: Standing, campaign: Campaign, tmp_path: Path
) -> None:
    answer = deadly.ask(Span(DEADLY, 5))
    assert (tmp_path / "died").exists()
    assert answer == work_of(campaign, Work, tmp_path / "died").run(Span(DEADLY, 5))
    assert deadly.ask(Span(0, 5)) != answer


def test_workers_that_always_die_are_given_up(campaign: Campaign, tmp_path: Path) -> None:
    workers = Standing(work_of(campaign, Deadly, tmp_path / "nowhere" / "died"), 1)
    with pytest.raises(WorkersLostError, match="died 4 times"):
        workers.ask(Span(DEADLY, 5))
    workers.close()


def test_what_the_job_raises_comes_back_and_the_workers_stay(deadly: Standing) -> None:
    with pytest.raises(ValueError, match="numbered from 0"):
        deadly.ask(Span(-5, 2))
    assert deadly.ask(Span(0, 1))
