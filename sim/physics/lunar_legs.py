"""Legs between staging places near the Moon that depend little on the date: a sourced table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.physics.constants import SYNODIC_MONTH_D
from sim.physics.limits import PhysicsError, require_between

Place = Literal["LEO", "TLI", "TEI", "LLO", "NRHO", "ELFO", "EML1", "EML2", "DRO", "surface"]
Way = Literal["direct", "flyby", "ballistic"]
Access = Literal["read", "computed", "recalled"]

NRHO_PERIOD_D = SYNODIC_MONTH_D * 2.0 / 9.0  # d; 9:2 synodic resonance, Gateway reference trajectory (NASA)
_ANY_KM = (10.0, 100_000.0)
_LLO_KM = (50.0, 200.0)  # of which a figure for 100 km is good to about 25 m/s
_ACTA = "Acta Astronautica 177 (2020) 351-372, table 4, PMC7385728"
_ACTA_5 = f"{_ACTA}, with 5 % reserve"
_NOTE_2018 = "newpapyrusmagazine.blogspot.com, June 2018 (secondary)"
_STAGING = "Whitley & Martinez 2015, Options for Staging Orbits in Cislunar Space, NTRS 20150019648"
_LOW_ENERGY = "Parker & Anderson 2013, Low-Energy Lunar Trajectory Design, JPL DESCANSO 12"


@dataclass(frozen=True, slots=True)
class StagingLeg:
    """A leg between two places: speed and time with the range they are good for, and where they are
    from.

    `altitude_km` is the range of low lunar orbit altitudes (or perilunes) the figure may be used for.
    `access` says whether the source was read, the figure computed here, or recalled and still to be checked.

    """

    origin: Place
    destination: Place
    way: Way
    dv_m_s: float
    dv_range_m_s: tuple[float, float]
    tof_d: float
    tof_range_d: tuple[float, float]
    altitude_km: tuple[float, float]
    access: Access
    source: str


LEGS: tuple[StagingLeg, ...] = (
    StagingLeg("LEO", "TLI", "direct", 3276, (3050, 3280), 0.1, (0, 1), (300, 450), "read", _ACTA_5),
    StagingLeg("TLI", "LLO", "direct", 952, (800, 1090), 5, (2.5, 6), _LLO_KM, "read", _ACTA_5),
    StagingLeg("TLI", "surface", "direct", 2900, (2850, 3000), 5, (3, 6), _ANY_KM, "read", _ACTA),
    StagingLeg("TLI", "NRHO", "flyby", 450, (400, 500), 5, (5, 6), _ANY_KM, "read", _ACTA),
    StagingLeg("NRHO", "LLO", "direct", 740, (730, 800), 0.5, (0.5, 1), _LLO_KM, "read", f"{_ACTA}; {_NOTE_2018}"),
    StagingLeg("LLO", "NRHO", "direct", 850, (730, 850), 0.5, (0.5, 1), _LLO_KM, "read", _ACTA),
    StagingLeg("NRHO", "TEI", "flyby", 450, (400, 500), 5, (4, 6), _ANY_KM, "read", _ACTA),
    StagingLeg("LLO", "TEI", "direct", 1256, (800, 1300), 5, (3, 6), _LLO_KM, "read", _ACTA_5),
    StagingLeg("LLO", "surface", "direct", 2180, (1870, 2200), 0.5, (0.1, 1), _LLO_KM, "read", _ACTA_5),
    StagingLeg("surface", "LLO", "direct", 1968, (1830, 1970), 0.5, (0.1, 1), _LLO_KM, "read", _ACTA_5),
    StagingLeg("LEO", "EML1", "direct", 3770, (3700, 3850), 4, (3, 5), _ANY_KM, "read", _NOTE_2018),
    StagingLeg("TLI", "EML1", "direct", 705, (640, 770), 4, (3, 5), _ANY_KM, "recalled", f"{_STAGING}; {_LOW_ENERGY}"),
    StagingLeg("EML1", "LLO", "direct", 750, (700, 800), 2, (2, 3), _LLO_KM, "read", _NOTE_2018),
    StagingLeg("LLO", "EML1", "direct", 750, (700, 800), 2, (2, 3), _LLO_KM, "read", _NOTE_2018),
    StagingLeg("LEO", "EML2", "flyby", 3430, (3300, 3500), 8, (6, 10), _ANY_KM, "read", _NOTE_2018),
    StagingLeg("TLI", "EML2", "flyby", 245, (150, 340), 8, (6, 10), _ANY_KM, "recalled", f"{_STAGING}; Farquhar 1971"),
    StagingLeg("EML2", "LLO", "direct", 800, (750, 850), 3, (2, 4), _LLO_KM, "read", _NOTE_2018),
    StagingLeg("LLO", "EML2", "direct", 800, (750, 850), 3, (2, 4), _LLO_KM, "read", _NOTE_2018),
    StagingLeg("TLI", "DRO", "flyby", 370, (320, 420), 9.6, (6, 11), _ANY_KM, "computed",
               "Artemis I: flyby 259 m/s (press, >580 mph) and insertion 110.6 m/s (NASA, devdiscourse.com 2265440)"),
    StagingLeg("DRO", "LLO", "direct", 830, (780, 880), 4, (3, 5), _LLO_KM, "read", _NOTE_2018),
    StagingLeg("LLO", "DRO", "direct", 830, (780, 880), 4, (3, 5), _LLO_KM, "read", _NOTE_2018),
    StagingLeg("TLI", "ELFO", "direct", 275, (257, 293), 4.67, (4, 6), (100, 500), "computed",
               "refined transfers to 440 x 16 000 km (Queqiao-2: 112 h, en.people.cn 20149272), impulsive"),
    StagingLeg("LLO", "ELFO", "direct", 571, (560, 700), 0.5, (0.5, 1), _LLO_KM, "computed",
               "two-body, 100 km circular to 200 x 16 000 km, apses in line, no plane change"),
    StagingLeg("ELFO", "LLO", "direct", 571, (560, 700), 0.5, (0.5, 1), _LLO_KM, "computed",
               "two-body, 200 x 16 000 km to 100 km circular, apses in line, no plane change"),
    StagingLeg("TLI", "NRHO", "ballistic", 35, (0, 70), 105, (80, 140), _ANY_KM, "recalled",
               f"{_LOW_ENERGY}; CAPSTONE took 133 d from TLI in 2022. TLI itself costs 50 to 100 m/s more (C3 -0.7)"),
    StagingLeg("TLI", "EML2", "ballistic", 35, (0, 70), 105, (80, 130), _ANY_KM, "recalled",
               f"{_LOW_ENERGY}. TLI itself costs 50 to 100 m/s more (C3 -0.7)"),
    StagingLeg("TLI", "LLO", "ballistic", 670, (640, 700), 100, (80, 134), _LLO_KM, "recalled",
               f"{_LOW_ENERGY}; Danuri took 134 d in 2022. TLI itself costs 50 to 100 m/s more (C3 -0.7)"),
)  # fmt: skip


def staging_leg(origin: Place, destination: Place, way: Way | None = None, *, altitude_km: float = 100.0) -> StagingLeg:
    """Return the leg between two places, the quickest when several ways are tabled and none is named.

    Raises PhysicsError when there is none, naming those there are, and when the lunar altitude is outside its
    validity.
    """
    found = [leg for leg in LEGS if (leg.origin, leg.destination) == (origin, destination) and way in (None, leg.way)]
    if not found:
        known = ", ".join(
            sorted({f"{leg.origin}-{leg.destination} ({leg.way})" for leg in LEGS if leg.origin == origin})
        )
        raise PhysicsError(
            f"no leg {origin}-{destination}{f' ({way})' if way else ''} is tabled; from {origin}: {known or 'none'}"
        )
    best = min(found, key=lambda leg: leg.tof_d)
    require_between(f"altitude for {origin}-{destination}", altitude_km, *best.altitude_km, "km")
    return best
