"""What the explorer compares, saves, and reads anew while a sweep runs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from dashboards.replay_view import Shown, find_parting
from dashboards.study_list import LiveSweeps, open_shelf
from dashboards.sweep_page import answers_of
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.runner import run_study
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan
from sim.study.sweep_tables import read_sweep

pytest.importorskip("dash", reason="the explorer needs the extra [explore]")
from dashboards.explorer.saving import case_rows, csv_text, curve_rows
from dashboards.explorer.studies import say_parting

TESTS = Path(__file__).resolve().parents[2]
SMALL, SWEEPING = TESTS / "cli" / "small.yaml", TESTS / "unit" / "study" / "sweeping.yaml"


def shown(*events: tuple[str, str]) -> Shown:
    return Shown({}, {}, "", "", "", (), (), "", events)


START, EARLY, LATE = ("2030-01-01 00:00", "a starts"), ("2030-02-01 00:00", "b lands"), ("2030-03-01 00:00", "b lands")


def test_two_runs_part_at_their_first_different_event() -> None:
    assert find_parting(shown(START, EARLY), shown(START, LATE)) == (1, EARLY, LATE)
    assert "Above: b lands on 2030-02-01. Below: b lands on 2030-03-01" in say_parting(
        shown(START, EARLY), shown(START, LATE)
    )


def test_a_run_that_ends_sooner_parts_there() -> None:
    assert find_parting(shown(START), shown(START, LATE)) == (1, None, LATE)


def test_the_same_run_does_not_part_from_itself() -> None:
    assert find_parting(shown(START, EARLY), shown(START, EARLY)) is None


def test_a_text_that_starts_a_formula_is_saved_as_text() -> None:
    (row,) = csv.reader(io.StringIO(csv_text([("=1+1", "-5.5", 3, "@x")])))
    assert row == ["'=1+1", "-5.5", "3", "'@x"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    campaign = compile_campaign(load_scenario(SMALL))
    run_study(campaign, replications=20, seed=3, jobs=1, folder=folder / "study")
    return folder


def test_saved_curves_have_a_row_for_each_step(folder: Path) -> None:
    shelf = open_shelf([folder])
    steps = shelf.volumes["s0"].steps("hut-stands")
    rows = curve_rows(shelf, ["s0"], "hut-stands")
    assert [row[4] for row in rows[1:]] == list(steps.replication)


def sweep_with(cases: int, folder: Path) -> None:
    sets = [f"sweep.cases={cases}"]
    run_sweep(Start(SWEEPING, sets=tuple(sets)), read_plan(load_scenario(SWEEPING, sets=sets)), jobs=1, folder=folder)


def test_a_sweep_that_has_gone_on_is_read_again(tmp_path: Path) -> None:
    sweep_with(4, tmp_path / "sweep")
    live = LiveSweeps({"w0": answers_of(read_sweep(tmp_path / "sweep"))})
    before = live.refresh("w0")
    counts = [len(live["w0"].goals[0].answers)]
    sweep_with(8, tmp_path / "sweep")
    assert live.refresh("w0") != before
    counts.append(len(live["w0"].goals[0].answers))
    assert counts == [4, 8]
    assert not live.unfinished


def test_saved_cases_are_those_that_the_brush_keeps(tmp_path: Path) -> None:
    sweep_with(4, tmp_path / "sweep")
    sweep = answers_of(read_sweep(tmp_path / "sweep"))
    spans = [(0, len(lever.values) - 1) for lever in sweep.levers]
    spans[0] = (0, 0)
    rows = case_rows(sweep, "both", spans)
    lowest = {
        one.number for one in sweep.goals[0].answers if one.values[sweep.levers[0].path] == sweep.levers[0].values[0]
    }
    assert {int(str(row[0])) for row in rows[1:]} == lowest
