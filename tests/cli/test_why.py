"""`ilrs why` accounts for every day of a goal: in the mean over a run, and in one replication told in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from sim.model.simulate import simulate
from sim.study import replay

Call = Callable[..., Result]
SMALL = Path(__file__).with_name("small.yaml")
N = 60
"""Replications of the finished run."""
SUM_D = 1e-9
"""Sums of a few dozen floats below 1e4 days."""
ROUNDING = 1e-9
"""An index that cannot vary has a point as interval."""
END_D = 1461.0
"""Days from 2030-01-01 to 2034-01-01."""


@pytest.fixture
def dates(folder: Path) -> list[float]:
    """The goal's dates straight from the Parquet files."""
    dates: list[float] = pq.read_table(folder / "outcomes", columns=["reached.hut-stands"]).column(0).to_pylist()
    return dates


def _told(ilrs: Call, *arguments: str | Path | int) -> Any:
    done = ilrs("why", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


# --- the mean ---------------------------------------------------------------------------------------------------------


def test_the_rows_add_up_to_the_total(folder: Path, ilrs: Call) -> None:
    document = _told(ilrs, folder)
    for column in ("plan_d", "mean_d", "slip_d"):
        parts = math.fsum(row[column] for row in document["causes"])
        assert parts == pytest.approx(document["total"][column], abs=SUM_D)


def test_the_total_is_the_slip_of_the_stored_dates(folder: Path, dates: list[float], ilrs: Call) -> None:
    """The plan stands on day 390; what is not reached counts up to the calendar's end."""
    document = _told(ilrs, folder)
    mean_d = math.fsum(min(date, END_D) for date in dates) / N
    assert document["total"]["slip_d"] == pytest.approx(mean_d - 390.0, abs=SUM_D)
    assert document["not_reached"] == sum(math.isinf(date) for date in dates)
    assert document["plan"] == "2031-01-26"


def test_every_index_has_its_interval(folder: Path, ilrs: Call) -> None:
    for row in _told(ilrs, folder)["subjects"]:
        low, high = row["criticality_interval"]
        assert low <= row["criticality"] <= high
        if row["significance"]:
            low, high = row["significance_interval"]
            assert low - ROUNDING <= row["significance"] <= high + ROUNDING


def test_the_table_ends_with_its_total_and_says_what_its_intervals_cover(folder: Path, ilrs: Call) -> None:
    done = ilrs("why", folder)
    assert done.exit_code == 0
    assert done.stderr == ""
    for words in ("total", "sampling error only", f"N = {N}", "design", "flight", "failure", "Plan 2031-01-26"):
        assert words in done.stdout


# --- one replication --------------------------------------------------------------------------------------------------


def test_every_replication_is_told_to_its_last_day(folder: Path, dates: list[float], ilrs: Call) -> None:
    for number in range(0, N, 7):
        document = _told(ilrs, folder, "--replication", number)
        date = min(dates[number], END_D)
        chain_d = math.fsum(one["days"] for one in document["chain"]) + document["short"]["days"]
        assert chain_d == pytest.approx(date, abs=SUM_D)
        assert math.fsum(cause["days"] for cause in document["causes"]) == pytest.approx(date, abs=SUM_D)
        assert (document["reached"] is None) == math.isinf(dates[number])


def test_a_loss_is_told_with_its_date(folder: Path, ilrs: Call) -> None:
    """In some replication a lander is lost; the story names the date that the trace has."""
    number, lost = next(_losses(folder, ilrs))
    done = ilrs("why", folder, "--replication", number)
    assert done.exit_code == 0
    assert "flight was built again in" in done.stdout
    assert f"it was lost at landing (site) on {lost}" in done.stdout


def _losses(folder: Path, ilrs: Call) -> Any:
    for number in range(N):
        events = json.loads(ilrs("trace", folder, "--replication", number, "--json").stdout)
        lost = [event["date"] for event in events if event["verb"] == "is lost at landing"]
        if lost and any(event["verb"] == "is reached" for event in events):
            yield number, lost[0]


def test_the_story_ends_with_the_sum_of_its_days(folder: Path, ilrs: Call) -> None:
    done = ilrs("why", folder, "--replication", 0)
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("2030-01-01 + ")
    assert " d = 203" in last


def test_the_plan_can_be_told(folder: Path, ilrs: Call) -> None:
    document = _told(ilrs, folder, "--replication", "nominal")
    assert (document["replication"], document["reached"]) == (None, "2031-01-26")
    assert [one["days"] for one in document["chain"]] == [335.0, 30.0, 5.0, 20.0]
    assert all(one["days"] == one["plan_d"] for one in document["chain"])


# --- what can be wrong ------------------------------------------------------------------------------------------------


def test_a_scenario_has_to_be_run_first(small: Path, ilrs: Call) -> None:
    done = ilrs("why", small)
    assert done.exit_code == 1
    assert "ilrs run small.yaml" in done.stderr


def test_a_goal_that_is_not_there_is_said_with_those_that_are(folder: Path, ilrs: Call) -> None:
    done = ilrs("why", folder, "--goal", "moon")
    assert done.exit_code == 1
    assert "hut-stands" in done.stderr


def test_a_replication_that_was_not_run_is_refused(folder: Path, ilrs: Call) -> None:
    assert ilrs("why", folder, "--replication", N).exit_code == 1


def test_an_edited_scenario_is_noticed(folder: Path, ilrs: Call) -> None:
    file = folder / "scenario.resolved.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("integration: 30 d", "integration: 31 d"), encoding="utf-8"
    )
    done = ilrs("why", folder, "--replication", _untold(folder))
    assert done.exit_code == 1
    assert "is not the scenario that was run" in done.stderr


def test_a_program_that_gives_another_replication_is_noticed(
    folder: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        replay, "simulate", lambda campaign, seed, number, **options: simulate(campaign, seed + 1, number, **options)
    )
    done = ilrs("why", folder, "--replication", _untold(folder))
    assert done.exit_code == 1
    assert "comes out differently" in done.stderr


def test_a_changed_program_is_said(folder: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "code_version", lambda: "0.0.0+else")
    done = ilrs("why", folder, "--replication", _untold(folder))
    assert done.exit_code == 0
    assert "now 0.0.0+else" in done.stderr


def _untold(folder: Path) -> int:
    """Return a replication whose trace the folder does not keep."""
    kept = {json.loads(file.read_text(encoding="utf-8"))["replication"] for file in (folder / "traces").glob("*.json")}
    return next(number for number in range(N) if number not in kept)
