"""The ground segment: when the Moon is seen, with all antennas and with those of absent partners gone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.campaign.index import Index
from sim.campaign.plan import Departures, GroundPlan
from sim.campaign.sky import Sky
from sim.physics.intervals import Intervals
from sim.scenario.schema import Ground as GroundSpec
from sim.scenario.schema import GroundStation, Partner, Scenario

MOST_ABSENT = 3
"""Partners whose absence is tabled; antennas of further ones count as always there."""


class GroundCover:
    """The cover of the Moon for each set of partners who may be absent."""

    def __init__(self, scenario: Scenario, sky: Sky) -> None:
        self.spec: GroundSpec | None = scenario.ground
        self.absent = self._who_may_be_absent(scenario.partners)
        self._sky = sky
        self._covers: list[Intervals] | None = None

    def _who_may_be_absent(self, partners: Mapping[str, Partner]) -> list[str]:
        if self.spec is None:
            return []
        owners = dict.fromkeys(s.partner for s in self.spec.stations.values() if s.partner is not None)
        loose = [
            name
            for name in owners
            if name in partners
            and (partners[name].joins is not None or partners[name].withdraws != "never" or partners[name].barred)
        ]
        return loose[:MOST_ABSENT]

    def _sets(self) -> list[dict[str, GroundStation]]:
        """Return the antennas that are left, for each set of absent partners."""
        stations = self.spec.stations if self.spec is not None else {}
        return [
            {
                name: item
                for name, item in stations.items()
                if item.partner not in {who for bit, who in enumerate(self.absent) if number >> bit & 1}
            }
            for number in range(1 << len(self.absent))
        ]

    @property
    def covers(self) -> list[Intervals]:
        """Intervals in which the Moon is seen, for each set of absent partners."""
        if self._covers is None:
            assert self.spec is not None
            self._covers = [self._sky.cover(left, self.spec.minimum_elevation) for left in self._sets()]
        return self._covers

    @property
    def correction_factor(self) -> float:
        """Factor that better navigation, where it is ever to come, puts on course corrections."""
        navigation = self.spec.navigation if self.spec is not None else None
        return navigation.corrections if navigation is not None else 1.0

    @cached_property
    def decides(self) -> str:
        """What decides which departures are seen, as a text."""
        return repr((self.spec, self.absent))

    def is_critical(self, event: str) -> bool:
        """Whether an event must be seen from the ground."""
        return self.spec is not None and bool(self.spec.stations) and event in self.spec.critical

    def seen(self, table: Departures) -> list[NDArray[np.bool_]]:
        """Say for each set of absent partners which departures have their critical events seen."""
        every = np.ones(len(table.t_d), dtype=np.bool_)
        events = [
            days for name, days in (("tli", table.t_d), ("loi", table.t_d + table.tof_d)) if self.is_critical(name)
        ]
        if not events:
            return [every] * (1 << len(self.absent))
        return [np.logical_and.reduce([self._sky.seen(cover, days) for days in events]) for cover in self.covers]

    def plan(self, index: Index) -> GroundPlan | None:
        """Return what the model needs to know."""
        spec = self.spec
        if spec is None or not spec.stations:
            return None
        navigation = spec.navigation
        return GroundPlan(
            partners=tuple(index.partners[name] for name in self.absent),
            covers=tuple(self._sky.light_table(cover, 0.0) for cover in self.covers),
            antennas=tuple(len(left) for left in self._sets()),
            hold_d=spec.hold,
            rendezvous=self.is_critical("rendezvous"),
            navigation=index.needs(navigation.needs) if navigation else (),
            landing_odds=navigation.landing_failures if navigation else 1.0,
        )
