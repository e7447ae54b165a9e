"""Histories: one forecast for each day of knowledge, which the same call goes on with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboards.history_page import compose_history
from dashboards.page import render_page
from sim.problems import InputError, ScenarioError
from sim.scenario.load import load_scenario
from sim.study.engines import choose
from sim.study.files import FolderError
from sim.study.history import History, days_every, days_named, news_of, read_history, run_history
from sim.study.sweep import Start

PLAN = """\
format: 1
name: told
calendar: {start: 2021-01-01, end: 2045-01-01, as_of: 2024-11-22}
goals:
  ready:
    title: The <b>hut</b> stands
    by: {said: {2021-01-01: 2028-12-31, 2023-06-01: 2035-12-31}}
    needs: [rocket, lander]
  crewed: {by: {said: {2021-01-01: not planned, 2023-05-29: 2030-12-31}}, needs: [lander]}
activities:
  lander:
    done: 2023-06-30
    finish: {said: {2021-01-01: 2022-12-15, 2022-06-01: 2023-03-01}}
    slip: {uniform: [0 d, 400 d]}
  rocket: {finish: {said: {2021-01-01: 2027-07-01, 2024-04-24: 2031-01-01}}, slip: {uniform: [0 d, 1000 d]}}
"""
DAYS = ("2022-01-01", "2023-07-01", "2024-11-22")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "told.yaml").write_text(PLAN)
    return tmp_path / "told.yaml"


def history_of(file: Path, folder: Path, days: tuple[str, ...] = DAYS, seed: int = 7) -> History:
    _, history = run_history(
        Start(file), days, replications=40, seed=seed, engine=choose(1), folder=folder, command="ilrs history told.yaml"
    )
    return history


def test_a_goal_has_a_forecast_for_each_day_it_was_spoken_of(file: Path, tmp_path: Path) -> None:
    goals = {goal.name: [one.known_on for one in goal.forecasts] for goal in history_of(file, tmp_path / "h").goals}
    assert goals == {"ready": list(DAYS), "crewed": list(DAYS[1:])}


def test_the_official_date_is_that_of_the_day(file: Path, tmp_path: Path) -> None:
    ready = history_of(file, tmp_path / "h").goals[0]
    assert [one.by for one in ready.forecasts] == ["2028-12-31", "2035-12-31", "2035-12-31"]


def test_the_forecast_moves_with_the_plan(file: Path, tmp_path: Path) -> None:
    """The slip is at most 1000 days, so a plan moved by 1280 days moves every date."""
    _, before, after = history_of(file, tmp_path / "h").goals[0].forecasts
    assert before.p80 is not None
    assert after.p10 is not None
    assert before.p80 < "2031-01-01" < after.p10


def test_what_has_happened_is_sure(file: Path, tmp_path: Path) -> None:
    crewed = history_of(file, tmp_path / "h").goals[1].forecasts[-1]
    assert (crewed.p10, crewed.p50, crewed.p80, crewed.probability) == (*["2023-06-30"] * 3, 1.0)


def test_news_say_what_became_known(file: Path, tmp_path: Path) -> None:
    news = history_of(file, tmp_path / "h").news
    assert news[1].said == (
        "ready 2028-12-31 → 2035-12-31",
        "crewed planned for 2030-12-31",
        "lander done on 2023-06-30",
    )
    assert news[2].said == ("rocket 2027-07-01 → 2031-01-01",)


def test_each_day_is_a_run_folder_that_knows_its_day(file: Path, tmp_path: Path) -> None:
    history_of(file, tmp_path / "h")
    resolved = load_scenario(tmp_path / "h" / DAYS[1] / "scenario.resolved.yaml").scenario
    assert str(resolved.calendar.as_of) == "2023-07-01 00:00:00"


def test_the_same_history_again_simulates_nothing(file: Path, tmp_path: Path) -> None:
    first = history_of(file, tmp_path / "h")
    tables = {part: part.stat().st_mtime_ns for part in (tmp_path / "h").rglob("part-*.parquet")}
    assert history_of(file, tmp_path / "h") == first
    assert {part: part.stat().st_mtime_ns for part in (tmp_path / "h").rglob("part-*.parquet")} == tables


def test_a_history_that_was_stopped_goes_on(file: Path, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(text: str) -> None:
        if text.startswith("3"):
            raise StoppedError

    with pytest.raises(StoppedError):
        run_history(Start(file), DAYS, replications=40, seed=7, engine=choose(1), folder=tmp_path / "h", on_day=stop)
    kept = {part: part.stat().st_mtime_ns for part in (tmp_path / "h").rglob("part-*.parquet")}
    assert len(kept) == 2
    assert history_of(file, tmp_path / "h") == history_of(file, tmp_path / "whole")
    assert {part: part.stat().st_mtime_ns for part in kept} == kept


def test_the_folder_of_another_history_is_refused(file: Path, tmp_path: Path) -> None:
    history_of(file, tmp_path / "h")
    with pytest.raises(FolderError, match="another"):
        history_of(file, tmp_path / "h", seed=8)


def test_a_day_on_which_the_scenario_is_wrong_is_named_before_anything_runs(file: Path, tmp_path: Path) -> None:
    file.write_text(PLAN.replace("    finish: {said: {2021-01-01: 2022-12-15, 2022-06-01: 2023-03-01}}\n", "").replace(
        "    slip: {uniform: [0 d, 400 d]}\n", ""))  # fmt: skip
    with pytest.raises(ScenarioError, match="as of 2022-01-01"):
        history_of(file, tmp_path / "h")
    assert not (tmp_path / "h").exists()


def test_a_history_is_read_as_it_was_found(file: Path, tmp_path: Path) -> None:
    assert history_of(file, tmp_path / "h") == read_history(tmp_path / "h")


@pytest.mark.parametrize("text", ["{}", "[]", '{"format": 2}', "no json"])
def test_a_strange_history_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ilrs-history.json").write_text(text)
    with pytest.raises(FolderError, match="another folder"):
        read_history(tmp_path)


def test_a_history_that_is_not_finished_is_refused_with_the_way_to_go_on(file: Path, tmp_path: Path) -> None:
    history_of(file, tmp_path / "h")
    marker = tmp_path / "h" / "ilrs-history.json"
    marker.write_text(marker.read_text(encoding="utf-8").replace('"complete"', '"interrupted"'), encoding="utf-8")
    with pytest.raises(FolderError, match="ilrs history"):
        read_history(tmp_path / "h")


def test_the_page_calls_goals_by_their_title_and_escapes_it(file: Path, tmp_path: Path) -> None:
    page = compose_history(history_of(file, tmp_path / "h"), tmp_path / "h", tmp_path / "h")
    text = render_page(page, single_file=False).html
    assert "The &lt;b&gt;hut&lt;/b&gt; stands" in text
    assert "<b>hut</b>" not in text


def test_the_page_draws_the_official_date_of_every_day(file: Path, tmp_path: Path) -> None:
    page = compose_history(history_of(file, tmp_path / "h"), tmp_path / "h", tmp_path / "h")
    figure = page.sections[0].cards[0].figure
    assert figure is not None
    assert list(figure.data[2].y) == ["2028-12-31", "2035-12-31", "2035-12-31"]


def test_steps_run_from_the_start_to_the_day_of_knowledge(file: Path) -> None:
    assert days_every("1yr", load_scenario(file)) == (
        "2021-01-01",
        "2022-01-01",
        "2023-01-01",
        "2024-01-01",
        "2024-11-22",
    )


def test_steps_of_months_keep_to_the_end_of_short_months(file: Path) -> None:
    file.write_text(PLAN.replace("start: 2021-01-01", "start: 2024-08-31"))
    assert days_every("1mo", load_scenario(file)) == ("2024-08-31", "2024-09-30", "2024-10-31", "2024-11-22")


@pytest.mark.parametrize("step", ["", "3", "mo", "0mo", "3 parsecs", "-1mo", "1d"])
def test_steps_that_are_none_or_too_many_are_refused(file: Path, step: str) -> None:
    with pytest.raises(InputError):
        days_every(step, load_scenario(file))


def test_named_days_come_in_order_and_once() -> None:
    assert days_named("2024-01-01, 2021-12-29,2024-01-01") == ("2021-12-29", "2024-01-01")


def test_a_named_day_that_is_no_date_is_refused() -> None:
    with pytest.raises(InputError, match="2024-02-30"):
        days_named("2024-02-30")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {("partners", "us", "joins"): "2023-01-01"}, "us joined on 2023-01-01"),
        ({}, {("missions", "m", "flown", "launched"): "2023-01-01"}, "m flew on 2023-01-01"),
        (
            {("activities", "a", "finish"): "2023-01-01"},
            {("activities", "a", "finish"): "2024-01-01"},
            "a 2023-01-01 → 2024-01-01",
        ),
        (
            {("partners", "us", "joins"): "{'uniform': []}"},
            {("partners", "us", "joins"): "2024-01-01"},
            "us planned anew",
        ),
        ({("activities", "a", "cost"): "1"}, {("activities", "a", "cost"): "2"}, ""),
        ({("activities", "a", "finish"): "2023-01-01"}, {}, ""),
    ],
)
def test_news_of_each_kind(before: dict[Any, str], after: dict[Any, str], said: str) -> None:
    (path,) = {**before, **after}
    assert news_of(path, before, after) == said
