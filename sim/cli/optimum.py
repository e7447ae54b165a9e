"""The answer of `ilrs optimise` in words and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli.printing import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.clock import Calendar
    from sim.decide.judging import Trials
    from sim.decide.optimise import Optimum


class JudgedPlan:
    """The plan before and after under chance, and the pool."""

    def __init__(self, before: Trials, after: Trials) -> None:
        self.before, self.after = before, after
        self.pool: list[tuple[Optimum, Trials]] = []
        self.kept: tuple[int, ...] = ()
        self.chosen: Optimum | None = None


# --- words ------------------------------------------------------------------------------------------------------------


def told(found: Optimum, judged: JudgedPlan | None, written: str | None) -> Iterator[str]:
    """Yield the lines of an answer."""
    facts, question = found.facts, found.facts.question
    for text in question.assumed:
        yield f"Assumed: {text}."
    if facts.follow:
        shown = ", ".join(facts.follow[:4]) + (f" and {len(facts.follow) - 4} more" if len(facts.follow) > 4 else "")
        yield f"What follows from the goal takes its day from it: {shown}."
    yield ""
    yield from _proofs(found)
    if found.plan is None:
        yield from _nothing(found)
        return
    yield ""
    yield from aligned(_goal_head(judged), list(_goal_rows(found, judged)))
    yield ""
    yield from _moves(found)
    yield ""
    if found.differs:
        yield "Plan and optimiser do not agree to the day:"
        yield from (f"  {text}" for text in found.differs)
    else:
        yield "Plan and optimiser agree to the day."
    if judged is not None and judged.pool:
        yield ""
        yield from _pool(judged, question.goal)
    if judged is not None:
        yield "Chances are of what is simulated; intervals hold 95 % of sampling error only, differences at all looks."
    if written is not None:
        yield f"Written: {written}; `ilrs run {written}` runs it."


def _proofs(found: Optimum) -> Iterator[str]:
    for name, proof in found.proofs.items():
        if proof.objective is None:
            yield f"{_word(name)}: {proof.text}."
            continue
        bound = "-" if proof.bound is None else _value(found, name, proof.bound)
        yield (
            f"Least {_word(name)} {_value(found, name, proof.objective)}: {proof.text} (bound {bound}, "
            f"{proof.seconds:.1f} s)."
        )


def _word(name: str) -> str:
    return {"mass": "imleo", "moves": "moves"}.get(name, name)


def _value(found: Optimum, name: str, value: float) -> str:
    from sim.decide.facts import COST_UNITS

    if name == "date":
        return found.facts.iso(value)
    if name == "cost":
        return f"{value / COST_UNITS:g}"
    return f"{value:,.0f} kg" if name == "mass" else f"{value:g}"


def _nothing(found: Optimum) -> Iterator[str]:
    if found.conflict:
        yield f"It cannot be: {' and '.join(found.conflict)}."
        for repair in found.repairs:
            yield f"  would do: {repair}"
    elif found.proof.status == "infeasible":
        yield "Even without the limits and wishes nothing flies: see `ilrs plan` for what each mission waits for."


def _goal_head(judged: JudgedPlan | None) -> tuple[str, ...]:
    head = ("goal", "wanted by", "plan before", "plan after")
    return head if judged is None else (*head, "chance before", "chance after", "difference", "P70 before", "P70 after")


def _goal_rows(found: Optimum, judged: JudgedPlan | None) -> Iterator[tuple[str, ...]]:
    from sim.decide.judging import difference

    calendar = found.facts.calendar
    for goal in found.facts.campaign.goals:
        before, after = (_date(calendar, day) for day in found.reached_d(goal.name))
        row: tuple[str, ...] = (goal.name, calendar.iso(goal.by_d), before, after)
        if judged is not None:
            was, now = judged.before.chance(goal.name), judged.after.chance(goal.name)
            gain = difference(judged.after, judged.before, goal.name)
            row = (
                *row,
                f"{was.chance.value:.0%} ({was.chance.lo:.0%}-{was.chance.hi:.0%})",
                f"{now.chance.value:.0%} ({now.chance.lo:.0%}-{now.chance.hi:.0%})",
                f"{gain.value:+.1%} ({gain.lo:+.1%}..{gain.hi:+.1%})" + (" worse" if gain.hi < 0.0 else ""),
                _date(calendar, was.quantiles[1].value),
                _date(calendar, now.quantiles[1].value),
            )
        yield row


def _date(calendar: Calendar, day: float | None) -> str:
    return _or_none(calendar, day) or "not reached"


def _moves(found: Optimum) -> Iterator[str]:
    if not found.changes:
        yield "Nothing moves: the plan as it is cannot be bettered."
    for change in found.changes:
        if change.values is None:
            yield f"  {change.mission} does not fly: {change.reasons.get('', '')}"
            continue
        said = []
        for key, reason in change.reasons.items():
            value = change.values.get(key)
            said.append(f"leaves {value} ({reason})" if key == "not_before" else reason)
        yield f"  {change.mission}: {'; '.join(said)}"


def _pool(judged: JudgedPlan, goal: str) -> Iterator[str]:
    rows = []
    for number, (one, trials) in enumerate(judged.pool):
        chance = trials.chance(goal)
        calendar = one.facts.calendar
        word = "surest" if one is judged.chosen else ("not surely worse" if number in judged.kept else "surely worse")
        rows.append(
            (
                str(number + 1),
                _date(calendar, one.reached_d(goal)[1]),
                str(len(one.plan.flights) if one.plan else 0),
                f"{chance.chance.value:.1%} ({chance.chance.lo:.1%}-{chance.chance.hi:.1%})",
                _date(calendar, chance.quantiles[1].value),
                str(chance.chance.n),
                word,
            )
        )
    yield "Plans near the best, with the same luck; 1 is best when nothing slips"
    yield from aligned(("plan", "date", "launches", "chance by the date", "P70", "replications", ""), rows)


# --- JSON -------------------------------------------------------------------------------------------------------------


def document(found: Optimum, judged: JudgedPlan | None, written: str | None) -> dict[str, object]:
    """Return the answer as a document."""
    import importlib.metadata

    facts = found.facts
    calendar = facts.calendar
    return {
        "goal": facts.question.goal,
        "minimise": list(facts.question.minimise),
        "assumed": list(facts.question.assumed),
        "free": list(facts.question.missions),
        "follow": list(facts.follow),
        "status": found.proof.status,
        "objective": _shown(found, 0),
        "bound": _shown(found, 1),
        "gap": found.proof.gap,
        "seconds": round(found.proof.seconds, 3),
        "proofs": {_word(name): proof.as_json() for name, proof in found.proofs.items()},
        "agrees": found.plan is not None and not found.differs,
        "differs": list(found.differs),
        "rounds": found.rounds,
        "flights": [
            {
                "mission": facts.slots[one.vehicle].mission,
                "stack": facts.slots[one.vehicle].stack or None,
                "not_before": facts.iso(one.leaves),
                "cargo": list(one.carries),
            }
            for one in (found.plan.flights if found.plan else ())
        ],
        "changes": {
            one.mission: None if one.values is None else {**one.values, "why": dict(one.reasons)}
            for one in found.changes
        },
        "goals": {goal.name: _goal_json(found, judged, goal.name) for goal in facts.campaign.goals},
        "pool": [
            {
                "date": _or_none(calendar, one.reached_d(facts.question.goal)[1]),
                "launches": len(one.plan.flights) if one.plan else 0,
                "chance": trials.chance(facts.question.goal).chance.value,
                "replications": len(trials.reached_d),
                "kept": number in judged.kept,
                "chosen": one is judged.chosen,
            }
            for number, (one, trials) in enumerate(judged.pool)
        ]
        if judged is not None
        else [],
        "conflict": list(found.conflict),
        "repairs": list(found.repairs),
        "written": written,
        "solver": f"ortools {importlib.metadata.version('ortools')}",
    }


def _shown(found: Optimum, which: int) -> object:
    name, proof = next(iter(found.proofs.items()))
    value = (proof.objective, proof.bound)[which]
    if value is None:
        return None
    from sim.decide.facts import COST_UNITS

    return found.facts.iso(value) if name == "date" else value / (COST_UNITS if name == "cost" else 1)


def _or_none(calendar: Calendar, day: float | None) -> str | None:
    from math import isfinite

    return calendar.iso(day) if day is not None and isfinite(day) else None


def _goal_json(found: Optimum, judged: JudgedPlan | None, goal: str) -> dict[str, object]:
    from sim.decide.judging import LEVELS, difference

    calendar = found.facts.calendar
    before, after = found.reached_d(goal)
    said: dict[str, object] = {"before": _or_none(calendar, before), "after": _or_none(calendar, after)}
    if judged is None:
        return said
    for word, trials in (("before", judged.before), ("after", judged.after)):
        chance = trials.chance(goal)
        said[f"chance_{word}"] = {
            "value": chance.chance.value,
            "interval": [chance.chance.lo, chance.chance.hi],
            "replications": chance.chance.n,
            **{
                f"P{round(100 * level)}": _or_none(calendar, one.value)
                for level, one in zip(LEVELS, chance.quantiles, strict=True)
            },
        }
    gain = difference(judged.after, judged.before, goal)
    said["difference"] = {"value": gain.value, "interval": [gain.lo, gain.hi]}
    return said
