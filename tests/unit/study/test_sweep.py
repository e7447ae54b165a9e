"""A sweep gives every case the same luck, goes on where it stopped, and keeps what fails apart."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from sim.problems import InputError, ScenarioError
from sim.scenario.load import load_scenario
from sim.study.chunks import Case
from sim.study.design import DESIGNS, Choice, cases_of, count_cases
from sim.study.engines import Here
from sim.study.files import FolderError
from sim.study.responses import document, indices_of, ranks_of, responses, swings_of
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import MOST_RUNS, SweepPlan, read_plan, require_meant
from sim.study.sweep_tables import SweepTables, read_sweep

T = TypeVar("T")
FILE = Path(__file__).with_name("sweeping.yaml")
SECOND, FIRST = "activities.second.duration", "activities.first.duration"
START = load_scenario(FILE).scenario.calendar.start


def plan(**changes: Any) -> SweepPlan:
    return read_plan(load_scenario(FILE), **changes)


def swept(folder: Path, jobs: int = 1, **changes: Any) -> SweepTables:
    return run_sweep(Start(FILE), plan(**changes), jobs=jobs, folder=folder)


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "cases").iterdir()}


class Counting(Here):
    """This process, which counts what it does, and may be interrupted."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.count = 0
        self.stop_after = stop_after

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        if self.count == self.stop_after:
            raise KeyboardInterrupt
        self.count += 1
        return super().submit(fn, *args, **kwargs)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> SweepTables:
    return swept(tmp_path_factory.mktemp("sweep") / "run")


def test_every_case_of_the_design_is_there(sweep: SweepTables) -> None:
    assert len(sweep.planned) == 8
    assert all(sweep.is_done(one.key) for one in sweep.planned)
    assert sweep.manifest.state == "running"  # as it was when it was read; the folder says complete
    assert read_sweep(sweep.folder).manifest.state == "complete"


def test_two_workers_write_the_same_tables(sweep: SweepTables, tmp_path: Path) -> None:
    swept(tmp_path / "two", jobs=2)
    assert tables_in(tmp_path / "two") == tables_in(sweep.folder)


def test_all_cases_see_the_same_luck(sweep: SweepTables) -> None:
    """The first step draws u from its one stream in every case: cases with the same law differ by the second alone."""
    items = [one for one in responses(sweep)["both"] if "100 d]" in dict(one.case.settings)[FIRST]]
    assert len(items) > 1
    shifts = [one.dates_d - float(dict(one.case.settings)[SECOND].split()[0]) for one in items]
    assert all(np.allclose(shift, shifts[0], atol=1e-9) for shift in shifts)


