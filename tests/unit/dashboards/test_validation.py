"""The page of the validation suite names what is missed, and shows it where it can be read."""

from __future__ import annotations

from dashboards.page import render_page
from dashboards.validation import compose_validation
from sim.validation.published import PublishedCase
from sim.validation.suite import Suite
from tests.unit.dashboards.sample import HOSTILE

MET = PublishedCase("speed", "replay", "a book", "m/s", 3070.1, 3070.0, 1.0, met=True, note="one digit")
MISSED = PublishedCase(
    "a-very-long-name-of-a-case", "hindcast", HOSTILE, "d", (193.249, 2.0), 1.65753, 1.0, met=False, note="why"
)


def test_what_is_missed_is_counted_by_family() -> None:
    page = compose_validation(Suite((MET, MISSED), ()), runs=100, seed=1)
    assert page.sections[0].cards[0].title == "1 case is missed: 1 of hindcast"


def test_missed_figures_are_shown_to_four_digits() -> None:
    shown = compose_validation(Suite((MISSED,), ()), runs=100, seed=1).sections[0].cards[0].shown
    assert shown is not None
    assert shown.rows[0][2:4] == ("193.2, 2", "1.658")


def test_a_phone_sees_the_end_of_a_long_name() -> None:
    case = PublishedCase(
        "sortie-break-even-departure-propellant-kg", "replay", "", "kg", 1.0, 1.0, 1.0, met=True, note=""
    )
    card = compose_validation(Suite((case,), ()), runs=100, seed=1).sections[0].cards[0]
    assert card.narrow["yaxis.ticktext"] == ["…ure-propellant-kg"]


def test_sources_are_escaped() -> None:
    page = compose_validation(Suite((MET, MISSED), ()), runs=100, seed=1)
    assert HOSTILE not in render_page(page, single_file=False).html
