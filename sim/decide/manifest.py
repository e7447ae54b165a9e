"""What flies on which flight of which vehicle, and when: loads packed into flights, flights and setting up in time.

A bin-packing problem joined to a schedule with release dates, one pad at a time and a number of teams; solved by
constraint programming over whole numbers of time and of kilograms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.decide import cpsat
from sim.decide.explain import SHORTENING, Explanation, explain
from sim.decide.loads import Manifest, Vehicle, statements_of
from sim.decide.proof import DEFAULT, Clock, Limits, Listener, Proof
from sim.decide.schedule import Task, share
from sim.problems import InputError, suggest

MOVES: Final = "moves"
"""Loads on another flight than now, and flights on another day: what breaks ties."""
OBJECTIVES: Final = ("date", "launches", "mass", "cost")


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight of a plan."""

    vehicle: str
    number: int
    """First, second ... flight of its vehicle, from 1."""
    leaves: int
    carries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManifestPlan:
    """Who flies when with what, and when each load is set up from."""

    flights: tuple[Flight, ...]
    set_up_from: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ManifestAnswer:
    """A best plan, and what is proven of each objective in the order asked for; no plan when none was found."""

    proofs: Mapping[str, Proof]
    plan: ManifestPlan | None

    @property
    def proof(self) -> Proof:
        """Return the proof of the first objective."""
        return next(iter(self.proofs.values()))


def solve_manifest(
    manifest: Manifest,
    minimise: Sequence[str],
    *,
    at_most: Mapping[str, int] | None = None,
    present: ManifestPlan | None = None,
    limits: Limits = DEFAULT,
    on_progress: Listener = lambda _: None,
) -> ManifestAnswer:
    """Minimise the first objective, then the next among what is best by the first, and so on.

    Of what is left the plan nearest to the `present` one is taken: fewest loads on another flight and flights on
    another day, so that nothing is moved for nothing.

    Raises:
        InputError: if an objective is not known, or a vehicle lacks the figure it needs.
    """
    caps = dict(at_most or {})
    _require_objectives(manifest, [*minimise, *caps])
    clock, plan = Clock(limits), None
    proofs: dict[str, Proof] = {}
    for name in [*minimise, *([MOVES] if present is not None else [])]:
        model = _Model(manifest, caps, present)
        if plan is not None or present is not None:
            model.hint(plan or present)
        solved = cpsat.solve(model.model, model.objective(name), model.wanted, clock.rest(), on_progress)
        if not solved.values:
            proofs.setdefault(name, solved.proof)
            break
        plan = model.plan(solved.values)
        proofs[name] = solved.proof
        if solved.proof.status != "optimal" or solved.proof.objective is None:
            break  # what comes next would be least among plans that need not be best
        caps[name] = min(caps.get(name, round(solved.proof.objective)), round(solved.proof.objective))
    return ManifestAnswer(proofs, plan)


def pool(
    manifest: Manifest,
    objective: str,
    *,
    apart: int,
    most: int,
    at_most: Mapping[str, int] | None = None,
    limits: Limits = DEFAULT,
) -> tuple[ManifestAnswer, ...]:
    """Return the best plan and up to `most - 1` others that pack the flights otherwise, best first.

    None is worse than the best by more than `apart`. Fewer than `most` are all there are, unless the last is not
    proven optimal.
    """
    caps, clock = dict(at_most or {}), Clock(limits)
    _require_objectives(manifest, [objective, *caps])
    found: list[ManifestAnswer] = []
    while len(found) < most:
        model = _Model(manifest, caps)
        for other in found:
            if other.plan is not None:
                model.exclude(other.plan)
        solved = cpsat.solve(model.model, model.objective(objective), model.wanted, clock.rest())
        if not solved.values or solved.proof.objective is None:
            break
        found.append(ManifestAnswer({objective: solved.proof}, model.plan(solved.values)))
        limit = round(found[0].proof.objective or 0.0) + apart
        caps[objective] = min(caps.get(objective, limit), limit)
        if solved.proof.status != "optimal":
            break
    return tuple(found)


def launches_against_date(manifest: Manifest, limits: Limits = DEFAULT) -> tuple[tuple[int, Proof], ...]:
    """Return the earliest date for each number of launches, from the fewest to where more do not help."""
    clock = Clock(limits)
    fewest = solve_manifest(manifest, ["launches"], limits=clock.rest()).proof
    soonest = solve_manifest(manifest, ["date"], limits=clock.rest()).proof
    if fewest.objective is None or soonest.objective is None:
        return ()
    found: list[tuple[int, Proof]] = []
    for launches in range(round(fewest.objective), len(manifest.slots) + 1):
        proof = solve_manifest(manifest, ["date"], at_most={"launches": launches}, limits=clock.rest()).proof
        found.append((launches, proof))
        if proof.objective is not None and proof.objective <= soonest.objective:
            break
    return tuple(found)


def exists(manifest: Manifest, limits: Limits = DEFAULT) -> bool | None:
    """Return whether any plan exists; None when the time did not do."""
    model = _Model(manifest, {})
    status = cpsat.solve(model.model, 0, (), limits).proof.status
    return None if status == "unknown" else status != "infeasible"


def explain_manifest(manifest: Manifest, *, seconds: float = 10.0) -> Explanation | None:
    """Return why no plan exists and what would help, each repair with the earliest date it gives."""
    clock = Clock(Limits(seconds))

    def price(one: Manifest) -> Proof:
        return solve_manifest(one, ["date"], limits=clock.rest()).proof

    return explain(
        manifest, statements_of(manifest), lambda one: exists(one, clock.rest()), price, seconds=seconds * SHORTENING
    )


def offered(manifest: Manifest) -> tuple[str, ...]:
    """Return the objectives for which every vehicle has the figure."""
    return tuple(name for name in OBJECTIVES if not _lacking(manifest, name))


