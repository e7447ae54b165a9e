"""Sense of shared luck: class laws that can be drawn from, groups that can be, and facts that can teach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from sim.chance.correlation import AmbiguousError, ImpossibleError, Member, entwine, lower_root
from sim.problems import Code, Problem, did_you_mean, suggest
from sim.scenario.draft import Draft
from sim.scenario.events import count_flights
from sim.scenario.joining import (
    can_join,
    is_random,
    matches,
    members_of,
    model_of,
    random_paths,
    slips_by_class,
    value_at,
)
from sim.scenario.schema import Scenario, SlipByLead, SlipClasses
from sim.scenario.text import Path
from sim.units import format_date

MOST_MEMBERS = 300
"""Values in a group; the work of correlating them grows with the third power."""
_SYMMETRY = 1e-6
_OF_FLIGHT = ("slip", "rebuild", "rendezvous.duration", "refuel.duration")
_OF_LAUNCH = ("integration", "stand_down")
_MOST_SAID = 4  # values in a message


# --- class laws ---------------------------------------------------------------------------------------------------


def check_class_laws(case: Draft) -> Iterator[Problem]:
    """A class law has a covariance that its parameters can have."""
    for name, law in case.scenario.slips.items():
        if law.classes is not None:
            wrong = _wrong_covariance(law.classes)
            path: Path = ("slips", name, "classes")
            if wrong:
                hint = "write the matrix as `ilrs calibrate` makes it"
                yield case.problem((*path, "covariance"), Code.VALUE, wrong, hint)
            if law.classes.across_correlation > law.classes.programme_correlation.value:
                message = "items of different programmes are correlated more than those of one"
                yield case.problem((*path, "across_correlation"), Code.VALUE, message, "give the smaller number here")


def _wrong_covariance(law: SlipClasses) -> str:
    count, rows = len(law.parameters), law.covariance
    if len(rows) != count or any(len(row) != count for row in rows):
        return f"the covariance of {count} parameters has {count} rows of {count} numbers"
    scale = max((abs(rows[i][i]) for i in range(count)), default=0.0)
    if any(abs(rows[i][j] - rows[j][i]) > _SYMMETRY * scale for i, j in combinations(range(count), 2)):
        return "a covariance is the same on both sides of its diagonal"
    if not _can_be(tuple(map(tuple, rows))):
        return "these parameters would have a negative variance in some direction (not positive definite)"
    return ""


@lru_cache(maxsize=8)
def _can_be(rows: tuple[tuple[float, ...], ...]) -> bool:
    """Whether a matrix is a covariance; the cases of a sweep ask again and again of one."""
    ridge = 1.0 + _SYMMETRY
    try:
        lower_root(range(len(rows)), lambda i, j: _scaled(rows, int(i), int(j)) * (ridge if i == j else 1.0))
    except (ImpossibleError, ValueError):
        return False
    return True


def _scaled(rows: Sequence[Sequence[float]], i: int, j: int) -> float:
    """Return a covariance as a correlation; raises ValueError for a negative variance."""
    both = rows[i][i] * rows[j][j]
    if rows[i][i] < 0.0 or rows[j][j] < 0.0:
        raise ValueError("a variance is negative")
    return (1.0 if i == j else 0.0) if both == 0.0 else rows[i][j] / both**0.5


def check_classes(case: Draft) -> Iterator[Problem]:
    """A slip by class has its law, and the law knows its agency and kind (warning)."""
    scenario = case.scenario
    laws = [name for name, law in scenario.slips.items() if law.classes is not None]
    for text, slip, _ in slips_by_class(scenario):
        path: Path = tuple(text.split("."))
        name = model_of(scenario, slip)
        if name not in laws:
            yield _no_class_law(case, path, name, laws)
            continue
        law = scenario.slips[name].classes
        assert law is not None
        known = {word for parameter in law.parameters for word in parameter.split(".")[1:]} - {"lead"}
        for key, word in (("agency", slip.class_.agency), ("kind", slip.class_.kind)):
            if word not in known:
                message = f"{name} has no {key} '{word}': it is drawn as one that is not known, with a wider spread"
                hint = suggest(word, known)
                yield case.problem((*path, "class", key), Code.NO_SUCH_NAME, message, hint, "warning")


def _no_class_law(case: Draft, path: Path, name: str, laws: list[str]) -> Problem:
    if name:
        message = f"slips.{name} is a model by lead time, not by class"
        hint = f"write slip: {{by_lead: {name}}}" if not laws else suggest(name, laws)
        return case.problem((*path, "model"), Code.VALUE, message, hint)
    if laws:
        message = "there are several models by class"
        return case.problem(path, Code.MISSING_KEY, message, f"say which: model: {laws[0]}", key=True)
    hint = "extend a catalogue that has one, or add one under slips"
    return case.problem(path, Code.NO_SUCH_NAME, "there is no model by class in this scenario", hint, key=True)


def check_laws_by_lead(case: Draft) -> Iterator[Problem]:
    """A slip by lead time names a law by lead time."""
    slips: list[tuple[Path, Any]] = []
    slips += [(("activities", name), item.slip) for name, item in case.scenario.activities.items()]
    slips += [(("missions", name), item.slip) for name, item in case.scenario.missions.items()]
    for path, slip in slips:
        law = case.scenario.slips.get(slip.by_lead) if isinstance(slip, SlipByLead) else None
        if law is not None and law.classes is not None:
            hint = "write slip: {class: {agency: ..., kind: ...}}"
            message = "this model goes by class, not by lead time alone"
            yield case.problem((*path, "slip", "by_lead"), Code.VALUE, message, hint)


def check_programmes(case: Draft) -> Iterator[Problem]:
    """A programme with one item is not another one misspelt (warning)."""
    found = [(path, slip) for path, slip, _ in slips_by_class(case.scenario) if slip.programme is not None]
    count = Counter(slip.programme for _, slip in found)
    shared = [name for name, items in count.items() if name is not None and items > 1]
    for path, slip in found:
        if slip.programme is not None and count[slip.programme] == 1:
            hint = did_you_mean(slip.programme, shared)
            if hint:
                message = f"nothing else belongs to programme '{slip.programme}'"
                where = (*path.split("."), "programme")
                yield case.problem(where, Code.NO_SUCH_NAME, message, hint, "warning")


# --- what has happened --------------------------------------------------------------------------------------------


def check_evidence(case: Draft) -> Iterator[Problem]:
    """What has happened and says when it was planned says it all, in order; what has not happened does not say it."""
    by_class = {path for path, _, _ in slips_by_class(case.scenario)}
    facts: list[tuple[Path, Any, Any]] = []
    facts += [(("activities", name), item, item.done) for name, item in case.scenario.activities.items()]
    facts += [(("missions", name), i, i.flown and i.flown.launched) for name, i in case.scenario.missions.items()]
    for path, item, came in facts:
        slips = f"{path[0]}.{path[1]}.slip" in by_class
        said = item.said_on if item.said_on is not None else item.planned
        if came is None:
            if said is not None:
                key = "said_on" if item.said_on is not None else "planned"
                message = "this is for what has happened; a plan counts from calendar.as_of"
                hint = "remove it, and give the planned date as finish or not_before"
                yield case.problem((*path, key), Code.VALUE, message, hint)
            continue
        if (item.said_on is None or item.planned is None) and (slips or said is not None):
            message = "it teaches its programme nothing without both planned and said_on"
            yield case.problem((*path, "slip"), Code.MISSING_KEY, message, "add what is missing", "warning")
        elif said is not None and not slips:
            message = "it teaches nothing without a slip by class"
            hint = "add slip: {class: {agency: ..., kind: ...}, programme: ...}"
            yield case.problem((*path, "planned"), Code.MISSING_KEY, message, hint, "warning", key=True)
        elif said is not None and item.planned < said:
            message = f"the date was planned for a day before it was said, {format_date(said)}"
            yield case.problem((*path, "planned"), Code.DATE_ORDER, message, "swap the dates")
        elif said is not None and came < said:
            message = f"the plan was said after it had happened on {format_date(came)}"
            yield case.problem((*path, "said_on"), Code.DATE_ORDER, message, "take an earlier statement")


# --- groups -------------------------------------------------------------------------------------------------------


def check_correlations(case: Draft) -> Iterator[Problem]:
    """Every path of a group leads to a random value, and no two groups ask for what cannot be."""
    known = random_paths(case.layered.values) if case.scenario.correlations else []
    wrong = [
        problem
        for name, group in case.scenario.correlations.items()
        for index, wanted in enumerate(group.of)
        for problem in _wrong_path(case, ("correlations", name, "of", index), wanted, known)
    ]
    yield from wrong
    if not any(problem.severity == "error" for problem in wrong):
        sized = list(_wrong_sizes(case))
        yield from sized
        if not any(problem.severity == "error" for problem in sized):
            yield from _contradictions(case)


def _wrong_path(case: Draft, path: Path, wanted: str, known: list[str]) -> Iterator[Problem]:
    values = case.layered.values
    found = matches(values, wanted)
    joinable = [item for item in found if can_join(".".join(map(str, item)))]
    random = [item for item in joinable if is_random(value_at(values, item))]
    if not found:
        hint = did_you_mean(wanted, known) or suggest(wanted, known)
        yield case.problem(path, Code.NO_SUCH_NAME, f"nothing stands at {wanted[:120]}", hint)
    elif not joinable:
        hint = "for example activities.NAME.slip, activities.NAME.duration or risks.NAME.stretches"
        yield case.problem(path, Code.VALUE, f"{wanted[:120]} is nothing that is drawn", hint)
    elif not random:
        message = f"{wanted[:120]} is the same in every replication: it shares no luck"
        yield case.problem(path, Code.VALUE, message, "make it random, or take it out of the group", "warning")


def _wrong_sizes(case: Draft) -> Iterator[Problem]:
    members, _ = members_of(case.scenario, case.layered.values)
    sizes = Counter(name for member in members for name in member.groups)
    for name in case.scenario.correlations:
        if sizes[name] > MOST_MEMBERS:
            message = f"{sizes[name]} values are in this group"
            where: Path = ("correlations", name, "of")
            yield case.problem(where, Code.FILE_TOO_LARGE, message, f"at most {MOST_MEMBERS} can share luck")
        if sizes[name] < 2:
            message = "fewer than two random values are in this group"
            path: Path = ("correlations", name, "of")
            yield case.problem(path, Code.VALUE, message, "name another, or use * for any name", "warning")


def _contradictions(case: Draft) -> Iterator[Problem]:
    named, groups = members_of(case.scenario, case.layered.values)
    times = count_draws(case.scenario)
    members = [member for member in named for _ in range(times.get(member.name, 1))]
    try:
        entwine(members, groups)
    except (AmbiguousError, ImpossibleError) as error:
        path, message, hint = say_contradiction(error, members, case.scenario)
        yield case.problem(path, Code.VALUE, message, hint)


def count_draws(scenario: Scenario) -> Mapping[str, int]:
    """Return how many launches or flights draw a value each for itself, by the dotted path of what is said once."""
    count: Counter[str] = Counter()
    for name, mission in scenario.missions.items():
        flights = max(count_flights(scenario, mission), 1)
        count.update({f"missions.{name}.{key}": flights for key in _OF_FLIGHT})
        count[f"missions.{name}.every"] = flights - 1
        for launch in mission.launches.values():
            count.update({f"launchers.{launch.launcher}.{key}": flights for key in _OF_LAUNCH})
    for station in scenario.stations.values():
        filling = station.tank.filled_by if station.tank is not None else None
        if filling is not None and filling.launcher is not None:
            count.update({f"launchers.{filling.launcher}.{key}": 1 for key in _OF_LAUNCH})
    return count


def say_contradiction(
    error: AmbiguousError | ImpossibleError, members: Sequence[Member], scenario: Scenario
) -> tuple[Path, str, str]:
    """Return (path, message, hint) of coefficients that members cannot have."""
    if isinstance(error, AmbiguousError):
        pair = " and ".join(members[place].name for place in error.pair)
        message = f"{error.first} and {error.second} give {pair} different coefficients, and neither is the smaller"
        return ("correlations", error.second, "coefficient"), message, "take the pair out of one of them"
    shown = [members[place] for place in error.members]
    return _say_impossible(shown, Counter(name for member in members for name in member.groups), scenario)


def _say_impossible(shown: list[Member], sizes: Mapping[str, int], scenario: Scenario) -> tuple[Path, str, str]:
    """Say why values cannot be correlated as wished, at the group that asks for the most."""
    blocks = scenario.correlations
    names = list(dict.fromkeys(name for member in shown for name in sorted(member.groups)))
    name = max(names, key=lambda one: abs(blocks[one].coefficient), default=next(iter(blocks), ""))
    times = Counter(member.name for member in shown)
    told = [f"{one} ({count} times)" if count > 1 else one for one, count in times.items()]
    said = ", ".join(told[:_MOST_SAID]) + (", ..." if len(told) > _MOST_SAID else "")
    if len(names) == 1 and blocks[name].coefficient < 0.0:
        message = f"so many values cannot all go against each other so much (not positive definite): {said}"
        hint = f"for the {sizes[name]} values of the group the coefficient is above {-1.0 / (sizes[name] - 1):.3g}"
    else:
        message = f"these coefficients contradict each other (not positive definite): {said}"
        hint = "values that each go along with a third also go along with each other; make the coefficients smaller"
    return ("correlations", name, "coefficient") if name else (), message, hint


CHECKS = (check_class_laws, check_classes, check_laws_by_lead, check_programmes, check_evidence, check_correlations)