def test_an_interrupted_sweep_goes_on(sweep: SweepTables, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run_sweep(Start(FILE), plan(), folder=folder, engine=Counting(stop_after=3))
    assert read_sweep(folder).manifest.state == "interrupted"
    rest = Counting()
    run_sweep(Start(FILE), plan(), folder=folder, engine=rest)
    assert rest.count == 5
    assert tables_in(folder) == tables_in(sweep.folder)


def test_a_larger_sobol_design_reuses_what_is_there(sweep: SweepTables, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    swept(folder, cases=4)
    more = Counting()
    run_sweep(Start(FILE), plan(), folder=folder, engine=more)
    assert more.count == 4
    assert tables_in(folder) == tables_in(sweep.folder)


def test_more_replications_run_only_the_new_ones(tmp_path: Path) -> None:
    small = swept(tmp_path / "run", cases=2)
    more = Counting()
    large = run_sweep(Start(FILE), plan(cases=2, replications=60), folder=tmp_path / "run", engine=more)
    assert more.count == 2
    for few, many in zip(responses(small)["both"], responses(large)["both"], strict=True):
        assert many.dates_d.size == 60
        assert np.array_equal(many.dates_d[:40], few.dates_d)


def test_an_altered_table_is_found_and_run_again(sweep: SweepTables, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    swept(folder)
    victim = sorted((folder / "cases").iterdir())[2]
    victim.write_bytes(victim.read_bytes()[:-7])
    again = Counting()
    run_sweep(Start(FILE), plan(), folder=folder, engine=again)
    assert again.count == 1
    assert tables_in(folder) == tables_in(sweep.folder)


def test_a_torn_line_of_the_ledger_costs_one_case(sweep: SweepTables, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    swept(folder)
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-20])
    again = Counting()
    run_sweep(Start(FILE), plan(), folder=folder, engine=again)
    assert again.count == 1
    assert all(read_sweep(folder).is_done(one.key) for one in sweep.planned)


def test_an_invalid_case_is_recorded_with_its_reason_and_the_others_run(tmp_path: Path) -> None:
    swept_here = swept(tmp_path / "run", design="grid", vary=(f"{SECOND}=[50 d, -1 d]", f"{FIRST}=[10 d]"))
    good, bad = swept_here.planned
    assert "below 0 d" in swept_here.reason(bad.key)
    assert not swept_here.reason(good.key)
    said = document(swept_here, START)
    assert said["failed"] == 1
    again = Counting()
    changed = plan(design="grid", vary=(f"{SECOND}=[50 d, -1 d]", f"{FIRST}=[10 d]"))
    run_sweep(Start(FILE), changed, folder=tmp_path / "run", engine=again)
    assert again.count == 0


def test_fail_fast_stops_at_the_first_failure(tmp_path: Path) -> None:
    bad = plan(design="grid", vary=(f"{SECOND}=[-1 d, 50 d]", f"{FIRST}=[10 d]"))
    with pytest.raises(Exception, match="case 0 failed"):
        run_sweep(Start(FILE), bad, jobs=1, folder=tmp_path / "run", fail_fast=True)


def test_another_sweep_in_the_same_folder_is_refused(sweep: SweepTables) -> None:
    before = tables_in(sweep.folder)
    with pytest.raises(FolderError, match="another sweep"):
        swept(sweep.folder, design="lhs")
    assert tables_in(sweep.folder) == before


def test_a_path_that_does_not_exist_is_told_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="duraton"):
        swept(tmp_path / "run", vary=("activities.second.duraton=[1 d]",))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        (f"{SECOND}=7 d", "no values to vary over"),
        (f"{SECOND}={{uniform: [1 d, 2 yr]}}", "one and the same unit"),
        (f"{SECOND}={{uniform: [9 d, 1 d]}}", "growing order"),
        ("nonsense", "path=values"),
    ],
)
def test_what_cannot_be_varied_is_said(vary: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        plan(vary=(vary,))


def test_variants_are_a_factor_like_others(tmp_path: Path) -> None:
    """The variant makes the second step 50 d shorter, in every replication."""
    whole = plan(design="grid")
    factors = (Choice("variants", ("none", "quick")),)
    found = run_sweep(Start(FILE), dataclasses.replace(whole, factors=factors), jobs=1, folder=tmp_path / "run")
    plain, quick = responses(found)["both"]
    assert np.allclose(plain.dates_d - quick.dates_d, 50.0)


def test_a_tornado_shows_the_swing_of_each_input(tmp_path: Path) -> None:
    """A second step of 60 to 140 d, the tenth and ninetieth percentile of 50 to 150 d, against 100 d: +-40 d."""
    found = swept(tmp_path / "run", design="tornado")
    swing = next(one for one in swings_of(responses(found)["both"]) if one.name == SECOND)
    assert [(text, round(mean.value, 6)) for text, mean in swing.ends] == [("60 d", -40.0), ("140 d", 40.0)]


def test_the_indices_of_a_sum_are_the_shares_of_its_variance(tmp_path: Path) -> None:
    """The mean date is second + first / 2, whose parts vary with 100^2 / 12 and 50^2 / 4 (mean 50 or 100 d).

    Without interaction first and total index agree: 833.3 / (833.3 + 625) = 0.571 and 0.429. The tolerance is the
    sampling error of 64 points.
    """
    found = swept(tmp_path / "run", design="saltelli", cases=64, replications=20)
    assert len(found.planned) == 256
    shares = {one.name: (one.first.value, one.total.value) for one in indices_of(responses(found)["both"])}
    first_mean = {100: 0.0, 200: 0.0}
    for law in first_mean:
        items = [one for one in responses(found)["both"] if f"{law} d]" in dict(one.case.settings)[FIRST]]
        first_mean[law] = float(np.mean([one.counted_d.mean() - second_d(one.case) for one in items]))
    between = (first_mean[200] - first_mean[100]) ** 2 / 4.0
    expected = (100.0**2 / 12.0) / (100.0**2 / 12.0 + between)
    assert shares[SECOND] == pytest.approx((expected, expected), abs=0.15)
    assert math.isclose(shares[SECOND][1] + shares[FIRST][1], 1.0, abs_tol=0.15)


def second_d(case: Case) -> float:
    return float(dict(case.settings)[SECOND].split()[0])


def test_the_document_is_strict_json(sweep: SweepTables) -> None:
    said = json.loads(json.dumps(document(sweep, START), allow_nan=False))
    assert {case["status"] for case in said["cases"]} == {"done"}
    assert set(said["sensitivity"]["both"]["ranks"]) == {SECOND}


def test_a_date_has_a_rank_beside_the_numbers(tmp_path: Path) -> None:
    """A first step that begins up to five months later moves the mean date by as much."""
    dates = "activities.first.not_before=[2030-01-01, 2030-03-01, 2030-06-01]"
    found = swept(tmp_path / "run", vary=(dates,), cases=16, replications=20)
    ranks = dict(ranks_of(responses(found)["both"]))
    assert list(ranks) == ["activities.first.not_before", SECOND]
    assert (ranks["activities.first.not_before"].value or 0.0) > 0.7


def test_a_sobol_design_begins_with_the_smaller_one() -> None:
    factors = plan().factors
    assert cases_of(factors, "sobol", 64)[:16] == cases_of(factors, "sobol", 16)


@pytest.mark.parametrize("design", DESIGNS)
def test_cases_are_counted_as_they_are_made(design: str) -> None:
    factors = plan().factors
    assert count_cases(factors, design, 6, levels=3) == len(cases_of(factors, design, 6, levels=3))


def test_a_grid_that_no_memory_holds_is_wrong_input() -> None:
    factors = [Choice(f"a.b{i}", tuple("0123456789")) for i in range(7)]
    with pytest.raises(InputError, match="10,000,000 cases, more than 1,000,000"):
        cases_of(factors, "grid", 0)


def test_only_leaves_out_the_factors_of_the_file() -> None:
    assert [one.path for one in plan(vary=(f"{SECOND}=[1 d, 2 d]",), only=True).factors] == [SECOND]


def test_without_only_the_command_adds_to_the_file() -> None:
    third = "activities.first.not_before"
    assert [one.path for one in plan(vary=(f"{third}=[2030-01-01]",)).factors] == [SECOND, FIRST, third]


def test_as_many_replications_as_start_unasked_are_allowed() -> None:
    require_meant(plan(cases=MOST_RUNS // 40))


def test_one_replication_more_is_refused_with_the_count_and_the_ways_out() -> None:
    with pytest.raises(InputError, match=r"5,000,040.*--only.*--cases.*--yes"):
        require_meant(plan(cases=MOST_RUNS // 40 + 1))


def test_a_grid_holds_both_ends_of_a_range() -> None:
    texts = [dict(case.settings)[SECOND] for case in cases_of(plan().factors, "grid", 0, levels=3)]
    assert list(dict.fromkeys(texts)) == ["50 d", "100 d", "150 d"]


def test_a_latin_hypercube_has_one_point_in_each_part() -> None:
    days = sorted(float(dict(case.settings)[SECOND].split()[0]) for case in cases_of(plan().factors, "lhs", 10))
    assert [int((day - 50.0) // 10.0) for day in days] == list(range(10))
