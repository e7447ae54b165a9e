"""Staging: tanks in orbit, the tankers that fill them, and flights told step by step."""

from __future__ import annotations

from sim.campaign.context import Context
from sim.campaign.fleet import launch_streams
from sim.campaign.plan import LaunchPlan, OperationPlan, TankPlan
from sim.scenario.events import filled_name
from sim.scenario.schema import Filling, Operation, Station
from sim.scenario.text import Path


def tanks(context: Context) -> tuple[TankPlan, ...]:
    """Return every station's ports and tank; a tank may be empty."""
    return tuple(_tank(context, name, item) for name, item in context.scenario.stations.items())


def _tank(context: Context, name: str, station: Station) -> TankPlan:
    registry, index, tank = context.registry, context.index, station.tank
    filling = tank.filled_by if tank is not None else None
    path: Path = ("stations", name, "tank", "filled_by")
    steps = filling.operations if filling is not None else []
    return TankPlan(
        subject=index.subject_of["element", name],
        place=station.at,
        ports=station.ports,
        capacity_kg=tank.capacity if tank is not None else 0.0,
        boil_off_per_d=tank.boil_off if tank is not None else 0.0,
        delivers_kg=filling.delivers if filling is not None else 0.0,
        fleet=filling.fleet if filling is not None else 0,
        operations=tuple(
            operation(context, step, f"{name}/{step.name}", -1, (*path, "operations", number))
            for number, step in enumerate(steps)
        ),
        spare=registry.chance(filling.spare, f"spare/{name}", (*path, "spare")) if filling is not None else None,
        launch=_launch(context, name, station, filling) if filling is not None else None,
        needs=index.needs(filling.needs) if filling is not None else (),
        filled=index.milestone(filled_name(name)) if filling is not None else -1,
        operational=index.milestone(name),
    )


def _launch(context: Context, name: str, station: Station, filling: Filling) -> LaunchPlan | None:
    """Return how a tanker launches; None when its first steps stand for the launch."""
    launchers, index = context.scenario.launchers, context.index
    if filling.launcher not in launchers:
        return None
    return LaunchPlan(
        name="tanker",
        launcher=index.launchers[filling.launcher],
        vehicle="tanker",
        kind="tanker",
        needs=index.needs(launchers[filling.launcher].needs),
        after=(),
        after_launched=(),
        spacing_d=0.0,
        opportunities=-1,
        navigated=-1,
        origin="earth",
        destination=station.at,
        transfer_d=0.0,
        legs=(),
        arrival_kg=filling.delivers,
        mass_kg=filling.delivers,
        sheet=-1,
        crew=0,
        cruise_class=-1,
        capture_class=-1,
        streams=launch_streams(context, f"{name}/tanker", filling.launcher),
        launched=-1,
        arrived=-1,
    )


def operation(context: Context, step: Operation, stream: str, done: int, path: Path) -> OperationPlan:
    """Resolve one step of a flight told step by step."""
    registry = context.registry
    return OperationPlan(
        name=step.name,
        duration=registry.chance(step.duration, f"step/{stream}", (*path, "duration")),
        needs=context.index.needs(step.needs),
        scrub=step.scrub,
        scrub_stream=registry.stream(f"step-scrub/{stream}", (*path, "scrub")) if step.scrub > 0.0 else -1,
        recycle=registry.chance(step.recycle, f"step-recycle/{stream}", (*path, "recycle")),
        fails=step.fails,
        fail_stream=registry.stream(f"step-failure/{stream}", (*path, "fails")) if step.fails > 0.0 else -1,
        spare=step.then == "spare",
        done=done,
    )
