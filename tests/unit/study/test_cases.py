"""Cases of a sweep: made in memory from one scenario, and what none of their values decides made once for all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.campaign.sky import Shared
from sim.model.simulate import simulate_nominal
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario
from sim.study.cases import Cases
from sim.study.chunks import Case, ChunkSpan, Work
from sim.study.sweep import Start

FASTER = ("launchers.rocket.production.every", "60 d")
LIGHTER = ("launchers.rocket.to.tli", "8 t")
NEVER_LIFTS = ("launchers.rocket.to.tli", "1 t")


@pytest.fixture(scope="module")
def texts() -> dict[tuple[str, ...], str]:
    return Start("tutorial").texts([])


def case(*settings: tuple[str, str]) -> Case:
    return Case(0, (), settings)


def table(campaign: Campaign) -> bytes:
    return Work(campaign, outline_of(campaign, simulate_nominal(campaign)), 7).run(ChunkSpan(0, 5))


def test_a_case_writes_no_file(texts: dict[tuple[str, ...], str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    monkeypatch.setattr(Path, "write_text", refuse)
    assert Cases(texts, 7).compile(case(FASTER)).launchers


def test_cases_share_the_tables_that_none_of_their_values_decides(texts: dict[tuple[str, ...], str]) -> None:
    cases = Cases(texts, 7)
    first, second = cases.compile(case()), cases.compile(case(FASTER))
    assert first.departures[0].t_d is second.departures[0].t_d
    assert first.opportunities[0].window is second.opportunities[0].window


def test_a_value_that_decides_when_a_flight_closes_makes_a_table_of_its_own(
    texts: dict[tuple[str, ...], str],
) -> None:
    cases = Cases(texts, 7)
    first, second = cases.compile(case()), cases.compile(case(LIGHTER))
    assert first.departures[0].t_d is second.departures[0].t_d
    assert second.opportunities[0].capacity_margin_kg.max() < first.opportunities[0].capacity_margin_kg.max()


@pytest.mark.parametrize("settings", [(), (FASTER,), (LIGHTER,), (("calendar.end", "2034-01-01"),)])
def test_a_case_after_others_gives_the_same_table_as_alone(
    texts: dict[tuple[str, ...], str], settings: tuple[tuple[str, str], ...]
) -> None:
    cases = Cases(texts, 7)
    for other in ((FASTER,), (LIGHTER,), (NEVER_LIFTS,), ()):
        try:
            cases.compile(case(*other))
        except ScenarioError:
            assert other == (NEVER_LIFTS,)
    assert table(cases.compile(case(*settings))) == table(Cases(texts, 7).compile(case(*settings)))


def test_a_case_gives_the_table_of_the_file_that_the_folder_keeps(
    texts: dict[tuple[str, ...], str], tmp_path: Path
) -> None:
    (tmp_path / "scenario.resolved.yaml").write_text(texts[()])
    one = case(FASTER)
    alone = compile_campaign(load_scenario(tmp_path / "scenario.resolved.yaml", sets=one.sets))
    assert table(Cases(texts, 7).compile(one)) == table(alone)


def test_what_cannot_be_is_said_again_of_every_case(texts: dict[tuple[str, ...], str]) -> None:
    cases, said = Cases(texts, 7), []
    for _ in range(2):
        with pytest.raises(ScenarioError) as refused:
            cases.compile(case(NEVER_LIFTS))
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert said[0].startswith("scenario.resolved.yaml:")
    assert "too much" in said[0] or "too heavy" in said[0]


def test_what_is_shared_goes_when_a_compilation_did_not_use_it() -> None:
    shared, made = Shared(), list[str]()

    def make() -> str:
        made.append(key)
        return key

    for asked in ("ab", "b", "b", "ab"):
        shared.begin()
        for key in asked:
            assert shared.get(key, make) == key
    assert made == ["a", "b", "a"]
