"""`ilrs optimise`: what flies on which flight, and when, so that a goal is reached soonest, with least, or surest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, scenario_options, split_names
from sim.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.cli.optimum import JudgedPlan
    from sim.decide.optimise import Optimum
    from sim.decide.proof import Progress

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
    "-n", "replications", default=400, show_default=True, type=click.IntRange(0, 1_000_000),
    help="Replications of the plan before and after; 0 for none.",
)  # fmt: skip
@click.option(
    "--pool", default=0, show_default=True, type=click.IntRange(0, 100),
    help="Plans near the best that are run too, with the same luck; the surest is the answer.",
)  # fmt: skip
@click.option(
    "--within", default=90, show_default=True, type=click.IntRange(0), metavar="DAYS",
    help="How much later than the best a plan of the pool may reach the goal.",
)  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="File for the better plan.")
@click.option("--force", is_flag=True, help="Overwrite that file.")
@scenario_options
@as_json("the answer")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(file: str, sets: tuple[str, ...], variants: tuple[str, ...], **options: Any) -> None:
    """Find what should fly on which flight, and when; prove it, replay it, and run it under chance.

    FILE says what is free in a block `optimise`; without it the cargo and the dates of missions that have not flown
    and carry elements of the goal. The answer is a scenario that extends FILE and holds only what differs. Flights
    are proven best by CP-SAT of OR-tools (pip install 'ilrs[optimise]'), and replayed by the simulation.
    """
    from sim.cli.optimum import document, told
    from sim.decide.optimise import optimise
    from sim.decide.proof import Limits

    out: Path | None = options["out"]
    _require_free(out, force=options["force"])
    first = [options["minimise"]] if options["minimise"] else []
    then = list(options["then"])
    teller = _Teller(quiet=options["quiet"] or options["json_"])
    found = optimise(
        file,
        goal=options["goal"],
        minimise=[*(first or (["date"] if then else [])), *(one for one in then if one not in first)],
        at_most=_limits(options["at_most"]),
        variants=split_names(variants),
        sets=sets,
        limits=Limits(_seconds(options["time_"]), seed=options["seed"]),
        on_progress=teller.tell,
    )
    teller.end()
    judged = _judge(found, file, sets, split_names(variants), options, teller)
    if judged is not None and judged.chosen is not None:
        found = judged.chosen
    written = _write(found, file, out) if out is not None and found.plan is not None else None
    if options["json_"]:
        print_json(document(found, judged, written))
    else:
        click.echo("\n".join(told(found, judged, written)))
    if any(proof.interrupted for proof in found.proofs.values()):
        raise click.exceptions.Exit(130)


def _require_free(out: Path | None, *, force: bool) -> None:
    from sim.problems import Code, Mark, Problem, ScenarioError

    if out is not None and (out.exists() or out.is_symlink()) and not force:
        hint = "choose another name, or say --force"
        raise ScenarioError([Problem(Mark(str(out)), "", Code.FOLDER, "error", "is there already", hint)])


def _seconds(text: str) -> float:
    from sim.problems import WrongValueError
    from sim.units import read_quantity

    if text.replace(".", "", 1).isdigit():
        text = f"{text} s"
    try:
        seconds = read_quantity(text, "duration") * 86400.0
    except WrongValueError as error:
        raise click.BadParameter(f"{error.message}; {error.hint}", param_hint="--time") from None
    if not 0.0 < seconds <= 86400.0:
        raise click.BadParameter("between 0 s and 1 d is wanted", param_hint="--time")
    return seconds


def _limits(texts: Sequence[str]) -> dict[str, str | float]:
    limits: dict[str, str | float] = {}
    for text in (part for one in texts for part in one.replace(",", " ").split()):
        name, equals, value = text.partition("=")
        if not equals or name not in OBJECTIVES:
            raise click.BadParameter(f"{text[:40]!r} is not NAME=LIMIT with one of {', '.join(OBJECTIVES)}",
                                     param_hint="--at-most")  # fmt: skip
        limits[name] = value
    return limits


class _Teller:
    """Tells on one line of stderr where a solve stands."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._last = -1.0
        self._said = False

    def tell(self, progress: Progress) -> None:
        if self.quiet or progress.seconds - self._last < 0.5:
            return
        self._last = progress.seconds
        best = "-" if progress.best is None else f"{progress.best:,.0f}"
        bound = "-" if progress.bound is None else f"{progress.bound:,.0f}"
        self.say(f"{progress.seconds:5.1f} s  best {best}  bound {bound}")

    def say(self, text: str) -> None:
        if self.quiet:
            return
        self._said = True
        click.echo(f"\r{text:<70}", nl=False, err=True)

    def end(self) -> None:
        self._last = -1.0
        if self._said:
            click.echo(err=True)
            self._said = False


def _judge(
    found: Optimum, file: str, sets: tuple[str, ...], variants: tuple[str, ...], options: dict[str, Any],
    teller: _Teller,
) -> JudgedPlan | None:  # fmt: skip
    from sim.cli.optimum import JudgedPlan
    from sim.decide.judging import Trials, surest
    from sim.decide.optimise import near
    from sim.decide.proof import Limits

    n, seed = options["replications"], options["seed"]
    if found.campaign is None or not n or found.proof.interrupted:
        return None
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        teller.say(f"{done} replications")

    judged = JudgedPlan(Trials(found.facts.campaign, seed, []), Trials(found.campaign, seed, []))
    if options["pool"]:
        limits = Limits(_seconds(options["time_"]), seed=seed)
        others = near(found, file, variants, sets, options["pool"], options["within"], limits)
        judged.pool = [
            (found, judged.after),
            *((one, Trials(one.campaign, seed, [])) for one in others if one.campaign),
        ]
        goal = found.facts.question.goal
        best, judged.kept = surest([trials for _, trials in judged.pool], goal, n, count)
        judged.chosen, judged.after = judged.pool[best]
    judged.before.bring_to(n, count)
    judged.after.bring_to(n, count)
    teller.end()
    return judged


# --- the file ---------------------------------------------------------------------------------------------------------


def _write(found: Optimum, file: str, out: Path) -> str:
    import datetime

    from sim import __version__
    from sim.cli.options import typed
    from sim.decide.changes import file_text
    from sim.problems import Code, Mark, Problem, ScenarioError, printable
    from sim.scenario.load import load_scenario

    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    source = f"optimised by ilrs {__version__}, {today}"
    header = f"Written by `{printable(typed())}`, ilrs {__version__}, {today}: {found.proof.text}."
    text = file_text(found.facts, file, found.changes, out, header, source)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(
            [Problem(Mark(str(out)), "", Code.FOLDER, "error", f"cannot be written: {reason}", "choose another name")]
        ) from None
    load_scenario(out)
    return str(out)
