"""Every scenario that ships, and each of its variants, reads without a word of complaint, compiles and runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_chunk
from sim.scenario.load import load_scenario
from sim.scenario.tree import shipped_folder, shipped_names

FOLDER = shipped_folder()
NAMES = shipped_names()
GUESSES = ("estimate", "as ", "a choice", "see ", "made up")
"""Sources that say by themselves how far a figure can be trusted."""
TUTORIAL_LINES = 40
"""As long as a scenario may be that one reads before the first coffee is cold (issue 3)."""
REPLICATIONS = 3


def _variants(name: str) -> list[str]:
    values = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return list(values.get("variants", {}))


CASES = [(name, variant) for name in NAMES for variant in ("", *_variants(name))]


@pytest.mark.parametrize(("name", "variant"), CASES, ids=[f"{n}+{v}" if v else n for n, v in CASES])
def test_it_reads_without_error_or_warning_compiles_and_runs(name: str, variant: str) -> None:
    loaded = load_scenario(FOLDER / f"{name}.yaml", [variant] if variant else [])
    assert [problem.message for problem in loaded.warnings] == []
    campaign = compile_campaign(loaded)
    outcomes = simulate_chunk(campaign, 1, 0, REPLICATIONS)
    assert [outcome.replication for outcome in outcomes] == list(range(REPLICATIONS))
    assert all(len(outcome.reached_d) == len(campaign.milestones) for outcome in outcomes)


@pytest.mark.parametrize("name", NAMES)
def test_its_first_line_leads_an_editor_to_the_schema(name: str) -> None:
    path = FOLDER / f"{name}.yaml"
    up = "../" * (len(path.relative_to(FOLDER).parts))
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={up}sim/scenario/schema.json"


@pytest.mark.parametrize("name", NAMES)
def test_it_bears_the_name_of_its_file(name: str) -> None:
    values = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert values["name"] == name.rsplit("/", 1)[-1]


def _unrated(value: Any, path: str, *, rated: bool) -> Iterator[str]:
    """Return the blocks whose source comes without a confidence, in them or around them."""
    if not isinstance(value, dict):
        return
    rated = rated or "confidence" in value
    source = value.get("source")
    if isinstance(source, str) and not rated and not source.lower().startswith(GUESSES):
        yield path
    for key, item in value.items():
        yield from _unrated(item, f"{path}.{key}", rated=rated)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_source_says_how_far_its_figures_can_be_trusted(path: Path) -> None:
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    rated = "confidence" in values
    sections = [key for key in values if key not in ("variants", "goals", "sweep")]
    unrated = [found for key in sections for found in _unrated(values[key], key, rated=rated)]
    assert unrated == []


def test_the_tutorial_stands_alone_on_one_screen() -> None:
    text = (FOLDER / "tutorial.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) < TUTORIAL_LINES
    assert "extends" not in yaml.safe_load(text)


def test_the_baseline_comes_with_the_variants_a_planner_asks_for() -> None:
    wanted = {"china-alone", "open-partnership", "late-power", "second-pad", "faster-production", "no-roscosmos"}
    assert wanted <= set(_variants("ilrs-2035"))


def test_both_plans_of_the_rival_ask_the_same_questions() -> None:
    goals = [set(load_scenario(name).scenario.goals) for name in ("artemis-2021", "artemis-now")]
    assert goals[1] <= goals[0]


def test_the_whole_catalogue_stands_together(tmp_path: Path) -> None:
    whole = tmp_path / "whole.yaml"
    whole.write_text("format: 1\nextends: [ilrs-2035.yaml, catalogue/reference.yaml]\n", encoding="utf-8")
    loaded = load_scenario(whole)
    assert {"saturn-v", "proton-m", "cz-5b"} <= set(loaded.scenario.launchers)


PARTS_TOLERANCE = 0.04
"""Published launch masses are rounded to two figures, and people come on top of a ship's parts."""


@pytest.mark.parametrize("name", ["ilrs-2035", "artemis-now", "ilrs-2021", "whole"])
def test_the_parts_of_a_spacecraft_add_up_to_its_published_mass(name: str, tmp_path: Path) -> None:
    path = tmp_path / "whole.yaml"
    path.write_text("format: 1\nextends: [ilrs-2035.yaml, catalogue/reference.yaml]\n", encoding="utf-8")
    craft = load_scenario(path if name == "whole" else name).scenario.spacecraft
    off = {}
    for key, item in craft.items():
        if item.ground_mass is not None:
            parts = item.dry + item.cargo + sum(stage.dry + stage.propellant for stage in item.stages.values())
            off[key] = parts / item.ground_mass - 1.0
    assert {key: share for key, share in off.items() if abs(share) > PARTS_TOLERANCE} == {}


def test_the_readme_names_every_file() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    files = [path.relative_to(FOLDER).as_posix() for path in sorted(FOLDER.rglob("*.yaml"))]
    assert [file for file in files if f"`{file}`" not in text] == []


def _accesses(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and "access" in value:
        yield value["access"]
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _accesses(item)


def test_the_readme_counts_what_was_read_and_what_is_a_guess() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.count("|") == 7]
    counted = {row[0]: [int(cell) for cell in row[1:5]] for row in rows if row[0].endswith(".yaml")}
    words = ("read", "computed", "recalled", "estimate")
    found = {}
    for file in counted:
        told = list(_accesses(yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))))
        found[file] = [told.count(word) for word in words]
    assert len(found) == 12
    assert counted == found


def test_the_sweep_of_the_baseline_varies_keys_that_the_plan_has() -> None:
    values = load_scenario("ilrs-2035").layered.values
    missing = []
    for path in values["sweep"]["vary"]:
        block: Any = values
        for key in path.split("."):
            block = block.get(key) if isinstance(block, dict) else None
        missing += [path] if block is None else []
    assert missing == []
