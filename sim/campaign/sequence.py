"""Sequences: flights whose every burn is typed in, flown stage by stage before anything is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.campaign.flights import StageLeft
from sim.campaign.plan import Chance, OperationPlan, SequenceReport
from sim.campaign.registry import Path
from sim.physics.limits import PhysicsError
from sim.physics.rocket import Action, Burn, Stack, Stage, Verb, burn
from sim.problems import Code
from sim.scenario.schema import Manoeuvre, Mission, Spacecraft

if TYPE_CHECKING:
    from sim.campaign.compile import Compiler


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
        result = burn(stack, Burn(step.dv, actions))
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


def _part(name: str, craft: Spacecraft) -> Stage:
    """Give a spacecraft as one element of a stack: its only stage, or none."""
    if not craft.stages:
        return Stage(name, craft.dry)
    stage = next(iter(craft.stages.values()))
    return Stage(name, craft.dry + stage.dry, stage.propellant, stage.isp)


def _boarded_kg(mission: Mission) -> float:
    """Give what comes on board a spacecraft before the burn in which it flies first: people and cargo at launch."""
    seen: set[str] = set()
    boarded_kg = 0.0
    for step in mission.sequence:
        boarded_kg += sum(kg for name, kg in step.load.items() if name not in seen)
        seen.update(step.fly)
    return boarded_kg


class SequenceCompiler:
    """Flies every typed-in sequence once."""

    def __init__(self, compiler: Compiler) -> None:
        self.whole = compiler

    def fly(self, mission: Mission, path: Path) -> SequenceReport:
        """Fly a sequence; what does not close or cannot be flown becomes a problem with its place."""
        scenario, registry = self.whole.scenario, self.whole.registry
        names = list(dict.fromkeys(name for step in mission.sequence for name in step.fly))
        for name in names:
            if name not in scenario.spacecraft or len(scenario.spacecraft[name].stages) > 1:
                message = f"'{name}' must be a spacecraft with one stage or none"
                registry.problem((*path, "sequence"), Code.VALUE, message, "give each stage as a spacecraft of its own")
                return SequenceReport(0.0, 0.0, ())
        yard = Yard(dict(scenario.spacecraft), names, scenario.g0_m_s2)
        for number, step in enumerate(mission.sequence):
            place: Path = (*path, "sequence", number)
            before_kg = yard.short_kg
            try:
                yard.fly(step)
            except (PhysicsError, KeyError) as error:
                registry.problem(place, Code.VALUE, str(error).strip("'"), "name spacecraft that fly in this burn")
                break
            missing_kg = yard.short_kg - before_kg
            if missing_kg > 0.0:
                message = f"the flight does not close: {missing_kg:,.1f} kg of propellant are missing"
                registry.problem(place, Code.MASS_OPEN, message, "carry less, load more propellant, or burn less")
        parts_kg = sum(_part(name, scenario.spacecraft[name]).mass_kg for name in names)
        left = tuple((item.stage, item.propellant_left_kg) for item in yard.left)
        return SequenceReport(parts_kg + _boarded_kg(mission), yard.margin_kg, left)

    def operation(self, mission: Mission, name: str) -> OperationPlan:
        """Give the sequence as one step of the schedule: it lasts until its last burn."""
        days = max(step.after for step in mission.sequence)
        stream = self.whole.registry.stream(f"sequence/{name}")
        return OperationPlan("sequence", Chance(days), (), 0.0, stream, None, 0.0, stream, spare=False, done=-1)
