"""What was known on a day: each kind of key, each kind of fact, and what is said where nothing is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.problems import Problem, ScenarioError
from sim.scenario.load import check_scenario, load_scenario, read_layers

HEAD = """
format: 1
calendar: {start: 2021-01-01, end: 2045-01-01, as_of: 2026-11-22}
"""
PLAN = (
    HEAD
    + """
goals:
  ready: {by: {said: {2021-01-01: 2028-12-31, 2024-04-24: 2035-12-31}}, needs: [rocket, lander]}
  crewed: {by: {said: {2021-01-01: not planned, 2023-05-29: 2030-12-31}}, needs: [lander]}
partners:
  cn: {}
  newcomer: {joins: 2024-01-01}
  leaver: {withdraws: 2025-01-01}
activities:
  lander:
    partner: cn
    done: 2023-06-30
    finish: {said: {2021-01-01: 2022-12-15, 2022-06-01: 2023-03-01}}
    slip: {uniform: [0 d, 100 d]}
  rocket:
    partner: cn
    finish: {said: {2021-01-01: 2027-07-01, 2024-04-24: 2028-01-01}}
    slip: {uniform: [0 d, 100 d]}
"""
)


def values(folder: Path, text: str, as_of: str | None = None, **options: Any) -> dict[str, Any]:
    """Return the merged values of a scenario as they were known on a day."""
    file = folder / "plan.yaml"
    file.write_text(text)
    layered, problems, _ = read_layers(file, as_of=as_of, **options)
    assert layered is not None
    assert [one for one in problems if one.severity == "error"] == []
    return layered.values


def problems(folder: Path, text: str, as_of: str | None = None) -> tuple[Problem, ...]:
    file = folder / "plan.yaml"
    file.write_text(text)
    return check_scenario(file, as_of=as_of)


def only(found: tuple[Problem, ...], severity: str = "error") -> Problem:
    (one,) = [problem for problem in found if problem.severity == severity]
    return one


def test_the_newest_statement_holds_without_a_day(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN)["activities"]["rocket"]["finish"] == "2028-01-01"


def test_a_plan_date_is_the_one_said_last_by_the_day(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN, "2023-06-30")["activities"]["rocket"]["finish"] == "2027-07-01"


def test_a_statement_holds_from_its_own_day_on(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN, "2024-04-24")["activities"]["rocket"]["finish"] == "2028-01-01"


def test_the_date_of_a_goal_is_the_one_said_last_by_the_day(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN, "2023-06-30")["goals"]["ready"]["by"] == "2028-12-31"


def test_the_day_becomes_the_day_of_knowledge(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN, "2023-06-30")["calendar"]["as_of"] == "2023-06-30"


def test_a_goal_that_was_not_planned_is_left_out(tmp_path: Path) -> None:
    assert "crewed" not in values(tmp_path, PLAN, "2022-01-01")["goals"]


def test_what_was_done_later_is_planned_again(tmp_path: Path) -> None:
    lander = values(tmp_path, PLAN, "2023-06-29")["activities"]["lander"]
    assert (lander.get("done"), lander["finish"], "slip" in lander) == (None, "2023-03-01", True)


def test_what_was_done_on_the_day_is_a_fact(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN, "2023-06-30")["activities"]["lander"] == {"partner": "cn", "done": "2023-06-30"}


def test_a_partner_who_joined_later_was_none(tmp_path: Path) -> None:
    assert "newcomer" not in values(tmp_path, PLAN, "2023-12-31")["partners"]


def test_a_partner_who_left_later_was_one(tmp_path: Path) -> None:
    assert values(tmp_path, PLAN, "2024-12-31")["partners"]["leaver"] == {}


def test_work_for_a_partner_who_joined_later_says_why_it_cannot_be(tmp_path: Path) -> None:
    text = PLAN.replace("rocket:\n    partner: cn", "rocket:\n    partner: newcomer")
    found = only(problems(tmp_path, text, "2023-12-31"))
    assert found.path == "activities.rocket.partner"
    assert "joined on 2024-01-01" in found.hint


def test_a_later_day_than_the_scenario_knows_is_refused(tmp_path: Path) -> None:
    found = only(problems(tmp_path, PLAN, "2027-01-01"))
    assert "nothing after 2026-11-22" in found.message


def test_a_day_that_is_no_date_is_refused(tmp_path: Path) -> None:
    found = only(problems(tmp_path, PLAN, "2023-02-30"))
    assert found.text().startswith("--as-of 2023-02-30:")


def test_a_statement_after_the_day_of_knowledge_is_not_known_yet(tmp_path: Path) -> None:
    """A catalogue is shared by scenarios of several days."""
    text = PLAN.replace("2024-04-24: 2028-01-01", "2027-04-24: 2028-01-01")
    assert values(tmp_path, text)["activities"]["rocket"]["finish"] == "2027-07-01"


def test_a_statement_whose_day_is_no_date_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, PLAN.replace("2024-04-24: 2028-01-01", "spring: 2028-01-01"))
    assert "'spring' is no date" in only(found).message


def test_before_the_first_statement_that_one_holds_with_a_warning(tmp_path: Path) -> None:
    text = PLAN.replace("finish: {said: {2021-01-01: 2027-07-01,", "finish: {said: {2022-01-01: 2027-07-01,")
    assert values(tmp_path, text, "2021-06-30")["activities"]["rocket"]["finish"] == "2027-07-01"
    assert only(problems(tmp_path, text, "2021-06-30"), "warning").path == "activities.rocket.finish"


def test_a_fact_without_a_plan_of_then_is_refused_at_its_place(tmp_path: Path) -> None:
    text = PLAN.replace("    finish: {said: {2021-01-01: 2022-12-15, 2022-06-01: 2023-03-01}}\n", "").replace(
        "done: 2023-06-30\n    slip: {uniform: [0 d, 100 d]}", "done: 2023-06-30"
    )
    found = only(problems(tmp_path, text, "2022-01-01"))
    assert (found.path, found.code) == ("activities.lander.done", "not-known")


def test_dates_that_do_not_say_when_they_were_said_are_told_once(tmp_path: Path) -> None:
    text = PLAN.replace("finish: {said: {2021-01-01: 2027-07-01, 2024-04-24: 2028-01-01}}", "finish: 2028-01-01")
    found = only(problems(tmp_path, text, "2023-07-01"), "warning")
    assert "activities.rocket.finish" in found.hint


def test_a_variant_takes_the_place_of_all_statements(tmp_path: Path) -> None:
    text = PLAN + "variants: {late: {activities: {rocket: {finish: 2033-01-01}}}}\n"
    late = values(tmp_path, text, "2023-06-30", variants=["late"])
    assert late["activities"]["rocket"]["finish"] == "2033-01-01"


def test_a_setting_takes_the_place_of_all_statements(tmp_path: Path) -> None:
    late = values(tmp_path, PLAN, "2023-06-30", sets=["activities.rocket.finish=2033-01-01"])
    assert late["activities"]["rocket"]["finish"] == "2033-01-01"


def test_statements_of_a_child_are_added_to_those_of_its_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(PLAN)
    child = "extends: parent.yaml\nactivities: {rocket: {finish: {said: {2023-01-01: 2027-12-31}}}}\n"
    assert values(tmp_path, child, "2023-06-30")["activities"]["rocket"]["finish"] == "2027-12-31"
    assert values(tmp_path, child)["activities"]["rocket"]["finish"] == "2028-01-01"


def test_a_random_value_can_have_days(tmp_path: Path) -> None:
    text = PLAN.replace(
        "newcomer: {joins: 2024-01-01}",
        "newcomer: {joins: {said: {2021-01-01: {uniform: [2023-01-01, 2029-01-01]}, 2024-01-01: 2024-01-01}}}",
    )
    assert values(tmp_path, text, "2023-01-01")["partners"]["newcomer"]["joins"] == {
        "uniform": ["2023-01-01", "2029-01-01"]
    }


def test_a_list_of_needs_can_have_days(tmp_path: Path) -> None:
    text = PLAN.replace("needs: [rocket, lander]}", "needs: {said: {2021-01-01: [lander], 2024-01-01: [rocket]}}}")
    assert values(tmp_path, text, "2023-01-01")["goals"]["ready"]["needs"] == ["lander"]


def test_a_whole_block_can_have_days(tmp_path: Path) -> None:
    text = PLAN + "  hut: {said: {2022-01-01: {duration: 1 yr}, 2024-01-01: {duration: 2 yr}}}\n"
    assert values(tmp_path, text, "2023-01-01")["activities"]["hut"] == {"duration": "1 yr"}


def test_a_statement_can_carry_its_own_source(tmp_path: Path) -> None:
    text = PLAN.replace("2024-04-24: 2028-01-01", "2024-04-24: {value: 2028-01-01, source: a speech, access: read}")
    rocket = values(tmp_path, text)["activities"]["rocket"]
    assert (rocket["finish"], rocket["sources"]) == (
        "2028-01-01",
        {"finish": {"source": "a speech", "access": "read"}},
    )


def test_said_beside_a_value_is_told_where_it_belongs(tmp_path: Path) -> None:
    text = PLAN.replace("  rocket:\n", "  rocket:\n    said: {2021-01-01: 2027-07-01}\n")
    found = only(problems(tmp_path, text))
    assert (found.path, found.code) == ("activities.rocket.said", "unknown-key")


def test_a_block_may_be_called_said(tmp_path: Path) -> None:
    text = HEAD + "goals: {ready: {by: 2030-01-01, needs: [said]}}\nactivities: {said: {duration: 1 yr}}\n"
    assert values(tmp_path, text, "2023-01-01")["activities"] == {"said": {"duration": "1 yr"}}


def test_what_stands_in_no_named_block_cannot_be_left_out(tmp_path: Path) -> None:
    text = PLAN.replace("end: 2045-01-01", "end: {said: {2021-01-01: not planned}}")
    assert [one.path for one in problems(tmp_path, text) if "left out" in one.message] == ["calendar"]


def test_risks_do_not_touch_what_was_not_planned(tmp_path: Path) -> None:
    text = PLAN + (
        "  dome: {finish: {said: {2021-01-01: not planned, 2025-01-01: 2030-01-01}}}\n"
        "risks: {fire: {probability: 5 %, stretches: {dome: {fixed: 2}, rocket: {fixed: 2}}}}\n"
    )
    assert list(values(tmp_path, text, "2023-06-30")["risks"]["fire"]["stretches"]) == ["rocket"]


def test_the_origin_of_a_statement_names_its_day(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    layered, _, _ = read_layers(file, as_of="2023-06-30")
    assert layered is not None
    assert layered.origins["activities", "rocket", "finish"].startswith("said on 2021-01-01 (")


# --- missions -------------------------------------------------------------------------------------------------------


FLOWN = (
    HEAD
    + """
