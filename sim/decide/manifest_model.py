"""The constraint model of a manifest: flights, pads and lines, packing, and setting up in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sim.decide import cpsat
from sim.decide.base_model import BaseWork
from sim.decide.loads import Flight, LaunchPad, ManifestFacts, ManifestPlan, Vehicle
from sim.decide.schedule import Task, share

MOVES: Final = "moves"
"""Loads on another flight than now, and flights on another day: what breaks ties."""
MOST_LEVELS: Final = 12
"""Levels of load that are told apart where not every load closes on every day."""
STEP: Final = 3
"""Between lengths of voyages that are told apart."""
LONG_GAP: Final = 48
"""Between landings: two days of hours."""
Slot = tuple[str, int]


class ManifestModel:
    """The constraint model of a manifest."""

    def __init__(self, manifest: ManifestFacts, caps: Mapping[str, int], present: ManifestPlan | None = None) -> None:
        self.manifest, self.present = manifest, present
        self.model = cpsat.cp().CpModel()
        self.slots = manifest.slots
        self.flies = {slot: self.model.new_bool_var(f"flies.{slot}") for slot in self.slots}
        self.leaves: dict[Slot, Any] = {}
        self.lands: dict[Slot, Any] = {}
        for slot in self.slots:
            self._times(slot)
        flown = [name for name, load in manifest.items.items() if load.landed is None]
        self.on = {(load, slot): self.model.new_bool_var(f"{load}.on.{slot}") for load in flown for slot in self.slots}
        self.start: dict[str, Any] = {}
        self.end: dict[str, Any] = {}
        self.date = self.model.new_int_var(min(manifest.reached, manifest.deadline), manifest.deadline, "date")
        if manifest.reached > manifest.deadline:
            self.model.add_bool_or([])
        if manifest.base is None:
            self._set_up_freely()
        else:
            work = BaseWork(self.model, manifest, manifest.base, self._landed, self._may_stay(flown))
            self.start, self.end = work.asked, work.works
            work.supply_goal(self.date)
        self._goal()
        self._flights()
        self._missions()
        self._pads()
        self._lines()
        self._money()
        self._packing(flown)
        self._wishes()
        for name, most in caps.items():
            self.model.add(self.objective(name) <= most)

    def _may_stay(self, flown: Sequence[str]) -> dict[str, Any]:
        """Return for each load that may stay at home whether it flies."""
        found = {}
        for name in flown:
            if self.manifest.items[name].optional:
                found[name] = self.model.new_bool_var(f"{name}.flies")
                self.model.add(sum(self.on[name, slot] for slot in self.slots) == found[name])
        return found

    def _times(self, slot: Slot) -> None:
        """Make the times of a flight: free within the horizon, or those of its departures."""
        vehicle, model, weeks = self._vehicle(slot), self.model, self.manifest.weeks
        if not vehicle.departures:
            leaves = model.new_int_var(min(vehicle.earliest(slot[1]), weeks), weeks, f"leaves.{slot}")
            self.leaves[slot] = leaves
            self.lands[slot] = leaves + vehicle.flight
            return
        days = sorted({one.day for one in vehicle.departures})
        self.leaves[slot] = model.new_int_var_from_domain(_points(days), f"leaves.{slot}")
        lands = sorted({one.lands for one in vehicle.departures})
        self.lands[slot] = model.new_int_var_from_domain(_covered(lands), f"lands.{slot}")
        self._voyage(slot)

    def _voyage(self, slot: Slot) -> None:
        """Let a flight land no earlier than its voyage lasts on its day, in steps of some hours.

        In a queue it lands no later either: nobody lands late to be served first.
        """
        base, ways = self.manifest.base, {one.day: one.lands - one.day for one in self._vehicle(slot).departures[::-1]}
        exactly = base is not None and base.queue
        least, most = min(ways.values()), max(ways.values())
        leaves, lands, model = self.leaves[slot], self.lands[slot], self.model
        model.add(lands >= leaves + least)
        model.add(lands <= leaves + most)
        for level in range(least + STEP, min(least + LONG_GAP, most) + STEP, STEP):
            longer = model.new_bool_var(f"{slot}.voyage.{level}")
            model.add(lands >= leaves + level).only_enforce_if(longer)
            short = _points(sorted(day for day, way in ways.items() if way < level))
            model.add_linear_expression_in_domain(leaves, short).only_enforce_if(~longer)
            if exactly:
                model.add(lands < leaves + level).only_enforce_if(~longer)
                long = _points(sorted(day for day, way in ways.items() if way >= level))
                model.add_linear_expression_in_domain(leaves, long).only_enforce_if(longer)

    def _close(self, slot: Slot, kg: Any) -> None:
        """Let a heavy load leave only on days on which it closes."""
        vehicle = self._vehicle(slot)
        best: dict[int, int] = {}
        for one in vehicle.departures:
            best[one.day] = max(best.get(one.day, 0), min(one.closes, vehicle.capacity))
        levels = sorted(set(best.values()))
        for level in levels[:-1][:: 1 + len(levels) // MOST_LEVELS]:
            heavy = self.model.new_bool_var(f"{slot}.over.{level}")
            self.model.add(kg <= level).only_enforce_if(~heavy)
            days = _points(sorted(day for day, closes in best.items() if closes > level))
            self.model.add_linear_expression_in_domain(self.leaves[slot], days).only_enforce_if(heavy)

    def _vehicle(self, slot: Slot) -> Vehicle:
        return self.manifest.vehicles[slot[0]]

    def _landed(self, load: str, when: Any) -> None:
        """Let `when` be no earlier than a load lands, and at a base just then."""
        exactly = self.manifest.base is not None
        for slot in self.slots:
            on = self.on[load, slot]
            self.model.add(when >= self.lands[slot]).only_enforce_if(on)
            if exactly:
                self.model.add(when <= self.lands[slot]).only_enforce_if(on)

    def _flights(self) -> None:
        """The n-th flies only if all before it do, and later; and not before what the vehicle needs is set up."""
        for slot, flies in self.flies.items():
            name, number = slot
            vehicle = self._vehicle(slot)
            if not vehicle.departures and vehicle.earliest(number) > self.manifest.weeks:
                self.model.add(flies == 0)
            if number > 1:
                before = (name, number - 1)
                self.model.add_implication(flies, self.flies[before])
                self.model.add(self.leaves[slot] > self.leaves[before]).only_enforce_if(flies)
            for need in vehicle.needs:
                self.model.add(self.leaves[slot] - vehicle.lead >= self.end[need]).only_enforce_if(flies)
                if (need, slot) in self.on:
                    self.model.add(self.on[need, slot] == 0)
            if vehicle.by is not None:
                self.model.add(self.lands[slot] <= vehicle.by).only_enforce_if(flies)

    def _missions(self) -> None:
        """Of the vehicles of one mission at most one flies; what must land before has flown and landed."""
        missions = self.manifest.missions()
        for mission, names in missions.items():
            flying = [self.flies[name, 1] for name in names]
            self.model.add_at_most_one(flying)
            if any(self.manifest.vehicles[name].must for name in names) or mission in self.manifest.goal_missions:
                self.model.add_bool_or(flying)
            for name in names:
                for other in self.manifest.vehicles[name].after:
                    self._after((name, 1), [(one, 1) for one in missions.get(other, [])])
            for name in names:
                if mission in self.manifest.goal_missions:
                    self.model.add(self.date >= self.lands[name, 1]).only_enforce_if(self.flies[name, 1])
        if self.manifest.most_flights is not None:
            self.model.add(sum(self.flies.values()) <= self.manifest.most_flights)

    def _after(self, slot: Slot, before: Sequence[Slot]) -> None:
        self.model.add_bool_or([self.flies[one] for one in before]).only_enforce_if(self.flies[slot])
        for one in before:
            ready = self.leaves[slot] - self._vehicle(slot).lead >= self.lands[one]
            self.model.add(ready).only_enforce_if(self.flies[slot], self.flies[one])

    def _pads(self) -> None:
        """Flights from one pad do not overlap: from taking it to its being ready again."""
        on_pads: dict[str, list[Any]] = {name: list(self._busy(name, pad)) for name, pad in self.manifest.pads.items()}
        for slot in self.slots:
            vehicle, flies = self._vehicle(slot), self.flies[slot]
            pads = vehicle.pads or (vehicle.pad,)
            takes = [flies] if len(pads) == 1 else [self.model.new_bool_var(f"{pad}.{slot}") for pad in pads]
            if len(pads) > 1:
                self.model.add(sum(takes) == flies)
            for name, there in zip(pads, takes, strict=True):
                turnaround = self.manifest.pads[name].turnaround
                if turnaround or vehicle.lead:
                    on_pads[name].append(self._on_pad(slot, turnaround, there, f"{name}.{slot}"))
        for intervals in on_pads.values():
            if len(intervals) > 1:
                self.model.add_no_overlap(intervals)

    def _busy(self, name: str, pad: LaunchPad) -> Iterator[Any]:
        for number, (since, until) in enumerate(pad.taken):
            yield self.model.new_fixed_size_interval_var(since, until - since, f"{name}.taken.{number}")

    def _on_pad(self, slot: Slot, turnaround: int, there: Any, name: str) -> Any:
        vehicle = self._vehicle(slot)
        size = vehicle.lead + turnaround
        return self.model.new_optional_fixed_size_interval_var(self.leaves[slot] - vehicle.lead, size, there, name)

    def _lines(self) -> None:
        """Let no flight take a vehicle before it is built.

        A line is a factory that builds one vehicle after the other and rests while `stock` stand unused: a place in
        the store is empty from the taking of a vehicle until its successor is built.
        """
        for name, line in self.manifest.lines.items():
            slots = [slot for slot in self.slots if self._vehicle(slot).line == name]
            if not slots:
                continue
            stock = max(line.stock, line.ready, 1)
            takings: list[tuple[Any, Any]] = [(line.start, True)] * (stock - line.ready)
            takings += [(day, True) for day in line.taken]
            takings += [(self.leaves[slot] - self._vehicle(slot).lead, self.flies[slot]) for slot in slots]
            self._build(name, line.every, stock, takings)
            for slot in slots:
                self.model.add(self.leaves[slot] - self._vehicle(slot).lead >= line.start)

    def _money(self) -> None:
        """Let nobody spend what has not come yet (a reservoir)."""
        for name, funds in self.manifest.funds.items():
            slots = [slot for slot in self.slots if (self._vehicle(slot).pays or ("", 0))[0] == name]
            events: list[tuple[Any, int, Any]] = [(when, much, True) for when, much in funds.grants]
            events += [(when, -much, True) for when, much in funds.taken]
            for slot in slots:
                vehicle = self._vehicle(slot)
                _, cost = vehicle.pays or ("", 0)
                events.append((self.leaves[slot] - vehicle.lead, -cost, self.flies[slot]))
            if slots:
                most = sum(much for _, much in funds.grants)
                self.model.add_reservoir_constraint_with_active(*map(list, zip(*events, strict=True)), 0, most)

    def _build(self, name: str, every: int, stock: int, takings: Sequence[tuple[Any, Any]]) -> None:
        latest = max([self.manifest.weeks, *(day for day, _ in takings if isinstance(day, int))])
        horizon = latest + every * (len(takings) + 1)
        building, empty = [], []
        for number, (day, there) in enumerate(takings):
            begun = self.model.new_int_var(0, horizon, f"begun.{name}.{number}")
            gone = self.model.new_int_var(0, horizon + every, f"gone.{name}.{number}")
            label = f"{name}.{number}"
            building.append(self.model.new_optional_fixed_size_interval_var(begun, every, there, f"built.{label}"))
            empty.append(self.model.new_optional_interval_var(day, gone, begun + every, there, f"empty.{label}"))
            self.model.add(begun >= day).only_enforce_if(*([] if there is True else [there]))
        self.model.add_no_overlap(building)
        self.model.add_cumulative(empty, [1] * len(empty), stock)

    def _packing(self, flown: Sequence[str]) -> None:
        """Every load flies once, what flies fits, and nothing flies empty: without that flight a plan is no worse."""
        items = self.manifest.items
        for slot in self.slots:
            self.model.add_bool_or([self.on[name, slot] for name in flown]).only_enforce_if(self.flies[slot])
            kg = sum(items[name].kg * self.on[name, slot] for name in flown)
            self.model.add(kg <= self._vehicle(slot).capacity * self.flies[slot])
            self._close(slot, kg)
        for name in flown:
            load = items[name]
            places = [self.on[name, slot] for slot in self.slots]
            if load.optional:
                self.model.add_at_most_one(places)
            else:
                self.model.add_exactly_one(places)
            for slot in self.slots:
                self.model.add_implication(self.on[name, slot], self.flies[slot])
                if load.ready:
                    ready = self.leaves[slot] - self._vehicle(slot).lead >= load.ready
                    self.model.add(ready).only_enforce_if(self.on[name, slot])

    def _wishes(self) -> None:
        """What stays on its mission, what flies together, what flies apart."""
        missions = self.manifest.missions()
        for mission, loads in self.manifest.keep.items():
            slots = [(name, 1) for name in missions.get(mission, [])]
            for load in loads:
                self.model.add_bool_or([self.on[load, slot] for slot in slots])
        for group in self.manifest.together:
            for slot in self.slots:
                for load in group[1:]:
                    self.model.add(self.on[load, slot] == self.on[group[0], slot])
        for group in self.manifest.apart:
            for slot in self.slots:
                self.model.add_at_most_one(self.on[load, slot] for load in group)

    def _set_up_freely(self) -> None:
        """Set up when it has landed and what it needs stands, with a team, by the end of time."""
        manifest = self.manifest
        for name, load in manifest.items.items():
            self.start[name] = self.model.new_int_var(0, max(0, manifest.weeks - load.setup), f"start.{name}")
            self.end[name] = self.start[name] + load.setup
            self.model.add(self.end[name] <= manifest.weeks)
        for name, load in manifest.items.items():
            self._landed(name, self.start[name])
            for need in load.needs:
                self.model.add(self.start[name] >= self.end[need])
        tasks = [Task(self.start[name], load.setup, (1,)) for name, load in manifest.items.items()]
        share(self.model, tasks, 0, manifest.teams)

    def _goal(self) -> None:
        for name in self.manifest.goal:
            self.model.add(self.date >= self.end[name])
        for name, load in self.manifest.items.items():
            if load.by is not None:
                self.model.add(self.end[name] <= load.by)

    def objective(self, name: str) -> Any:
        """Return what is to be least."""
        if name == "date":
            return self.date
        if name == MOVES:
            return self._moves()
        field = {"mass": "imleo", "cost": "cost"}.get(name)
        price = {slot: getattr(self._vehicle(slot), field) if field else 1 for slot in self.slots}
        return sum(price[slot] * flies for slot, flies in self.flies.items())

    def _moves(self) -> Any:
        """Return how many loads fly on another flight than at present, and how many flights on another day."""
        flown = {(one.vehicle, one.number): one for one in self.present.flights} if self.present else {}
        carried = [(load, slot) for slot, one in flown.items() if slot in self.flies for load in one.carries]
        moved = []
        for slot, flight in flown.items():
            if slot in self.flies:
                other = self.model.new_bool_var(f"moved.{slot}")
                self.model.add(self.leaves[slot] == flight.leaves).only_enforce_if(~other)
                moved.append(other)
        loads = len({load for load, _ in self.on})
        return loads - sum(self.on[pair] for pair in carried) + sum(moved)

    def exclude(self, plan: ManifestPlan) -> None:
        """Ask for another packing than that of a plan."""
        self.model.add_bool_or([~one for one in self._packed(plan)])

    def pack(self, plan: ManifestPlan) -> None:
        """Ask for the packing of a plan."""
        self.model.add_bool_and(self._packed(plan))

    def likeness(self, plans: Sequence[ManifestPlan]) -> Any:
        """Return how often a load flies where one of some plans has it."""
        return sum(one for plan in plans for one in self._packed(plan))

    def _packed(self, plan: ManifestPlan) -> list[Any]:
        return [self.on[load, (one.vehicle, one.number)] for one in plan.flights for load in one.carries]

    def learn(self, plan: ManifestPlan, date: int) -> None:
        """Let the goal be reached no earlier than `date` with the flights of a plan, on its days."""
        same = []
        for one in plan.flights:
            slot = (one.vehicle, one.number)
            at = self.model.new_bool_var(f"learnt.{slot}.{one.leaves}")
            self.model.add(self.leaves[slot] == one.leaves).only_enforce_if(at)
            self.model.add(self.leaves[slot] != one.leaves).only_enforce_if(~at)
            same += [at, self.flies[slot], *(self.on[load, slot] for load in one.carries)]
        self.model.add(self.date >= date).only_enforce_if(same)

    @property
    def wanted(self) -> list[Any]:
        """Return every variable that a plan is read from."""
        return [*self.flies.values(), *self.leaves.values(), *self.on.values(), *self.start.values()]

    def plan(self, values: Sequence[int]) -> ManifestPlan:
        """Return the plan that the values of `wanted` are."""
        told = iter(values)
        flies = {slot: next(told) for slot in self.flies}
        leaves = {slot: next(told) for slot in self.leaves}
        on = {pair: next(told) for pair in self.on}
        start = {name: next(told) for name in self.start}
        flights = tuple(
            Flight(*slot, leaves[slot], tuple(load for load in self.manifest.items if on.get((load, slot))))
            for slot in self.slots
            if flies[slot]
        )
        return ManifestPlan(flights, start)

    def hint(self, plan: ManifestPlan | None) -> None:
        """Start the search from a plan."""
        if plan is None:
            return
        flown = {(one.vehicle, one.number): one for one in plan.flights}
        for slot, flies in self.flies.items():
            self.model.add_hint(flies, slot in flown)
            if slot in flown:
                self.model.add_hint(self.leaves[slot], flown[slot].leaves)
        for (load, slot), on in self.on.items():
            self.model.add_hint(on, slot in flown and load in flown[slot].carries)
        for name, start in self.start.items():
            if name in plan.set_up_from:
                self.model.add_hint(start, plan.set_up_from[name])


def _points(values: Sequence[int]) -> Any:
    return cpsat.cp().Domain.from_values(list(values))


def _covered(values: Sequence[int]) -> Any:
    """Return the times from the first to the last value without the long gaps, such as nights, in which none lies."""
    intervals: list[list[int]] = []
    for value in values:
        if intervals and value - intervals[-1][1] <= LONG_GAP:
            intervals[-1][1] = value
        else:
            intervals.append([value, value])
    return cpsat.cp().Domain.from_intervals(intervals)
