"""`ilrs trace` prints the events of one replication, the same from a run folder and from its scenario."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result

Call = Callable[..., Result]
SMALL = Path(__file__).with_name("small.yaml")
N = 60
"""Replications of the finished run."""


def test_the_plan_of_a_scenario_in_order(small: Path, ilrs: Call) -> None:
    """The dates by hand: roll-out 30 d before 2031-01-01, 5 d of flight, 20 d of commissioning.

    The mass at touchdown by the rocket equation: 2.8 km/s at 320 s leave 9 t exp(-2800 / (320 g0)) = 3687.6 kg.
    """
    events = json.loads(ilrs("trace", small, "--replication", "nominal", "--json").stdout)
    assert [(event["date"], event["subject"], event["verb"]) for event in events] == [
        ("2030-10-28", "design", "is finished"),
        ("2030-12-02", "flight", "rolls out"),
        ("2031-01-01", "flight", "launches"),
        ("2031-01-06", "flight", "lands"),
        ("2031-01-26", "hut", "works"),
        ("2031-01-26", "hut-stands", "is reached"),
    ]
    masses = [event["mass_kg"] for event in events]
    assert masses == [None, 9000.0, 9000.0, pytest.approx(3687.59, abs=0.01), 1000.0, None]


def test_csv_holds_what_json_holds(small: Path, ilrs: Call) -> None:
    arguments = ("trace", small, "--replication", 3, "--seed", 7)
    rows = list(csv.DictReader(io.StringIO(ilrs(*arguments, "--csv").stdout)))
    events = json.loads(ilrs(*arguments, "--json").stdout)
    assert list(rows[0]) == ["date", "t_d", "subject", "verb", "place", "mass_kg", "detail"]
    told = [{key: "" if value is None else str(value) for key, value in event.items()} for event in events]
    assert rows == told


def test_a_run_folder_and_its_scenario_tell_the_same(folder: Path, small: Path, ilrs: Call) -> None:
    for number in ("nominal", 0, 17, N - 1):
        from_folder = ilrs("trace", folder, "--replication", number, "--json")
        from_file = ilrs("trace", small, "--replication", number, "--json", "--seed", 2035)
        assert from_folder.exit_code == 0
        assert from_folder.stderr == ""
        assert from_folder.stdout == from_file.stdout


def test_the_trace_agrees_with_the_stored_counts(folder: Path, ilrs: Call) -> None:
    """Launches, losses and scrubs counted in the trace are those of the Parquet table."""
    table = pq.read_table(folder / "outcomes").to_pydict()
    for number in range(0, N, 6):
        events = json.loads(ilrs("trace", folder, "--replication", number, "--json").stdout)
        verbs = [event["verb"] for event in events]
        lost = verbs.count("is lost at launch")
        assert verbs.count("launches") + lost == table["launches"][number]
        assert lost == table["launch_failures"][number]
        assert verbs.count("scrubs") == table["scrubs"][number]
        assert [event["t_d"] for event in events] == sorted(event["t_d"] for event in events)


def test_another_seed_is_another_replication(small: Path, ilrs: Call) -> None:
    one, other = (ilrs("trace", small, "--replication", 0, "--seed", seed).stdout for seed in (1, 2))
    assert one != other


def test_values_can_be_set(small: Path, ilrs: Call) -> None:
    done = ilrs("trace", small, "--replication", "nominal", "--json", "-S", "elements.hut.commissioning=25 d")
    assert json.loads(done.stdout)[-1]["date"] == "2031-01-31"


def test_the_table_has_a_line_for_each_event(small: Path, ilrs: Call) -> None:
    lines = ilrs("trace", small, "--replication", "nominal").stdout.splitlines()
    assert len(lines) == 1 + 6
    assert lines[0].split() == ["date", "day", "subject", "verb", "place", "mass", "kg", "detail"]


def test_a_folder_keeps_its_own_seed_and_scenario(folder: Path, ilrs: Call) -> None:
    assert ilrs("trace", folder, "--replication", 0, "--seed", 1).exit_code == 2
    assert ilrs("trace", folder, "--replication", 0, "-S", "name=x").exit_code == 2


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "²", "9" * 30])
def test_a_replication_is_a_number_or_nominal(small: Path, ilrs: Call, number: str) -> None:
    done = ilrs("trace", small, f"--replication={number}")
    assert done.exit_code == 2
    assert "'nominal'" in done.stderr


def test_a_replication_that_was_not_run_is_refused(folder: Path, ilrs: Call) -> None:
    done = ilrs("trace", folder, "--replication", N)
    assert done.exit_code == 1
    assert f"has no replication {N}; choose one from 0 to {N - 1}" in done.stderr


def test_one_format_at_a_time(small: Path, ilrs: Call) -> None:
    assert ilrs("trace", small, "--replication", 0, "--csv", "--json").exit_code == 2


def test_what_is_no_scenario_is_said(small: Path, ilrs: Call) -> None:
    del small
    done = ilrs("trace", "nothing.yaml", "--replication", 0)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no such file" in done.stderr


def test_control_characters_from_a_foreign_run_folder_stay_away_from_the_terminal(folder: Path, ilrs: Call) -> None:
    marker, file = folder / "ilrs-run.json", folder / "traces" / "nominal.json"
    made_by_others = {**json.loads(marker.read_text(encoding="utf-8")), "files": []}  # or they make the checksums too
    marker.write_text(json.dumps(made_by_others), encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace('"site"', '"si\\u001b[31mte"'), encoding="utf-8")
    done = ilrs("trace", folder, "--replication", "nominal")
    assert done.exit_code == 0
    assert "si?[31mte" in done.stdout
    assert "\x1b" not in done.stdout
