"""Staging: stations in orbit, their tanks, and flights told step by step."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.schema.blocks import Need, Sourced
from sim.scenario.values import UncertainDuration
from sim.units import Mass, Name, Rate, Share


class Research(Sourced):
    """Research facilities."""

    facilities: Annotated[int, Field(ge=1, le=1000)]
    """How many work at once."""


class Operation(Sourced):
    """One step of a flight told step by step, without computed physics."""

    name: Name
    """What is done."""
    duration: UncertainDuration
    """How long it takes."""
    needs: list[Need] = []
    """What must have happened before this step."""
    scrub: Share = 0.0
    """Chance that a try is called off."""
    recycle: UncertainDuration | None = None
    """Time from a scrub to the next try."""
    fails: Share = 0.0
    """Chance that it fails."""
    then: Literal["lose", "spare"] = "lose"
    """After a failure the whole flight is lost, or a spare vehicle starts again from the first step."""

    @model_validator(mode="after")
    def _recycles(self) -> Operation:
        if self.scrub > 0.0 and self.recycle is None:
            raise ValueError("a step that can scrub needs a recycle time")
        return self


class Filling(Sourced):
    """Tankers that fill a station's tank, one after the other."""

    delivers: Mass
    """Propellant each tanker brings."""
    fleet: Annotated[int, Field(ge=1, le=10_000)]
    """Tankers there are; each one lost is gone, and the last one's loss ends the filling."""
    operations: list[Operation] = Field(min_length=1)
    """The steps of one tanker's flight."""
    spare: UncertainDuration
    """Time until another tanker stands ready after a loss."""
    needs: list[Need] = []
    """What must have happened before the first tanker."""
    launcher: Name | None = None
    """Vehicle on which tankers launch; without one the first steps stand for the launch."""


class Tank(Sourced):
    """A propellant tank in orbit."""

    capacity: Mass
    """What it holds."""
    boil_off: Rate = 0.0
    """Share lost per day."""
    filled_by: Filling | None = None
    """The tankers that fill it."""


class Station(Sourced):
    """A station in orbit."""

    tank: Tank | None = None
    """Propellant for those who dock."""

    at: Name
    """Its orbit."""
    mass: Mass
    """Mass as delivered."""
    partner: Name | None = None
    """Who operates it."""
    ports: Annotated[int, Field(ge=1, le=100)] = 1
    """Docking ports."""
    research: Research | None = None
    """Research facilities on board."""
    needs: list[Need] = []
    """What must have happened before it can be commissioned."""
    commissioning: UncertainDuration
    """Time from arrival to operation."""
