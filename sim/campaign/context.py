"""What every part of a compilation is handed: the scenario, its index, the sky, and where streams are noted.

Nothing here points back to who compiles, and each part is a function of it, so that no part waits for another.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.campaign.ground import GroundCover
from sim.campaign.index import Index, index_of
from sim.campaign.opportunities import SkyTables
from sim.campaign.plan.schedule_plans import SchedulePlan
from sim.campaign.registry import Registry
from sim.campaign.shared_luck import SharedLuck
from sim.campaign.sky import Shared, Sky
from sim.campaign.supplies import GoodsIndex
from sim.scenario.load import Loaded
from sim.scenario.schema import Scenario


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
    schedule: SchedulePlan | None = None
    """Where the scenario says what only a schedule can hold."""


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
