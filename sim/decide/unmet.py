"""Why no plan of a scenario exists: the user's own limits and wishes that cannot hold together, and what would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from sim.decide.explain import SHORTENING, find_conflict
from sim.decide.facts import Facts
from sim.decide.free_flights import COST_UNITS
from sim.decide.loads import ManifestFacts
from sim.decide.manifest_solver import exists, solve_manifest
from sim.decide.proof import Limits, SolveClock
from sim.decide.question import NAMES, Question
from sim.scenario.text import path_text

SECONDS: Final = 10.0
"""For an explanation."""
Path: TypeAlias = tuple[str | int, ...]
_MOST: Final = ("optimise", "free", "flights", "most")


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
