"""Sense of sequences, whose every burn is typed in: who can burn, in which order of time, and with what on board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.problems import Code, Problem, suggest
from sim.scenario.draft import Draft
from sim.scenario.names import needed_events
from sim.scenario.schema import Manoeuvre, Mission
from sim.scenario.text import Path
from sim.units import format_quantity

PERSON_KG: Final = 100.0
"""Mass that a seat has room for, as long as the mission does not say what a person weighs (`crew.mass_each`)."""

NO_EFFECT: Final = {
    "crew": "people are masses here, which load and unload move: load: {SPACECRAFT: 400 kg}; who stays at a base flies"
    " with launches and a route",
    "launches": "its first burns are the launches",
    "route": "its burns are the way",
    "back": "its last burns are the way home",
    "rendezvous": "who flies together is said by fly",
    "refuel": "give the tank what it holds, or fly with launches and a route",
    "operations": "give the time of each burn by after",
}
"""Keys of a mission that nothing reads where it has a sequence, and what does their part there."""


def check_sequence_keys(case: Draft) -> Iterator[Problem]:
    """A mission with a sequence says nothing beside it that would be left out."""
    for name, mission in _sequences(case):
        for key, instead in NO_EFFECT.items():
            if getattr(mission, key):
                message = f"{key} has no effect in a mission whose every burn is typed in (sequence)"
                yield case.problem(("missions", name, key), Code.VALUE, message, f"remove it: {instead}", key=True)
        if isinstance(mission.cargo, dict):
            message = "goods have no effect in a mission whose every burn is typed in (sequence)"
            hint = "load: {SPACECRAFT: MASS} for their mass; goods for a base fly with launches and a route"
            yield case.problem(("missions", name, "cargo"), Code.VALUE, message, hint, key=True)
    for name, mission in case.scenario.missions.items():
        if mission.operations and mission.flown is None and not mission.sequence:
            yield from _step_problems(case, name, mission)


def _step_problems(case: Draft, name: str, mission: Mission) -> Iterator[Problem]:
    """Tell what nothing reads in a mission told step by step."""
    for key in ("launches", "route", "back", "rendezvous", "refuel"):
        if getattr(mission, key):
            message = f"{key} has no effect in a mission that is told step by step (operations)"
            hint = "remove it and give its time as a step, or remove operations"
            yield case.problem(("missions", name, key), Code.VALUE, message, hint, key=True)
    if isinstance(mission.cargo, dict):
        message = "goods have no effect in a mission that is told step by step (operations)"
        hint = "remove them, or fly with launches and a route"
        yield case.problem(("missions", name, "cargo"), Code.VALUE, message, hint, key=True)
    if mission.crew is not None and mission.crew.stay > 0.0:
        message = "a stay has no effect in a mission that is told step by step (operations)"
        hint = "make it a step of that duration, or fly with launches and a route"
        yield case.problem(("missions", name, "crew", "stay"), Code.VALUE, message, hint, key=True)


def check_sequence_needs(case: Draft) -> Iterator[Problem]:
    """Nothing needs the touchdown of a sequence: its only dates are its first and its last burn."""
    told = {f"{name}.landed": name for name, _ in _sequences(case)}
    for path, value in needed_events(case.layered.values):
        if value in told:
            name = told[value]
            message = f"{name} is a sequence of burns, and which of them is its landing is not said"
            hint = f"need {name}.arrived, its last burn; or end {name} with the landing, and let another mission go on"
            yield case.problem(path, Code.NO_SUCH_NAME, message, hint)


def check_sequence_times(case: Draft) -> Iterator[Problem]:
    """Burns stand in the order of their times."""
    for name, mission in _sequences(case):
        last_d = 0.0
        for index, step in enumerate(mission.sequence):
            if step.after < last_d - 1e-9:
                message = f"this burn comes {_days(step.after)} after the start, and one before it in the list"
                message += f" {_days(last_d)} after it; burns are flown as they are listed"
                path: Path = ("missions", name, "sequence", index, "after")
                yield case.problem(path, Code.DATE_ORDER, message, "sort them by time, or correct after")
            last_d = max(last_d, step.after)


def _days(duration_d: float) -> str:
    return format_quantity(duration_d, "duration")


def check_sequence_stacks(case: Draft) -> Iterator[Problem]:
    """What burns is there, has an engine and has not been dropped; what is loaded has room, and is on board."""
    for name, mission in _sequences(case):
        yard = _Yard(case, ("missions", name, "sequence"), mission)
        for index, step in enumerate(mission.sequence):
            yield from yard.step(index, step)


def _sequences(case: Draft) -> Iterator[tuple[str, Mission]]:
    for name, mission in case.scenario.missions.items():
        if mission.sequence and mission.flown is None:
            yield name, mission


@dataclass(slots=True)
class _Yard:
    """Who is still there and what is on board, from burn to burn."""

    case: Draft
    path: Path
    mission: Mission
    dropped: dict[str, int] = field(default_factory=dict)
    """Number of the burn, from 1, in which something was dropped."""
    carried_kg: dict[str, float] = field(default_factory=dict)

    def step(self, index: int, step: Manoeuvre) -> Iterator[Problem]:
        """Say what is wrong with one burn, and note what it changes."""
        path = (*self.path, index)
        yield from self._check_flyers(path, step.fly)
        for key, moved, sign in (("load", step.load, 1.0), ("unload", step.unload, -1.0)):
            for name, mass_kg in moved.items():
                yield from self._move((*path, key, name), name, sign * mass_kg)
        yield from self._check_room(path, step)
        yield from self._check_actions(path, index, step)

    def _problem(self, path: Path, code: Code, message: str, hint: str) -> Problem:
        return self.case.problem(path, code, message, hint)

    def _check_flyers(self, path: Path, flyers: Sequence[str]) -> Iterator[Problem]:
        craft = self.case.scenario.spacecraft
        for number, name in enumerate(flyers):
            at: Path = (*path, "fly", number)
            if name in self.dropped:
                message = f"{name} was dropped in burn {self.dropped[name]} and cannot fly again"
                yield self._problem(at, Code.VALUE, message, "take it out of fly, or do not drop it before")
            elif name in flyers[:number]:
                yield self._problem(at, Code.VALUE, f"{name} stands twice in fly", "name each spacecraft once")
            elif name in craft and len(craft[name].stages) > 1:
                message = f"{name} has several stages, and a sequence burns and drops whole spacecraft"
                yield self._problem(at, Code.VALUE, message, "give each stage as a spacecraft of its own")

    def _move(self, path: Path, name: str, delta_kg: float) -> Iterator[Problem]:
        """Move mass in or out; say where it cannot be."""
        flyers = {name for step in self.mission.sequence for name in step.fly}
        aboard_kg = self.carried_kg.get(name, 0.0)
        if name not in flyers:
            hint = suggest(name, flyers) or "name a spacecraft that flies"
            yield self.case.problem(
                path, Code.NO_SUCH_NAME, f"{name[:80]} flies in no burn of this sequence", hint, key=True
            )
        elif name in self.dropped:
            message = f"{name} was dropped in burn {self.dropped[name]}"
            yield self._problem(path, Code.VALUE, message, "move the mass before, or do not drop it")
        elif aboard_kg + delta_kg < -1e-6:
            message = f"{_kg(-delta_kg)} leave {name}, which has {_kg(aboard_kg)} on board"
            yield self._problem(path, Code.OVER_CAPACITY, message, "unload less, or load it in an earlier burn")
        self.carried_kg[name] = max(aboard_kg + delta_kg, 0.0)

    def _check_room(self, path: Path, step: Manoeuvre) -> Iterator[Problem]:
        crew = self.mission.crew
        person_kg = crew.mass_each if crew is not None else PERSON_KG
        for name in step.load:
            craft = self.case.scenario.spacecraft.get(name)
            if craft is None:
                continue
            room_kg, aboard_kg = craft.cargo + craft.crew * person_kg, self.carried_kg.get(name, 0.0)
            if aboard_kg > room_kg * (1.0 + 1e-9) + 1e-6:
                message = f"{name} then has {_kg(aboard_kg)} on board, and room for {_kg(room_kg)}: cargo"
                message += f" {_kg(craft.cargo)}, seats for {craft.crew} of {_kg(person_kg)} each"
                hint = f"load less, or give it more room (spacecraft.{name}.cargo or crew)"
                yield self._problem((*path, "load", name), Code.OVER_CAPACITY, message, hint)

    def _check_actions(self, path: Path, index: int, step: Manoeuvre) -> Iterator[Problem]:
        craft, burns = self.case.scenario.spacecraft, False
        for number, (verb, name) in enumerate(map(str.split, step.do)):
            at: Path = (*path, "do", number)
            burns = burns or verb == "burn"
            if name not in step.fly:
                hint = suggest(name, step.fly) + f"; add it to fly, or {verb} another"
                yield self._problem(at, Code.NO_SUCH_NAME, f"{name} does not fly in this burn", hint)
            elif self.dropped.get(name) == index + 1:
                message = f"{name} has been dropped earlier in this burn"
                yield self._problem(at, Code.VALUE, message, "drop it after its last burn")
            elif verb == "burn" and name in craft and not any(stage.isp for stage in craft[name].stages.values()):
                message = f"{name} has no engine and cannot burn"
                hint = f"give it a stage with an isp, or let another of {', '.join(step.fly)} burn"
                yield self._problem(at, Code.VALUE, message, hint)
            if verb == "drop":
                self.dropped.setdefault(name, index + 1)
        if step.dv > 0.0 and not burns:
            message = f"{format_quantity(step.dv, 'speed')} are wanted, and nothing burns"
            yield self._problem((*path, "dv"), Code.VALUE, message, f"add do: [burn {step.fly[-1]}]")


def _kg(mass_kg: float) -> str:
    return f"{mass_kg:,.6g} kg"


CHECKS = (check_sequence_keys, check_sequence_needs, check_sequence_times, check_sequence_stacks)
