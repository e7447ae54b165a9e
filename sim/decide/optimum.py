"""What an optimisation found: the plan, the proofs, what it changes, how the simulation replays it; as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, TypeAlias

from sim.campaign.plan import Campaign, GoalPlan
from sim.decide.changes import Change
from sim.decide.facts import Facts
from sim.decide.loads import Flight, ManifestPlan
from sim.decide.proof import Proof
from sim.model.sample import Sample
from sim.problems import counted

Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Optimum:
    """What was found: the plan, the proof of each objective, what it changes, and how the simulation replays it."""

    facts: Facts
    proofs: Mapping[str, Proof]
    plan: ManifestPlan | None
    changes: tuple[Change, ...]
    campaign: Campaign | None
    """The campaign with the changes; that of the scenario when nothing changes; None without a plan."""
    nominal: Sample | None
    rounds: int
    differs: tuple[str, ...]
    """Where plan and optimiser do not agree to the day."""
    conflict: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()

    @property
    def proof(self) -> Proof:
        """Return the proof of the first objective."""
        return next(iter(self.proofs.values()))

    @property
    def interrupted(self) -> bool:
        """Return whether it was stopped from outside, with the best so far."""
        return any(proof.interrupted for proof in self.proofs.values())

    def state(self, name: str) -> str:
        """Return in words how far an objective is proven; of a date, how many days could still be gained."""
        proof = self.proofs[name]
        if name != "date" or proof.status != "feasible" or proof.objective is None or proof.bound is None:
            return proof.text
        days = self.facts.date_d(proof.objective) - self.facts.date_d(proof.bound)
        return f"best found, at most {counted(max(1, round(days)), 'day')} earlier possible"

    def stopped(self) -> Optimum:
        """Return it as what was known when somebody interrupted the search for more."""
        name, proof = next(iter(self.proofs.items()))
        return replace(self, proofs={**self.proofs, name: replace(proof, interrupted=True)})

    def reached_d(self, goal: str) -> tuple[float, float]:
        """Return when a goal is reached in the plan before and after, in days."""
        was = float(self.facts.nominal.reached_d[_goal(self.facts.campaign, goal).reached])
        if self.campaign is None or self.nominal is None:
            return was, float("inf")
        return was, float(self.nominal.reached_d[_goal(self.campaign, goal).reached])

    def spent(self, plan: ManifestPlan | None = None) -> Mapping[str, float | None]:
        """Return launches, mass to low orbit (kg) and cost of the free flights of a plan, its own unless one is given.

        None where the scenario does not say a cost of each.
        """
        vehicles = self.facts.manifest.vehicles
        flown = [vehicles[one.vehicle] for one in (plan or self.plan or self.facts.present).flights]
        costs = [one.cost for one in flown]
        return {
            "launches": len(flown),
            "imleo": float(sum(one.imleo or 0 for one in flown)),
            "cost": None if None in costs else self.facts.units("cost", float(sum(cost or 0 for cost in costs))),
        }

    def closes_kg(self, flight: Flight) -> int:
        """Return the load with which a flight closes on its day, kg."""
        vehicle = self.facts.manifest.vehicles[flight.vehicle]
        closes = (one.closes for one in vehicle.departures if one.day == flight.leaves)
        return min(vehicle.capacity, max(closes, default=vehicle.capacity))

    def moves(self) -> Iterator[tuple[str, str]]:
        """Yield (mission, what is new) in words."""
        for change in self.changes:
            if change.values is None:
                yield change.mission, f"does not fly: {change.reasons.get('', '')}"
                continue
            said = []
            for key, reason in change.reasons.items():
                value = change.values.get(key)
                said.append(f"leaves {value} ({reason})" if key == "not_before" else reason)
            yield change.mission, "; ".join(said)


def _goal(campaign: Campaign, name: str) -> GoalPlan:
    return next(one for one in campaign.goals if one.name == name)


def optimum_json(found: Optimum) -> Document:
    """Return what was found, without chances, as a document; dates are ISO, null where something is not reached."""
    import importlib.metadata

    facts, question = found.facts, found.facts.question
    name, proof = next(iter(found.proofs.items()))
    return {
        "goal": question.goal,
        "minimise": list(question.minimise),
        "assumed": list(question.assumed),
        "free": list(question.missions),
        "follow": list(facts.follow),
        "left_out": list(facts.left_out),
        "status": found.proof.status,
        "objective": _unit(facts, name, proof.objective),
        "bound": _unit(facts, name, proof.bound),
        "gap": proof.gap,
        "seconds": round(proof.seconds, 3),
        "proofs": {said_of(name): proof.as_json() for name, proof in found.proofs.items()},
        "agrees": found.plan is not None and not found.differs,
        "differs": list(found.differs),
        "rounds": found.rounds,
        "spent": {"before": dict(found.spent(facts.present)), "after": dict(found.spent()) if found.plan else None},
        "flights": [_flight_json(found, one) for one in (found.plan.flights if found.plan else ())],
        "changes": {
            one.mission: None if one.values is None else {**one.values, "why": dict(one.reasons)}
            for one in found.changes
        },
        "conflict": list(found.conflict),
        "repairs": list(found.repairs),
        "solver": f"ortools {importlib.metadata.version('ortools')}",
    }


def _flight_json(found: Optimum, flight: Flight) -> Document:
    slot, items = found.facts.slots[flight.vehicle], found.facts.manifest.items
    return {
        "mission": slot.mission,
        "stack": slot.stack or None,
        "not_before": found.facts.iso(flight.leaves),
        "cargo": list(flight.carries),
        "cargo_kg": sum(items[load].kg for load in flight.carries),
        "closes_kg": found.closes_kg(flight),
    }


def said_of(objective: str) -> str:
    """Return an objective of the solver as the user says it."""
    return {"mass": "imleo"}.get(objective, objective)


def _unit(facts: Facts, name: str, value: float | None) -> object:
    if value is None:
        return None
    return facts.iso(value) if name == "date" else facts.units(name, value)


def iso_or_none(facts: Facts, day: float | None) -> str | None:
    """Return a day as an ISO date; None for what is not reached."""
    return facts.calendar.iso(day) if day is not None and isfinite(day) else None
