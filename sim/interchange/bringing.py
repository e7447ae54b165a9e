"""From a file of another tool to a scenario of ours: its kind, what was wished for, and what the file does not say."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.interchange.drafting import Drafter, DraftSpread, GoalWish, Names, name_all
from sim.interchange.foreign import ForeignNetwork, Notes, refused
from sim.interchange.plan_draft import PlanDraft
from sim.interchange.weeks import CLOCK, WorkWeek
from sim.problems import Code, InputError
from sim.scenario.foreign_kinds import READ, ForeignKind, foreign_kind

WORDS: Final = tuple(dict.fromkeys(kind.word for kind in READ))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the one who imports says beside the file."""

    kind: str = ""
    goals: tuple[GoalWish, ...] = ()
    start: datetime.datetime | None = None
    as_of: datetime.datetime | None = None
    calendars: Mapping[str, WorkWeek] = field(default_factory=dict)
    spread: DraftSpread = field(default_factory=DraftSpread)
    encoding: str | None = None
    today: datetime.date | None = None
    """The start of a plan without any date, where no other is said."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file became: the scenario before it is written, with the plan it was made of where it is a schedule."""

    kind: str
    draft: PlanDraft
    notes: Notes
    counts: Mapping[str, int]
    network: ForeignNetwork | None = None
    names: Names = field(default_factory=Names)


def bring_in(path: Path, shown: str, name: str, wishes: Wishes) -> Brought:
    """Read a file of another tool and make a scenario of it that is called `name`.

    Raises ForeignError, with the place, for a file that is broken, too large or of no kind that is read.
    """
    kind = _kind_of(path, shown, wishes.kind)
    if kind == "spacenet":
        return _bring_spacenet(path, shown, name)
    network = read_network(path, shown, kind, wishes)
    if not network.tasks:
        raise refused(shown, 0, "there is no activity in it", "save the plan with its tasks")
    _settle(network, wishes)
    names = name_all(network)
    draft = Drafter(network, names, wishes.spread, wishes.goals).draft(name)
    counts = {
        "activities": len(network.tasks),
        "milestones": sum(task.milestone for task in network.tasks.values()),
        "links": network.links,
        "groups": len(network.groups),
        "calendars": len(names.calendars),
        "resources": len(network.resources),
        "started": sum(task.started and not task.done for task in network.tasks.values()),
        "done": sum(task.done for task in network.tasks.values()),
    }
    return Brought(network.kind, draft, network.notes, counts, network, names)


def read_network(path: Path, shown: str, kind: str, wishes: Wishes) -> ForeignNetwork:
    """Read a schedule of a kind that is known; raises ForeignError."""
    if kind == "mspdi":
        from sim.interchange.mspdi import read_mspdi

        return read_mspdi(path, shown)
    if kind == "pmxml":
        from sim.interchange.pmxml import read_pmxml

        return read_pmxml(path, shown)
    if kind == "xer":
        from sim.interchange.xer import read_xer

        return read_xer(path, shown, wishes.encoding)
    if kind in ("psplib", "patterson"):
        from sim.interchange.psplib import read_patterson, read_psplib

        return (read_psplib if kind == "psplib" else read_patterson)(path, shown)
    from sim.interchange.csv_plan import read_csv

    return read_csv(path, shown, dict(wishes.calendars), wishes.start)


def _kind_of(path: Path, shown: str, wanted: str) -> str:
    """Return the kind of a file by its content, or the one that is said; raises ForeignError."""
    if not path.is_file():
        message = "this is not a plain file" if path.exists() else "there is no such file"
        raise refused(shown, 0, message, "give the path of a plan", Code.FILE_MISSING)
    found = foreign_kind(path)
    if wanted:
        _compare_kinds(shown, wanted, found)
        return wanted
    if found is None:
        if path.suffix.lower() in (".csv", ".txt", ".tsv"):
            return "csv"
        hint = f"say --from {'|'.join(WORDS)} if it is one"
        raise refused(shown, 0, "this is no plan that is known", hint, Code.FOREIGN)
    if not found.word:
        raise refused(shown, 0, f"this is {found.what}, which cannot be read", found.way_out, Code.FOREIGN)
    return found.word


def _compare_kinds(shown: str, wanted: str, found: ForeignKind | None) -> None:
    """Refuse a kind that cannot be: XML or a table read as what it is not."""
    if found is not None and found.word != wanted and not (wanted == "csv" and found.word == "patterson"):
        raise refused(shown, 0, f"this is {found.what}, not {wanted}", "leave --from out", Code.FOREIGN)


def _bring_spacenet(path: Path, shown: str, name: str) -> Brought:
    from sim.interchange.spacenet_draft import SpaceNetDrafter
    from sim.scenario.foreign_kinds import SPACENET_JAVA

    if foreign_kind(path) is SPACENET_JAVA:
        from sim.interchange.spacenet_java import read_java

        plan, kind = read_java(path, shown), "SpaceNet scenario of the Java program"
    else:
        from sim.interchange.spacenet import read_spacenet

        plan, kind = read_spacenet(path, shown), "SpaceNet scenario"
    draft = SpaceNetDrafter(plan).draft(name)
    counts = {
        "missions": len(plan.flights),
        "places": len(plan.nodes),
        "legs": len(plan.edges),
        "elements": len(plan.elements),
        "events": sum(len(flight.events) for flight in plan.flights),
    }
    return Brought(kind, draft, plan.notes, counts)


# --- what a file does not say -----------------------------------------------------------------------------------------


