"""What flies on which flight of which vehicle, and when: loads packed into flights, flights and setting up in time.

A bin-packing problem joined to a schedule with release dates, one pad at a time and a number of teams; solved by
constraint programming over whole numbers of time and of kilograms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sim.decide import cpsat
from sim.decide.explain import SHORTENING, Explanation, explain
from sim.decide.loads import ManifestFacts, ManifestPlan, moves_between, statements_of
from sim.decide.manifest_model import MOVES, ManifestModel
from sim.decide.proof import DEFAULT, Limits, Listener, Proof, SolveClock, SolveProgress
from sim.problems import InputError, suggest

OBJECTIVES: Final = ("date", "launches", "mass", "cost")
_FIRST: Final = 0.85
"""Share of the time that an objective may take from those after it."""


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
    manifest: ManifestFacts,
    minimise: Sequence[str],
    *,
    at_most: Mapping[str, int] | None = None,
    present: ManifestPlan | None = None,
    limits: Limits = DEFAULT,
    on_progress: Listener = lambda _: None,
    learnt: Sequence[tuple[ManifestPlan, int]] = (),
) -> ManifestAnswer:
    """Minimise the first objective, then the next among what is best by the first, and so on.

    Of what is left the plan nearest to the `present` one is taken: fewest loads on another flight and flights on
    another day, so that nothing is moved for nothing. `learnt` are plans with the date before which they do not reach
    the goal, whatever the model thinks.

    Raises:
        InputError: if an objective is not known, or a vehicle lacks the figure it needs.
    """
    caps = dict(at_most or {})
    _require_objectives(manifest, [*minimise, *caps])
    clock, plan = SolveClock(limits), None
    proofs: dict[str, Proof] = {}
    names = [*minimise, *([MOVES] if present is not None else [])]
    for left, name in zip(range(len(names), 0, -1), names, strict=True):
        model = ManifestModel(manifest, caps, present)
        if plan is not None or present is not None:
            model.hint(plan or present)
        for other, date in learnt:
            model.learn(other, date)
        below = name == "date" and manifest.base is not None
        rest = clock.share(_FIRST) if left > 1 else clock.rest()
        tell = partial(_tell, on_progress, name)
        solved = cpsat.solve(model.model, model.objective(name), model.wanted, rest, tell, from_below=below)
        if solved.values:
            plan = model.plan(solved.values)
        proofs[name] = solved.proof if solved.values or plan is None else _kept(manifest, name, plan, present, solved)
        if proofs[name].status != "optimal" or proofs[name].objective is None:
            break  # what comes next would be least among plans that need not be best
        value = round(proofs[name].objective or 0.0)
        caps[name] = min(caps.get(name, value), value)
    return ManifestAnswer(proofs, plan)


def _kept(
    manifest: ManifestFacts, name: str, plan: ManifestPlan, present: ManifestPlan | None, solved: cpsat.Solved
) -> Proof:
    """Return the proof of an objective for which the time did not do, of the plan that is best by those before it."""
    value = {"launches": float(len(plan.flights)), MOVES: float(moves_between(present, plan))}.get(name)
    field = {"mass": "imleo", "cost": "cost"}.get(name)
    if field:
        value = float(sum(getattr(manifest.vehicles[one.vehicle], field) or 0 for one in plan.flights))
    return replace(solved.proof, status="unknown" if value is None else "feasible", objective=value)


def unlike(
    manifest: ManifestFacts,
    best: ManifestPlan,
    *,
    most: int,
    at_most: Mapping[str, int] | None = None,
    limits: Limits = DEFAULT,
) -> Iterator[ManifestAnswer]:
    """Yield up to `most` plans that pack the flights otherwise, each as soon as its packing allows.

    Each puts as few loads as can be where `best` or one before it puts them. When they end before `most`, there are no
    others within the limits, or the time did not do.

    Raises:
        KeyboardInterrupt: if it is stopped by Ctrl-C.
    """
    caps, clock, known = dict(at_most or {}), SolveClock(limits), [best]
    _require_objectives(manifest, [*caps])
    for left in range(most, 0, -1):
        model = ManifestModel(manifest, caps)
        for plan in known:
            model.exclude(plan)
        solved = cpsat.solve(model.model, model.likeness(known), model.wanted, clock.share(1.0 / left))
        if solved.proof.interrupted:
            raise KeyboardInterrupt
        if solved.proof.status == "infeasible":
            return
        if not solved.values:
            continue  # the next has more time
        other = model.plan(solved.values)
        model = ManifestModel(manifest, caps)
        model.pack(other)
        model.hint(other)
        below = manifest.base is not None
        solved = cpsat.solve(model.model, model.date, model.wanted, clock.share(1.0 / left), from_below=below)
        if solved.values:
            other = model.plan(solved.values)
            yield ManifestAnswer({"date": solved.proof}, other)
        known.append(other)


def _tell(listener: Listener, objective: str, progress: SolveProgress) -> None:
    listener(replace(progress, objective=objective))


def launches_against_date(manifest: ManifestFacts, limits: Limits = DEFAULT) -> tuple[tuple[int, Proof], ...]:
    """Return the earliest date for each number of launches, from the fewest to where more do not help."""
    clock = SolveClock(limits)
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


def exists(manifest: ManifestFacts, limits: Limits = DEFAULT, at_most: Mapping[str, int] | None = None) -> bool | None:
    """Return whether any plan exists; None when the time did not do."""
    model = ManifestModel(manifest, at_most or {})
    status = cpsat.solve(model.model, 0, (), limits).proof.status
    return None if status == "unknown" else status != "infeasible"


def explain_manifest(manifest: ManifestFacts, *, seconds: float = 10.0) -> Explanation | None:
    """Return why no plan exists and what would help, each repair with the earliest date it gives."""
    clock = SolveClock(Limits(seconds))

    def price(one: ManifestFacts) -> Proof:
        return solve_manifest(one, ["date"], limits=clock.rest()).proof

    return explain(
        manifest, statements_of(manifest), lambda one: exists(one, clock.rest()), price, seconds=seconds * SHORTENING
    )


def offered(manifest: ManifestFacts) -> tuple[str, ...]:
    """Return the objectives for which every vehicle has the figure."""
    return tuple(name for name in OBJECTIVES if not _lacking(manifest, name))


def _lacking(manifest: ManifestFacts, objective: str) -> str:
    """Return the key of the first figure that an objective needs and that is not there."""
    field = {"mass": "imleo", "cost": "cost"}.get(objective)
    vehicles = manifest.vehicles.items()
    return next((f"vehicles.{name}.{field}" for name, one in vehicles if field and getattr(one, field) is None), "")


def _require_objectives(manifest: ManifestFacts, names: Sequence[str]) -> None:
    for name in names:
        if name not in OBJECTIVES:
            raise InputError(f"no objective '{name:.60}'; {suggest(name, OBJECTIVES)}")
        lacking = _lacking(manifest, name)
        if lacking:
            raise InputError(f"{lacking}: is missing; without it the least {name} is not defined")
