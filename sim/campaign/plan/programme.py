"""The programme of a campaign: partners, risk drivers, work on Earth."""

from __future__ import annotations

from dataclasses import dataclass

from sim.campaign.plan.parts import Chance


@dataclass(frozen=True, slots=True)
class PartnerPlan:
    """A partner's coming and going."""

    name: str
    joins: Chance | None
    withdraws: Chance | None
    """Date of leaving; its law carries the yearly chance."""
    successor: int
    """Index of the partner who takes over, or -1."""
    handover: Chance | None
    barred: tuple[float, float]
    """From and until when its work waits; (never, never) when it is not barred."""
    per_year: float
    """Money each year; nan when it is not limited."""
    at_start: float
    grants_d: tuple[float, ...]
    """Days on which a year's money comes."""


@dataclass(frozen=True, slots=True)
class RiskPlan:
    """A risk driver: happens or not, once."""

    name: str
    probability: float
    stream: int
    stretches: tuple[tuple[int, Chance], ...]
    """(activity index, factor on what is left of it)."""
    shared: int
    """Stream of the one draw that places every factor in its law, or -1 when each has its own."""


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """Work on Earth."""

    subject: int
    done: int
    """Milestone."""
    cause: int
    partners: tuple[int, ...]
    needs: tuple[int, ...]
    not_before: Chance | None
    duration: Chance | None
    finish_d: float | None
    """Planned date of completion, or the date of the fact."""
    planned_d: float
    """Day on which the plan ends it: the stated date, or what its needs and duration make."""
    slip: Chance | None
    """Distance of its end from the planned day, as far as it is its own."""
    fact: bool
    payer: int
    """Index of the partner whose budget pays, or -1."""
    cost: float
