"""The fleet of a campaign: pads and launch vehicles."""

from __future__ import annotations

from dataclasses import dataclass

from sim.campaign.plan.parts import Chance, Reliability


@dataclass(frozen=True, slots=True)
class PadPlan:
    """A launch pad."""

    name: str
    turnaround: Chance
    available_d: float
    needs: tuple[int, ...]
    scrub: float
    recycle: Chance


@dataclass(frozen=True, slots=True)
class LauncherPlan:
    """A launch vehicle."""

    name: str
    partner: int
    family: int
    needs: tuple[int, ...]
    pads: tuple[int, ...]
    reliability: Reliability
    line_start_d: float
    every: Chance
    ready: int
    stock: int
    integration: Chance
    stand_down: Chance
