"""`ilrs why`: why a goal comes when it comes, in the mean or in one replication told in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import NOMINAL, as_json, replication_option
from sim.cli.printing import aligned, print_json, say_cause
from sim.problems import counted, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.analysis.attribution import Attribution, CauseRow, SubjectRow
    from sim.analysis.story import Tale
    from sim.clock import Calendar
    from sim.front.why import Story, Why


_LISTED = 12
"""Subjects whose net days are listed one by one."""


@click.command("why")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--goal", help="Name of the goal [default: the first].")
@replication_option("Tell this replication in words, `nominal` the plan.", required=False)
@as_json("the table or the story")
def command(folder: Path, goal: str | None, replication: int | None, json_: bool) -> None:
    """Say why a goal comes when it comes.

    Without --replication: days by cause in the mean over all replications, against the plan, and the subjects that
    decide the date. With it: the chain of that replication in words.
    """
    from sim.front import open_run

    study = open_run(folder, rows=True)
    name = study.goal_called(goal)
    if replication is None:
        _explain_mean(study.why(name), json_=json_)
    else:
        _tell_one(study.story(None if replication == NOMINAL else replication, name), json_=json_)


# --- the mean ---------------------------------------------------------------------------------------------------------


def _explain_mean(why: Why, *, json_: bool) -> None:
    if json_:
        print_json(_mean_as_json(why))
    else:
        click.echo("\n".join(_mean_as_text(why)))


def _mean_as_text(why: Why) -> Iterator[str]:
    from sim.front.why import CAVEAT

    found, calendar = why.found, why.calendar
    runs = counted(found.replications, "replication")
    yield f"Why {found.goal} comes when it comes: mean of {runs} against the plan"
    yield ""
    head = ("cause", "plan d", "mean d", "slip d", "95 % interval")
    rows = [_cause_cells(row) for row in (*found.rows, found.total)]
    yield from aligned(head, rows, right=(1, 2, 3))
    yield ""
    planned = f"Plan {calendar.iso(found.plan_d)}{'' if found.planned else ' (not reached, the calendar ends)'}"
    yield f"{planned}, mean {calendar.iso(found.mean_d)}: {found.total.slip_d:+,.1f} d."
    if found.censored:
        yield (
            f"{found.censored} of {runs} {plural(found.censored, 'does', 'do')} not reach it; days count up to the "
            f"calendar's end, {calendar.iso(calendar.length_d)}."
        )
    yield from _delays_as_text(found)
    yield ""
    yield "What decides the date: on the chain in so many replications; significance (SSI) is that share times the"
    yield "spread of its own days over the spread of the date"
    columns = ("subject", "kind", "mean d", "critical", "95 % interval", "significance", "95 % interval")
    yield from aligned(columns, [_subject_cells(row) for row in found.subjects], right=(2, 3, 5))
    yield ""
    yield f"N = {found.replications}; {CAVEAT}"
    others = [name for name in why.goals if name != found.goal]
    if others:
        yield f"Other goals (--goal): {', '.join(others)}"


def _delays_as_text(found: Attribution) -> Iterator[str]:
    """Say what each subject adds, and why a row of the table above may be larger than the whole."""
    waiting = next((row for row in found.rows if row.cause == "plan"), None)
    if waiting is not None and waiting.slip_d < 0.0:
        yield (
            f"Late work fills time in which the plan waits, {-waiting.slip_d:,.0f} d of it here, so that a cause may "
            "take"
        )
        yield "more days than the whole slip, and more still when the plan has it earlier. Net of that, by subject:"
    else:
        yield "By subject, net of time in which the plan waits:"
    yield ""
    rows = []
    for one in found.delays[:_LISTED]:
        causes = ", ".join(
            f"{say_cause(part.cause, one.kind)} {part.net_d:,.0f} d" for part in one.causes[:3] if part.net_d >= 0.5
        )
        between = "-" if one.low_d is None or one.high_d is None else f"{one.low_d:,.0f} .. {one.high_d:,.0f}"
        rows.append((one.name, one.kind, f"{one.net_d:+,.0f}", between, causes))
    rest = found.delays[_LISTED:]
    if rest:
        rows.append((f"{len(rest)} more", "", f"{sum(one.net_d for one in rest):+,.0f}", "", ""))
    rows.append(("total", "", f"{found.total.slip_d:+,.0f}", "", ""))
    yield from aligned(("subject", "kind", "net d", "95 % interval", "of which"), rows, right=(2,))


def _cause_cells(row: CauseRow) -> tuple[str, ...]:
    between = "-" if row.low_d is None or row.high_d is None else f"{row.low_d:,.1f} .. {row.high_d:,.1f}"
    return say_cause(row.cause), f"{row.plan_d:,.1f}", f"{row.mean_d:,.1f}", f"{row.slip_d:+,.1f}", between


def _subject_cells(row: SubjectRow) -> tuple[str, ...]:
    share, value = row.found.criticality, row.found.significance
    between = "-" if row.low is None or row.high is None else f"{row.low:.2f} .. {row.high:.2f}"
    return (
        row.name,
        row.kind,
        "-" if row.mean_d is None else f"{row.mean_d:,.0f}",
        f"{share.value:.0%}".replace("%", " %"),
        f"{share.low:.0%} .. {share.high:.0%}".replace("%", " %"),
        "-" if value is None else f"{value:.2f}",
        between,
    )


def _mean_as_json(why: Why) -> Mapping[str, object]:
    from sim.front.why import CAVEAT

    found, calendar = why.found, why.calendar
    return {
        "goal": found.goal,
        "replications": found.replications,
        "not_reached": found.censored,
        "plan": calendar.iso(found.plan_d),
        "mean": calendar.iso(found.mean_d),
        "causes": [_cause_as_json(row) for row in found.rows],
        "total": _cause_as_json(found.total),
        "subjects": [_subject_as_json(row) for row in found.subjects],
        "delays": [
            {
                "subject": one.name,
                "kind": one.kind,
                "led_by": one.led_by or None,
                "net_d": one.net_d,
                "net_interval_d": None if one.low_d is None else [one.low_d, one.high_d],
                "causes": {part.cause: part.net_d for part in one.causes},
            }
            for one in found.delays
        ],
        "intervals": CAVEAT,
    }


def _cause_as_json(row: CauseRow) -> Mapping[str, object]:
    interval = None if row.low_d is None else [row.low_d, row.high_d]
    return {
        "cause": row.cause,
        "plan_d": row.plan_d,
        "mean_d": row.mean_d,
        "slip_d": row.slip_d,
        "slip_interval_d": interval,
    }


def _subject_as_json(row: SubjectRow) -> Mapping[str, object]:
    share, cruciality = row.found.criticality, row.found.rank_cruciality
    return {
        "subject": row.name,
        "kind": row.kind,
        "mean_d": row.mean_d,
        "criticality": share.value,
        "criticality_interval": [share.low, share.high],
        "significance": row.found.significance,
        "significance_interval": None if row.low is None else [row.low, row.high],
        "rank_cruciality": cruciality.value,
        "rank_cruciality_interval": None if cruciality.low is None else [cruciality.low, cruciality.high],
    }


# --- one replication --------------------------------------------------------------------------------------------------


def _tell_one(story: Story, *, json_: bool) -> None:
    if story.outdated:
        click.echo(f"warning: {story.outdated}", err=True)
    name = "nominal" if story.replication is None else str(story.replication)
    if json_:
        print_json(_tale_as_json(story.tale, story.calendar, name))
    else:
        click.echo("\n".join(_tale_as_text(story.tale, story.calendar, name)))


def _tale_as_text(tale: Tale, calendar: Calendar, name: str) -> Iterator[str]:
    yield _opening(tale, calendar, name)
    yield ""
    rows = [
        (
            calendar.iso(one.since_d),
            calendar.iso(one.until_d),
            f"{one.days:,.1f}",
            "-" if one.plan_d is None else f"{one.plan_d:,.1f}",
            f"{one.text} [{say_cause(one.cause)}]",
        )
        for one in tale.stretches
    ]
    if tale.short_count:
        rows.append(("", "", f"{tale.short_d:,.1f}", "", _short(tale.short_count)))
    yield from aligned(("from", "to", "days", "plan d", "what happened"), rows, right=(2, 3))
    yield ""
    yield from _closing(tale, calendar)


def _short(count: int) -> str:
    return "one stretch of less than a day" if count == 1 else f"{count} stretches of less than a day"


def _opening(tale: Tale, calendar: Calendar, name: str) -> str:
    which = "the plan" if name == "nominal" else f"replication {name}"
    planned = "the plan never reaches it" if tale.plan_d is None else f"planned for {calendar.iso(tale.plan_d)}"
    if tale.reached_d is None:
        return f"{tale.goal} in {which}: not reached by the calendar's end, {calendar.iso(tale.total_d)}; {planned}"
    wanted = f"wanted by {calendar.iso(tale.by_d)}"
    if name == "nominal":
        return f"{tale.goal} in {which}: {calendar.iso(tale.reached_d)}; {wanted}"
    late = "" if tale.plan_d is None else f", {tale.reached_d - tale.plan_d:+,.0f} d"
    return f"{tale.goal} in {which}: {calendar.iso(tale.reached_d)}; {planned}{late}; {wanted}"


def _closing(tale: Tale, calendar: Calendar) -> Iterator[str]:
    rows = [
        (say_cause(one.cause), f"{one.days:,.1f}", f"{one.plan_d:,.1f}", f"{one.days - one.plan_d:+,.1f}")
        for one in tale.causes
    ]
    slip_d = tale.total_d - tale.plan_total_d
    rows.append(("total", f"{tale.total_d:,.1f}", f"{tale.plan_total_d:,.1f}", f"{slip_d:+,.1f}"))
    yield from aligned(("cause", "days", "plan d", "slip d"), rows, right=(1, 2, 3))
    yield ""
    terms = " + ".join(f"{say_cause(one.cause)} {one.days:,.1f}" for one in tale.causes if one.days)
    end = "" if tale.reached_d is not None else ", the calendar's end"
    yield f"{calendar.iso(0.0)} + {terms} = {tale.total_d:,.1f} d = {calendar.iso(tale.total_d)}{end}"


def _tale_as_json(tale: Tale, calendar: Calendar, name: str) -> Mapping[str, object]:
    def iso(day: float | None) -> str | None:
        return None if day is None else calendar.iso(day)

    return {
        "goal": tale.goal,
        "replication": None if name == "nominal" else int(name),
        "by": iso(tale.by_d),
        "reached": iso(tale.reached_d),
        "plan": iso(tale.plan_d),
        "chain": [
            {
                "from": iso(one.since_d),
                "to": iso(one.until_d),
                "days": one.days,
                "plan_d": one.plan_d,
                "subject": one.subject,
                "part": one.part,
                "cause": one.cause,
                "text": one.text,
            }
            for one in tale.stretches
        ],
        "short": {"stretches": tale.short_count, "days": tale.short_d},
        "causes": [{"cause": one.cause, "days": one.days, "plan_d": one.plan_d} for one in tale.causes],
        "total": {"days": tale.total_d, "plan_d": tale.plan_total_d},
    }