goals: {there: {by: 2030-12-31, needs: [scout.launched]}}
missions:
  scout:
    flown: {launched: 2023-08-10, ended: 2023-08-19, outcome: lost}
    not_before: {said: {2021-01-01: 2022-07-15, 2023-02-15: 2023-07-15}}
    slip: {uniform: [0 d, 100 d]}
    operations: [{name: flight, duration: 9 d}]
"""
)


@pytest.mark.parametrize("day", ["2023-08-09", "2023-08-18"])
def test_a_flight_that_was_not_over_is_planned_again(tmp_path: Path, day: str) -> None:
    scout = values(tmp_path, FLOWN, day)["missions"]["scout"]
    assert ("flown" in scout, scout["not_before"]) == (False, "2023-07-15")


def test_a_flight_that_was_over_is_a_fact(tmp_path: Path) -> None:
    scout = values(tmp_path, FLOWN, "2023-08-19")["missions"]["scout"]
    assert (scout["flown"]["outcome"], "not_before" in scout, "slip" in scout) == ("lost", False, False)


def test_a_flight_without_a_way_to_fly_is_refused_before_it_flew(tmp_path: Path) -> None:
    text = FLOWN.replace("    operations: [{name: flight, duration: 9 d}]\n", "")
    found = problems(tmp_path, text, "2022-01-01")
    assert [one.path for one in found if one.code == "not-known" and one.severity == "error"] == [
        "missions.scout.flown"
    ]


# --- learning -------------------------------------------------------------------------------------------------------

CLASS = """
    slip: {class: {agency: china, kind: first}, programme: landers}
