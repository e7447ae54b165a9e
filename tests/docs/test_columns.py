"""The page of columns lists what the tables hold, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

from sim.analysis.outline import Outline, outline_of
from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_nominal
from sim.scenario.load import load_scenario
from sim.study.tables import columns_of, goal_columns_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "columns.md"
ROW = re.compile(r"^\| `([^`]+)`( \*)? \| (\S+) \| (\S+) \|", re.M)


def outline() -> Outline:
    campaign = compile_campaign(load_scenario(ROOT / "tests" / "unit" / "study" / "two-steps.yaml"))
    return outline_of(campaign, simulate_nominal(campaign, traced=False))


def general(name: str) -> str:
    """Return the name with placeholders for what differs from scenario to scenario."""
    kind, dot, _ = name.partition(".")
    places = {"reached": ".<milestone>", "cause": ".<goal>.<cause>"}
    return kind + (places.get(kind, ".<goal>") if dot else "")


def test_every_column_is_on_the_page_with_its_unit() -> None:
    told = {name: unit for name, _, _, unit in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert told == {general(column.name): column.unit for column in columns_of(outline())}


def test_the_star_marks_what_a_sweep_keeps() -> None:
    starred = {name for name, star, _, _ in ROW.findall(PAGE.read_text(encoding="utf-8")) if star}
    assert starred == {general(column.name) for column in goal_columns_of(outline())}
