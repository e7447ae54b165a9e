"""`ilrs optimise`: what flies on which flight, and when, so that a goal is reached soonest, with least, or surest."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, language_option, model_options, reporting, split_names, typed
from sim.cli.printing import aligned, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.decide.judging import JudgedPool
    from sim.decide.optimum import Optimum
    from sim.front.best_order import BestOrder
    from sim.front.optimisation import Optimisation

OBJECTIVES = ("date", "launches", "imleo", "cost")


@click.command("optimise")
@click.argument("file", metavar="FILE")
@click.option("--goal", metavar="G", help="The goal [default: the file's optimise block, or its first goal].")
@click.option("--minimise", "--minimize", type=click.Choice(OBJECTIVES), help="What is to be least [default: date].")
@click.option("--then", "then", multiple=True, type=click.Choice(OBJECTIVES), help="What breaks ties; may be repeated.")
@click.option("--at-most", "at_most", multiple=True, metavar="launches=5", help="An upper limit; may be repeated.")
@click.option("--time", "time_", default="60s", show_default=True, metavar="60s", help="For the solver.")
@click.option("--seed", default=2035, show_default=True, type=click.IntRange(0, 2**31 - 1))
@click.option(
    "-n", "replications", default=400, show_default=True, type=click.IntRange(0, 100_000),
    help="Replications of the plan before and after; 0 for none.",
)  # fmt: skip
@click.option(
    "--pool", default=0, show_default=True, type=click.IntRange(0, 100),
    help="Other plans that are run too, with the same luck; one that is surely surer is the answer.",
)  # fmt: skip
@click.option(
    "--within", default=90, show_default=True, type=click.IntRange(0), metavar="DAYS",
    help="How much later than the best a plan of the pool may reach the goal.",
)  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="File for the better plan.")
@click.option("--force", is_flag=True, help="Overwrite that file.")
@model_options
@language_option
@as_json("the answer", quiet=True)
def command(file: str, sets: tuple[str, ...], variants: tuple[str, ...], **options: Any) -> None:
    """Find what should fly on which flight, and when; prove it, replay it, run it under chance, and draw a page.

    FILE says what is free in a block `optimise`; without it the cargo and the dates of missions that have not flown
    and carry elements of the goal. The answer is a scenario that extends FILE and holds only what differs. Flights
    are proven best by CP-SAT of OR-tools (pip install 'ilrs[optimise]'), and replayed by the simulation. Where no
    flight is free, but activities share resources, it finds their best order and writes it as priorities.
    """
    from sim.decide.changes import require_place
    from sim.front import load
    from sim.front.best_order import BestOrder

    out: Path | None = options["out"]
    if out is not None:
        require_place(file, out, force=options["force"])
    first = [options["minimise"]] if options["minimise"] else ["date"] if options["then"] else []
    with reporting(options) as progress:
        found = load(file, split_names(variants), sets, as_of=options["as_of"]).optimise(
            options["goal"],
            minimise=[*first, *(one for one in options["then"] if one not in first)],
            at_most=_limits(options["at_most"]),
            time=options["time_"],
            seed=options["seed"],
            replications=options["replications"],
            pool=options["pool"],
            within=options["within"],
            progress=progress,
            command=typed(),
        )
        if isinstance(found, BestOrder):
            _tell_order(found, out, json_=options["json_"])
            return
        written = found.write(out, force=True) if out is not None and found.found.plan is not None else None
        page = found.report() if found.found.plan is not None else None
    if options["json_"]:
        paths = {"written": str(written) if written else None, "page": str(page) if page else None}
        print_json({**found.document, **paths})
    else:
        click.echo("\n".join([*_told(found), *_places(found, written, page)]))
    if found.best.interrupted:
        raise click.exceptions.Exit(130)


def _tell_order(found: BestOrder, out: Path | None, *, json_: bool) -> None:
    """Write and tell the best order of work, where no flight is free."""
    written = found.write(out, force=True, command=typed()) if out is not None else None
    page = found.report(command=typed())
    if json_:
        print_json({**found.document, "written": str(written) if written else None, "page": str(page)})
        return
    places = [*([f"Written to {written}."] if written else []), f"Page: {page}"]
    click.echo("\n\n".join("\n".join(lines) for lines in (*found.told(), places)))


def _limits(texts: Sequence[str]) -> dict[str, str]:
    limits: dict[str, str] = {}
    for text in (part for one in texts for part in one.replace(",", " ").split()):
        name, equals, value = text.partition("=")
        if not equals or name not in OBJECTIVES:
            raise click.BadParameter(f"{text[:40]!r} is not NAME=LIMIT with one of {', '.join(OBJECTIVES)}",
                                     param_hint="--at-most")  # fmt: skip
        limits[name] = value
    return limits


# --- words ------------------------------------------------------------------------------------------------------------


def _told(answer: Optimisation) -> Iterator[str]:
    found, judged = answer.found, answer.judged
    facts, question = found.facts, found.facts.question
    for text in question.assumed:
        yield f"Assumed: {text}."
    if facts.follow:
        shown = ", ".join(facts.follow[:4]) + (f" and {len(facts.follow) - 4} more" if len(facts.follow) > 4 else "")
        yield f"What follows from the goal takes its day from it: {shown}."
    yield from (f"Not counted by the solver, but by the simulation: {text}." for text in facts.left_out)
    yield ""
    yield from _proofs(answer.best)
    if found.plan is None:
        yield from _nothing(found)
        return
    yield ""
    yield from _spent(found)
    yield ""
    yield from aligned(_goal_head(judged), list(_goal_rows(found, judged)))
    yield ""
    if not found.changes:
        yield "Nothing moves: the plan as it is cannot be bettered."
    yield from (f"  {mission}: {text}" for mission, text in found.moves())
    yield ""
    if found.differs:
        yield "Plan and optimiser do not agree to the day:"
        yield from (f"  {text}" for text in found.differs)
    else:
        yield "Plan and optimiser agree to the day."
    if judged is not None and len(judged.pool) > 1:
        yield ""
        yield from _pool(judged, question.goal)
    if judged is not None:
        yield "Chances are of what is simulated; intervals hold 95 % of sampling error only, differences at all looks."


def _places(answer: Optimisation, written: Path | None, page: Path | None) -> Iterator[str]:
    if written is not None:
        start = answer.found.facts.start
        rest = [*(f"--variant {shlex.quote(one)}" for one in start.variants)]
        rest += [f"-S {shlex.quote(one)}" for one in start.sets]
        yield f"Written: {written}; `{' '.join(['ilrs run', str(written), *rest])}` runs it."
    if page is not None:
        yield f"Dashboard: {page}"


def _proofs(found: Optimum) -> Iterator[str]:
    from sim.decide.optimum import said_of

    for name, proof in found.proofs.items():
        if proof.objective is None:
            yield f"{said_of(name)}: {proof.text}."
            continue
        bound = "-" if proof.bound is None else found.facts.text(name, proof.bound)
        value = found.facts.text(name, proof.objective)
        yield f"Least {said_of(name)} {value}: {found.state(name)} (bound {bound}, {proof.seconds:.1f} s)."
    if found.interrupted:
        yield "Interrupted: this is the best so far."


def _nothing(found: Optimum) -> Iterator[str]:
    if found.conflict:
        yield f"It cannot be: {' and '.join(found.conflict)}."
        for repair in found.repairs:
            yield f"  would do: {repair}"
    elif found.proof.status == "infeasible":
        yield "Even without the limits and wishes nothing flies: see `ilrs plan` for what each mission waits for."


def _spent(found: Optimum) -> Iterator[str]:
    before, after = found.spent(found.facts.present), found.spent()
    for name, unit in (("launches", ""), ("imleo", " kg"), ("cost", "")):
        was, now = before[name], after[name]
        if was is not None and now is not None:
            yield f"{name} of the free flights: {was:,.0f}{unit} before, {now:,.0f}{unit} after"


def _goal_head(judged: JudgedPool | None) -> tuple[str, ...]:
    head = ("goal", "wanted by", "plan before", "plan after")
    return head if judged is None else (*head, "chance before", "chance after", "difference", "P70 before", "P70 after")


def _goal_rows(found: Optimum, judged: JudgedPool | None) -> Iterator[tuple[str, ...]]:
    from sim.decide.judging import difference

    facts = found.facts
    for goal in facts.campaign.goals:
        before, after = (_date(found, day) for day in found.reached_d(goal.name))
        row: tuple[str, ...] = (goal.name, facts.calendar.iso(goal.by_d), before, after)
        if judged is not None:
            was, now = judged.before.chance(goal.name), judged.after.chance(goal.name)
            gain = difference(judged.after, judged.before, goal.name)
            row = (
                *row,
                f"{was.chance.value:.0%} ({was.chance.low:.0%}-{was.chance.high:.0%})",
                f"{now.chance.value:.0%} ({now.chance.low:.0%}-{now.chance.high:.0%})",
                f"{gain.value:+.1%} ({gain.low:+.1%}..{gain.high:+.1%})" + (" worse" if gain.high < 0.0 else ""),
                _date(found, was.p70),
                _date(found, now.p70),
            )
        yield row


def _date(found: Optimum, day: float | None) -> str:
    from sim.decide.optimum import iso_or_none

    return iso_or_none(found.facts, day) or "not reached"


def _pool(judged: JudgedPool, goal: str) -> Iterator[str]:
    rows = []
    for number, one in enumerate(judged.pool, start=1):
        chance = one.trials.chance(goal)
        rows.append(
            (
                str(number),
                _date(one.optimum, one.optimum.reached_d(goal)[1]),
                f"{one.optimum.spent()['launches']:g}",
                f"{chance.chance.value:.1%} ({chance.chance.low:.1%}-{chance.chance.high:.1%})",
                _date(one.optimum, chance.p70),
                str(chance.chance.n),
                one.sure,
            )
        )
    yield "Plans near the best, with the same luck; 1 is best when nothing slips"
    yield from aligned(("plan", "date", "launches", "chance by the date", "P70", "replications", ""), rows)
    yield f"None of them is surer than the answer by more than {100.0 * judged.regret:.1f} points (95 %, at all looks)."
    plans = {"answer": judged.chosen, "plan that is best when nothing slips": judged.pool[0]}
    for word, one in list(plans.items())[: 1 if judged.chosen is judged.pool[0] else 2]:
        breaks = one.trials.breaks(goal)[:5]
        said = ", ".join(f"{name} {share:.0%}" for name, share in breaks)
        if said:
            yield f"Where it misses its date, the {word} hangs on: {said}"