def _settle(network: ForeignNetwork, wishes: Wishes) -> None:
    """Give a plan the start and the data date that it needs, and say where they come from."""
    notes = network.notes
    if wishes.start is not None:
        network.start = wishes.start
    if network.start is None:
        dates = [at for task in network.tasks.values() for at in (task.start, task.actual_start) if at]
        dates += [constraint.at for task in network.tasks.values() for constraint in task.constraints]
        if dates:
            network.start = datetime.datetime.combine(min(dates).date(), datetime.time())
            notes.changed(f"the file has no start: its earliest date, {network.start:%Y-%m-%d}; --start says another")
        else:
            today = wishes.today or datetime.date.today()
            network.start = datetime.datetime.combine(today, datetime.time())
            notes.changed(f"the file has no date at all: it starts today, {today}; --start says another day")
    if wishes.as_of is not None:
        network.data_date = wishes.as_of
    facts = [at for task in network.tasks.values() for at in (task.actual_start, task.actual_finish) if at]
    told = network.data_date is not None
    if facts and network.data_date is None:
        network.data_date = max(facts)
        notes.changed(
            f"the file has progress and no data date: that of its latest fact, {network.data_date:%Y-%m-%d}; "
            "--as-of says another"
        )
    elif facts and network.data_date and max(facts) > network.data_date:
        notes.changed(
            f"there are facts after the data date {network.data_date:%Y-%m-%d}; the latest fact, "
            f"{max(facts):%Y-%m-%d}, is taken for it"
        )
        network.data_date = max(facts)
    _stretch(network, told=wishes.as_of is not None or told)


def _stretch(network: ForeignNetwork, *, told: bool) -> None:
    """Count the time until running work goes on again into what remains, so that it ends as in the file.

    Where no data date is told, what is done of running work was done without a break from its start.
    """
    since = network.data_date
    for task in network.tasks.values():
        if since is None or task.remaining_min is None or task.actual_start is None:
            continue
        calendar = network.calendar_of(task) or CLOCK
        if task.resume is not None and task.resume > since and not calendar.same(since, task.resume):
            wait_min = calendar.between(since, task.resume)
            said = f"{task.place}: {task.resume:%Y-%m-%d %H:%M}, {wait_min / 60:g} h later"
            network.notes.changed("work that goes on after the data date waits within what remains of it", said)
            task.remaining_min += wait_min
        elif not told and task.resume is None:
            left_min = task.duration_min - calendar.between(task.actual_start, since)
            task.remaining_min = max(task.remaining_min, left_min)


# --- wishes -----------------------------------------------------------------------------------------------------------

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_goal(text: str) -> GoalWish:
    """Return the goal that `NAME=ID[,ID...][@DATE]` asks for; both parts may be left out, as in `NAME=2031-06-06`.

    Raises InputError.
    """
    from sim.units import UnitError, parse_name

    name, equals, rest = text.partition("=")
    try:
        parse_name(name)
    except UnitError as error:
        raise InputError(f"--goal: {error.message}; {error.hint}") from None
    date = _DATE.search(rest)
    by = None
    if date:
        try:
            by = datetime.date.fromisoformat(date[0])
        except ValueError:
            raise InputError(f"--goal: '{date[0]}' is no date") from None
        rest = re.sub(r"\s*(?:@|:|\bby\b)?\s*$", "", rest[: date.start()]) + rest[date.end() :]
    needs = tuple(word.strip() for word in rest.split(",") if word.strip())
    if not equals or not (needs or by):
        raise InputError(f"--goal: '{text[:60]}' names no activity; write NAME=A120 or NAME=A120@2031-06-06")
    return GoalWish(name, needs, by)


def read_spread(text: str) -> DraftSpread:
    """Return the spread that `80%..140%` asks for; raises InputError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*(?:\.\.|-|to)\s*(\d+(?:\.\d+)?)\s*%\s*", text)
    if not match or not 0.0 < float(match[1]) <= float(match[2]) or float(match[2]) > 10_000:
        raise InputError(f"--spread: '{text[:40]}' is no spread; write 80%..140%")
    return DraftSpread(float(match[1]) / 100.0, float(match[2]) / 100.0)


def read_slip(text: str) -> DraftSpread:
    """Return the slip that `AGENCY/KIND` asks for, by the shipped law of classes; raises InputError."""
    parts = [part for part in re.split(r"[/,+ ]", text) if part]
    if len(parts) != 2 or not all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", part) for part in parts):
        raise InputError(f"--slip: '{text[:40]}' is no class; write AGENCY/KIND, such as china/first")
    return DraftSpread(slip={"class": {"agency": parts[0], "kind": parts[1]}}, model="catalogue/slip-classes.yaml")


def read_calendars(text: str) -> dict[str, WorkWeek]:
    """Return the calendars of `--calendar`: a known name, a file with a block `calendars`, or another plan.

    Raises InputError.
    """
    from sim.interchange.weeks import known_week

    path = Path(text)
    if not path.is_file():
        week = known_week(text)
        if week.name != text:
            raise InputError(
                f"--calendar: '{text[:60]}' is neither a file nor a known calendar; write five-day, six-day, "
                "seven-day, round-the-clock, or the path of a file with calendars"
            )
        return {text: week}
    kind = foreign_kind(path)
    if kind is not None and kind.word and kind.word not in ("csv", "spacenet"):
        network = read_network(path, text, kind.word, Wishes())
        order: Sequence[str] = [network.calendar, *(key for key in network.calendars if key != network.calendar)]
        return {network.calendars[key].name: network.calendars[key] for key in order if key in network.calendars}
    from sim.interchange.told_weeks import told_weeks

    return told_weeks(path, text)
