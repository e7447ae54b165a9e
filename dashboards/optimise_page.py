"""The page of an optimisation: the plan before and after, what it trades, and where it breaks when things slip."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.before_after import draw_dates, draw_flights, draw_loads
from dashboards.figures.trade import draw_breaks, draw_causes_of, draw_trade
from dashboards.report import write_page
from dashboards.translation import _, plural, term
from sim.decide.judging import JudgedPool, difference
from sim.decide.optimum import Optimum, said_of


def report_optimum(
    best: Optimum, judged: JudgedPool | None, target: Path, *, command: str = "", single_file: bool = True
) -> Path:
    """Write the page of an optimisation into `target` and return its path; raises OSError when it cannot be written.

    `best` is the best plan when nothing slips; the page shows those beside it that were run.
    """
    return write_page(lambda: compose_optimum(best, judged, command), target, single_file=single_file)


def compose_optimum(best: Optimum, judged: JudgedPool | None, command: str = "") -> Page:
    """Return the page of an optimisation."""
    found = judged.chosen.optimum if judged is not None else best
    sections = [
        Section("plan", _("What changes?"), _("Plan"), (draw_flights(found), draw_loads(found), _moves_card(found))),
        Section(
            "goals", _("What does it do to every goal?"), _("Goals"), (_goals_card(found, judged), *_dates(judged))
        ),
    ]
    if judged is not None:
        trade = (draw_trade(judged), _pool_card(judged)) if len(judged.pool) > 1 else ()
        sections.append(
            Section(
                "slip", _("What when things slip?"), _("Slip"), (*trade, draw_breaks(judged), draw_causes_of(judged))
            )
        )
    sections.append(Section("proof", _("How sure is it that nothing is better?"), _("Proof"), (_proof_card(best),)))
    question, facts = found.facts.question, found.facts
    title = next(goal for name, goal in facts.loaded.scenario.goals.items() if name == question.goal).title
    return Page(
        title=_("Optimised {scenario}").format(scenario=facts.campaign.scenario) + " · ilrs",
        headline=_headline(found, formats.shorten(term("title", title) if title else question.goal, 70)),
        verdict=_verdict(best, judged),
        about=" ".join([*(f"{text[0].upper()}{text[1:]}." for text in question.assumed), *_left_out(best)]),
        tiles=_tiles(found, judged),
        sections=tuple(sections),
        footer=(
            _(
                "The solver plans without slips; the simulation replays its plan, and its dates are those shown. "
                "Intervals cover sampling error only (95 %, two-sided); those of differences hold at all looks."
            ),
            command,
        ),
    )


def _dates(judged: JudgedPool | None) -> tuple[Card, ...]:
    return () if judged is None else (draw_dates(judged),)


def _left_out(found: Optimum) -> list[str]:
    return [
        _("Not counted by the solver, but by the simulation: {text}.").format(text=text)
        for text in found.facts.left_out
    ]


def _headline(found: Optimum, title: str) -> str:
    before, after = (_month(found, day) for day in found.reached_d(found.facts.question.goal))
    return _("{title}: {before} in the plan as it is, {after} in this one").format(
        title=title, before=before, after=after
    )


def _month(found: Optimum, day: float | None) -> str:
    return formats.month(found.facts.calendar, None if day is None or day == float("inf") else day)


def _verdict(best: Optimum, judged: JudgedPool | None) -> str:
    name = next(iter(best.proofs))
    value = best.proof.objective
    least = (
        ""
        if value is None
        else _("Least {objective} {value}: {state}.").format(
            objective=term("objective", said_of(name)),
            value=best.facts.text(name, value),
            state=term("state", best.state(name)),
        )
    )
    if judged is None:
        return least
    goal = best.facts.question.goal
    gain = difference(judged.after, judged.before, goal)
    said = [least] if least else []
    said.append(
        _("The chance by the goal's date goes from {before} to {after} ({low} to {high} points).").format(
            before=formats.percent(judged.before.chance(goal).chance.value),
            after=formats.percent(judged.after.chance(goal).chance.value),
            low=formats.signed(100 * gain.low),
            high=formats.signed(100 * gain.high),
        )
    )
    if len(judged.pool) > 1 and judged.chosen is not judged.pool[0]:
        said.append(_("It is not the plan that is best when nothing slips: that one is surely less sure."))
    return " ".join(said)


def _tiles(found: Optimum, judged: JudgedPool | None) -> tuple[Tile, ...]:
    goal = found.facts.question.goal
    before, after = found.reached_d(goal)
    was, now = found.spent(found.facts.present), found.spent()
    masses = [formats.tonnes(one["imleo"] or 0.0) for one in (was, now)]
    tiles = [
        Tile(
            _("Goal in the plan"),
            _month(found, after),
            _("{month} before").format(month=_month(found, before)),
            theme.BLUE,
        ),
        Tile(
            _("Launches"),
            f"{now['launches']:g}",
            _("{launches} before, free flights").format(launches=formats.brief(was["launches"] or 0.0)),
            theme.SKY,
        ),
        Tile(_("To low orbit"), masses[1], _("{masses} before").format(masses=masses[0]), theme.GREEN),
    ]
    if judged is not None:
        one, two = judged.before.chance(goal), judged.after.chance(goal)
        value = formats.percent(two.chance.value)
        tiles.append(
            Tile(
                _("Chance by the date"),
                value,
                _("{share} before").format(share=formats.percent(one.chance.value)),
                theme.ORANGE,
            )
        )
        tiles.append(
            Tile("P70", _month(found, two.p70), _("{month} before").format(month=_month(found, one.p70)), theme.PURPLE)
        )
    return tuple(tiles)


def _moves_card(found: Optimum) -> Card:
    rows = tuple(found.moves())
    title = (
        plural("{count} mission of {all} changes", "{count} missions of {all} change", len(rows)).format(
            count=len(rows), all=len(found.facts.question.missions)
        )
        if rows
        else _("Nothing moves")
    )
    return Card(
        id="moves",
        title=title,
        reading=(
            _("How to read: what is new for each mission, with what it was before.")
            if rows
            else _("How to read: the plan as it is cannot be bettered within what is free.")
        ),
        shown=Table((_("mission"), _("what is new")), rows, unbroken=frozenset({0})),
    )


def _goals_card(found: Optimum, judged: JudgedPool | None) -> Card:
    rows = tuple(_goal_row(found, judged, goal.name) for goal in found.facts.campaign.goals)
    worse = sum(
        judged is not None and difference(judged.after, judged.before, goal.name).high < 0.0
        for goal in found.facts.campaign.goals
    )
    heads: tuple[str, ...] = (_("goal"), _("wanted by"), _("plan before"), _("plan after"))
    if judged is not None:
        heads = (*heads, _("chance before"), _("chance after"), _("difference"), _("P70 before"), _("P70 after"))
    return Card(
        id="goals-before-after",
        title=plural("{count} goal surely worse", "{count} goals surely worse", worse).format(count=worse)
        if worse
        else _("No goal is surely worse than before"),
        reading=(
            _(
                "How to read: the plan as it is against this one, for every goal of the scenario: a gain for one that "
                "costs another would show here. Chances are by each goal's own date, with the same luck in both plans."
            )
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
    value, low, high = (formats.signed(100 * end, 1) for end in (gain.value, gain.low, gain.high))
    said = f"{value} ({formats.between(low, high)})"
    chances = (f"{formats.percent(one.chance.value)}" for one in (was, now))
    return (*row, *chances, said, _month(found, was.p70), _month(found, now.p70))


def _pool_card(judged: JudgedPool) -> Card:
    goal = judged.chosen.optimum.facts.question.goal
    places = [_places(one.optimum) for one in judged.pool]
    rows = []
    for number, one in enumerate(judged.pool, start=1):
        found, chance, spent = one.optimum, one.trials.chance(goal), one.optimum.spent()
        elsewhere = sum(places[0].get(load) != mission for load, mission in places[number - 1].items())
        ends = formats.between(formats.percent(chance.chance.low), formats.percent(chance.chance.high))
        rows.append(
            (
                str(number),
                _month(found, found.reached_d(goal)[1]),
                f"{spent['launches']:g}",
                formats.tonnes(spent["imleo"] or 0.0),
                f"{formats.percent(chance.chance.value)} ({ends})",
                _month(found, chance.p70),
                formats.number(chance.chance.n),
                f"{elsewhere}",
                term("plan", one.sure),
            )
        )
    left = sum(one.sure != "surely worse" for one in judged.pool)
    told = tuple((str(number), mission, text) for number, one in enumerate(judged.pool, start=1)
                 for mission, text in one.optimum.moves())  # fmt: skip
    return Card(
        id="pool",
        title=_("None is surer than the answer by over {regret} points; {left} of {count} are left").format(
            regret=formats.number(100 * judged.regret), left=left, count=len(rows)
        ),
        reading=(
            _(
                "How to read: plan 1 is best when nothing slips, and the answer unless it is surely worse than "
                "another. Plans that are surely worse than the best so far got no more replications; the chance that "
                "the truly surest was dropped is at most 5 %. The data below say what each plan changes."
            )
        ),
        shown=Table(
            (
                _("plan"),
                _("date"),
                _("launches"),
                _("to low orbit"),
                _("chance by the date"),
                "P70",
                _("runs"),
                _("loads not as in 1"),
                "",
            ),
            tuple(rows),
            frozenset({0, 2, 6, 7}),
            frozenset(range(9)),
            frozenset(number for number, one in enumerate(judged.pool) if one.sure == "surely worse"),
            stacked=True,
        ),
        table=Table((_("plan"), _("mission"), _("what is new")), told, frozenset({0}), frozenset({1})),
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
    agrees = (
        _("Plan and optimiser agree to the day")
        if not best.differs
        else _("Plan and optimiser do not agree to the day")
    )
    return Card(
        id="proofs",
        title=agrees,
        reading=(
            _(
                "How to read: nothing that is free gives less than the bound. The plan was replayed by the simulation, "
                "stage by stage and tank by tank."
            )
            + " "
            + " ".join(f"{text}." for text in best.differs)
        ),
        shown=Table(
            (_("least"), _("found"), _("bound"), _("state"), _("solver")),
            rows,
            unbroken=frozenset({1, 2, 4}),
            stacked=True,
        ),
    )
