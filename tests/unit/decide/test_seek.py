"""A search finds what can be computed by hand: dates are sums of a uniform and a fixed duration."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.decide.packages import MOST_PACKAGES, Lattice, Packages
from sim.decide.seek import climb, seek
from sim.decide.sought import Found, chance_that_it_meets, document, read_found
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario
from sim.study.contents import SWEEP_FOLDER
from sim.study.engines import Here
from sim.study.files import FolderError
from sim.study.levers import Lever, read_levers
from sim.study.manifest import read_manifest
from sim.study.sweep import Start

FILE = Path(__file__).parents[1] / "study" / "sweeping.yaml"
SECOND, FIRST = "activities.second.duration", "activities.first.duration"


def sought(
    folder: Path, confidence: str | None = None, *, most: int = 1600, levels: tuple[str, ...] = (), **changes: Any
) -> Found:
    budget = changes.pop("budget", 10_000)
    plan = dataclasses.replace(read_levers(load_scenario(FILE), confidence=confidence, levels=levels), **changes)
    return seek(Start(FILE), plan, seed=1, most=most, budget=budget, engine=Here(), folder=folder)


def test_the_cheapest_package_that_meets_the_confidence_is_found(tmp_path: Path) -> None:
    """Wanted: uniform first + fixed second before day 201, with 70 %.

    As it is: (201 - 100) / 200 = 50 %. For 1: 111 / 200 = 55 %. For 2, first at most 130: 101 / 130 = 78 %. So 2.
    """
    found = sought(tmp_path / "run")
    assert found.answer is not None
    assert found.answer.package.cost == 2.0
    assert dict(found.answer.package.case.settings) == {FIRST: "{uniform: [0 d, 130 d]}"}
    assert found.answer.chance.low < 101.0 / 130.0 < found.answer.chance.high
    assert found.sure > 0.9


def test_the_gain_is_the_paired_difference_to_the_plan_as_it_is(tmp_path: Path) -> None:
    """78 % less 50.5 %, both known exactly: 27.2 points."""
    gain = sought(tmp_path / "run").gain
    assert gain is not None
    assert gain.low < 101.0 / 130.0 - 101.0 / 200.0 < gain.high
    assert gain.only_second == 0


def test_a_higher_confidence_costs_more(tmp_path: Path) -> None:
    """For 3, 111 / 130 = 85 %; for 5, the variant alone, 151 / 200 = 76 %; for 6, 141 / 130: surely."""
    found = sought(tmp_path / "run", "95 %")
    assert found.answer is not None
    assert found.answer.package.cost == 6.0


def test_nothing_that_does_is_said_with_how_sure_that_is(tmp_path: Path) -> None:
    found = sought(tmp_path / "run", "90 %", levers=(Lever(SECOND, ("95 d", "90 d"), (1.0, 2.0)),))
    assert found.answer is None
    assert found.level.state == "nothing"
    assert found.best is not None
    assert found.best.package.cost == 2.0
    assert document(found)["answer"] is None


def test_one_search_answers_every_level(tmp_path: Path) -> None:
    """Exactly 50.5 % as it is, 55.5 for 1, 77.7 for 2, 85.4 for 3, 100 for 6."""
    found = sought(tmp_path / "run", levels=("53 %", "70 %", "80 %", "95 %"))
    costs = {one.level: answer.package.cost for one in found.levels if (answer := found.answer_of(one))}
    assert costs[0.7] == 2.0
    assert costs[0.8] == 3.0
    assert costs[0.95] == 6.0


def test_replications_are_spent_where_they_decide(tmp_path: Path) -> None:
    """At 77 % wanted the 78 % package is in doubt and gets all; the last, at 100 %, does not."""
    found = sought(tmp_path / "run", "77 %", most=800)
    tried = {one.package.cost: one.tried for one in found.trials}
    assert tried[2.0] == 800
    assert tried[6.0] < 800


def test_a_package_at_the_level_is_told_with_what_would_settle_it(tmp_path: Path) -> None:
    found = sought(tmp_path / "run", "77 %", most=400)
    doubt = next(one for one in found.level.doubts if found.trial(one.option).package.cost == 2.0)
    assert doubt.more is None or doubt.more > 400


@pytest.mark.parametrize("budget", [100, 330, 2_000])
def test_no_more_than_the_budget_is_spent(budget: int, tmp_path: Path) -> None:
    assert sought(tmp_path / "run", "77 %", budget=budget).replications <= budget


def test_another_date_uses_the_replications_that_are_there(tmp_path: Path) -> None:
    """By day 191 the plan as it is makes it in (191 - 100) / 200 = 45.5 %."""
    sought(tmp_path / "run")
    ledger = (tmp_path / "run" / "ledger.jsonl").read_text(encoding="utf-8")
    plan = read_levers(load_scenario(FILE), by="2030-07-10")
    found = seek(Start(FILE), plan, seed=1, engine=Here(), folder=tmp_path / "run")
    assert found.calendar.iso(found.by_d) == "2030-07-10"
    assert found.as_it_is.chance.low < 0.455 < found.as_it_is.chance.high
    after = (tmp_path / "run" / "ledger.jsonl").read_text(encoding="utf-8")
    assert after.startswith(ledger)


@pytest.mark.parametrize("by", ["2030-13-01", "2040-01-01", "soon"])
def test_a_date_that_cannot_be_wanted_is_refused(by: str) -> None:
    with pytest.raises(ScenarioError, match="--by"):
        read_levers(load_scenario(FILE), by=by)


def test_the_date_that_can_be_promised_comes_with_its_cost(tmp_path: Path) -> None:
    """70 % of uniform [0 d, 200 d] are over after 140 d, and 100 d follow; for 6, 91 d and 60 d."""
    found = sought(tmp_path / "run", levers=read_levers(load_scenario(FILE)).levers[:2])
    promised = [found.row(one.option) for one in found.sooner]
    days = {one.package.cost: found.day_of(one, 0.7) for one in promised}
    first, last = days[0.0], days[6.0]
    assert first.low is not None
    assert first.high is not None
    assert first.low < 240.0 < first.high
    assert last.value == pytest.approx(151.0, abs=10.0)
    assert list(days) == sorted(days)


def test_a_value_that_makes_no_plan_is_told_before_anything_is_simulated(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="below 0 d") as caught:
        sought(tmp_path / "run", levers=(Lever(SECOND, ("-5 d", "40 d"), (1.0, 2.0)),))
    line = 1 + FILE.read_text(encoding="utf-8")[: FILE.read_text(encoding="utf-8").rindex(SECOND)].count("\n")
    assert f"sweeping.yaml:{line}:" in str(caught.value)
    assert not list((tmp_path / "run" / "cases").iterdir())


def test_what_one_lever_does_alone_is_a_paired_difference(tmp_path: Path) -> None:
    """The second step is fixed: 90 d in place of 100 d is ten days under every draw."""
    swings = {swing.name: dict(swing.ends) for swing in sought(tmp_path / "run").swings}
    assert swings[SECOND]["90 d"].value == pytest.approx(-10.0)
    assert swings[SECOND]["90 d"].high == pytest.approx(-10.0)


def test_a_climb_pulls_what_brings_most_for_its_cost_and_stops_where_nothing_does() -> None:
    """Gains of 10 for 1, 30 for 2, none for 1: first the second, then the first."""
    gains, costs = (10.0, 30.0, 0.0), (1.0, 2.0, 1.0)
    pulls = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    lattice = Lattice(np.array(pulls) @ np.array(costs), np.array(pulls).T, [True] * 3)

    def worth(number: int) -> float:
        return float(np.array(gains) @ lattice.pulls[:, number])

    path = climb(lattice, list, lambda here, other: worth(other) - worth(here))
    assert [pulls[number] for number in path] == [(0, 0, 0), (0, 1, 0), (1, 1, 0)]


def test_all_that_is_compared_has_the_same_replications(tmp_path: Path) -> None:
    found = sought(tmp_path / "run", levels=("53 %", "70 %", "95 %"))
    assert {one.tried for one in found.rows} == {found.compared}
    assert {one.option for one in (*found.surer, *found.sooner)} <= {one.number for one in found.rows}
    assert len({one.tried for one in found.trials}) > 1


def test_a_small_budget_is_shared_so_that_what_is_compared_stays_equal(tmp_path: Path) -> None:
    found = sought(tmp_path / "run", budget=1_500)
    assert {one.tried for one in found.rows} == {found.compared}
    assert 50 <= found.compared < 400
    assert found.replications <= 1_500


def test_a_step_that_is_not_surely_better_says_what_would_tell(tmp_path: Path) -> None:
    """Two days of two hundred: of a hundred replications one differs."""
    found = sought(tmp_path / "run", levers=(Lever(SECOND, ("98 d", "50 d"), (1.0, 2.0)),))
    small, large = found.sooner[1:]
    assert not small.sure
    assert small.more is not None
    assert small.more > 0
    assert large.sure


def test_every_key_of_the_json_is_in_the_documentation(tmp_path: Path) -> None:
    said = document(sought(tmp_path / "run", "77 %", most=400, levels=("50 %", "77 %")))
    docs = (Path(__file__).parents[3] / "docs" / "optimise.md").read_text(encoding="utf-8")
    inner = [*said["levels"], *said["frontier"], *said["promises"], *said["trials"], *said["more_is_not_worse"]]
    keys = {*said, *(key for one in [*inner, *said["in_doubt"], *said["levers"]] for key in one)}
    assert not {key for key in keys if f"`{key}`" not in docs}


def test_what_was_found_is_read_back_from_its_folder(tmp_path: Path) -> None:
    found = sought(tmp_path / "run")
    assert read_found(tmp_path / "run") == found


def test_an_answer_that_was_altered_is_refused(tmp_path: Path) -> None:
    sought(tmp_path / "run")
    file = tmp_path / "run" / "findings.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**said, "nearest": 10_000}), encoding="utf-8")
    with pytest.raises(FolderError, match="do not fit together"):
        read_found(tmp_path / "run")


def test_variants_that_cannot_be_taken_together_are_told_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    text = FILE.read_text(encoding="utf-8").replace(
        "variants:\n", "variants:\n  slow: {activities: {second: {duration: 99 d}}}\n", 1
    )
    file.write_text(text.replace("variants: {quick: 5}", "variants: {quick: 5, slow: 1}"), encoding="utf-8")
    found = seek(Start(file), read_levers(load_scenario(file)), seed=1, engine=Here(), folder=tmp_path / "run")
    assert found.answer is not None
    failed = [one for one in found.trials if one.failed]
    assert failed
    assert all(set(one.package.case.variants) == {"quick", "slow"} for one in failed)
    assert "slow" in failed[0].failed


def test_ctrl_c_keeps_what_is_known_and_the_same_search_goes_on(tmp_path: Path) -> None:
    class Stopped(Here):
        left = 8

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt
            return super().submit(fn, *args, **kwargs)

    plan = read_levers(load_scenario(FILE))
    with pytest.raises(KeyboardInterrupt):  # nothing is known yet
        seek(Start(FILE), plan, seed=1, engine=Stopped(), folder=tmp_path / "run")
    late = Stopped()
    late.left = 25
    cut = seek(Start(FILE), plan, seed=1, engine=late, folder=tmp_path / "run")
    assert cut.interrupted
    assert read_found(tmp_path / "run").interrupted
    assert read_manifest(tmp_path / "run", SWEEP_FOLDER).state == "interrupted"
    whole = seek(Start(FILE), plan, seed=1, engine=Here(), folder=tmp_path / "run")
    assert whole == dataclasses.replace(
        seek(Start(FILE), plan, seed=1, engine=Here(), folder=tmp_path / "other"), folder=whole.folder
    )


def test_the_same_search_simulates_nothing_again(tmp_path: Path) -> None:
    first = sought(tmp_path / "run")
    before = (tmp_path / "run" / "ledger.jsonl").read_bytes()
    assert sought(tmp_path / "run") == first
    assert (tmp_path / "run" / "ledger.jsonl").read_bytes() == before


def test_sureness_is_the_tail_of_a_beta() -> None:
    """With 0 of 0 the flat prior: 30 % lie above 70 %. With 9 of 10 the integral of 110 p^9 (1 - p) above 0.7."""
    assert chance_that_it_meets(0, 0, 0.7) == pytest.approx(0.3)
    exact = 1.0 - (110.0 * (0.7**10 / 10.0 - 0.7**11 / 11.0))
    assert chance_that_it_meets(9, 10, 0.7) == pytest.approx(exact)
    assert chance_that_it_meets(9, 10, 0.7) == pytest.approx(stats.binom.cdf(9, 11, 0.7))


def test_packages_are_every_choice_cheapest_first() -> None:
    """Two levers with one and two values make 2 x 3 packages."""
    packages = Packages([Lever("a", ("1",), (2.0,)), Lever("b", ("1", "2"), (1.0, 5.0))])
    made = [packages[number] for number in range(len(packages))]
    assert [one.cost for one in made] == [0.0, 1.0, 2.0, 3.0, 5.0, 7.0]
    assert [one.case.number for one in made] == list(range(6))


def test_too_many_packages_are_refused() -> None:
    levers = [Lever(f"a{number}", ("1",), (1.0,)) for number in range(21)]
    assert math.prod([2] * 21) > MOST_PACKAGES
    with pytest.raises(ValueError, match="2,097,152 packages"):
        Packages(levers)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("seek: {}", "no levers"),
        ("seek: {goal: bothh, levers: {a.b: {values: [1], costs: [1]}}}", "seek.goal: there is no goal 'bothh'"),
        ("seek: {levers: {a.b: {values: [1], costs: [1, 2]}}}", "one cost for each value"),
        ("seek: {levers: {a.b: {values: [1], costs: [-1]}}}", "must be at least 0"),
        ("seek: {levers: {a.b: [1]}}", "write {values: ..., costs: ...}"),
        ("seek: {lever: {}}", "unknown key; did you mean 'levers'"),
        ("seek: {variants: {quik: 2}}", "no variant 'quik'; did you mean 'quick'"),
        ("seek: {confidence: 120 %, levers: {a.b: {values: [1], costs: [1]}}}", "seek.confidence"),
    ],
)
def test_a_wrong_block_is_told_with_its_place(block: str, said: str, tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    file = tmp_path / "wrong.yaml"
    file.write_text(text[: text.index("seek:")] + block + "\n", encoding="utf-8")
    line = text[: text.index("seek:")].count("\n") + 1
    with pytest.raises(ScenarioError, match=said) as caught:
        read_levers(load_scenario(file))
    assert f"wrong.yaml:{line}:" in str(caught.value)