"""


def by_class(text: str) -> str:
    return text.replace("\n    slip: {uniform: [0 d, 100 d]}\n", CLASS)


def test_the_first_statement_is_what_a_programme_learns_from(tmp_path: Path) -> None:
    lander = values(tmp_path, by_class(PLAN))["activities"]["lander"]
    assert (lander["planned"], lander["said_on"], "finish" in lander) == ("2022-12-15", "2021-01-01", False)


def test_a_flight_teaches_by_its_first_statement(tmp_path: Path) -> None:
    scout = values(tmp_path, by_class(FLOWN))["missions"]["scout"]
    assert (scout["planned"], scout["said_on"], "not_before" in scout) == ("2022-07-15", "2021-01-01", False)


def test_what_a_programme_learns_from_is_the_plan_of_then(tmp_path: Path) -> None:
    text = by_class(PLAN).replace(
        "finish: {said: {2021-01-01: 2022-12-15, 2022-06-01: 2023-03-01}}",
        "planned: 2022-12-15\n    said_on: 2021-01-01",
    )
    lander = values(tmp_path, text, "2022-01-01")["activities"]["lander"]
    assert (lander["finish"], "planned" in lander, "said_on" in lander) == ("2022-12-15", False, False)


def test_a_plan_without_days_beside_a_fact_is_refused(tmp_path: Path) -> None:
    text = PLAN.replace("finish: {said: {2021-01-01: 2022-12-15, 2022-06-01: 2023-03-01}}", "finish: 2023-03-01")
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match="exactly one of duration, finish and done"):
        load_scenario(file)
