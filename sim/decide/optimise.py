"""The best plan for a question: solved, replayed by the simulation, learnt from, explained where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

from sim.campaign.compile import compile_all, compile_campaign
from sim.campaign.plan import Campaign
from sim.clock import Calendar
from sim.decide.changes import Change, changes_of, settings_of
from sim.decide.explain import find_conflict
from sim.decide.facts import COST_UNITS, Facts, read_facts
from sim.decide.loads import Manifest
from sim.decide.manifest import ManifestAnswer, ManifestPlan, exists, pool, solve_manifest
from sim.decide.proof import Clock, Limits, Listener, Proof
from sim.decide.question import NAMES, Question, ask
from sim.model.outcome import Outcome
from sim.model.simulate import simulate_nominal
from sim.problems import Code, Problem, ScenarioError
from sim.scenario.check_optimise import LIMITS, read_limit
from sim.scenario.load import Loaded, load_scenario

ROUNDS: Final = 5
"""How often what a replay teaches is fed back."""
AGREES_D: Final = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """A statement of the user that takes possibilities away, with its place."""

    path: tuple[str | int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Optimum:
    """What was found: the plan, the proof of each objective, what it changes, and how the simulation replays it."""

    facts: Facts
    proofs: Mapping[str, Proof]
    plan: ManifestPlan | None
    changes: tuple[Change, ...]
    campaign: Campaign | None
    """The campaign with the changes; that of the scenario when nothing changes; None without a plan."""
    nominal: Outcome | None
    rounds: int
    differs: tuple[str, ...]
    """Where plan and optimiser do not agree to the day."""
    conflict: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()

    @property
    def proof(self) -> Proof:
        """Return the proof of the first objective."""
        return next(iter(self.proofs.values()))

    def reached_d(self, goal: str) -> tuple[float, float]:
        """Return when a goal is reached in the plan before and after, in days."""
        before = next(one for one in self.facts.campaign.goals if one.name == goal)
        was = float(self.facts.nominal.reached_d[before.reached])
        if self.campaign is None or self.nominal is None:
            return was, float("inf")
        after = next(one for one in self.campaign.goals if one.name == goal)
        return was, float(self.nominal.reached_d[after.reached])


def optimise(
    file: str,
    *,
    goal: str | None = None,
    minimise: Sequence[str] = (),
    at_most: Mapping[str, str | float] | None = None,
    variants: Sequence[str] = (),
    sets: Sequence[str] = (),
    limits: Limits | None = None,
    on_progress: Listener = lambda _: None,
) -> Optimum:
    """Return the best plan for what a scenario and the caller ask.

    Raises:
        ScenarioError: if the scenario or the question is wrong, each with its place.
    """
    loaded = load_scenario(file, variants, sets)
    compiled = compile_all(loaded)
    if compiled.problems:
        raise ScenarioError(compiled.problems)
    campaign, context = compiled.campaign, compiled.context
    question = ask(loaded, campaign, goal=goal, minimise=minimise, at_most=at_most)
    facts = read_facts(loaded, context, campaign, _with_days(loaded, context.index.calendar, question))
    _require_costs(facts)
    return _Run(facts, file, tuple(variants), tuple(sets), Clock(limits or Limits()), on_progress).answer()


def _with_days(loaded: Loaded, calendar: Calendar, question: Question) -> Question:
    """Return the question with its limits as numbers: a date as the last hour of its day."""
    import datetime

    limits: dict[str, str | float] = {}
    for name, said in question.at_most.items():
        text = str(said)
        try:
            if name not in NAMES:
                raise ValueError
            limit = read_limit(name, text)
        except ValueError:
            mark = loaded.layered.mark(("optimise", "at_most", name))
            raise ScenarioError(
                [Problem(mark, f"at_most.{name}", Code.VALUE, "error", f"'{text:.40}' is no limit", LIMITS)]
            ) from None
        if isinstance(limit, datetime.datetime):
            limits[name] = int((calendar.to_days(limit) + 1.0) * 24.0) - 1
        else:
            limits[name] = limit
    return replace(question, at_most=limits)


def _require_costs(facts: Facts) -> None:
    """Refuse to minimise a cost that some flight does not have."""
    if "cost" not in (*facts.question.minimise, *facts.question.at_most):
        return
    for name, vehicle in facts.manifest.vehicles.items():
        if vehicle.cost is None:
            slot = facts.slots[name]
            path = ("missions", slot.like, "cost") if not slot.stack else ("optimise", "free", "stacks", slot.stack)
            mark = facts.loaded.layered.key_mark(path)
            key = slot.stack or slot.like
            hint = f"say optimise: {{costs: {{{key}: 10}}}}, or cost: 10 in the mission"
            message = "the cost of a flight is missing; without it the least cost is not defined"
            raise ScenarioError([Problem(mark, ".".join(map(str, path)), Code.MISSING_KEY, "error", message, hint)])


def near(
    found: Optimum,
    file: str,
    variants: Sequence[str],
    sets: Sequence[str],
    most: int,
    within_d: float,
    limits: Limits,
) -> tuple[Optimum, ...]:
    """Return up to `most` other plans that pack the flights otherwise, replayed, the goal at most so much later."""
    if found.plan is None or found.campaign is None:
        return ()
    facts, question = found.facts, found.facts.question
    at_most = _caps(question.at_most)
    for name, proof in found.proofs.items():
        if proof.objective is not None and name in NAMES.values() and name != "date":
            at_most[name] = round(proof.objective)
    date_h = int((found.reached_d(question.goal)[1] + within_d) * 24.0)
    at_most["date"] = min(at_most.get("date", date_h), date_h)
    others = pool(
        facts.manifest, "date", apart=date_h, most=most, at_most=at_most, limits=limits, excluded=[found.plan]
    )
    run = _Run(facts, file, tuple(variants), tuple(sets), Clock(limits), lambda _: None)
    return tuple(run.replay(one, 1) for one in others if one.plan is not None)


@dataclass(slots=True)
class _Run:
    facts: Facts
    file: str
    variants: tuple[str, ...]
    sets: tuple[str, ...]
    clock: Clock
    on_progress: Listener

    def answer(self) -> Optimum:
        """Solve, replay, and feed back what the replay teaches."""
        learnt: list[tuple[ManifestPlan, int]] = []
        best: Optimum | None = None
        for number in range(1, ROUNDS + 1):
            answer = self._solve(learnt)
            if answer.plan is None:
                return best or self._nothing(answer)
            found = self.replay(answer, number)
            if best is None or _better(found, best):
                best = found
            if not found.differs or answer.proof.interrupted or self.clock.rest().seconds < 1.0:
                break
            date = found.reached_d(self.facts.question.goal)[1]
            base = self.facts.manifest.base
            if base is not None and not base.queue:
                queued = replace(self.facts.manifest, base=replace(base, queue=True))
                self.facts = replace(self.facts, manifest=queued)
            elif isfinite(date):
                learnt.append((answer.plan, int(date * 24.0)))
            else:
                break
        assert best is not None
        return best

    def _solve(self, learnt: Sequence[tuple[ManifestPlan, int]]) -> ManifestAnswer:
        question = self.facts.question
        return solve_manifest(
            self.facts.manifest,
            [NAMES[one] for one in question.minimise],
            at_most=_caps(question.at_most),
            present=self.facts.present,
            limits=self.clock.rest(),
            on_progress=self.on_progress,
            learnt=learnt,
        )

    def replay(self, answer: ManifestAnswer, number: int) -> Optimum:
        """Return an answer as the simulation flies it when nothing slips."""
        facts, plan = self.facts, answer.plan
        assert plan is not None
        changes = changes_of(facts, plan)
        campaign, nominal = facts.campaign, facts.nominal
        if changes:
            loaded = load_scenario(self.file, self.variants, [*self.sets, *settings_of(facts, changes)])
            campaign = compile_campaign(loaded)
            nominal = simulate_nominal(campaign)
        found = Optimum(facts, answer.proofs, plan, changes, campaign, nominal, number, ())
        differs = tuple(_differences(facts, answer, campaign, nominal))
        return replace(found, proofs=_as_replayed(found), differs=differs)

    def _nothing(self, answer: ManifestAnswer) -> Optimum:
        found = Optimum(self.facts, answer.proofs, None, (), None, None, 1, ())
        if answer.proof.status != "infeasible":
            return found
        conflict, repairs = _explain(self.facts, self.clock.limits)
        return replace(found, conflict=conflict, repairs=repairs)


def _caps(at_most: Mapping[str, str | float]) -> dict[str, int]:
    factors = {"cost": COST_UNITS}
    return {NAMES[name]: int(float(limit) * factors.get(name, 1) + 1e-6) for name, limit in at_most.items()}


def _as_replayed(found: Optimum) -> dict[str, Proof]:
    """Return the proofs with the date that the simulation gives, which the bound of the solver lies below."""
    proofs = dict(found.proofs)
    if "date" in proofs:
        date_h = found.reached_d(found.facts.question.goal)[1] * 24.0
        old = proofs["date"]
        near = old.status == "optimal" and old.objective is not None and date_h <= old.objective + 24.0 * AGREES_D
        status = old.status if near or old.status != "optimal" else "feasible"
        proofs["date"] = replace(old, status=status, objective=date_h if isfinite(date_h) else old.objective)
    return proofs


def _better(one: Optimum, other: Optimum) -> bool:
    """Tell whether the first has a lower value, or the same with more proven."""
    value, best = one.proof.objective, other.proof.objective
    if value is None or best is None:
        return best is None
    return value < best or (value == best and not one.differs)


def _differences(facts: Facts, answer: ManifestAnswer, campaign: Campaign, nominal: Outcome) -> list[str]:
    """Return in sentences where the simulation differs from the solver by more than a day."""
    found = []
    names = {campaign.subjects[plan.subject].name: plan for plan in campaign.missions}
    assert answer.plan is not None
    for flight in answer.plan.flights:
        mission = facts.slots[flight.vehicle].mission
        left_d = float(nominal.reached_d[names[mission].launched])
        if not abs(left_d - facts.date_d(flight.leaves)) <= AGREES_D:
            said = facts.calendar.iso(left_d) if isfinite(left_d) else "never"
            found.append(f"{mission} leaves {said} in the plan, {facts.iso(flight.leaves)} for the optimiser")
    goal = next(one for one in campaign.goals if one.name == facts.question.goal)
    date_d = float(nominal.reached_d[goal.reached])
    thought = answer.proofs.get("date")
    if thought is not None and thought.objective is not None:
        if not abs(date_d - facts.date_d(thought.objective)) <= AGREES_D:
            said = facts.calendar.iso(date_d) if isfinite(date_d) else "never"
            found.append(
                f"{goal.name} is reached {said} in the plan, {facts.iso(thought.objective)} for the optimiser, which "
                "may set up loads in the best order, while the plan serves who asks first"
            )
    elif not isfinite(date_d):
        found.append(f"{goal.name} is never reached in the plan")
    return found


# --- nothing feasible -------------------------------------------------------------------------------------------------


def _explain(facts: Facts, limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a smallest set of the user's statements that cannot hold together, and what would help."""
    question = facts.question
    said = [Told(("optimise", "at_most", name), f"at most {name} {_limit(facts, name)}") for name in question.at_most]
    said += [
        Told(("optimise", "keep", name), f"{', '.join(loads)} stay on {name}") for name, loads in question.keep.items()
    ]
    said += [
        Told(("optimise", "together", number), f"{', '.join(loads)} together")
        for number, loads in enumerate(question.together)
    ]
    said += [
        Told(("optimise", "apart", number), f"{', '.join(loads)} apart") for number, loads in enumerate(question.apart)
    ]
    if question.more is not None:
        said.append(Told(("optimise", "free", "flights", "most"), f"at most {question.more[1]} flights"))
    clock = Clock(replace(limits, seconds=10.0))

    def holds(kept: frozenset[Told]) -> bool | None:
        manifest, caps = _kept(facts, {one.path for one in kept})
        return exists(manifest, clock.rest(), caps)

    conflict = find_conflict(tuple(said), holds, seconds=6.0)
    if conflict is None:
        return (), ()
    repairs = tuple(text for one in conflict.statements if (text := _repair(facts, one, said, clock)))
    return tuple(_placed(facts, one) for one in conflict.statements), repairs


