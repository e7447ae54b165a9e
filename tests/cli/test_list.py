"""The catalogue says its figures with their sources, and which of them are guesses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from sim.cli.verb_list import BY_NAME, SPECIAL
from sim.problems import Code
from sim.scenario.known_distributions import DISTRIBUTIONS
from sim.scenario.provenance import Note, is_figure
from sim.units import KINDS, parse_quantity

Call = Callable[..., Result]
NOTED = """
extends: small.yaml
launchers:
  rocket:
    source: "Handbook: a title"
    confidence: high
    access: read
    sources: {integration: {source: estimate, confidence: low, access: estimate}}
    production: {every: {uniform: [90 d, 110 d], source: Factory visit, confidence: medium}}
"""


@pytest.fixture
def noted(small: Path) -> Path:
    Path("noted.yaml").write_text(NOTED, encoding="utf-8")
    return Path("noted.yaml")


def told(ilrs: Call, *arguments: str | Path) -> Any:
    done = ilrs("list", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_without_a_kind_every_kind_is_counted(ilrs: Call, small: Path) -> None:
    counts = {one["kind"]: one["count"] for one in told(ilrs, "--scenario", small)}
    assert list(counts) == [*BY_NAME, *SPECIAL]
    assert (counts["launchers"], counts["places"], counts["pads"], counts["stations"]) == (1, 3, 1, 0)


SCHEDULE = {"groups": {"build", "campaign"}, "calendars": {"office", "always"}, "resources": {"crane"}}
"""Kinds that only plans with a schedule have, and their blocks in one."""


@pytest.mark.parametrize("kind", SCHEDULE)
def test_what_only_a_schedule_has_is_listed(kind: str, ilrs: Call, tmp_path: Path) -> None:
    file = tmp_path / "hut.yaml"
    hut = Path(__file__).parents[1] / "data" / "hut.yaml"
    file.write_text(hut.read_text(encoding="utf-8") + "resources: {crane: {capacity: 1}}\n", encoding="utf-8")
    assert {one["name"] for one in told(ilrs, kind, "--scenario", file)} == SCHEDULE[kind]


@pytest.mark.parametrize("kind", [kind for kind in (*BY_NAME, *SPECIAL) if kind not in SCHEDULE])
def test_every_kind_has_something_in_the_shipped_scenario(kind: str, ilrs: Call) -> None:
    done = ilrs("list", kind)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) >= 2
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("kind", [*BY_NAME, *SPECIAL])
def test_every_kind_can_be_listed_for_programs(kind: str, ilrs: Call, noted: Path) -> None:
    lines = ilrs("list", kind, "--scenario", noted).stdout.splitlines()
    assert len(lines) >= len(told(ilrs, kind, "--scenario", noted))


def test_an_empty_kind_says_so(ilrs: Call, small: Path) -> None:
    assert ilrs("list", "stations", "--scenario", small).stdout == "none\n"
    assert told(ilrs, "stations", "--scenario", small) == []


def test_a_table_gives_the_figures_as_the_scenario_says_them(ilrs: Call, noted: Path) -> None:
    head, row, *rest = ilrs("list", "launchers", "--scenario", noted).stdout.splitlines()
    assert re.split(r"  +", head) == [
        "name", "partner", "tli", "leo", "record", "every", "pads", "confidence", "access", "source"
    ]  # fmt: skip
    assert re.split(r"  +", row) == [
        "rocket", "us", "12 t", "80 %", "{uniform: [90 d, 110 d]}", "coast.one", "high", "read", "Handbook: a title"
    ]  # fmt: skip
    assert [re.split(r"  +", line.strip()) for line in rest] == [
        ["integration", "low", "estimate", "estimate"],
        ["production.every", "medium", "Factory visit"],
    ]


def test_settings_and_variants_change_what_is_listed(ilrs: Call, noted: Path) -> None:
    (one,) = told(ilrs, "launchers", "--scenario", noted, "-S", "launchers.rocket.reliability=99 %")
    assert one["values"]["reliability"] == "99 %"
    pads = [one["name"] for one in told(ilrs, "pads", "--variant", "second-pad")]
    assert "wenchang.lc-302" in pads


def test_each_figure_rests_on_the_nearest_source(ilrs: Call, noted: Path) -> None:
    """Counted by hand: small.yaml itself gives a source for all; rocket, its integration and its line have others."""
    sources = {one["source"]: one for one in told(ilrs, "sources", "--scenario", noted)}
    assert sources["Handbook: a title"]["paths"] == [
        "launchers.rocket.to.tli",
        "launchers.rocket.reliability",
        "launchers.rocket.stand_down",
    ]
    assert sources["estimate"]["paths"] == ["launchers.rocket.integration"]
    assert sources["Factory visit"]["paths"] == ["launchers.rocket.production.every"]
    assert (sources["estimate"]["guesses"], sources["Factory visit"]["guesses"]) == (1, 0)
    assert len(sources) == 4


def test_sources_that_carry_most_come_first(ilrs: Call) -> None:
    counts = [one["figures"] for one in told(ilrs, "sources")]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) > 50


def test_the_last_line_of_sources_counts_the_guesses(ilrs: Call, noted: Path) -> None:
    last = ilrs("list", "sources", "--scenario", noted).stdout.splitlines()[-1]
    assert re.split(r"  +", last)[1:] == ["1", "all", "guesses in launchers 1"]


def test_guesses_are_listed_with_their_place(ilrs: Call, noted: Path) -> None:
    assert told(ilrs, "guesses", "--scenario", noted) == [
        {
            "path": "launchers.rocket.integration",
            "value": "30 d",
            "at": "small.yaml:26",
            "confidence": "low",
            "source": "estimate",
        }
    ]


def test_figures_without_a_source_are_counted_too(ilrs: Call, small: Path) -> None:
    text = small.read_text(encoding="utf-8").replace("source: made up for the tests\n", "")
    small.write_text(text, encoding="utf-8")
    (one,) = told(ilrs, "sources", "--scenario", small)
    assert one["source"] is None
    assert "(no source)" in ilrs("list", "sources", "--scenario", small).stdout


@pytest.mark.parametrize(
    "value", ["8.2 t", "-88.8 deg", "2 %/yr", "2031-06-01", ".5 m/s", 3, 0.5, ["84 h", "132 h"], {"pert": ["1 d"] * 3}]
)
def test_quantities_dates_and_random_values_are_figures(value: object) -> None:
    assert is_figure(value)


@pytest.mark.parametrize("value", ["cnsa", "first-crew.landed", True, [], ["a", "b"], {}, "3 launches a year"])
def test_names_switches_and_sentences_are_no_figures(value: object) -> None:
    assert not is_figure(value)


@pytest.mark.parametrize(
    ("note", "guess"),
    [
        (Note("estimate"), True),
        (Note("Estimate; compare Altair"), True),
        (Note("A book", "low", "estimate"), True),
        (Note("A book", "low", "read"), False),
        (Note(), False),
    ],
)
def test_a_guess_is_what_says_so(note: Note, guess: bool) -> None:
    assert note.is_guess is guess


def test_every_law_of_chance_is_explained(ilrs: Call) -> None:
    assert {one["law"] for one in told(ilrs, "distributions")} == DISTRIBUTIONS.keys()


def test_every_problem_code_is_listed(ilrs: Call) -> None:
    assert [one["code"] for one in told(ilrs, "problems")] == [str(code) for code in Code]


def test_every_unit_that_is_listed_is_read(ilrs: Call) -> None:
    listed = {one["quantity"]: one["units"] for one in told(ilrs, "units")}
    assert set(listed) == set(KINDS)
    assert all(parse_quantity(f"1 {unit}", kind) > 0 for kind, units in listed.items() for unit in units)


@pytest.mark.parametrize("kind", ["sources", "guesses", "missions", "elements"])
def test_things_may_be_named_like_the_keys_of_a_note(kind: str, ilrs: Call, small: Path) -> None:
    text = small.read_text(encoding="utf-8").replace("  hut: {", "  source: {").replace("[hut]", "[source]")
    goods = "\n  more:\n    launches: {main: {launcher: rocket, carries: [lander]}}\n    route: [leo, llo, site]\n"
    goods += "    cargo: {source: 200 kg, sources: 100 kg, confidence: 1 kg}\n    rebuild: 300 d\n"
    text = text.replace("\ngoals:", f"{goods}goals:")
    small.write_text(text, encoding="utf-8")
    done = ilrs("list", kind, "--scenario", small)
    assert done.exit_code == 0, done.stderr


def test_an_unknown_kind_is_wrong_usage(ilrs: Call) -> None:
    done = ilrs("list", "rockets")
    assert done.exit_code == 2
    assert "launchers" in done.stderr


def test_hostile_text_is_shown_as_the_text_it_is(ilrs: Call, small: Path) -> None:
    """Markup for a page, markup of rich, and characters that turn the line round."""
    text = small.read_text(encoding="utf-8").replace("made up for the tests", '"<script>[red]x[/red]\u202e"')
    small.write_text(text, encoding="utf-8")
    done = ilrs("list", "launchers", "--scenario", small)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].endswith("<script>[red]x[/red]\\u202e")


def test_listing_leaves_the_help_text_alone(ilrs: Call) -> None:
    """A module `sim.cli.list` would hide the built-in function from the verbs' own list."""
    assert ilrs("list", "units").exit_code == 0
    assert ilrs("--help").exit_code == 0