def _lacking(manifest: Manifest, objective: str) -> str:
    """Return the key of the first figure that an objective needs and that is not there."""
    field = {"mass": "imleo", "cost": "cost"}.get(objective)
    vehicles = manifest.vehicles.items()
    return next((f"vehicles.{name}.{field}" for name, one in vehicles if field and getattr(one, field) is None), "")


def _require_objectives(manifest: Manifest, names: Sequence[str]) -> None:
    for name in names:
        if name not in OBJECTIVES:
            raise InputError(f"no objective '{name:.60}'; {suggest(name, OBJECTIVES)}")
        lacking = _lacking(manifest, name)
        if lacking:
            raise InputError(f"{lacking}: is missing; without it the least {name} is not defined")


class _Model:
    """The constraint model of a manifest."""

    def __init__(self, manifest: Manifest, caps: Mapping[str, int], present: ManifestPlan | None = None) -> None:
        self.manifest, self.present = manifest, present
        self.model = cpsat.cp().CpModel()
        self.slots = manifest.slots
        self.flies = {slot: self.model.new_bool_var(f"flies.{slot}") for slot in self.slots}
        self.leaves = {slot: self._week(slot) for slot in self.slots}
        self.on = {
            (load, slot): self.model.new_bool_var(f"{load}.on.{slot}") for load in manifest.items for slot in self.slots
        }
        self.start = {
            name: self.model.new_int_var(0, max(0, manifest.weeks - load.setup), f"start.{name}")
            for name, load in manifest.items.items()
        }
        self.date = self.model.new_int_var(0, manifest.deadline, "date")
        self._flights()
        self._pads()
        self._packing()
        self._setting_up()
        for name, most in caps.items():
            self.model.add(self.objective(name) <= most)

    def _week(self, slot: tuple[str, int]) -> Any:
        first = min(self._vehicle(slot).earliest(slot[1]), self.manifest.weeks)
        return self.model.new_int_var(first, self.manifest.weeks, f"leaves.{slot}")

    def _vehicle(self, slot: tuple[str, int]) -> Vehicle:
        return self.manifest.vehicles[slot[0]]

    def _end(self, load: str) -> Any:
        return self.start[load] + self.manifest.items[load].setup

    def _flights(self) -> None:
        """The n-th flies only if all before it do, and later; and not before what the vehicle needs is set up."""
        for slot, flies in self.flies.items():
            name, number = slot
            vehicle = self._vehicle(slot)
            if vehicle.earliest(number) > self.manifest.weeks:
                self.model.add(flies == 0)
            if number > 1:
                before = (name, number - 1)
                self.model.add_implication(flies, self.flies[before])
                self.model.add(self.leaves[slot] > self.leaves[before]).only_enforce_if(flies)
            for need in vehicle.needs:
                self.model.add(self.leaves[slot] >= self._end(need)).only_enforce_if(flies)
                self.model.add(self.on[need, slot] == 0)

    def _pads(self) -> None:
        for pad, spec in self.manifest.pads.items():
            slots = [slot for slot in self.slots if self._vehicle(slot).pad == pad]
            if spec.turnaround:
                self.model.add_no_overlap(
                    self.model.new_optional_fixed_size_interval_var(
                        self.leaves[slot], spec.turnaround, self.flies[slot], f"{pad}.{slot}"
                    )
                    for slot in slots
                )

    def _packing(self) -> None:
        """Every load flies once, what flies fits, and nothing flies empty: without that flight a plan is no worse."""
        for slot in self.slots:
            aboard = [self.on[name, slot] for name in self.manifest.items]
            self.model.add_bool_or(aboard).only_enforce_if(self.flies[slot])
            kg = sum(load.kg * self.on[name, slot] for name, load in self.manifest.items.items())
            self.model.add(kg <= self._vehicle(slot).capacity * self.flies[slot])
        for name, load in self.manifest.items.items():
            self.model.add_exactly_one(self.on[name, slot] for slot in self.slots)
            for slot in self.slots:
                self.model.add_implication(self.on[name, slot], self.flies[slot])
                if load.ready:
                    self.model.add(self.leaves[slot] >= load.ready).only_enforce_if(self.on[name, slot])

    def _setting_up(self) -> None:
        """Set up when it has landed and what it needs stands, with a team, by the end of time."""
        manifest = self.manifest
        for name, load in manifest.items.items():
            self.model.add(self._end(name) <= manifest.weeks)
            for slot in self.slots:
                landed = self.leaves[slot] + self._vehicle(slot).flight
                self.model.add(self.start[name] >= landed).only_enforce_if(self.on[name, slot])
            for need in load.needs:
                self.model.add(self.start[name] >= self._end(need))
        tasks = [Task(self.start[name], load.setup, (1,)) for name, load in manifest.items.items()]
        share(self.model, tasks, 0, manifest.teams)
        for name in manifest.goal:
            self.model.add(self.date >= self._end(name))

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
        kept = [self.on[load, slot] for slot, one in flown.items() if slot in self.flies for load in one.carries]
        moved = []
        for slot, flight in flown.items():
            if slot in self.flies:
                other = self.model.new_bool_var(f"moved.{slot}")
                self.model.add(self.leaves[slot] == flight.leaves).only_enforce_if(~other)
                moved.append(other)
        return len(self.manifest.items) - sum(kept) + sum(moved)

    def exclude(self, plan: ManifestPlan) -> None:
        """Ask for another packing than that of a plan."""
        same = [self.on[load, (one.vehicle, one.number)] for one in plan.flights for load in one.carries]
        self.model.add_bool_or([~one for one in same])

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
            Flight(*slot, leaves[slot], tuple(load for load in self.manifest.items if on[load, slot]))
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
