"""Orbits that transfers start from and end in, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass

from sim.physics.limits import require_above_surface, require_between

PARKING_LIMITS_KM = (150.0, 2000.0)  # km; below 150 km an orbit decays within a day
ENTRY_ALTITUDE_KM = 121.92  # km; 400,000 feet, the entry interface of Apollo and Orion
ENTRY_ANGLES_DEG = (-9.0, -4.0)  # deg; steeper breaks crews, shallower skips out (Apollo flew -6.5 to -6.6)
HIGHEST_APOLUNE_KM = 80_000.0  # km; beyond, an orbit about the Moon does not stay


@dataclass(frozen=True, slots=True)
class Parking:
    """A circular orbit about the Earth; inclination to the true equator of date."""

    altitude_km: float
    inclination_deg: float

    def __post_init__(self) -> None:
        require_above_surface("parking altitude", self.altitude_km, "Earth")
        require_between("parking altitude", self.altitude_km, *PARKING_LIMITS_KM, "km")
        require_between("inclination", self.inclination_deg, 0.0, 180.0, "deg")


@dataclass(frozen=True, slots=True)
class EntryInterface:
    """An arrival at the Earth: where the air begins, on a sphere, at an inertial flight-path angle below the
    horizon (negative), in a plane of an inclination to the true equator of date.
    """

    angle_deg: float
    inclination_deg: float | None = None
    """None: whichever is cheapest."""

    def __post_init__(self) -> None:
        require_between("entry angle", self.angle_deg, *ENTRY_ANGLES_DEG, "deg")
        if self.inclination_deg is not None:
            require_between("inclination of the return", self.inclination_deg, 0.0, 180.0, "deg")


@dataclass(frozen=True, slots=True)
class LunarOrbit:
    """The orbit that lunar insertion ends in: altitudes, and inclination to the Moon's equator.

    The burn is tangential at perilune.
    """

    perilune_km: float
    apolune_km: float
    inclination_deg: float = 90.0

    def __post_init__(self) -> None:
        require_above_surface("perilune altitude", self.perilune_km, "Moon")
        require_between("apolune altitude", self.apolune_km, self.perilune_km, HIGHEST_APOLUNE_KM, "km")
        require_between("lunar inclination", self.inclination_deg, 0.0, 180.0, "deg")
