"""Living: the goods people at the base use, win back and make."""

from __future__ import annotations

from collections.abc import Mapping

from sim.campaign.plan import LivingPlan
from sim.scenario.schema import Scenario

MIXED = "consumables"
"""Cargo of this name is split into goods in proportion to their net use."""


class GoodsIndex:
    """The index of every good."""

    def __init__(self, scenario: Scenario) -> None:
        self.spec = scenario.living
        goods = dict.fromkeys(self.spec.per_crew_day) if self.spec is not None else {}
        for mission in scenario.missions.values():
            if isinstance(mission.cargo, dict):
                goods |= dict.fromkeys(name for name in mission.cargo if name != MIXED)
        for element in scenario.elements.values():
            goods |= dict.fromkeys(element.makes)
        goods["spares"] = None
        self.index = {name: number for number, name in enumerate(goods)}

    @property
    def _use_kg_d(self) -> dict[str, float]:
        if self.spec is None:
            return {}
        return {n: kg * (1.0 - self.spec.recycling.get(n, 0.0)) for n, kg in self.spec.per_crew_day.items()}

    def split(self, cargo: Mapping[str, float]) -> tuple[tuple[int, float], ...]:
        """Return (good, kg) of a cargo list, mixed consumables split by use."""
        use, out = self._use_kg_d, {name: kg for name, kg in cargo.items() if name != MIXED}
        total = sum(use.values())
        if MIXED in cargo and total > 0.0:
            for name, kg_d in use.items():
                out[name] = out.get(name, 0.0) + cargo[MIXED] * kg_d / total
        return tuple((self.index[name], kg) for name, kg in out.items())

    def made(self, makes: Mapping[str, float]) -> tuple[tuple[int, float], ...]:
        """Return (good, kg a day) of what an element makes."""
        return tuple((self.index[name], kg_d) for name, kg_d in makes.items())

    def plan(self) -> LivingPlan:
        """Return what the model needs to know."""
        use, stock = self._use_kg_d, dict(self.split(self.spec.stock)) if self.spec is not None else {}
        return LivingPlan(
            goods=tuple(self.index),
            use_kg_d=tuple(use.get(name, 0.0) for name in self.index),
            stock_kg=tuple(stock.get(number, 0.0) for number in self.index.values()),
            reserve_d=self.spec.reserve if self.spec is not None else 0.0,
            crew_shift_h=self.spec.crew_shift if self.spec is not None else 6.0,
        )
