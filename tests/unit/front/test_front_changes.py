"""What each changed input moves between two studies, and why some move nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import ilrs
from sim.front.comparison import Changed
from sim.study.contents import changes_name
from sim.study.engines import Here
from sim.study.moves import kept_changes
from sim.study.pairing import GoalRow
from sim.study.store import read_study
from tests.unit.front.conftest import SWEEPING

ROUNDING_D = 1e-6
ROW = (GoalRow("both", ("both", "both")),)
PLAN = SWEEPING.read_text(encoding="utf-8")
THIRD = "  third: {kind: development, needs: [second], duration: 30 d}\n"

Way = Callable[..., Changed]


@pytest.fixture
def way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Return who tells what changed from the plan to another text of it."""
    monkeypatch.chdir(tmp_path)

    def tell(other: str, count: int = 40) -> Changed:
        for name, text in (("one.yaml", PLAN), ("two.yaml", other)):
            Path(name).write_text(text, encoding="utf-8")
        for name in ("one", "two"):
            ilrs.load(f"{name}.yaml").run(count, jobs=1, folder=name, progress=False)
        return ilrs.compare("one", "two", progress=False).changes(engine=Here(), progress=False)

    return tell


def steps(changed: Changed) -> dict[str, float]:
    """Return the days of the mean that each step moves."""
    return {step.title: step.moves[0].mean_d for step in changed.found.steps}


OTHER = PLAN.replace("duration: 100 d", "duration: 60 d").replace("[0 d, 200 d]}}", "[0 d, 100 d]}}", 1)


def test_the_moves_of_the_mean_add_up_to_that_of_the_studies(way: Way) -> None:
    changed = way(OTHER)
    assert sum(steps(changed).values()) == pytest.approx(changed.found.total[0].mean_d, abs=ROUNDING_D)


def test_the_moves_of_even_odds_add_up_to_that_of_the_studies(way: Way) -> None:
    found = way(OTHER).found
    days = [step.moves[0].p50_d for step in found.steps]
    assert sum(day for day in days if day is not None) == pytest.approx(found.total[0].p50_d, abs=ROUNDING_D)


def test_the_moves_of_the_chance_add_up_to_that_of_the_studies(way: Way) -> None:
    found = way(OTHER).found
    assert sum(step.moves[0].chance for step in found.steps) == pytest.approx(found.total[0].chance, abs=1e-12)


def test_a_step_moves_what_its_input_alone_moves(way: Way) -> None:
    """The second step takes 40 d less in every replication, whatever the first takes."""
    assert steps(way(OTHER))["activities.second.duration"] == pytest.approx(-40.0, abs=ROUNDING_D)


def test_another_wanted_date_moves_the_chance_and_no_day(way: Way) -> None:
    (step,) = way(PLAN.replace("by: 2030-07-20", "by: 2031-07-20")).found.steps
    assert step.moves[0].mean_d == 0.0
    assert step.moves[0].chance > 0.0


def test_an_input_that_makes_no_sense_yet_waits_for_the_others(way: Way) -> None:
    other = PLAN.replace("goals:\n", THIRD + "goals:\n").replace(
        "needs: [second]}\nvariants", "needs: [third]}\nvariants"
    )
    assert list(steps(way(other))) == ["activities.third", "goals.both.needs"]


def test_inputs_that_make_sense_only_together_are_one_step(way: Way) -> None:
    """Neither end of a renaming can come first: each would leave the goal or the other activity without its need."""
    other = PLAN.replace("second: {kind", "later: {kind").replace("needs: [second]", "needs: [later]")
    other = other[: other.index("variants:")]
    told = way(other)
    assert sum(steps(told).values()) == pytest.approx(0.0, abs=ROUNDING_D)


def test_what_was_found_is_not_simulated_again(way: Way) -> None:
    changed = way(OTHER)
    one, two = (read_study(Path(name)) for name in ("one", "two"))
    assert kept_changes(one, two, ROW) == changed.found


def test_what_was_kept_and_altered_is_not_believed(way: Way) -> None:
    way(OTHER)
    one, two = (read_study(Path(name)) for name in ("one", "two"))
    file = two.folder / changes_name(one.manifest.key)
    file.write_text(file.read_text(encoding="utf-8").replace('"simulated": 1', '"simulated": 2'), encoding="utf-8")
    assert kept_changes(one, two, ROW) is None


def test_what_ends_sooner_is_told_with_its_days(way: Way) -> None:
    moved = {one.name: one.days for one in way(OTHER.replace("[0 d, 100 d]", "[0 d, 200 d]")).found.subjects[0]}
    assert moved["second"] == pytest.approx(-40.0, abs=ROUNDING_D)


def test_the_page_of_two_studies_shows_what_is_kept(way: Way) -> None:
    way(OTHER)
    page = ilrs.compare("one", "two", progress=False).report("page")
    assert "What moves it from one to the other?" in page.read_text(encoding="utf-8")


def test_a_change_that_no_goal_needs_says_so(way: Way) -> None:
    way(PLAN.replace("goals:\n", THIRD + "goals:\n"))
    said = ilrs.compare("one", "two", progress=False).document["goals"]["both"]["nothing_moves"]
    assert said == {"changed": ["activities.third"], "goal_needs": [], "others_need": {}}


def test_the_way_between_more_than_two_studies_is_refused(way: Way) -> None:
    way(OTHER)
    compared = ilrs.compare("one", "two", "one", progress=False)
    with pytest.raises(ilrs.ArgumentError, match="two studies are wanted"):
        compared.changes()
