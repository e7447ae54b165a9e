"""The fleet: pads, launch vehicles, records of spacecraft, and what is drawn for each launch."""

from __future__ import annotations

from collections.abc import Iterable

from sim.campaign.context import Context
from sim.campaign.plan import FlightClass, LauncherPlan, LaunchPlan, LaunchStreams, OperationPlan, PadPlan, TankPlan
from sim.campaign.registry import deciding_path, lent
from sim.scenario.events import filled_name
from sim.scenario.schema import Filling, Operation, Station
from sim.scenario.text import Path
from sim.scenario.working import Working


def pads(context: Context) -> tuple[PadPlan, ...]:
    """Return the launch pads."""
    found, working = [], Working(context.scenario)
    for site_name, site in context.scenario.launch_sites.items():
        calendar = working.table(site.calendar) if site.calendar is not None else None
        for pad_name, pad in site.pads.items():
            name = f"{site_name}.{pad_name}"
            needs, available_d = context.index.needs(pad.needs), context.index.day(pad.available)
            turnaround, recycle = lent(pad.turnaround), lent(site.recycle)
            found.append(PadPlan(name, turnaround, available_d, needs, site.scrub, recycle, calendar))
    return tuple(found)


def launchers(context: Context) -> tuple[LauncherPlan, ...]:
    """Return the launch vehicles."""
    return tuple(_launcher(context, name) for name in context.scenario.launchers)


def _launcher(context: Context, name: str) -> LauncherPlan:
    item, registry, index = context.scenario.launchers[name], context.registry, context.index
    line = item.production
    return LauncherPlan(
        name=name,
        partner=index.partner(item.partner),
        family=index.families[item.family or name],
        needs=index.needs(item.needs),
        pads=tuple(index.pads[pad] for pad in item.pads),
        reliability=registry.reliability(
            item.record, item.reliability, context.scenario.priors, f"quality/{name}", failure_path(context, name)
        ),
        line_start_d=index.day(line.from_),
        every=registry.chance(line.every, f"production/{name}", ("launchers", name, "production", "every")),
        ready=line.ready,
        stock=line.stock,
        integration=lent(item.integration),
        stand_down=lent(item.stand_down),
    )


def happening(context: Context, event: str, flight: str, crafts: Iterable[str]) -> tuple[int, int]:
    """Return (class, stream) of what may go wrong, or -1 for both where no record tells how often."""
    classes = context.index.classes
    number, craft = max(((classes.get((craft, event), -1), craft) for craft in crafts), default=(-1, ""))
    if number < 0:
        return -1, -1
    return number, context.registry.stream(f"{event}/{flight}", event_path(context, craft, event))


def flight_classes(context: Context) -> tuple[FlightClass, ...]:
    """Return the classes of events of which there are records."""
    return tuple(_flight_class(context, craft, event) for craft, event in context.index.classes)


def _flight_class(context: Context, craft: str, event: str) -> FlightClass:
    record, stream = getattr(context.scenario.spacecraft[craft], event), f"{event}/{craft}"
    path = event_path(context, craft, event)
    return FlightClass(
        f"{craft}.{event}", context.registry.reliability(record, None, context.scenario.priors, stream, path)
    )


def event_path(context: Context, craft: str, event: str) -> Path:
    """Return the path of what decides whether an event of a spacecraft fails."""
    record = getattr(context.scenario.spacecraft[craft], event)
    return deciding_path(record, context.scenario.priors, ("spacecraft", craft, event))


def failure_path(context: Context, launcher: str) -> Path:
    """Return the path of what decides whether a launcher fails."""
    item = context.scenario.launchers[launcher]
    key = "record" if item.record is not None else "reliability"
    return deciding_path(item.record, context.scenario.priors, ("launchers", launcher, key))


def launch_streams(context: Context, flight: str, launcher: str, cruise: int = -1, capture: int = -1) -> LaunchStreams:
    """Return the streams of one launch; those of cruise and capture depend on what it carries."""
    item = context.scenario.launchers[launcher]
    site, _, pad = next(iter(item.pads), "").partition(".")

    def own(word: str, *path: str | int) -> int:
        return context.registry.stream(f"{word}/{flight}", path)

    return LaunchStreams(
        integration=own("integration", "launchers", launcher, "integration"),
        scrub=own("scrub", "launch_sites", site, "scrub"),
        recycle=own("recycle", "launch_sites", site, "recycle"),
        turnaround=own("turnaround", "launch_sites", site, "pads", pad, "turnaround"),
        failure=own("failure", *failure_path(context, launcher)),
        stand_down=own("stand-down", "launchers", launcher, "stand_down"),
        cruise=cruise,
        capture=capture,
    )


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
