"""The best plan for a question: solved, replayed by the simulation, learnt from, explained where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Final, TypeAlias

from sim.campaign.compile import compile_all, compile_campaign
from sim.campaign.plan import Campaign
from sim.decide.changes import changes_of, settings_of
from sim.decide.departing import PER_DAY
from sim.decide.explain import SHORTENING, find_conflict
from sim.decide.facts import Facts, read_facts
from sim.decide.free_flights import COST_UNITS
from sim.decide.known import KnownCampaign
from sim.decide.loads import ManifestFacts, ManifestPlan
from sim.decide.manifest_solver import ManifestAnswer, exists, solve_manifest, unlike
from sim.decide.optimum import Optimum, said_of
from sim.decide.proof import DEFAULT, Limits, Proof, SolveClock, SolveProgress
from sim.decide.question import NAMES, Question, ask
from sim.model.sample import Sample
from sim.model.simulate import simulate_nominal
from sim.problems import ScenarioError
from sim.scenario.text import path_text
from sim.study.sweep import Start

ROUNDS: Final = 5
"""How often what a replay teaches is fed back."""
AGREES_D: Final = 1.0
Teller: TypeAlias = Callable[[str], None]
"""Told in words how far a search is."""

SECONDS: Final = 10.0
"""For an explanation."""
_MOST: Final = ("optimise", "free", "flights", "most")


def optimise(
    start: Start,
    *,
    goal: str | None = None,
    minimise: Sequence[str] = (),
    at_most: Mapping[str, str | float] | None = None,
    limits: Limits = DEFAULT,
    on_progress: Teller = lambda _: None,
) -> Optimum:
    """Return the best plan for what a scenario and the caller ask; `on_progress` is told in words how far it is.

    Raises:
        ScenarioError: if the scenario or the question is wrong, each with its place.
    """
    loaded = start.load()
    compiled = compile_all(loaded)
    if compiled.problems:
        raise ScenarioError(compiled.problems)
    context = compiled.context
    question = ask(loaded, context.index.calendar, goal=goal, minimise=minimise, at_most=at_most)
    facts = read_facts(start, KnownCampaign(loaded, context, compiled.campaign, question))
    return _Run(facts, SolveClock(limits), on_progress).answer()


def others(
    found: Optimum, most: int, within_d: float, limits: Limits, on_progress: Teller = lambda _: None
) -> tuple[Optimum, ...]:
    """Return up to `most` other plans, replayed: packings unlike each other, and other numbers of launches.

    Those with as many launches (or as much mass, or cost, where that is to be least) reach the goal at most `within_d`
    later; for each other number of launches, where it is free, the soonest plan is among them.
    """
    if found.plan is None or found.campaign is None:
        return ()
    facts, clock = found.facts, SolveClock(limits)
    run = _Run(facts, clock, on_progress)
    plans = [run.replay(one, 1) for one in _other_counts(found, clock, most // 2)]
    at_most = caps_of(facts.question)
    for name, proof in found.proofs.items():
        if proof.objective is not None and name in NAMES.values() and name != "date":
            at_most[name] = round(proof.objective)
    date_h = int((found.reached_d(facts.question.goal)[1] + within_d) * PER_DAY)
    at_most["date"] = min(at_most.get("date", date_h), date_h)
    wanted = most - len(plans)
    for answer in unlike(facts.manifest, found.plan, most=wanted, at_most=at_most, limits=clock.rest()):
        replayed = run.replay(answer, 1)
        if replayed.reached_d(facts.question.goal)[1] * PER_DAY <= date_h + PER_DAY:  # the simulation may come later
            plans.append(replayed)
        on_progress(f"{len(plans)} of {most} other plans")
    return tuple(plans)


def _other_counts(found: Optimum, clock: SolveClock, most: int) -> Iterator[ManifestAnswer]:
    """Yield the soonest plan for each number of launches but the one that was found, fewest first."""
    facts, here = found.facts, round(found.spent()["launches"] or 0)
    if all(one.must for one in facts.manifest.vehicles.values()):
        return
    caps = {name: limit for name, limit in caps_of(facts.question).items() if name != "launches"}
    first = solve_manifest(facts.manifest, ["launches"], at_most=caps, limits=clock.share(0.2)).proof
    soonest = inf
    for launches in range(round(first.bound or here), min(here + most, len(facts.manifest.slots)) + 1):
        if launches == here or most <= 0:
            continue
        answer = solve_manifest(
            facts.manifest, ["date"], at_most={**caps, "launches": launches}, limits=clock.share(0.3)
        )
        if answer.proof.interrupted:
            raise KeyboardInterrupt
        date = answer.proof.objective
        if answer.plan is None or date is None:
            continue
        if date >= soonest:
            return  # more launches do not help
        soonest, most = date, most - 1
        yield answer


@dataclass(slots=True)
class _Run:
    facts: Facts
    clock: SolveClock
    on_progress: Teller

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
            at_most=caps_of(question),
            present=self.facts.present,
            limits=self.clock.rest(),
            on_progress=self._tell,
            learnt=learnt,
        )

    def _tell(self, progress: SolveProgress) -> None:
        name = progress.objective
        best, bound = (
            "-" if value is None else self.facts.text(name, value) for value in (progress.best, progress.bound)
        )
        self.on_progress(f"least {said_of(name)}: best {best}, bound {bound}")

    def replay(self, answer: ManifestAnswer, number: int) -> Optimum:
        """Return an answer as the simulation flies it when nothing slips."""
        facts, plan = self.facts, answer.plan
        assert plan is not None
        changes = changes_of(facts, plan)
        campaign, nominal = facts.campaign, facts.nominal
        if changes:
            campaign = compile_campaign(facts.start.load(sets=settings_of(facts, changes)))
            nominal = simulate_nominal(campaign)
        found = Optimum(facts, answer.proofs, plan, changes, campaign, nominal, number, ())
        differs = tuple(_differences(facts, answer, campaign, nominal))
        return replace(found, proofs=_as_replayed(found), differs=differs)

    def _nothing(self, answer: ManifestAnswer) -> Optimum:
        found = Optimum(self.facts, answer.proofs, None, (), None, None, 1, ())
        if answer.proof.status != "infeasible":
            return found
        conflict, repairs = explain_unmet(self.facts, self.clock.limits)
        return replace(found, conflict=conflict, repairs=repairs)


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


def _differences(facts: Facts, answer: ManifestAnswer, campaign: Campaign, nominal: Sample) -> list[str]:
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


Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A statement of the user that takes possibilities away, with its place."""

    path: Path
    text: str


