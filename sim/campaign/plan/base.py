"""The base of a campaign: elements, labour, light, goods."""

from __future__ import annotations

from dataclasses import dataclass

from sim.campaign.plan.parts import Chance


@dataclass(frozen=True, slots=True)
class ElementPlan:
    """A part of the base or a station in orbit."""

    subject: int
    delivered: tuple[int, ...]
    """Milestone of the mission that brings it; empty when it is there from the start."""
    needs: tuple[int, ...]
    partner: int
    on_surface: bool
    place: str
    mass_kg: float
    demand_w: float
    constant_w: float
    solar_w: float
    storage_j: float
    unloading_h: float
    assembly_h: float
    robot_shift_h: float
    facilities: int
    commissioning: Chance
    landed: int
    operational: int
    crew_h: float
    test_fails: float
    test_stream: int
    test_repair: Chance | None
    breakdown: Chance | None
    breakdown_repair: Chance | None
    breakdown_spares_kg: float
    makes: tuple[tuple[int, float], ...]
    """(good, kg a day) while it works."""


@dataclass(frozen=True, slots=True)
class BasePlan:
    """The base: labour and light."""

    place: str
    robot_shift_h: float
    jobs_at_once: int
    work_in_dark: bool
    light: int
    """Index of the light table, or -1."""
    longest_dark_d: float


@dataclass(frozen=True, slots=True)
class LivingPlan:
    """What people at the base use, and what is in store."""

    goods: tuple[str, ...]
    use_kg_d: tuple[float, ...]
    """Net use of each good by one person in a day, after recycling."""
    stock_kg: tuple[float, ...]
    reserve_d: float
    crew_shift_h: float
