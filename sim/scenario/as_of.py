"""What was known on a day: the statements of then, without what had not happened yet.

One step between the merged layers and the schema, at the level of nodes:

- Of a value with days (`said`) the last one said by that day stands. Without `--as-of` that day is `calendar.as_of`.
- With `--as-of DAY`, facts after the day are taken out (`done`, `flown`, `joins`, `withdraws`, `barred`), the plan that
  stands beside them holds instead, and `calendar.as_of` becomes that day. A fact without a plan is an error.
- `not planned` takes a block out of the plan of then, and a partner who joined later was none.
- Of what has happened, the first statement is what its programme learns from (`planned`, `said_on`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sim.problems import Code, Mark, Problem, Severity, counted, plural
from sim.scenario.said import (
    APART,
    NOT_PLANNED,
    NOTES,
    SAID,
    Block,
    Day,
    children,
    date_in,
    evidence_of,
    has_days,
    is_said,
    items,
    unplanned_on,
    value_of,
)
from sim.scenario.schema import Scenario
from sim.scenario.schema_lookup import holds_blocks, keys_of, models_at
from sim.scenario.text import MOST_PROBLEMS, Node, Path, path_text
from sim.units import UnitError, format_date, parse_date

OPTION: Final = "--as-of"
_PLANS: Final = (("activities", "finish"), ("activities", "not_before"), ("missions", "not_before"), ("goals", "by"))
"""Where the dates of a plan stand."""
_WAYS_TO_FLY: Final = ("launches", "operations", "sequence")
_NAMED: Final = 3  # names in a message


@dataclass(frozen=True, slots=True)
class Known:
    """A scenario as it was known on a day."""

    root: Node
    problems: tuple[Problem, ...]
    left_out: Mapping[str, str]
    """Blocks that were not in the plan yet, by name, and why."""


def known_on(root: Node, asked: str | None) -> Known:
    """Return a merged scenario as it was known on a day, or today where none is asked for."""
    if not isinstance(root.value, dict) or (asked is None and not has_days(root)):
        return Known(root, (), {})
    return _Knowledge(root, asked).take()


def explain(problems: Iterable[Problem], left_out: Mapping[str, str]) -> list[Problem]:
    """Return problems with what is said of a name that is missing because it was not in the plan of then."""
    return [_explained(problem, left_out) for problem in problems] if left_out else list(problems)


def _explained(problem: Problem, left_out: Mapping[str, str]) -> Problem:
    if problem.code != Code.NO_SUCH_NAME:
        return problem
    name = next((name for name in left_out if f"'{name}'" in problem.message or f"'{name}." in problem.message), "")
    hint = f"{left_out.get(name)}; say what stood here then, with {SAID}: and its day"
    return replace(problem, hint=hint) if name else problem


_PROGRESS: Final = ("started", "remaining", "progress")
"""What is said of work that has started."""


class _NotPlannedError(Exception):
    """The block around this value was not in the plan."""


class _Knowledge:
    """Takes one scenario back to a day."""

    def __init__(self, root: Node, asked: str | None) -> None:
        self.top: Block = {**children(root)}
        self.root = root
        self.problems: list[Problem] = []
        self.left_out: dict[str, str] = {}
        self.gone: list[Path] = []
        self.notes: dict[Path, Node] = {}
        self.today = date_in(children(self.top.get("calendar")).get("as_of"))
        self.asked = self._day_asked(asked)
        self.day = self.asked or self.today

    def take(self) -> Known:
        """Return the scenario of that day."""
        for section in [key for key in self.top if key not in APART]:
            node = self.top[section]
            if isinstance(node.value, dict) and holds_blocks((section,)):
                node = self._chosen_blocks(node, section)
            try:
                self.top[section] = self._within(node, (section,))
            except _NotPlannedError:
                hint = f"`{NOT_PLANNED}` leaves out an activity, a mission, a goal or another block by name"
                self._complain(node.key, (section,), Code.VALUE, "something in here cannot be left out", hint)
        if self.asked is not None:
            self._tell_undated()
        self._forget_gone()
        root = Node(self.top, self.root.mark, self.root.key, self.root.layer)
        return Known(root, tuple(self.problems), self.left_out)

    # --- the day ----------------------------------------------------------------------------------------------------

    def _day_asked(self, asked: str | None) -> Day | None:
        """Return the day that is asked for, which becomes the scenario's day of knowledge."""
        if asked is None:
            return None
        mark = Mark(f"{OPTION} {asked[:40]}")
        try:
            day = parse_date(asked)
        except UnitError as error:
            self._complain(mark, (), error.code, error.message, error.hint)
            return None
        if self.today is not None and day > self.today:
            message = f"the scenario knows nothing after {format_date(self.today)}"
            hint = "take an earlier day, or bring the facts and calendar.as_of up to date"
            self._complain(mark, ("calendar", "as_of"), Code.DATE_ORDER, message, hint)
            return None
        calendar = self.top.get("calendar")
        if calendar is not None and isinstance(calendar.value, dict):
            said = Node(format_date(day), mark, mark, OPTION)
            self.top["calendar"] = self._with(calendar, {**calendar.value, "as_of": said})
        return day

    # --- statements -------------------------------------------------------------------------------------------------

    def _chosen_blocks(self, node: Node, section: str) -> Node:
        """Choose among statements that stand for whole blocks, and take facts of later out of each."""
        kept: Block = {}
        for name, child in items(node):
            path = (section, name)
            try:
                kept[name] = self._past(self._choose(child, path) if is_said(child.value, path) else child, path)
            except _NotPlannedError as error:
                self._leave_out(path, str(error))
        return self._with(node, kept)

    def _within(self, node: Node, path: Path) -> Node:
        """Return a node in which every value with days is the one of the day."""
        if not has_days(node):
            return node
        if is_said(node.value, path):
            return self._within(self._choose(node, path), path)
        if isinstance(node.value, list):
            return self._with(node, [self._within(item, (*path, i)) for i, item in enumerate(node.value)])
        return self._with(node, self._within_block(node, path)) if isinstance(node.value, dict) else node

    def _within_block(self, node: Node, path: Path) -> Block:
        kept: Block = {}
        named = holds_blocks(path)
        if SAID in children(node) and len(path) > 1 and holds_blocks(path[:-1]):
            key = next((key for _, key in _PLANS if key in children(node)), "finish")
            hint = f"write it in place of the value: {key}: {{{SAID}: {{DAY: VALUE}}}}"
            self._complain(children(node)[SAID].key, (*path, SAID), Code.UNKNOWN_KEY, "of which value?", hint)
            node = self._with(node, {key: child for key, child in items(node) if key != SAID})
        notes: Block = {}
        for key, child in items(node):
            inner = (*path, key)
            try:
                kept[key] = self._within(child, inner)
            except _NotPlannedError as error:
                if not named:
                    raise
                self._leave_out(inner, str(error))
                continue
            if inner in self.notes:
                notes[key] = self.notes.pop(inner)
        return self._with_notes(kept, notes, node, path)

    def _with_notes(self, block: Block, notes: Block, node: Node, path: Path) -> Block:
        """Return a block with the sources of the statements that hold, where the language has a place for them."""
        keys = {key for model in models_at(Scenario, path) for key in keys_of(model)}
        if notes and "sources" in keys:
            block["sources"] = self._with(block.get("sources", node), {**children(block.get("sources")), **notes})
        elif len(notes) == 1:
            block.update((key, note) for key, note in items(*notes.values()) if key == "source" and key in keys)
        return block

    def _choose(self, node: Node, path: Path) -> Node:
        """Return what was said last by the day; raises _NotPlannedError where that is that there is no such block."""
        statements = self._statements(node, path)
        if not statements:
            return Node("?", node.mark, node.key, node.layer)
        by_then = [one for one in statements if self.day is None or one[0] <= self.day]
        said_on, said = by_then[-1] if by_then else statements[0]
        if not by_then:
            self._tell_later(node, path, said_on)
        value = value_of(said)
        if value is not said:
            self.notes[path] = self._with(said, {key: child for key, child in items(said) if key in NOTES})
        if value.value == NOT_PLANNED:
            raise _NotPlannedError(f"it was not planned {'yet' if len(by_then) < len(statements) else 'any more'}")
        layer = value.layer or f"said on {format_date(said_on)}"
        return Node(value.value, value.mark, node.key, layer)

    def _statements(self, node: Node, path: Path) -> list[tuple[Day, Node]]:
        """Return the statements in order of their days; what cannot be read is complained of."""
        said = children(node)[SAID]
        found: list[tuple[Day, Node]] = []
        if not isinstance(said.value, dict) or not said.value:
            hint = f"for example {SAID}: {{2023-06-30: 2030-12-31}}"
            self._complain(said.mark, (*path, SAID), Code.WRONG_TYPE, "values by the days they were said on", hint)
            return []
        for text, value in said.value.items():
            try:
                day = parse_date(text)
            except UnitError as error:
                self._complain(value.key, (*path, SAID), error.code, error.message, error.hint)
                continue
            found.append((day, value))
        return sorted(found, key=lambda one: one[0])

    def _tell_later(self, node: Node, path: Path, said_on: Day) -> None:
        message = f"nothing was said before {format_date(said_on)}: what was said then is taken as known"
        hint = f"add what was said by {format_date(self.day or said_on)}, or `DAY: {NOT_PLANNED}`"
        self._complain(node.key, path, Code.NOT_KNOWN, message, hint, warning=True)

    # --- facts ------------------------------------------------------------------------------------------------------

    def _past(self, node: Node, path: Path) -> Node:
        """Return a block without facts of later, or with its plan taken as evidence of how it kept its date."""
        if not isinstance(node.value, dict):
            return node
        taker = {"activities": self._past_activity, "missions": self._past_mission, "partners": self._past_partner}
        return self._with(node, taker[str(path[0])](node.value, path)) if path[0] in taker else node

    def _past_activity(self, block: Block, path: Path) -> Block:
        started, done = date_in(block.get("started")), date_in(block.get("done"))
        if started is not None and self._is_later(started if done is None else done):
            block = {key: child for key, child in block.items() if key not in _PROGRESS}
        if done is None:
            return block
        if not self._is_later(done):
            return self._as_fact(block, "finish", ("finish", "duration"))
        if not any(key in block for key in ("finish", "duration", "planned")):
            hint = "say beside it what was planned: finish: {said: {DAY: DATE}}, or `DAY: not planned`"
            self._tell_no_plan(block["done"], (*path, "done"), f"it was not done on {self._then}", hint)
            return block | {"done": self._on_the_day(block["done"])}
        return self._as_plan(block, "finish", ("done",), path)

    def _past_mission(self, block: Block, path: Path) -> Block:
        flown = children(block.get("flown"))
        days = [day for key in ("launched", "arrived", "ended") if (day := date_in(flown.get(key))) is not None]
        if not days:
            return block
        if not self._is_later(max(days)):
            return self._as_fact(block, "not_before", ("not_before",))
        if not any(key in block for key in _WAYS_TO_FLY) and not unplanned_on(block.get("not_before"), self.day):
            hint = "say beside it how it was to fly: not_before: {said: {DAY: DATE}}, launches, route"
            self._tell_no_plan(block["flown"], (*path, "flown"), f"its flight was not over on {self._then}", hint)
            return block | {"flown": self._with(block["flown"], {"launched": self._on_the_day(block["flown"])})}
        return self._as_plan(block, "not_before", ("flown",), path)

    def _past_partner(self, block: Block, path: Path) -> Block:
        joined, left = date_in(block.get("joins")), date_in(block.get("withdraws"))
        barred = date_in(children(block.get("barred")).get("from"))
        kept = dict(block)
        if joined is not None and self._is_later(joined) and self._has_happened(joined):
            raise _NotPlannedError(f"it joined on {format_date(joined)}")
        for key, day in (("withdraws", left), ("barred", barred)):
            if day is not None and self._is_later(day) and self._has_happened(day):
                del kept[key]
        return kept

    def _is_later(self, day: Day) -> bool:
        return self.asked is not None and day > self.asked

    def _has_happened(self, day: Day) -> bool:
        return self.today is None or day <= self.today

    def _on_the_day(self, fact: Node) -> Node:
        """Return a date that complains of nothing else, where what is wrong has been said."""
        return Node(self._then, fact.mark, fact.key, fact.layer)

    @property
    def _then(self) -> str:
        return format_date(self.asked) if self.asked is not None else "today"

    def _tell_no_plan(self, fact: Node, path: Path, message: str, hint: str) -> None:
        self._complain(fact.key, path, Code.NOT_KNOWN, f"{message}, and no plan of then is given", hint)

    def _as_plan(self, block: Block, date: str, facts: tuple[str, ...], path: Path) -> Block:
        """Return a block that is still to be done, on the date planned then."""
        kept = {key: child for key, child in block.items() if key not in (*facts, "planned", "said_on")}
        planned, said_on = block.get("planned"), date_in(block.get("said_on"))
        if planned is not None and date not in kept and "duration" not in kept:
            kept[date] = planned
            if said_on is not None and self.day is not None and said_on > self.day:
                self._tell_later(planned, (*path, "planned"), said_on)
        return kept

    def _as_fact(self, block: Block, date: str, plan: tuple[str, ...]) -> Block:
        """Return a block that has happened, without the plan with days that stands beside it."""
        dated = [key for key in plan if key in block and is_said(block[key].value, ("activities", "", key))]
        if not dated:
            return block
        by_class = "class" in children(block.get("slip"))
        dropped = (*dated, *(() if by_class else ("slip",)))
        kept = {key: child for key, child in block.items() if key not in dropped}
        if by_class and date in dated and "planned" not in block:
            kept.update(evidence_of(block[date]))
        return kept

    # --- what goes with it ------------------------------------------------------------------------------------------

    def _leave_out(self, path: Path, why: str) -> None:
        self.gone.append(path)
        self.left_out.setdefault(str(path[-1]), f"'{path[-1]}' is left out: {why}")

    def _forget_gone(self) -> None:
        """Take what was not planned out of risks, sweeps and groups, which name things without needing them."""
        activities = {str(path[1]) for path in self.gone if path[0] == "activities"}
        for section in ("risks", "slips_hold"):
            if activities and section in self.top and isinstance(self.top[section].value, dict):
                kept = {name: self._without(risk, "stretches", activities) for name, risk in items(self.top[section])}
                self.top[section] = self._with(self.top[section], kept)
        prefixes = [f"{path_text(path)}." for path in self.gone]
        for section, key in (("sweep", "vary"), ("seek", "levers")):
            named = children(children(self.top.get(section)).get(key))
            stale = {path for path in named if f"{path}.".startswith(tuple(prefixes))} if prefixes else set()
            if stale:
                self.top[section] = self._without(self.top[section], key, stale)

    def _without(self, node: Node, key: str, names: set[str]) -> Node:
        inner = children(node).get(key)
        if inner is None or not isinstance(inner.value, dict):
            return node
        kept = {name: child for name, child in items(inner) if name not in names}
        return self._with(node, {**children(node), key: self._with(inner, kept)})

    def _tell_undated(self) -> None:
        """Say once how many dates of the plan do not say when they were said."""
        found = [name for name in _undated(self.top, self.root) if self.asked is not None]
        if found:
            named = ", ".join(found[:_NAMED]) + (" and others" if len(found) > _NAMED else "")
            message = f"{counted(len(found), 'planned date')} {plural(len(found), 'does', 'do')} not tell when said"
            hint = f"taken as known on {self._then} already; give {SAID}: to those that were not: {named}"
            self._complain(Mark(f"{OPTION} {self._then}"), (), Code.NOT_KNOWN, message, hint, warning=True)

    @staticmethod
    def _with(node: Node, value: Block | list[Node]) -> Node:
        return Node(value, node.mark, node.key, node.layer)

    def _complain(self, mark: Mark, path: Path, code: Code, message: str, hint: str, *, warning: bool = False) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            severity: Severity = "warning" if warning else "error"
            self.problems.append(Problem(mark, path_text(path), code, severity, message, hint))


def _is_estimate(block: Node) -> bool:
    """Whether the figures of a block are our own, so that nobody said them on any day."""
    source = children(block).get("source")
    return source is not None and str(source.value).startswith("estimate")


def _undated(top: Block, before: Node) -> Iterator[str]:
    """Yield the paths of planned dates that carry no day."""
    for section, key in _PLANS:
        for name, block in children(top.get(section)).items():
            stood = children(children(children(before).get(section)).get(name)).get(key)
            whole = children(children(before).get(section)).get(name)
            given = stood is not None and isinstance(stood.value, str)
            if (
                key in children(block)
                and given
                and not _is_estimate(children(top[section])[name])
                and not is_said(whole.value if whole else None, (section, name))
            ):
                yield f"{section}.{name}.{key}"
