"""Sequences: flights whose every burn is typed in, flown stage by stage before anything is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.campaign.context import Context
from sim.campaign.flights import StageLeft
from sim.campaign.opportunities import missing
from sim.campaign.plan import Chance, OperationPlan, SequenceReport
from sim.physics.limits import PhysicsError
from sim.physics.rocket import Action, BurnRequest, Stack, StackElement, Verb, burn
from sim.problems import Code
from sim.scenario.schema import Manoeuvre, Mission, Spacecraft
from sim.scenario.text import Path

ORBITAL_M_S = 7000.0
"""Less speed brings nothing from the ground into an orbit, and no stack burns as much on its own beyond it.

Source: circular speed at 200 km is 7,784 m/s, of which the Earth's turning gives at most 465 m/s.
"""
VERBS: dict[str, Verb] = {"burn": "burn", "drop": "stage"}


class Yard:
    """Every spacecraft of a mission with what is in its tank, from burn to burn."""

    def __init__(self, fleet: dict[str, Spacecraft], names: list[str], g0_m_s2: float) -> None:
        self.parts = {name: _part(name, fleet[name]) for name in names}
        self.g0_m_s2 = g0_m_s2
        self.short_kg = 0.0
        self._met: set[str] = set()
        """Spacecraft whose engine brought a burn to its end."""

    def load(self, name: str, delta_kg: float) -> None:
        """Move mass into a spacecraft, or, negative, out of it; raises PhysicsError below nothing."""
        self.parts[name] = Stack((self.parts[name],)).loaded(name, delta_kg).stage(name)

    def fly(self, step: Manoeuvre) -> None:
        """Fly one manoeuvre; raises PhysicsError when what should burn is not there or has no engine."""
        for name, mass_kg in step.load.items():
            self.load(name, mass_kg)
        for name, mass_kg in step.unload.items():
            self.load(name, -mass_kg)
        stack = Stack(tuple(self.parts[name] for name in step.fly), self.g0_m_s2)
        actions = tuple(Action(VERBS[verb], name) for verb, name in map(str.split, step.do))
        result = burn(stack, BurnRequest(step.dv, actions))
        self.short_kg += result.kg_short
        self._met.update(record.stage for record in result.records[-1:])
        self.parts.update({part.name: part for part in (*result.stack.stages, *result.dropped)})

    @property
    def margin_kg(self) -> float:
        """The least propellant left where an engine brought a burn to its end, or minus what is missing."""
        left_kg = [self.parts[name].propellant_kg for name in self._met]
        return -self.short_kg if self.short_kg > 0.0 else min(left_kg, default=0.0)

    @property
    def left(self) -> tuple[StageLeft, ...]:
        """Propellant left in everything that has a tank."""
        return tuple(StageLeft(name, part.propellant_kg) for name, part in self.parts.items() if part.isp_s > 0.0)


def _part(name: str, craft: Spacecraft) -> StackElement:
    """Return a spacecraft as one element of a stack: its only stage, or none."""
    if not craft.stages:
        return StackElement(name, craft.dry)
    stage = next(iter(craft.stages.values()))
    return StackElement(name, craft.dry + stage.dry, stage.propellant, stage.isp)


def launched_kg(sequence: Sequence[Manoeuvre], fleet: Mapping[str, Spacecraft]) -> float:
    """Return the mass at lift-off: of every stack that leaves the ground, with the people and cargo on board.

    The first burn's stack leaves first. A later stack of which nothing has flown before is launched as well if its own
    burns, until it meets what flew before, give the speed of a low orbit; otherwise it has been waiting in space.
    """
    seen: set[str] = set()
    aboard_kg: dict[str, float] = {}
    mass_kg = 0.0
    for number, step in enumerate(sequence):
        for name in (*step.load, *step.unload):
            moved_kg = step.load.get(name, 0.0) - step.unload.get(name, 0.0)
            aboard_kg[name] = aboard_kg.get(name, 0.0) + moved_kg
        fresh = seen.isdisjoint(step.fly)
        if number == 0 or (fresh and _own_dv_m_s(sequence[number:], set(step.fly)) >= ORBITAL_M_S):
            mass_kg += sum(_part(name, fleet[name]).mass_kg + aboard_kg.get(name, 0.0) for name in step.fly)
        seen.update(step.fly)
    return mass_kg


def _own_dv_m_s(sequence: Sequence[Manoeuvre], stack: set[str]) -> float:
    """Return what the parts of a stack burn in m/s before one of them flies with something else."""
    total_m_s = 0.0
    for step in sequence:
        if stack.isdisjoint(step.fly):
            continue
        if not stack.issuperset(step.fly):
            break
        total_m_s += step.dv
    return total_m_s


def fly(context: Context, mission: Mission, path: Path) -> SequenceReport:
    """Fly a sequence; what does not close or cannot be flown becomes a problem with its place."""
    scenario, registry = context.scenario, context.registry
    names = list(dict.fromkeys(name for step in mission.sequence for name in step.fly))
    yard = Yard(dict(scenario.spacecraft), names, scenario.g0_m_s2)
    for number, step in enumerate(mission.sequence):
        place: Path = (*path, "sequence", number)
        before_kg = yard.short_kg
        try:
            yard.fly(step)
        except PhysicsError as error:
            registry.problem(place, Code.VALUE, str(error).strip("'"), "check who flies, burns and is dropped here")
            break
        missing_kg = yard.short_kg - before_kg
        if missing_kg > 0.0:
            message = f"the flight does not close: {missing(missing_kg, 1)} of propellant are missing"
            registry.problem(place, Code.MASS_OPEN, message, "carry less, load more propellant, or burn less")
    left = tuple((item.stage, item.propellant_left_kg) for item in yard.left)
    return SequenceReport(launched_kg(mission.sequence, scenario.spacecraft), yard.margin_kg, left)


def operation(mission: Mission) -> OperationPlan:
    """Return the sequence as one step of the schedule: it lasts until its last burn."""
    days = max(step.after for step in mission.sequence)
    return OperationPlan("sequence", Chance(days), (), 0.0, -1, None, 0.0, -1, spare=False, done=-1)
