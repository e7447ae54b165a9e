"""Setting up at a base in a constraint model, in the best order.

The work takes as long as the shifts ask that work on the day it begins. What needs power waits until arrays and stores
carry it through the longest night. The simulation serves who asks first, and at once; a base with a `queue` does the
same, which is harder to solve. Without it the work is in the best order: a bound that is met more often than not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sim.decide.loads import BaseFacts, ManifestFacts

Landed = Callable[[str, Any], None]
SOURCES: Final = ("solar_w", "storage_w")


class BaseWork:
    """The times of every load at the base: asked for, begun, done, powered, at work."""

    def __init__(
        self, model: Any, manifest: ManifestFacts, base: BaseFacts, landed: Landed, flies: Mapping[str, Any]
    ) -> None:
        self.model, self.manifest, self.base = model, manifest, base
        self.flies = flies
        """Whether a load that may stay at home flies."""
        self.items = manifest.items
        longest = sum(max([load.setup, *load.labour]) + load.test for load in self.items.values())
        self.never = max(manifest.weeks, manifest.deadline) + 1
        """When what stays at home would land."""
        self.end = self.never + longest
        self.asked = {name: self._time(f"asked.{name}") for name in self.items}
        self.start = {name: self._time(f"start.{name}") for name in self.items}
        self.done: dict[str, Any] = {}
        self.powered: dict[str, Any] = {}
        self.works: dict[str, Any] = {}
        for name, load in self.items.items():
            self.done[name] = self._time(f"done.{name}") if load.labour else self.start[name] + load.setup
            self.powered[name] = self._time(f"powered.{name}") if load.demand_w else self.done[name]
            self.works[name] = self.powered[name] + load.test
            model.add(self.powered[name] >= self.done[name])
        for name in self.items:
            self._ask(name, landed)
        self._pace()
        self._share_teams()
        self._power()

    def _time(self, name: str) -> Any:
        return self.model.new_int_var(0, self.end, name)

    def _ask(self, name: str, landed: Landed) -> None:
        """A load asks to be set up as soon as it has landed and all that it needs works."""
        load, came = self.items[name], self._time(f"landed.{name}")
        if load.landed is not None:
            self.model.add(came == load.landed)
        else:
            landed(name, came)
            if name in self.flies:
                self.model.add(came == self.never).only_enforce_if(~self.flies[name])
        self.model.add_max_equality(self.asked[name], [came, load.asks, *(self.works[need] for need in load.needs)])
        if not load.labour and not load.setup:
            self.model.add(self.start[name] == self.asked[name])

    def _pace(self) -> None:
        """Let work that begins take as long as the shifts ask that work then."""
        robots = {name: load.shifts for name, load in self.items.items() if load.shifts}
        for name, load in self.items.items():
            if not load.labour:
                continue
            shifts = self.base.shifts
            for robot, number in robots.items():
                if robot != name:
                    shifts += number * self._by(self.works[robot], self.start[name], f"{robot}.for.{name}")
            days = self.model.new_int_var(min(load.labour), max(load.labour), f"days.{name}")
            self.model.add_element(shifts, load.labour, days)
            self.model.add(self.done[name] == self.start[name] + days)

    def _by(self, one: Any, other: Any, name: str) -> Any:
        """Return whether one time is no later than another."""
        made = self.model.new_bool_var(name)
        self.model.add(one <= other).only_enforce_if(made)
        self.model.add(one > other).only_enforce_if(~made)
        return made

    def _share_teams(self) -> None:
        """Let no more loads be set up at a time than there are teams."""
        intervals = []
        for name, load in self.items.items():
            if not load.labour and not load.setup:
                continue
            least, most = (min(load.labour), max(load.labour)) if load.labour else (load.setup, load.setup)
            size = self.model.new_int_var(least, most, f"size.{name}")
            intervals.append(self.model.new_interval_var(self.start[name], size, self.done[name], f"work.{name}"))
            self.model.add(self.start[name] >= self.asked[name])
        self.model.add_cumulative(intervals, [1] * len(intervals), self.manifest.teams)
        if self.base.queue:
            self._queue([name for name, load in self.items.items() if load.labour or load.setup])

    def _queue(self, asking: Sequence[str]) -> None:
        """Serve in the order of asking, and as soon as there is a team, as the simulation does."""
        before: dict[tuple[str, str], Any] = {}
        for place, first in enumerate(asking):
            for second in asking[place + 1 :]:
                one = self._by(self.asked[first], self.asked[second], f"{first}.before.{second}")
                before[first, second], before[second, first] = one, ~one
                self.model.add(self.start[first] <= self.start[second]).only_enforce_if(one)
                self.model.add(self.start[second] <= self.start[first]).only_enforce_if(~one)
        for name in asking:
            waits = self.model.new_bool_var(f"waits.{name}")
            self.model.add(self.start[name] == self.asked[name]).only_enforce_if(~waits)
            self.model.add(self.start[name] > self.asked[name]).only_enforce_if(waits)
            busy = []
            for other in asking:
                if other != name:
                    keeps = self.model.new_bool_var(f"{other}.keeps.{name}")
                    self.model.add_implication(keeps, before[other, name])
                    self.model.add(self.done[other] >= self.start[name]).only_enforce_if(keeps)
                    busy.append(keeps)
            self.model.add(sum(busy) >= self.manifest.teams).only_enforce_if(waits)

    def _power(self) -> None:
        """Let arrays, and stores through the night, carry what is on at every time."""
        using = [name for name, load in self.items.items() if load.demand_w]
        if not using:
            return
        for source in SOURCES if self.base.night else SOURCES[:1]:
            supplied = {
                name: load.constant_w + getattr(load, source)
                for name, load in self.items.items()
                if load.constant_w + getattr(load, source)
            }
            there = self.base.constant_w + getattr(self.base, source) - self.base.demand_w
            events = [(0, there), *((self.works[name], watts) for name, watts in supplied.items())]
            events += [(self.powered[name], -self.items[name].demand_w) for name in using]
            active = [True, *(self.flies.get(name, True) for name in (*supplied, *using))]
            least, most = 0, max(0, there) + sum(supplied.values())
            self.model.add_reservoir_constraint_with_active(
                [when for when, _ in events], [change for _, change in events], active, least, max(most, 0)
            )

    def supply_goal(self, date: Any) -> None:
        """Let the goal wait until there is as much power beyond the demand as it asks for."""
        if self.base.spare <= 0.0:
            return
        per_mille = 1000 + round(1000 * self.base.spare)
        demand = sum(
            load.demand_w * self._by(self.powered[name], date, f"{name}.on")
            for name, load in self.items.items()
            if load.demand_w
        )
        for source in SOURCES if self.base.night else SOURCES[:1]:
            supply = sum(
                (load.constant_w + getattr(load, source)) * self._by(self.works[name], date, f"{name}.{source}")
                for name, load in self.items.items()
                if load.constant_w + getattr(load, source)
            )
            there = self.base.constant_w + getattr(self.base, source)
            self.model.add(1000 * (there + supply) >= per_mille * (self.base.demand_w + demand))


def shift_table(hours: float, shift_h: Sequence[float], jobs: int, per_day: int) -> tuple[int, ...]:
    """Return how long some robot-hours take for each number of shifts, in units of `1 / per_day` days, rounded up."""
    return tuple(_units(hours * jobs / one * per_day) if one > 0.0 else per_day * 100_000 for one in shift_h)


def _units(value: float) -> int:
    return -int(-(value - 1e-9) // 1)
