"""Rockets by stage: burns that drain tanks in turn, jettison, boil-off, and the value at which a flight just
closes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.physics.constants import G0_M_S2
from sim.physics.injection import mass_ratio, upper_stage_kg
from sim.physics.limits import PhysicsError, require_between

FloatArray = npt.NDArray[np.float64]
Verb = Literal["burn", "stage"]

CUT_OFF_M_S = 5e-4  # m/s; a burn that misses by less is done: engines do not cut off finer


@dataclass(frozen=True, slots=True)
class StackElement:
    """One element of a stack: masses in kg, isp in s (0: it has no engine), boil-off as a fraction
    per day.

    `carried_kg` is crew and cargo on board; `residual_kg` is the part of the propellant that no burn can use.
    """

    name: str
    dry_mass_kg: float
    propellant_kg: float = 0.0
    isp_s: float = 0.0
    carried_kg: float = 0.0
    boil_off_per_d: float = 0.0
    residual_kg: float = 0.0

    def __post_init__(self) -> None:
        for label in ("dry_mass_kg", "propellant_kg", "isp_s", "carried_kg", "residual_kg"):
            value: float = getattr(self, label)
            if not 0.0 <= value < float("inf"):
                raise PhysicsError(f"{label} of {self.name} is {value:g}; it must be a finite number of at least 0")
        require_between(f"boil-off of {self.name}", self.boil_off_per_d, 0.0, 1.0, "per day")

    @property
    def mass_kg(self) -> float:
        """Return the mass with what is in the tanks and on board."""
        return self.dry_mass_kg + self.propellant_kg + self.carried_kg

    @property
    def usable_kg(self) -> float:
        """Return the propellant that burns can still use."""
        return max(0.0, self.propellant_kg - self.residual_kg)


@dataclass(frozen=True, slots=True)
class Action:
    """Says one step of a burn: `burn` this stage until the speed is reached or it is empty, or `stage` (drop)
    it.
    """

    verb: Verb
    stage: str


@dataclass(frozen=True, slots=True)
class BurnRequest:
    """A change of speed by actions taken in order; once it is reached later `burn` actions use
    nothing.
    """

    dv_m_s: float
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class BurnRecord:
    """One stage's part in one burn: masses in kg, speeds in m/s."""

    stage: str
    stack_mass_kg: float
    dv_achieved_m_s: float
    propellant_used_kg: float
    propellant_left_kg: float


