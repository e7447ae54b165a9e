"""The page of an optimisation: the plan before and after, what it trades, and where it breaks when things slip."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.before_after import draw_dates, draw_flights, draw_loads
from dashboards.figures.trade import draw_breaks, draw_causes_of, draw_trade
from dashboards.report import write_page
from sim.decide.judging import JudgedPool, difference
from sim.decide.optimum import Optimum, said_of
from sim.problems import counted


def report_optimum(
    best: Optimum, judged: JudgedPool | None, target: Path, *, command: str = "", single_file: bool = True
) -> Path:
    """Write the page of an optimisation into `target` and return its path; raises OSError when it cannot be written.

    `best` is the best plan when nothing slips; the page shows those beside it that were run.
    """
    return write_page(compose_optimum(best, judged, command), target, single_file=single_file)


def compose_optimum(best: Optimum, judged: JudgedPool | None, command: str = "") -> Page:
    """Return the page of an optimisation."""
    found = judged.chosen.optimum if judged is not None else best
    sections = [
        Section("plan", "What changes?", "Plan", (draw_flights(found), draw_loads(found), _moves_card(found))),
        Section("goals", "What does it do to every goal?", "Goals", (_goals_card(found, judged), *_dates(judged))),
    ]
    if judged is not None:
        trade = (draw_trade(judged), _pool_card(judged)) if len(judged.pool) > 1 else ()
        sections.append(
            Section("slip", "What when things slip?", "Slip", (*trade, draw_breaks(judged), draw_causes_of(judged)))
        )
    sections.append(Section("proof", "How sure is it that nothing is better?", "Proof", (_proof_card(best),)))
    question, facts = found.facts.question, found.facts
    title = next(goal for name, goal in facts.loaded.scenario.goals.items() if name == question.goal).title
    return Page(
        title=f"Optimised {facts.campaign.scenario} · ilrs",
        headline=_headline(found, formats.shorten(title or question.goal, 70)),
        verdict=_verdict(best, judged),
        about=" ".join([*(f"{text[0].upper()}{text[1:]}." for text in question.assumed), *_left_out(best)]),
        tiles=_tiles(found, judged),
        sections=tuple(sections),
        footer=(
            "The solver plans without slips; the simulation replays its plan, and its dates are those shown. Intervals "
            "cover sampling error only (95 %, two-sided); those of differences hold at all looks.",
            command,
        ),
    )


def _dates(judged: JudgedPool | None) -> tuple[Card, ...]:
    return () if judged is None else (draw_dates(judged),)


def _left_out(found: Optimum) -> list[str]:
    return [f"Not counted by the solver, but by the simulation: {text}." for text in found.facts.left_out]


def _headline(found: Optimum, title: str) -> str:
    before, after = (_month(found, day) for day in found.reached_d(found.facts.question.goal))
    return f"{title}: {before} in the plan as it is, {after} in this one"


def _month(found: Optimum, day: float | None) -> str:
    return formats.month(found.facts.calendar, None if day is None or day == float("inf") else day)


def _verdict(best: Optimum, judged: JudgedPool | None) -> str:
    name = next(iter(best.proofs))
    value = best.proof.objective
    least = "" if value is None else f"Least {said_of(name)} {best.facts.text(name, value)}: {best.state(name)}. "
    if judged is None:
        return least.strip()
    goal = best.facts.question.goal
    gain = difference(judged.after, judged.before, goal)
    said = (
        f"The chance by the goal's date goes from {formats.percent(judged.before.chance(goal).chance.value)} to "
        f"{formats.percent(judged.after.chance(goal).chance.value)} "
        f"({100 * gain.low:+.0f} to {100 * gain.high:+.0f} points)."
    )
    if len(judged.pool) > 1 and judged.chosen is not judged.pool[0]:
        said += " It is not the plan that is best when nothing slips: that one is surely less sure."
    return least + said


def _tiles(found: Optimum, judged: JudgedPool | None) -> tuple[Tile, ...]:
    goal = found.facts.question.goal
    before, after = found.reached_d(goal)
    was, now = found.spent(found.facts.present), found.spent()
    masses = [formats.tonnes(one["imleo"] or 0.0) for one in (was, now)]
    tiles = [
        Tile("Goal in the plan", _month(found, after), f"{_month(found, before)} before", theme.BLUE),
        Tile("Launches", f"{now['launches']:g}", f"{was['launches']:g} before, free flights", theme.SKY),
        Tile("To low orbit", masses[1], f"{masses[0]} before", theme.GREEN),
    ]
    if judged is not None:
        one, two = judged.before.chance(goal), judged.after.chance(goal)
        value = formats.percent(two.chance.value)
        tiles.append(Tile("Chance by the date", value, f"{formats.percent(one.chance.value)} before", theme.ORANGE))
        tiles.append(Tile("P70", _month(found, two.p70), f"{_month(found, one.p70)} before", theme.PURPLE))
    return tuple(tiles)


def _moves_card(found: Optimum) -> Card:
    rows = tuple(found.moves())
    title = (
        f"{counted(len(rows), 'mission')} of {len(found.facts.question.missions)} change" if rows else "Nothing moves"
    )
    return Card(
        id="moves",
        title=title,
        reading=(
            "How to read: what is new for each mission, with what it was before."
            if rows
            else "How to read: the plan as it is cannot be bettered within what is free."
        ),
        shown=Table(("mission", "what is new"), rows, unbroken=frozenset({0})),
    )


def _goals_card(found: Optimum, judged: JudgedPool | None) -> Card:
    rows = tuple(_goal_row(found, judged, goal.name) for goal in found.facts.campaign.goals)
    worse = sum(
        judged is not None and difference(judged.after, judged.before, goal.name).high < 0.0
        for goal in found.facts.campaign.goals
    )
    heads: tuple[str, ...] = ("goal", "wanted by", "plan before", "plan after")
    if judged is not None:
        heads = (*heads, "chance before", "chance after", "difference", "P70 before", "P70 after")
    return Card(
        id="goals-before-after",
        title=f"{counted(worse, 'goal')} surely worse" if worse else "No goal is surely worse than before",
        reading=(
            "How to read: the plan as it is against this one, for every goal of the scenario: a gain for one that "
            "costs another would show here. Chances are by each goal's own date, with the same luck in both plans."
        ),
        shown=Table(heads, rows, unbroken=frozenset(range(1, len(heads))), stacked=True),
    )


def _goal_row(found: Optimum, judged: JudgedPool | None, goal: str) -> tuple[str, ...]:
    facts = found.facts
    by_d = next(one.by_d for one in facts.campaign.goals if one.name == goal)
    row = (goal, facts.calendar.iso(by_d), *(_month(found, day) for day in found.reached_d(goal)))
    if judged is None:
        return row
    was, now = judged.before.chance(goal), judged.after.chance(goal)
    gain = difference(judged.after, judged.before, goal)
    said = f"{100 * gain.value:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
    chances = (f"{formats.percent(one.chance.value)}" for one in (was, now))
    return (*row, *chances, said, _month(found, was.p70), _month(found, now.p70))


def _pool_card(judged: JudgedPool) -> Card:
    goal = judged.chosen.optimum.facts.question.goal
    places = [_places(one.optimum) for one in judged.pool]
    rows = []
    for number, one in enumerate(judged.pool, start=1):
        found, chance, spent = one.optimum, one.trials.chance(goal), one.optimum.spent()
        elsewhere = sum(places[0].get(load) != mission for load, mission in places[number - 1].items())
        ends = f"{formats.percent(chance.chance.low)} to {formats.percent(chance.chance.high)}"
        rows.append(
            (
                str(number),
                _month(found, found.reached_d(goal)[1]),
                f"{spent['launches']:g}",
                formats.tonnes(spent["imleo"] or 0.0),
                f"{formats.percent(chance.chance.value)} ({ends})",
                _month(found, chance.p70),
                f"{chance.chance.n:,}",
                f"{elsewhere}",
                one.sure,
            )
        )
    left = sum(one.sure != "surely worse" for one in judged.pool)
    told = tuple((str(number), mission, text) for number, one in enumerate(judged.pool, start=1)
                 for mission, text in one.optimum.moves())  # fmt: skip
    return Card(
        id="pool",
        title=f"None is surer than the answer by over {100 * judged.regret:.0f} points; {left} of {len(rows)} are left",
        reading=(
            "How to read: plan 1 is best when nothing slips, and the answer unless it is surely worse than another. "
            "Plans that are surely worse than the best so far got no more replications; the chance that the truly "
            "surest was dropped is at most 5 %. The data below say what each plan changes."
        ),
        shown=Table(
            ("plan", "date", "launches", "to low orbit", "chance by the date", "P70", "runs", "loads not as in 1", ""),
            tuple(rows),
            frozenset({0, 2, 6, 7}),
            frozenset(range(9)),
            frozenset(number for number, one in enumerate(judged.pool) if one.sure == "surely worse"),
            stacked=True,
        ),
        table=Table(("plan", "mission", "what is new"), told, frozenset({0}), frozenset({1})),
    )


def _places(found: Optimum) -> dict[str, str]:
    """Return the mission on which each load flies."""
    flights = found.plan.flights if found.plan is not None else ()
    return {load: found.facts.slots[one.vehicle].mission for one in flights for load in one.carries}


def _proof_card(best: Optimum) -> Card:
    rows = tuple(
        (
            said_of(name),
            "" if proof.objective is None else best.facts.text(name, proof.objective),
            "" if proof.bound is None else best.facts.text(name, proof.bound),
            best.state(name),
            f"{proof.seconds:.1f} s",
        )
        for name, proof in best.proofs.items()
    )
    agrees = "Plan and optimiser agree to the day" if not best.differs else "Plan and optimiser do not agree to the day"
    return Card(
        id="proofs",
        title=agrees,
        reading=(
            "How to read: nothing that is free gives less than the bound. The plan was replayed by the simulation, "
            "stage by stage and tank by tank. " + " ".join(f"{text}." for text in best.differs)
        ),
        shown=Table(("least", "found", "bound", "state", "solver"), rows, unbroken=frozenset({1, 2, 4}), stacked=True),
    )
