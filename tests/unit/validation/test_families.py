"""Each family of cases gives what its sources say, and notices what it should."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.scenario.table import data_file, read_table
from sim.validation.flown_missions import flight_cases
from sim.validation.published import PublishedCase, read_published
from sim.validation.sortie import PublishedSortie, sortie_cases
from sim.validation.stochastic import depot_chance, stochastic_cases, textbook_cases
from sim.validation.suite import families, run_suite

FEW = 300
SEED = 2035


@pytest.fixture(scope="module")
def flights() -> dict[str, PublishedCase]:
    return {case.id: case for case in flight_cases()}


def missed(cases: object) -> list[str]:
    assert isinstance(cases, list)
    return [case.id for case in cases if not case.met]


def test_every_textbook_case_is_met_with_few_replications_too() -> None:
    """Tolerances grow with the sampling error; the shares of the sources do not."""
    assert missed(list(textbook_cases(FEW, SEED))) == []


def test_every_random_case_is_met_with_few_replications_too() -> None:
    assert missed(list(stochastic_cases(FEW, SEED))) == []


@pytest.mark.parametrize(("transfers", "fleet", "share"), [(10, 2, 0.8531), (15, 1, 0.5743), (5, 4, 0.9313)])
def test_the_closed_form_of_the_depot_gives_its_printed_values(transfers: int, fleet: int, share: float) -> None:
    """Published: Merrel, Gomez and Chen, closed form of the sweep, four digits."""
    assert depot_chance(read_published("depot"), transfers, fleet) == pytest.approx(share, abs=5e-5)


def test_the_steps_of_the_depot_make_its_three_rates() -> None:
    """Published: the steps' probabilities of loss."""
    said = read_published("depot")
    assert said["reach"] == pytest.approx((1 - 0.02) * (1 - 0.004))
    assert said["work"] == pytest.approx((1 - 0.002) * (1 - 0.005) ** 2)
    assert said["depart"] == pytest.approx((1 - 0.002) * (1 - 0.004) ** 2 * (1 - 0.001))


def test_a_published_run_off_its_own_closed_form_is_said_to_be() -> None:
    """Published: 15 loads, 10 tankers: 0.8102 of 6000, closed form 0.8258, z = -3.18."""
    notes = {case.id: case.note for case in stochastic_cases(FEW, SEED)}
    assert "3.2 standard errors below its own closed form" in notes["depot-15-10"]
    assert "below its own closed form" not in notes["depot-5-4"]


def test_the_sortie_is_the_one_of_spacenet() -> None:
    assert missed(list(sortie_cases())) == []


def test_a_sortie_with_another_engine_would_be_missed() -> None:
    """A case can fail: one second less of specific impulse empties the descent stage further."""
    said = read_published("sortie")
    elements = said["elements"]
    sortie = PublishedSortie(said, 9.81, 500.0, 100.0, 3150.0, 1875.0, elements["Altair DM"]["isp_s"], 253_000.0)
    down = replace(sortie, descent_isp_s=447.0).fly()[3]
    assert abs(down.left_kg()["Altair DM"] - said["left_kg"][9.81]["Altair DM"]) > 10.0


def test_departure_energies_of_all_six_missions_are_met(flights: dict[str, PublishedCase]) -> None:
    ids = [f"change-{number}-departure" for number in (3, 4, 5, 6)]
    assert all(flights[name].met for name in [*ids, "apollo-11-c3", "chandrayaan-3-c3"])


def test_the_captures_that_turned_their_plane_are_missed_and_say_by_how_much(flights: dict[str, PublishedCase]) -> None:
    found = flights["apollo-14-capture"]
    assert not found.met
    assert "turning the plane by 12 deg" in found.note
    assert "left the free return" in found.note


def test_a_family_by_name_gives_its_cases_only() -> None:
    suite = run_suite(only=("slip",))
    assert {case.kind for case in suite.cases} == {"slip"}
    assert len({family.name for family in families()}) == 7


@pytest.mark.parametrize("name", ["iss-cargo", "lunar-programmes"])
def test_a_table_of_dates_was_said_before_it_was_planned_for(name: str) -> None:
    """Dates in ISO form sort as they come."""
    for row in read_table(data_file(f"{name}.csv")).rows:
        assert row.cells["said_on"] < row.cells["planned"], row