@dataclass(frozen=True, slots=True)
class BurnResult:
    """A burn: the stack after it, the speed achieved and missing, and the propellant (kg) that was
    missing.
    """

    stack: Stack
    dropped: tuple[StackElement, ...]
    dv_achieved_m_s: float
    dv_short_m_s: float
    kg_short: float
    records: tuple[BurnRecord, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """The elements that fly together; every change gives a new stack. Names are unique within one."""

    stages: tuple[StackElement, ...]
    g0_m_s2: float = G0_M_S2

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if len(set(names)) != len(names):
            raise PhysicsError(f"a stack needs different names for its stages; it has {', '.join(sorted(names))}")

    @property
    def mass_kg(self) -> float:
        """Return the mass of everything in the stack."""
        return sum(stage.mass_kg for stage in self.stages)

    def stage(self, name: str) -> StackElement:
        """Return the stage of that name; raises PhysicsError when the stack has none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise PhysicsError(f"no stage '{name}' in the stack; it has {', '.join(stage.name for stage in self.stages)}")

    def joined(self, other: Stack) -> Stack:
        """Return this stack with another docked to it."""
        return replace(self, stages=self.stages + other.stages)

    def only(self, *names: str) -> Stack:
        """Return the named stages as a stack of their own."""
        return replace(self, stages=tuple(self.stage(name) for name in names))

    def without(self, name: str) -> Stack:
        """Return the stack after dropping one stage with all it holds; raises PhysicsError when it is not
        there.
        """
        gone = self.stage(name)
        return replace(self, stages=tuple(stage for stage in self.stages if stage is not gone))

    def loaded(self, name: str, delta_kg: float) -> Stack:
        """Return the stack with crew or cargo moved into (or, negative, out of) a stage."""
        stage = self.stage(name)
        return self._with(replace(stage, carried_kg=stage.carried_kg + delta_kg))

    def after_waiting(self, wait_d: float) -> Stack:
        """Return the stack after a wait: every stage has lost its boil-off, compounded daily."""
        require_between("the wait", wait_d, 0.0, 1e6, "d")
        kept = (replace(s, propellant_kg=s.propellant_kg * (1.0 - s.boil_off_per_d) ** wait_d) for s in self.stages)
        return replace(self, stages=tuple(kept))

    def burned(self, name: str, used_kg: float) -> Stack:
        """Return the stack with propellant gone from one stage."""
        stage = self.stage(name)
        return self._with(replace(stage, propellant_kg=stage.propellant_kg - used_kg))

    def _with(self, changed: StackElement) -> Stack:
        return replace(self, stages=tuple(changed if s.name == changed.name else s for s in self.stages))


def burn(stack: Stack, wanted: BurnRequest) -> BurnResult:
    """Fly one burn: its stages drain in turn, dropped as the actions say.

    Every action is carried out even when the burn falls short; a shortfall above `CUT_OFF_M_S` is reported.
    `kg_short` is the propellant that the last engine's tank would have needed more when it lit. Raises
    PhysicsError when an action names a stage that is not there or has no engine.
    Source: rocket equation, Tsiolkovsky 1903.
    """
    rest_m_s, exhaust_m_s, records, dropped = wanted.dv_m_s, 0.0, [], []
    for action in wanted.actions:
        if action.verb == "stage":
            dropped.append(stack.stage(action.stage))
            stack = stack.without(action.stage)
            continue
        record, exhaust_m_s = _drain(stack, action.stage, rest_m_s), _exhaust_m_s(stack, action.stage)
        stack = stack.burned(action.stage, record.propellant_used_kg)
        rest_m_s -= record.dv_achieved_m_s
        records.append(record)
    short_m_s = rest_m_s if rest_m_s > CUT_OFF_M_S else 0.0
    if short_m_s and not records:
        raise PhysicsError(f"a burn of {wanted.dv_m_s:g} m/s names no stage to burn")
    # with more propellant x: (lit mass + x) exp(-dv / ve) must still be the mass of the emptied stack
    kg_short = records[-1].stack_mass_kg * (exp(short_m_s / exhaust_m_s) - 1.0) if short_m_s else 0.0
    return BurnResult(stack, tuple(dropped), wanted.dv_m_s - short_m_s, short_m_s, kg_short, tuple(records))


def _drain(stack: Stack, name: str, dv_m_s: float) -> BurnRecord:
    """Let one stage give up to `dv_m_s`."""
    stage, mass_kg, exhaust_m_s = stack.stage(name), stack.mass_kg, _exhaust_m_s(stack, name)
    needed_kg = mass_kg * (1.0 - exp(-dv_m_s / exhaust_m_s))
    if needed_kg <= stage.usable_kg:
        used_kg, given_m_s = needed_kg, dv_m_s
    else:
        used_kg = stage.usable_kg
        given_m_s = exhaust_m_s * log(mass_kg / (mass_kg - used_kg))
    return BurnRecord(name, mass_kg, given_m_s, used_kg, stage.propellant_kg - used_kg)


def _exhaust_m_s(stack: Stack, name: str) -> float:
    isp_s = stack.stage(name).isp_s
    if not isp_s > 0.0:
        raise PhysicsError(f"stage '{name}' has no engine (isp 0 s) and cannot burn")
    return isp_s * stack.g0_m_s2


@dataclass(frozen=True, slots=True)
class BurnReport:
    """A sequence of burns: the last stack, each burn, and how much was missing in all."""

    stack: Stack
    burns: tuple[BurnResult, ...]

    @property
    def closes(self) -> bool:
        """Say whether every burn reached its speed."""
        return not any(result.kg_short for result in self.burns)

    @property
    def kg_short(self) -> float:
        """Return the propellant in kg that was missing, added over the burns."""
        return sum(result.kg_short for result in self.burns)

    def left_kg(self) -> Mapping[str, float]:
        """Return the propellant left in every stage, dropped or still flying, by name."""
        flown = [stage for result in self.burns for stage in result.dropped] + list(self.stack.stages)
        return {stage.name: stage.propellant_kg for stage in flown}


def fly(stack: Stack, burns: Sequence[BurnRequest]) -> BurnReport:
    """Fly burns one after another; raises PhysicsError as `burn` does."""
    results = []
    for wanted in burns:
        result = burn(stack, wanted)
        results.append(result)
        stack = result.stack
    return BurnReport(stack, tuple(results))


def launcher_capacity_kg(
    dv_m_s: npt.ArrayLike,
    leo_kg: float | None,
    tli_kg: float,
    isp_s: float,
    tli_ref_dv_m_s: float,
    *,
    g0_m_s2: float = G0_M_S2,
) -> FloatArray:
    """Return what a launcher can bring to each dv beyond its low orbit, from its two published capacities.

    Without `leo_kg` its upper stage weighs nothing, and the curve is anchored at `tli_kg`. Raises PhysicsError when
    the two capacities and the isp contradict each other, or no burn is possible with that isp.
    Source: rocket equation through both published points; an estimate between and near them.
    """
    ratio = mass_ratio(tli_ref_dv_m_s, isp_s, g0_m_s2)
    stage_kg = upper_stage_kg(leo_kg, tli_kg, isp_s, ratio)
    start_kg = (tli_kg + stage_kg) * ratio
    return np.asarray(start_kg * np.exp(-np.asarray(dv_m_s, dtype=np.float64) / (isp_s * g0_m_s2)) - stage_kg)


def break_even(
    closes: Callable[[float], bool], good: float, bad: float, tolerance: float = 1e-6, steps: int = 200
) -> float:
    """Return the value between `good` (the flight closes) and `bad` (it does not) at which it just closes, by
    bisection.

    The answer itself closes. Raises PhysicsError when `good` does not close or `bad` does.
    """
    if not closes(good):
        raise PhysicsError(f"the flight does not close at {good:g}, where the search for its limit starts")
    if closes(bad):
        raise PhysicsError(f"the flight still closes at {bad:g}; its limit lies beyond")
    for _ in range(steps):
        if abs(bad - good) <= tolerance:
            break
        middle = 0.5 * (good + bad)
        good, bad = (middle, bad) if closes(middle) else (good, middle)
    return good
