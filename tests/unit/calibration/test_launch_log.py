"""Launch logs: records, gaps, failures by flight number, and blocks that a scenario takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sim.calibration.catalogue import catalogue_text, describe
from sim.calibration.launch_log import LogFit
from sim.calibration.laws import Calibrated, calibrate
from sim.problems import InputError
from sim.scenario.load import load_scenario

LOG = """# Source: a log of ours
flight,Date,Vehicle,Outcome,
1,"Fri Aug 07, 2026 05:12 UTC",Heron 3 | Relay 1,Success,
2,"Sat Aug 15, 2026",Heron 3 | Relay 2,FAILURE,
3,2026 Oct  4 1928:34,Heron 3 | Relay 3,Partial Failure,
4,2026-11-03,Ibis | Probe,Failed,
5,,Ibis | Probe 2,Planned,
"""
LONG = "launch_date;rocket;result\n" + "".join(
    f"{1 + n:02d}.01.2030;Heron;{'failure' if n in (0, 6) else 'success'}\n" for n in range(10)
)
PLACE = """
format: 1
name: remade
calendar: {start: 2030-01-01, end: 2031-01-01}
goals: {done: {by: 2030-12-31, needs: [work]}}
activities: {work: {duration: 1 d, source: a test}}
extends: laws.yaml
"""


def fit(folder: Path, text: str) -> tuple[Calibrated, LogFit]:
    (folder / "log.csv").write_text(text, encoding="utf-8")
    fitted = calibrate(folder / "log.csv")
    assert isinstance(fitted.fit, LogFit)
    return fitted, fitted.fit


def test_each_vehicle_has_its_record(tmp_path: Path) -> None:
    _, log = fit(tmp_path, LOG)
    assert [(one.vehicle, one.flights, one.failures, one.partial) for one in log.records] == [
        ("Heron 3", 3, 2, 1), ("Ibis", 1, 1, 0)
    ]  # fmt: skip


def test_gaps_run_from_launch_to_launch(tmp_path: Path) -> None:
    """Truth: 7 to 15 August are 8 days, to 4 October 50."""
    heron = fit(tmp_path, LOG)[1].records[0]
    assert heron.gaps
    assert (heron.gaps.n, heron.gaps.shortest_d, heron.gaps.median_d, heron.gaps.longest_d) == (2, 8.0, 29.0, 50.0)
    assert heron.after_failure_d == (50.0,)


def test_failures_are_counted_by_the_number_of_the_flight(tmp_path: Path) -> None:
    _, log = fit(tmp_path, LOG)
    assert log.by_number == ((1, 2), (1, 1), (1, 1))
    assert log.not_flown == 1


def test_rows_need_no_order(tmp_path: Path) -> None:
    heading, *rows = LONG.splitlines()
    assert fit(tmp_path, "\n".join([heading, *rows[::-1]]))[1] == fit(tmp_path, LONG)[1]


def test_flights_after_the_fifth_are_mature(tmp_path: Path) -> None:
    _, log = fit(tmp_path, LONG)
    assert log.by_number == ((1, 1), (0, 1), (0, 1), (0, 1), (0, 1))
    assert log.later == (1, 5)
    assert log.growth
    assert log.growth.mature.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("word", "counted"),
    [
        ("Success", (1, 0)), ("successful", (1, 0)), ("S", (1, 0)), ("FAILED", (1, 1)), ("Failure.", (1, 1)),
        ("partial failure", (1, 1)), ("Partial-Success", (1, 1)), ("partial_failure", (1, 1)),
    ],
)  # fmt: skip
def test_an_outcome_has_many_spellings(word: str, counted: tuple[int, int], tmp_path: Path) -> None:
    record = fit(tmp_path, f"date,vehicle,outcome\n2030-01-01,Heron,{word}\n")[1].records[0]
    assert (record.flights, record.failures) == counted


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2030-01-01,Heron,perhaps", "row 2, column outcome: 'perhaps' is no outcome; write success"),
        (",Heron,success", "row 2, column date: the cell is empty"),
        ("2030-01-01,,success", "row 2, column vehicle: the cell is empty"),
        ("2030-01-01,Heron,planned", "no row tells of a launch that was made"),
    ],
)
def test_a_row_that_cannot_be_counted_is_refused(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        fit(tmp_path, f"date,vehicle,outcome\n{row}\n")
    assert said in str(caught.value)


def test_a_scenario_takes_the_prior_of_a_log(tmp_path: Path) -> None:
    fitted, _ = fit(tmp_path, LONG)
    (tmp_path / "laws.yaml").write_text(catalogue_text([fitted]), encoding="utf-8")
    (tmp_path / "all.yaml").write_text(PLACE, encoding="utf-8")
    prior = load_scenario(tmp_path / "all.yaml").scenario.priors["log"]
    assert prior.early == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert prior.mature == pytest.approx(0.2)


def test_a_record_is_written_under_the_launcher_named(tmp_path: Path) -> None:
    fitted, _ = fit(tmp_path, LOG)
    record = yaml.safe_load(catalogue_text([fitted], launcher="heron-3"))["launchers"]["heron-3"]["record"]
    assert (record["flights"], record["failures"], record["source"]) == (3, 2, "a log of ours")


def test_a_launcher_that_is_not_in_the_log_is_answered_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--launcher stork: the log has no such vehicle; known: heron-3, ibis"):
        catalogue_text([fit(tmp_path, LOG)[0]], launcher="stork")


def test_what_a_log_tells_is_said(tmp_path: Path) -> None:
    said = "\n".join(describe(fit(tmp_path, LOG)[0]))
    assert "Heron 3, record {flights: 3, failures: 2} (1 of them partial), 2 gaps between launches, median 29 d" in said
    assert "1 row without a launch: left out" in said
    assert "flight 1, 1 of 2 failed" in said
    assert "no vehicle has more than 3 launches, too few for a prior" in said


def test_a_launcher_takes_its_record_and_its_stand_down_from_two_tables(tmp_path: Path) -> None:
    (tmp_path / "downs.csv").write_text("stand_down_d\n100\n200\n400\n800\n", encoding="utf-8")
    both = [fit(tmp_path, LOG)[0], calibrate(tmp_path / "downs.csv")]
    launcher = yaml.safe_load(catalogue_text(both, launcher="ibis"))["launchers"]["ibis"]
    assert launcher.keys() == {"record", "stand_down", "sources"}


def test_two_tables_that_give_the_same_block_are_refused(tmp_path: Path) -> None:
    fitted, _ = fit(tmp_path, LONG)
    with pytest.raises(InputError, match=r"two tables give priors\.log\."):
        catalogue_text([fitted, fitted])


def test_a_log_that_gives_no_block_says_the_way_to_one(tmp_path: Path) -> None:
    assert "# log: not written; name a launcher with --launcher NAME" in catalogue_text([fit(tmp_path, LOG)[0]])


def test_a_name_of_several_lines_adds_nothing_to_the_catalogue(tmp_path: Path) -> None:
    """A table comes from a stranger; a quoted cell may hold line breaks, and YAML after them."""
    fitted, _ = fit(tmp_path, 'date,vehicle,outcome\n2030-01-01,"Heron\nmissions: {a: 1}",success\n')
    assert yaml.safe_load(catalogue_text([fitted])) == {}
