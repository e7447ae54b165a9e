"""Staging: tanks in orbit, the tankers that fill them, and flights told step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.campaign.plan import LaunchPlan, OperationPlan, TankPlan
from sim.scenario.schema import Filling, Operation, Station
from sim.scenario.text import Path

if TYPE_CHECKING:
    from sim.campaign.compile import Compiler


class StagingCompiler:
    """Turns stations with tanks and ports into plans."""

    def __init__(self, compiler: Compiler) -> None:
        self.whole = compiler
        self.tanks = {name: number for number, name in enumerate(compiler.scenario.stations)}
        """Every station has ports; its tank may be empty."""
        self._filled: dict[str, int] = {}

    def declare(self, name: str, station: Station, subject: int) -> None:
        """Name the milestone of a full tank."""
        if station.tank is not None and station.tank.filled_by is not None:
            self._filled[name] = self.whole.registry.milestone(subject, f"{name}.filled")

    def compile(self) -> tuple[TankPlan, ...]:
        """Resolve every station's ports and tank."""
        return tuple(self._tank(name, item) for name, item in self.whole.scenario.stations.items())

    def _tank(self, name: str, station: Station) -> TankPlan:
        registry, tank = self.whole.registry, station.tank
        filling = tank.filled_by if tank is not None else None
        path: Path = ("stations", name, "tank", "filled_by")
        steps = filling.operations if filling is not None else []
        return TankPlan(
            subject=self.whole.subject_of["element", name],
            place=station.at,
            ports=station.ports,
            capacity_kg=tank.capacity if tank is not None else 0.0,
            boil_off_per_d=tank.boil_off if tank is not None else 0.0,
            delivers_kg=filling.delivers if filling is not None else 0.0,
            fleet=filling.fleet if filling is not None else 0,
            operations=tuple(
                self.operation(step, f"{name}/{step.name}", -1, (*path, "operations", number))
                for number, step in enumerate(steps)
            ),
            spare=registry.chance(filling.spare, f"spare/{name}", (*path, "spare")) if filling is not None else None,
            launch=self._launch(name, station, filling, path) if filling is not None else None,
            needs=registry.needs(filling.needs, (*path, "needs")) if filling is not None else (),
            filled=self._filled.get(name, -1),
            operational=registry.needs([name], path)[0],
        )

    def _launch(self, name: str, station: Station, filling: Filling, path: Path) -> LaunchPlan | None:
        """Give how a tanker launches; None when its first steps stand for the launch."""
        registry, launchers = self.whole.registry, self.whole.scenario.launchers
        if filling.launcher not in launchers:
            return None
        return LaunchPlan(
            name="tanker",
            launcher=list(launchers).index(filling.launcher),
            vehicle="tanker",
            kind="tanker",
            needs=registry.needs(launchers[filling.launcher].needs, path),
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
            streams=self.whole.launch_streams(f"{name}/tanker", filling.launcher),
            launched=-1,
            arrived=-1,
        )

    def operation(self, step: Operation, stream: str, done: int, path: Path) -> OperationPlan:
        """Resolve one step of a flight told step by step."""
        registry = self.whole.registry
        return OperationPlan(
            name=step.name,
            duration=registry.chance(step.duration, f"step/{stream}", (*path, "duration")),
            needs=registry.needs(step.needs, (*path, "needs")),
            scrub=step.scrub,
            scrub_stream=registry.stream(f"step-scrub/{stream}", (*path, "scrub")) if step.scrub > 0.0 else -1,
            recycle=registry.chance(step.recycle, f"step-recycle/{stream}", (*path, "recycle")),
            fails=step.fails,
            fail_stream=registry.stream(f"step-failure/{stream}", (*path, "fails")) if step.fails > 0.0 else -1,
            spare=step.then == "spare",
            done=done,
        )
