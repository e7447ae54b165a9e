"""Give a plan or a run away: as MS Project XML, a table, a workbook or a calendar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.front.plan import Plan
    from sim.front.study import Study
    from sim.interchange.outgoing import OutPlan, OutSource

    Floats = NDArray[np.float64]

KINDS = ("mspdi", "csv", "xlsx", "ics")


def export(kind: str, source: str | Path, target: str | Path, *, force: bool = False) -> OutPlan:
    """Write a scenario's plan, or a run with its quantiles, into a file for another tool; return what was written.

    Raises InputError for a source that cannot be read, and for a target that is there already unless `force` is said.
    """
    from sim.front.arguments import ArgumentError
    from sim.front.importing import refuse_taken, write_whole
    from sim.interchange.outgoing import outgoing

    if kind not in KINDS:
        raise ArgumentError("kind", f"no kind is called {kind!r}: {', '.join(KINDS)}")
    where = Path(target)
    refuse_taken(where, force=force)
    plan = outgoing(_source(source))
    write_whole(where, _bytes(kind, plan))
    return plan


def _bytes(kind: str, plan: OutPlan) -> bytes:
    if kind == "mspdi":
        from sim.interchange.mspdi_out import mspdi_bytes

        return mspdi_bytes(plan)
    from sim.interchange.tables_out import csv_bytes, ics_bytes, xlsx_bytes

    return {"csv": csv_bytes, "xlsx": xlsx_bytes, "ics": ics_bytes}[kind](plan)


def _source(source: str | Path) -> OutSource:
    """Return what a scenario, or the folder of a run, tells."""
    from sim.front.plan import make_plan
    from sim.interchange.outgoing import OutSource
    from sim.scenario.load import load_scenario

    folder = Path(source)
    study = _study(folder) if folder.is_dir() else None
    loaded = load_scenario(folder / "scenario.resolved.yaml" if study is not None else source)
    plan = make_plan(loaded)
    days = {goal.name: float(plan.nominal.reached_d[goal.reached]) for goal in plan.campaign.goals}
    run = f"scenario {loaded.scenario.name}: the plan, if nothing slips and nothing fails"
    reached = {}
    if study is not None:
        run = f"run of {study.name}: {study.replications} replications, seed {study.seed}"
        reached = _reached(plan, study)
    if loaded.scenario.calendar.as_of is not None:
        run += f", as known on {loaded.scenario.calendar.as_of:%Y-%m-%d}"
    return OutSource(loaded.scenario, plan.calendar, plan.floats, days, run, reached)


def _study(folder: Path) -> Study:
    from sim.front.opening import open_run

    return open_run(folder, rows=True)


def _reached(plan: Plan, study: Study) -> dict[str, Floats]:
    """Return the days on which each thing ended in each replication, by name."""
    campaign, days = plan.campaign, study.tables.sample.reached_d
    at = {goal.name: goal.reached for goal in campaign.goals}
    at |= {campaign.subjects[one.subject].name: one.arrived for one in campaign.missions}
    at |= {one.name: one.done for one in campaign.schedule.works} if campaign.schedule is not None else {}
    return {name: days[:, number] for name, number in at.items() if 0 <= number < days.shape[1]}
