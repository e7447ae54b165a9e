"""The recipes of CONTRIBUTING: a distribution, a cause, a figure of the report, each in three files at the most."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboards.theme import FAMILY_COLOUR
from sim.campaign import causes
from sim.campaign.compile import compile_campaign
from sim.chance import Distribution
from sim.model.simulate import simulate_chunk
from sim.scenario.known_distributions import DISTRIBUTIONS, DistributionEntry, at_part
from sim.scenario.load import load_scenario
from sim.scenario.measures import Measure
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Rayleigh(Distribution):
    """The length of a vector of two normal parts of one spread."""

    sigma: float

    def ppf(self, u: float) -> float:
        return self.sigma * math.sqrt(-2.0 * math.log1p(-u))

    @property
    def mean(self) -> float:
        return self.sigma * math.sqrt(math.pi / 2.0)

    @property
    def mode(self) -> float:
        return self.sigma

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf


def read_rayleigh(spec: object, measure: Measure) -> Distribution:
    """Return the distribution of `{rayleigh: 30 d}`."""
    return Rayleigh(at_part("rayleigh", measure.point, spec))


@pytest.fixture
def with_rayleigh(monkeypatch: pytest.MonkeyPatch, project_root: Path, tmp_path: Path) -> Path:
    """Return a scenario whose design takes as long as a distribution says that only its entry makes known."""
    entry = DistributionEntry(
        read_rayleigh, lambda measure: measure.point_schema, "{rayleigh: 30 d}", "a length", "distances"
    )
    monkeypatch.setitem(DISTRIBUTIONS, "rayleigh", entry)
    text = (project_root / "tests" / "cli" / "small.yaml").read_text(encoding="utf-8")
    told = text.replace("{triangular: [200 d, 300 d, 700 d]}", "{rayleigh: 300 d, source: a table}")
    assert told != text
    path = tmp_path / "small.yaml"
    path.write_text(told, encoding="utf-8")
    return path


def test_a_distribution_is_known_by_its_entry_alone(with_rayleigh: Path) -> None:
    assert load_scenario(with_rayleigh).scenario.activities["design"].duration == Rayleigh(300.0)


def test_a_run_draws_from_a_distribution_that_was_added(with_rayleigh: Path) -> None:
    campaign = compile_campaign(load_scenario(with_rayleigh))
    dates_d = {outcome.reached_d[0] for outcome in simulate_chunk(campaign, 1, 0, 8)}
    assert len(dates_d) > 4


def test_a_setting_replaces_an_added_distribution_whole(with_rayleigh: Path) -> None:
    """A random value is one value: its note goes with it."""
    loaded = load_scenario(with_rayleigh, sets=["activities.design.duration={rayleigh: 20 d}"])
    assert loaded.layered.values["activities"]["design"]["duration"] == {"rayleigh": "20 d"}


def test_editors_are_told_of_an_added_distribution(with_rayleigh: Path) -> None:
    schema = Scenario.model_json_schema()["$defs"]["UncertainDuration"]
    assert any("rayleigh" in choice.get("properties", {}) for choice in schema["anyOf"])


@pytest.mark.parametrize("cause", causes.CAUSES)
def test_every_cause_has_a_colour_by_its_family(cause: str) -> None:
    assert causes.CAUSE_FAMILY[cause] in FAMILY_COLOUR


def test_every_cause_has_the_number_of_its_place() -> None:
    """The model counts days by number, tables and pages name them."""
    numbers = {name.lower().replace("_", "-"): value for name, value in vars(causes).items() if isinstance(value, int)}
    assert numbers == {cause: number for number, cause in enumerate(causes.CAUSES)}


def test_every_figure_stands_on_a_page(project_root: Path) -> None:
    figures = {f"dashboards.figures.{path.stem}" for path in (project_root / "dashboards/figures").glob("[!_]*.py")}
    imported = {
        node.module
        for package in ("dashboards", "sim")
        for path in (project_root / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and f"dashboards.figures.{path.stem}" != node.module
    }
    assert figures <= imported
