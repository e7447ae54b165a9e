"""A replication shown by the explorer is the one that was run, also when another process makes it again."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import plotly.graph_objects as go
import pytest
import yaml
from plotly.utils import PlotlyJSONEncoder

from dashboards.replay_view import Shown, Telling
from dashboards.study_list import Shelf, Volume, open_shelf
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.engines import Pool, ask
from sim.study.files import FolderError
from sim.study.runner import run_study

pytest.importorskip("dash", reason="the explorer needs the extra [explore]")
from dashboards.explorer import draw_curves

SMALL = Path(__file__).resolve().parents[2] / "cli" / "small.yaml"
GOAL = "hut-stands"
N = 40


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("runs")
    for name, seed in (("small", 3), ("titled", 4)):
        text = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
        text["name"] = name
        if name == "titled":
            text["goals"][GOAL]["title"] = "Somebody else's hut"
            text["goals"]["late"] = copy.deepcopy(text["goals"][GOAL]) | {"title": "The hut, <b>later</b>"}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(text), encoding="utf-8")
        campaign = compile_campaign(load_scenario(folder / f"{name}.yaml"))
        run_study(campaign, replications=N, seed=seed, jobs=1, folder=folder / name)
    return open_shelf([folder])


@pytest.fixture(scope="module")
def volume(shelf: Shelf) -> Volume:
    return shelf.volumes["s0"]


def told(shelf: Shelf, replication: int | None, goal: str = GOAL) -> Shown:
    job = Telling({key: volume.teller() for key, volume in shelf.volumes.items()})
    return job.run(shelf.volumes["s0"].ask("s0", replication, goal))


def test_the_story_ends_on_the_day_of_the_table(shelf: Shelf, volume: Volume) -> None:
    steps = volume.steps(GOAL)
    found = told(shelf, steps.replication[0])
    date = volume.findings.start_iso[:4]
    assert f"replication {steps.replication[0]}" in found.title
    assert "is reached on" in found.story_title
    assert int(found.story_title.rsplit(" ", 1)[1]) == int(date) + int(steps.t_d[0] // 365.25)


def test_the_nominal_run_needs_no_row(shelf: Shelf) -> None:
    found = told(shelf, None)
    assert "nominal" in found.title
    assert found.story


def test_a_number_beyond_the_last_is_the_last(volume: Volume) -> None:
    assert volume.ask("s0", 10**30, GOAL).replication == N - 1
    assert volume.ask("s0", -5, GOAL).replication == 0


def test_a_goal_that_is_not_there_is_said(shelf: Shelf) -> None:
    assert told(shelf, 1, "no-goal").story == ("small has no goal no-goal.",)


def test_a_question_and_its_answer_travel_between_processes(shelf: Shelf) -> None:
    job = Telling({key: volume.teller() for key, volume in shelf.volumes.items()})
    with Pool(1) as workers:
        for replication in (None, 7):
            asked = shelf.volumes["s1"].ask("s1", replication, GOAL)
            there, here = ask(workers, job, asked), job.run(asked)
            assert json.dumps(there.bat, cls=PlotlyJSONEncoder) == json.dumps(here.bat, cls=PlotlyJSONEncoder)
            assert there.story == here.story


def test_a_teller_does_not_carry_the_tables(volume: Volume) -> None:
    teller = volume.teller()
    assert teller._study.sample.size == 0
    assert len(pickle.dumps(teller)) < 10 * len(pickle.dumps(teller._study.traces))


def test_a_row_that_was_altered_is_refused(shelf: Shelf) -> None:
    asked = shelf.volumes["s0"].ask("s0", 5, GOAL)
    assert asked.row is not None
    asked.row.reached_d[:] += 1.0
    job = Telling({"s0": shelf.volumes["s0"].teller()})
    with pytest.raises(FolderError, match="comes out differently"):
        job.run(asked)
    asked.row.reached_d[:] -= 1.0


def test_the_figure_is_one_that_plotly_knows(shelf: Shelf) -> None:
    assert go.Figure(told(shelf, 3).zoom).layout.xaxis.type == "date"


def test_the_goal_that_most_studies_have_comes_first_and_is_called_by_its_title(shelf: Shelf) -> None:
    goals = shelf.goals()
    assert next(iter(goals)) == GOAL
    assert goals["late"] == "The hut, <b>later</b>"


def test_a_goal_that_studies_call_differently_goes_by_its_name(shelf: Shelf) -> None:
    assert shelf.goals()[GOAL] == GOAL
    assert shelf.volumes["s1"].goal(GOAL) is not None
    title = draw_curves(shelf.volumes, list(shelf.volumes), GOAL)[1]
    assert title.startswith(f"{GOAL} by its date: ")


def test_a_study_without_the_goal_is_named(shelf: Shelf) -> None:
    title = draw_curves(shelf.volumes, list(shelf.volumes), "late")[1]
    assert title.startswith("The hut, <b>later</b> by its date: titled")
    assert title.endswith("; small has no such goal")
