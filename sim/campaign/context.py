"""What every part of a compilation is handed: the scenario, its index, the sky, and where streams are noted.

Nothing here points back to who compiles, and each part is a function of it, so that no part waits for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.campaign.index import Index, index_of
from sim.campaign.opportunities import SkyTables
from sim.campaign.plan import LivingPlan
from sim.campaign.plan.schedule_plans import SchedulePlan
from sim.campaign.registry import Registry
from sim.campaign.shared_luck import SharedLuck
from sim.campaign.sky import GroundCover, Shared, Sky
from sim.scenario.load import Loaded
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


@dataclass(frozen=True, slots=True)
class Context:
    """What the parts of one compilation share."""

    scenario: Scenario
    index: Index
    registry: Registry
    sky: Sky
    ground: GroundCover
    living: GoodsIndex
    luck: SharedLuck
    tables: SkyTables
    timetable: SchedulePlan | None = None
    """All work on Earth as a schedule: what the plan is placed with, whatever the scenario says of it."""
    schedule: SchedulePlan | None = None
    """The same where the scenario says what only a schedule can hold, so that the model keeps it too."""


def context_of(loaded: Loaded, shared: Shared) -> Context:
    """Return the context of a scenario; what compilations before it made and it needs again is in `shared`."""
    shared.begin()
    index, registry = index_of(loaded.scenario), Registry(loaded.layered)
    sky = Sky(loaded.scenario.calendar.start, index.calendar.length_d, shared)
    scenario = sky.with_ways_home(loaded.scenario)
    ground = GroundCover(scenario, sky)
    return Context(
        scenario=scenario,
        index=index,
        registry=registry,
        sky=sky,
        ground=ground,
        living=GoodsIndex(scenario),
        luck=SharedLuck(scenario, loaded.layered.values, registry, index.as_of_d, shared),
        tables=SkyTables(scenario, sky, ground, registry, shared),
    )
