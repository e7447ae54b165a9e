"""Bring the plan of another tool in: read it, write it in our language, check it, and compare its dates with ours."""

from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.interchange.agreement import Agreement
    from sim.interchange.bringing import Brought, Wishes
    from sim.interchange.health import HealthFinding
    from sim.problems import Problem
    from sim.scenario.load import Loaded


@dataclass(frozen=True, slots=True)
class Imported:
    """A plan that was brought in: where it was written, what became of it, and what a reviewer would ask."""

    target: Path
    brought: Brought
    problems: tuple[Problem, ...]
    """What `check` says of the scenario; with errors there are no dates to compare."""
    agreement: Agreement | None
    health: tuple[HealthFinding, ...]
    without_spread: bool
    finish: datetime.datetime | None = None

    @property
    def right(self) -> bool:
        """Whether `check` accepts the scenario."""
        return not any(problem.severity == "error" for problem in self.problems)


def import_plan(
    file: str | Path,
    target: str | Path,
    wishes: Wishes | None = None,
    risks: str | Path | None = None,
    *,
    force: bool = False,
) -> Imported:
    """Write the plan of another tool as the scenario `target`, and say what became of it.

    Raises InputError for a file that cannot be read, and for a target that is there already unless `force` is said.
    """
    from sim.interchange.bringing import Wishes, bring_in
    from sim.interchange.drafting import DraftSpread
    from sim.scenario.editor import SCHEMA_FILE
    from sim.units import file_name

    where = Path(target) if Path(target).suffix in (".yaml", ".yml") else Path(f"{target}.yaml")
    refuse_taken(where, force=force)
    wishes = wishes or Wishes()
    brought = bring_in(Path(file), str(file), file_name(where.stem), wishes)
    if risks is not None:
        _add_risks(brought, Path(risks))
    write_whole(where, brought.draft.text(SCHEMA_FILE.as_uri()).encode())
    problems, agreement, health, finish = _judge(where, brought)
    bare = brought.network is not None and wishes.spread == DraftSpread()
    bare = bare and not any(task.points_min for task in brought.network.tasks.values()) if brought.network else False
    return Imported(where, brought, problems, agreement, health, bare, finish)


def refuse_taken(target: Path, *, force: bool) -> None:
    """Raise ScenarioError where a file is there already, unless a plain one may be written over."""
    from sim.problems import Code, Mark, Problem, ScenarioError

    if (target.exists() or target.is_symlink()) and not (force and target.is_file()):
        said = Problem(Mark(str(target)), "", Code.FOLDER, "error", "is there already", "say another name, or --force")
        raise ScenarioError([said])


def write_whole(target: Path, data: bytes) -> None:
    """Write the whole file, or nothing; raises ScenarioError."""
    from sim.problems import Code, Mark, Problem, ScenarioError

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        said = Problem(
            Mark(str(target)), "", Code.FOLDER, "error", f"cannot be written: {reason}", "choose another name"
        )
        raise ScenarioError([said]) from None


def _add_risks(brought: Brought, path: Path) -> None:
    from sim.interchange.plan_draft import DraftBlock
    from sim.interchange.risk_register import read_register
    from sim.problems import InputError

    network, names = brought.network, brought.names
    if network is None:
        raise InputError(f"{path}: a register of risks stretches activities, and {brought.kind} has none")
    known: dict[str, str] = {}
    days: dict[str, float] = {}
    for task in network.tasks.values():
        name = names.tasks[task.key]
        for word in (task.name, name, names.codes.get(task.key, "")):
            known.setdefault(word, name)
        calendar = network.calendar_of(task)
        days[name] = task.duration_min / (calendar.day_min if calendar else 1440.0)
    known.pop("", None)
    register = read_register(path, str(path), known, days)
    brought.draft.blocks.append(DraftBlock("risks", f"imported from {path.name}", register.risks))
    for remark in register.remarks:
        network.notes.changed("days more are a factor here", remark)


def _judge(
    target: Path, brought: Brought
) -> tuple[tuple[Problem, ...], Agreement | None, tuple[HealthFinding, ...], datetime.datetime | None]:
    """Check the scenario, compute its plan, and hold its dates against those of the file."""
    from sim.interchange.agreement import compare
    from sim.interchange.health import findings
    from sim.problems import ScenarioError
    from sim.scenario.load import load_scenario

    network = brought.network
    try:
        loaded = load_scenario(target)
    except ScenarioError as error:
        return error.problems, None, tuple(findings(network, {})) if network else (), None
    if network is None:
        return loaded.warnings, None, (), None
    dates, floats = _dates_of(loaded, brought)
    finish = max((finish for _, finish in dates.values()), default=None)
    return loaded.warnings, compare(network, dates), tuple(findings(network, floats)), finish


def _dates_of(
    loaded: Loaded, brought: Brought
) -> tuple[dict[str, tuple[datetime.datetime, datetime.datetime]], Mapping[str, float | None]]:
    """Return our early dates and total floats by the key of each task in the file."""
    from sim.front.plan import make_plan, minute

    plan = make_plan(loaded)
    keys = {name: key for key, name in brought.names.tasks.items()}
    dates: dict[str, tuple[datetime.datetime, datetime.datetime]] = {}
    floats: dict[str, float | None] = {}
    for row in plan.floats:
        if row.kind != "activity" or row.name not in keys:
            continue
        start, end = minute(row.start_d, plan.calendar), minute(row.end_d, plan.calendar)
        floats[keys[row.name]] = row.late.total_d if row.late is not None else None
        if start is not None and end is not None:
            dates[keys[row.name]] = (datetime.datetime.fromisoformat(start), datetime.datetime.fromisoformat(end))
    return dates, floats
