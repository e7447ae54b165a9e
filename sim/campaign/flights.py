"""Flights: what each launch of a mission weighs, and whether its propellant closes on any day it could leave.

A flight is a script: burns, people boarding or leaving, and stages dropped when they are empty. The script is flown by
:mod:`sim.physics.rocket` stage by stage. Over a departure table the two burns that change with the day (TLI and
LOI) are swept on a grid and interpolated; the margin is smooth in both, so 10 m/s steps leave less than 0.1 kg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp

import numpy as np

from sim.campaign.plan import FlightSheet, FlightStep, Floats
from sim.physics.constants import G0_M_S2
from sim.physics.rocket import Action, BurnRequest, Stack, StackElement, burn
from sim.scenario.schema import Spacecraft

GRID_STEP_M_S = 10.0


@dataclass(frozen=True, slots=True)
class StageLeft:
    """Propellant left in a stage at the end of a flight."""

    stage: str
    propellant_left_kg: float


@dataclass(frozen=True, slots=True)
class FlightReport:
    """How one flight on one day turns out."""

    margin_kg: float
    """Propellant left in the engine that burns last; negative: what is missing."""
    stages: tuple[StageLeft, ...]


def build_stack(
    crafts: list[tuple[str, Spacecraft]], cargo_kg: float, crew_kg: float, g0_m_s2: float = G0_M_S2
) -> Stack:
    """Put the spacecraft of one launch together; cargo rides where there is a hold, crew where there are seats."""
    stages: list[StackElement] = []
    hold = next((name for name, craft in crafts if craft.cargo > 0.0), crafts[-1][0])
    cabin = next((name for name, craft in crafts if craft.crew), crafts[-1][0])
    for name, craft in crafts:
        for key, stage in craft.stages.items():
            rate = stage.boil_off
            stages.append(StackElement(f"{name}.{key}", stage.dry, stage.propellant, stage.isp, 0.0, rate))
        carried = (cargo_kg if name == hold else 0.0) + (crew_kg if name == cabin else 0.0)
        stages.append(StackElement(name, craft.dry, carried_kg=carried))
    return Stack(tuple(stages), g0_m_s2)


def fly_script(stack: Stack, steps: Sequence[FlightStep], tli_m_s: float, loi_m_s: float) -> FlightReport:
    """Fly a script on a day with these burns.

    What is missing is the propellant that the last tank would have needed more at the start for its burns to close.
    """
    tanks = Tanks(stack)
    for step in steps:
        tanks.take(step, tli_m_s, loi_m_s)
    return FlightReport(tanks.margin_kg, tuple(StageLeft(name, kg) for name, kg in tanks.left_kg.items()))


def masses_after(stack: Stack, steps: Sequence[FlightStep], tli_m_s: float, loi_m_s: float) -> dict[str, float]:
    """Return the mass of a stack at the end of each leg on which it burns."""
    tanks, masses_kg = Tanks(stack), dict[str, float]()
    for step in steps:
        if step.leg and not tanks.left_kg:
            break
        tanks.take(step, tli_m_s, loi_m_s)
        if step.leg:
            masses_kg[step.leg] = tanks.stack.mass_kg
    return masses_kg


class Tanks:
    """A stack that burns its engines in their order, each dropped when it is empty and another follows."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.left_kg = {stage.name: stage.propellant_kg for stage in stack.stages if stage.isp_s > 0.0}
        self._given_m_s = dict.fromkeys(self.left_kg, 0.0)
        self._short_kg = 0.0
        self._last = next(iter(self.left_kg), "")

    @property
    def margin_kg(self) -> float:
        """Propellant left in the engine that burned last, or minus what was missing."""
        return -self._short_kg if self._short_kg > 0.0 else self.left_kg.get(self._last, 0.0)

    def take(self, step: FlightStep, tli_m_s: float, loi_m_s: float) -> None:
        """Take one step of a script."""
        if step.kind == "load":
            self.stack = self.stack.loaded(step.craft, step.delta_kg)
        elif step.kind == "refuel":
            self.refuel(step.craft, step.delta_kg)
        else:
            self.burn({"tli": tli_m_s, "loi": loi_m_s}.get(step.kind, step.dv_m_s))

    def refuel(self, stage: str, propellant_kg: float) -> None:
        """Take propellant on."""
        self.stack = self.stack.burned(stage, -propellant_kg)
        self.left_kg[stage] = self.stack.stage(stage).propellant_kg

    def burn(self, dv_m_s: float) -> None:
        """Burn, going on to the next engine where one runs dry; raises ValueError when the stack has none."""
        engines = [stage for stage in self.stack.stages if stage.isp_s > 0.0]
        if not engines:
            raise ValueError("a stack without an engine cannot burn")
        for engine in engines:
            result = burn(self.stack, BurnRequest(dv_m_s, (Action("burn", engine.name),)))
            self.stack, self._last = result.stack, engine.name
            self.left_kg[engine.name] = self.stack.stage(engine.name).propellant_kg
            before_m_s = self._given_m_s[engine.name]
            self._given_m_s[engine.name] += result.dv_achieved_m_s
            if result.dv_short_m_s <= 0.0:
                return
            if engine is engines[-1]:
                exhaust_m_s = engine.isp_s * self.stack.g0_m_s2
                self._short_kg += result.kg_short * exp(before_m_s / exhaust_m_s)
            else:
                self.stack, dv_m_s = self.stack.without(engine.name), result.dv_short_m_s


def margins_over(stack: Stack, steps: Sequence[FlightStep], tli_m_s: Floats, loi_m_s: Floats) -> Floats:
    """Return the propellant margin in kg for every pair of TLI and LOI; minus what is missing where it is short."""
    kinds = {step.kind for step in steps}
    if not any(stage.isp_s > 0.0 for stage in stack.stages):
        return np.zeros_like(loi_m_s)
    if "tli" not in kinds:
        grid = _grid(loi_m_s)
        values = [fly_script(stack, steps, 0.0, dv).margin_kg for dv in grid]
        return np.interp(loi_m_s, grid, values)
    rows, columns = _grid(tli_m_s), _grid(loi_m_s)
    table = np.array([[fly_script(stack, steps, row, column).margin_kg for column in columns] for row in rows])
    from scipy.interpolate import RegularGridInterpolator

    interpolate = RegularGridInterpolator((rows, columns), table)
    return np.asarray(interpolate(np.column_stack([tli_m_s, loi_m_s])))


def _grid(values: Floats) -> Floats:
    low, high = float(values.min()), float(values.max())
    return np.linspace(low, max(high, low + 1.0), max(2, ceil((high - low) / GRID_STEP_M_S) + 1))


__all__ = ["FlightReport", "FlightSheet", "FlightStep", "StageLeft", "Tanks", "build_stack", "fly_script"]
__all__ += ["margins_over", "masses_after"]
