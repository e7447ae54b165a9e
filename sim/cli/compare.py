"""`ilrs compare`: scenarios, runs and variants side by side, paired replication by replication."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, as_of_option, engine_of, engine_options
from sim.problems import counted

if TYPE_CHECKING:
    from sim.cli.progress import Reporter
    from sim.study.engines import Engine
    from sim.study.store import Study

_MOST = 26
_INPUTS_SHOWN = 20


@click.command("compare")
@click.argument("things", nargs=-1, required=True, metavar="A B ...")
@click.option("--goal", help="Only this goal; where the names differ, one for each: first-crew=artemis-landing.")
@click.option("-n", "--replications", type=click.IntRange(1, 5_000_000), default=500, show_default=True)
@click.option("--seed", default=2035, show_default=True, type=click.IntRange(0, 2**63 - 1))
@as_of_option
@engine_options
@click.option("--report", "report", is_flag=True, help="Also draw a page for each run and one that compares them.")
@as_json("the comparison")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(things: tuple[str, ...], goal: str | None, report: bool, json_: bool, quiet: bool, **options: Any) -> None:
    """Compare what scenarios promise: chance, P50 and P80 with paired intervals, slip by cause, what differs.

    A, B and more are run folders, scenarios, or variants: FILE@VARIANT, FILE@ONE+OTHER, or @VARIANT of the first.
    Scenarios are run first (or read, where the run is there), all with the same luck. Differences are B less A.
    """
    import json

    from sim.cli.progress import reporter
    from sim.study.contrast import compare_sides, sides_of

    if not 2 <= len(things) <= _MOST:
        raise click.UsageError(f"two to {_MOST} things can be compared, not {len(things)}")
    with reporter(quiet=quiet or json_) as progress, engine_of(options) as engine:
        studies = [_study(name, options, engine, progress) for name in _named(things)]
        progress.say("comparing")
        sides = sides_of(things, studies)
        said = compare_sides(sides, goal)
        if report:
            progress.say("drawing the pages")
            said["report"] = _draw([study.folder for study in studies])
    click.echo(json.dumps(said, indent=1, ensure_ascii=False) if json_ else "\n".join(_told(said)))


def _draw(folders: list[Path]) -> str:
    """Draw the pages of several runs; give the path of the one that compares them."""
    from sim.cli.report import draw_runs
    from sim.study.files import require_no_link

    different = list(dict.fromkeys(folders))
    beside = different[0].resolve().parent / "comparison"
    require_no_link(beside)
    drawn = draw_runs(different, {folder: folder for folder in different}, beside, None, single_file=True)
    return str(drawn[0].get("comparison", drawn[0]["report"]))


def _named(things: tuple[str, ...]) -> list[str]:
    """Give `@variant` the file of the first thing."""
    first = things[0].partition("@")[0]
    return [f"{first}{thing}" if thing.startswith("@") else thing for thing in things]


def _study(name: str, options: dict[str, Any], engine: Engine, progress: Reporter) -> Study:
    from sim.campaign.compile import compile_campaign
    from sim.scenario.load import load_scenario
    from sim.study.runner import run_study
    from sim.study.store import MARKER, read_study

    if (Path(name) / MARKER).is_file():
        return read_study(Path(name))
    file, _, variants = name.partition("@") if not Path(name).exists() else (name, "", "")
    progress.say(f"compiling {name}")
    chosen = tuple(part for part in variants.split("+") if part)
    campaign = compile_campaign(load_scenario(file, chosen, as_of=options["as_of"]))
    folder = _folder(campaign.scenario, variants, campaign.identity, options["seed"])
    return run_study(
        campaign,
        replications=options["replications"],
        seed=options["seed"],
        folder=folder,
        engine=engine,
        on_progress=progress.update,
    )


def _folder(scenario: str, variants: str, identity: str, seed: int) -> Path:
    from sim.study.runner import study_key

    label = f"{scenario}@{variants}" if variants else scenario
    return Path("runs") / f"{label}-{study_key(identity, seed)[:8]}-s{seed}"


def _told(said: dict[str, Any]) -> list[str]:
    lines = [
        f"{label}: {one['name']} ({one['scenario']}, {counted(one['replications'], 'replication')}, {one['folder']})"
        for label, one in said["studies"].items()
    ]
    for title, goal in said["goals"].items():
        lines += ["", title, *_goal(goal, list(said["studies"]))]
    lines += ["", *_inputs(said["input"], list(said["studies"]))]
    if "report" in said:
        lines += ["", f"Dashboard: {said['report']}"]
    return [*lines, "", "Replications are paired by the same luck; intervals are 95 %, sampling error only."]


def _goal(goal: dict[str, Any], labels: list[str]) -> list[str]:
    lines = []
    for label in labels:
        one = goal[label]
        low, high = one["interval"]
        dates = f"P50 {one['p50'] or 'not reached'}, P80 {one['p80'] or 'not reached'}"
        figures = _over_figures(one.get("over_figures"))
        lines.append(f"  {label}: by {one['by']} {one['probability']:.1%} ({low:.1%} to {high:.1%}{figures}), {dates}")
    differences = goal.get("differences") or {"B": goal}
    for label, one in differences.items():
        lines += [f"  {label} less A: {', '.join(_differences(one))}"]
    causes = dict.fromkeys(cause for label in labels for cause in goal[label]["slip_by_cause_d"])
    lines.append("  mean days against each one's own plan, by cause:")
    for cause in causes:
        days = (f"{label} {goal[label]['slip_by_cause_d'].get(cause, 0.0):+.0f} d" for label in labels)
        lines.append(f"    {cause:12} {', '.join(days)}")
    return lines


def _over_figures(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    low, high = found["probability"]
    return f"; {found['level']:.0%} range over the figures {low:.1%} to {high:.1%}"


def _differences(one: dict[str, Any]) -> list[str]:
    low, high = one["probability_interval"]
    parts = [f"chance {100 * one['probability_difference']:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"]
    for key, name in (("p50", "P50"), ("p80", "P80")):
        value, bounds = one[f"{key}_difference_d"], one[f"{key}_interval_d"]
        parts.append(f"{name} {_days(value)} ({_days(bounds[0])} to {_days(bounds[1])})")
    if one["difference_d"] is not None:
        low, high = one["interval_d"]
        correlated = "" if one["correlation"] is None else f", correlation {one['correlation']:.2f}"
        parts.append(
            f"mean {_days(one['difference_d'])} ({_days(low)} to {_days(high)}) over the {one['pairs']} of "
            f"{counted(one['replications'], 'pair')} in which both reach it{correlated}"
        )
    return parts


def _days(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.0f} d"


def _inputs(items: list[dict[str, Any]], labels: list[str]) -> list[str]:
    lines = [f"values of the input that differ: {len(items)}"]
    for item in items[:_INPUTS_SHOWN]:
        values = (f"{label} {'-' if item[label] is None else item[label]}" for label in labels)
        lines.append(f"  {item['path']}: {'; '.join(values)}")
    if len(items) > _INPUTS_SHOWN:
        lines.append(f"  and {len(items) - _INPUTS_SHOWN} more; --json lists them all")
    return lines