def _limit(facts: Facts, name: str) -> str:
    value = facts.question.at_most[name]
    return facts.iso(float(value)) if name == "date" else f"{float(value):g}"


def _kept(facts: Facts, paths: set[tuple[str | int, ...]]) -> tuple[Manifest, dict[str, int]]:
    question, manifest = facts.question, facts.manifest
    limits = {name: limit for name, limit in question.at_most.items() if ("optimise", "at_most", name) in paths}
    end = int(facts.campaign.end_d * 24.0)
    freed = replace(
        manifest,
        deadline=manifest.deadline if "date" in limits else end,
        keep={name: loads for name, loads in question.keep.items() if ("optimise", "keep", name) in paths},
        together=tuple(x for number, x in enumerate(question.together) if ("optimise", "together", number) in paths),
        apart=tuple(x for number, x in enumerate(question.apart) if ("optimise", "apart", number) in paths),
        most_flights=manifest.most_flights if ("optimise", "free", "flights", "most") in paths else None,
    )
    return freed, _caps(limits)


def _repair(facts: Facts, one: Told, said: Sequence[Told], clock: Clock) -> str:
    manifest, caps = _kept(facts, {other.path for other in said if other != one})
    if one.path[1] == "at_most":
        name = str(one.path[2])
        base = manifest.base
        exact = replace(manifest, base=replace(base, queue=True) if base is not None else None)
        proof = solve_manifest(exact, [NAMES[name]], at_most=caps, limits=clock.rest()).proof
        if proof.objective is None:
            return ""
        factor = COST_UNITS if name == "cost" else 1
        least = facts.iso(proof.objective) if name == "date" else f"{proof.objective / factor:g}"
        return f"at most {name} {least}"
    return f"without: {one.text}" if exists(manifest, clock.rest(), caps) else ""


def _placed(facts: Facts, one: Told) -> str:
    layered = facts.loaded.layered
    mark = layered.mark(one.path) if one.path in layered.marks else None
    return f"{one.text} ({mark.text()})" if mark is not None else one.text