def explain_unmet(facts: Facts, limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a smallest set of the user's statements that cannot hold together, and what would help."""
    said = tuple(_statements(facts))
    clock = SolveClock(replace(limits, seconds=SECONDS))

    def holds(kept: frozenset[_Told]) -> bool | None:
        return exists(_kept(facts, kept), clock.rest(), caps_of(facts.question, _limits_in(kept)))

    conflict = find_conflict(said, holds, seconds=SECONDS * SHORTENING)
    if conflict is None:
        return (), ()
    repairs = tuple(text for one in conflict.statements if (text := _repair(facts, one, said, clock)))
    return tuple(f"{one.text} ({_place(facts, one)})" for one in conflict.statements), repairs


def caps_of(question: Question, names: Sequence[str] | None = None) -> dict[str, int]:
    """Return the upper limits of a question as the solver counts them; only some where names are given."""
    factors = {"cost": COST_UNITS}
    return {
        NAMES[name]: int(limit * factors.get(name, 1) + 1e-6)
        for name, limit in question.at_most.items()
        if names is None or name in names
    }


def _statements(facts: Facts) -> Iterator[_Told]:
    question = facts.question
    for name in question.at_most:
        yield _Told(("optimise", "at_most", name), f"at most {name} {_limit(facts, name)}")
    for name, loads in question.keep.items():
        yield _Told(("optimise", "keep", name), f"{', '.join(loads)} stay on {name}")
    for word, groups in (("together", question.together), ("apart", question.apart)):
        for number, group in enumerate(groups):
            yield _Told(("optimise", word, number), f"{', '.join(group)} {word}")
    if question.more is not None:
        yield _Told(_MOST, f"at most {question.more[1]} flights")


def _limit(facts: Facts, name: str) -> str:
    value = facts.question.at_most[name]
    return facts.iso(value) if name == "date" else f"{value:g}"


def _limits_in(kept: frozenset[_Told]) -> list[str]:
    return [str(one.path[2]) for one in kept if one.path[1] == "at_most"]


def _kept(facts: Facts, kept: frozenset[_Told]) -> ManifestFacts:
    """Return the manifest with those wishes alone that are kept."""
    manifest, paths = facts.manifest, {one.path for one in kept}
    end = int(facts.campaign.end_d * 24.0)
    return replace(
        manifest,
        deadline=manifest.deadline if ("optimise", "at_most", "date") in paths else end,
        keep={name: loads for name, loads in manifest.keep.items() if ("optimise", "keep", name) in paths},
        together=_of(manifest.together, "together", paths),
        apart=_of(manifest.apart, "apart", paths),
        most_flights=manifest.most_flights if _MOST in paths else None,
    )


def _of(groups: Sequence[tuple[str, ...]], word: str, paths: set[Path]) -> tuple[tuple[str, ...], ...]:
    return tuple(group for number, group in enumerate(groups) if ("optimise", word, number) in paths)


def _repair(facts: Facts, one: _Told, said: Sequence[_Told], clock: SolveClock) -> str:
    others = frozenset(other for other in said if other != one)
    manifest, caps = _kept(facts, others), caps_of(facts.question, _limits_in(others))
    if one.path[1] != "at_most":
        return f"without: {one.text}" if exists(manifest, clock.rest(), caps) else ""
    name, base = str(one.path[2]), manifest.base
    exact = replace(manifest, base=replace(base, queue=True) if base is not None else None)
    proof = solve_manifest(exact, [NAMES[name]], at_most=caps, limits=clock.rest()).proof
    if proof.objective is None:
        return ""
    least = facts.iso(proof.objective) if name == "date" else f"{facts.units(name, proof.objective):g}"
    return f"at most {name} {least}"


def _place(facts: Facts, one: _Told) -> str:
    """Return where a statement stands: in a file, or on the command line."""
    if one.path[1] == "at_most" and one.path[2] in facts.question.typed:
        return "--at-most"
    mark = facts.loaded.layered.mark(one.path)
    return mark.text() if mark is not None else path_text(one.path)
