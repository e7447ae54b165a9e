"""The parts of a campaign wait for no other part, so that their order says nothing."""

from __future__ import annotations

import pytest

from sim.campaign import compile as compiling
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk
from sim.scenario.load import load_scenario

NO_FACTOR_EXPLAINS = (
    "correlations.all={coefficient: 0.2, of: [activities.*.slip, missions.*.rebuild], source: made up}",
    "correlations.two={coefficient: 0.6, of: [activities.cz10-dev.slip, missions.ilrs-1.rebuild], source: made up}",
)


def outcomes(*sets: str) -> Sample:
    return simulate_chunk(compiling.compile_campaign(load_scenario("ilrs-2035", sets=sets)), 7, 0, 5)


@pytest.mark.parametrize("sets", [(), NO_FACTOR_EXPLAINS], ids=["plain", "correlated"])
def test_parts_compiled_in_the_other_order_give_the_same_outcomes(
    sets: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = outcomes(*sets)
    monkeypatch.setattr(compiling, "PARTS", dict(reversed(list(compiling.PARTS.items()))))
    for one, other in zip(forward, outcomes(*sets), strict=True):
        assert one.reached_d.tolist() == other.reached_d.tolist()
        assert one.launches == other.launches
