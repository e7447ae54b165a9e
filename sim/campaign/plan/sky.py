"""What the sky allows a campaign: departures, opportunities, light, who sees the Moon."""

from __future__ import annotations

from dataclasses import dataclass

from sim.campaign.plan.parts import Floats, Indices


@dataclass(frozen=True, slots=True)
class Departures:
    """Departures of one computed transfer, sorted by time, one row for each possible departure."""

    t_d: Floats
    tof_d: Floats
    tli_m_s: Floats
    loi_m_s: Floats


@dataclass(frozen=True, slots=True)
class Opportunities:
    """Which departures one launch can use: indices into `departures`."""

    departures: int
    window: Indices
    """Possible in geometry and mass."""
    open: tuple[Indices, ...]
    """... and the critical events are seen from the ground, for each set of absent partners: subsets of `window`."""
    capacity_margin_kg: Floats
    """Launcher capacity left, for each index in `window`."""
    propellant_margin_kg: Floats
    """Propellant left after the last burn without any wait, for each index in `window`."""
    waits_d: Floats
    """(waits,) waiting times for which the margin is tabled; more than one where propellant boils off."""
    wait_margin_kg: Floats
    """(waits, window) propellant left after the last burn when the stack has waited so long."""
    planes_d: tuple[Floats, ...]
    """Days on which a stack waiting in orbit can leave, for each of several orbital planes; empty when it launches
    into the plane it needs."""


@dataclass(frozen=True, slots=True)
class LightTable:
    """Intervals in which the Sun is up at a site for long enough, sorted."""

    start_d: Floats
    end_d: Floats


@dataclass(frozen=True, slots=True)
class GroundPlan:
    """Who sees the Moon when it matters."""

    partners: tuple[int, ...]
    """Partners who own antennas and may be absent; a set of absent ones is a number with a bit for each."""
    covers: tuple[LightTable, ...]
    """Intervals in which the Moon is seen, for each set of absent partners."""
    antennas: tuple[int, ...]
    """Antennas there are, for each set of absent partners."""
    hold_d: float
    rendezvous: bool
    """Whether docking must be seen."""
    navigation: tuple[int, ...]
    """Milestones after which navigation is better; empty when it never is."""
    landing_odds: float
    """Factor on the odds of a landing failure then."""
