"""Injection towards the Moon: what it takes from a parking orbit, and what a launcher's two capacities say of it."""

from __future__ import annotations

from math import exp, sqrt
from typing import Final

from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM, G0_M_S2
from sim.physics.limits import PhysicsError

TLI_C3_KM2_S2: Final = -2.0
"""Departure energy at which published payloads to trans-lunar injection are understood to hold.

Source: estimate; transfers of four to five days from 200 km need -2.1 to -1.9 km2/s2.
"""
LARGEST_EXPONENT: Final = 700.0
"""Above it the mass ratio of a burn is no float."""


def injection_dv_m_s(altitude_km: float) -> float:
    """Return the delta-v from a circular parking orbit to the departure energy of published TLI payloads.

    Raises PhysicsError for an orbit that lies beyond the ellipse of that energy.
    """
    radius_km = EARTH_RADIUS_KM + altitude_km
    perigee2 = TLI_C3_KM2_S2 + 2.0 * EARTH_MU_KM3_S2 / radius_km
    if perigee2 < 0.0:
        raise PhysicsError(f"an orbit at {altitude_km:g} km lies too high to inject from; park below 2000 km")
    return 1e3 * (sqrt(perigee2) - sqrt(EARTH_MU_KM3_S2 / radius_km))


def mass_ratio(dv_m_s: float, isp_s: float, g0_m_s2: float = G0_M_S2) -> float:
    """Return start over end mass of a burn; raises PhysicsError where no engine could do it.

    Source: rocket equation.
    """
    if isp_s <= 0.0 or dv_m_s > LARGEST_EXPONENT * isp_s * g0_m_s2:
        raise PhysicsError(f"no burn of {dv_m_s:g} m/s is possible with an isp of {isp_s:g} s; check the unit")
    return exp(dv_m_s / (isp_s * g0_m_s2))


def upper_stage_kg(leo_kg: float | None, tli_kg: float, isp_s: float, ratio: float) -> float:
    """Return the dry mass of an upper stage that lifts both capacities, 0 without one to low orbit.

    It follows from (leo + S) = (tli + S) ratio, with the mass ratio of the injection. Raises PhysicsError when the
    capacities and the isp contradict each other (S < 0).
    Source: rocket equation through both published points.
    """
    if leo_kg is None:
        return 0.0
    stage_kg = (leo_kg - tli_kg * ratio) / (ratio - 1.0)
    if stage_kg < 0.0:
        raise PhysicsError(
            f"{tli_kg:g} kg to TLI is more than {leo_kg:g} kg in LEO allow with an isp of {isp_s:g} s:"
            f" at most {leo_kg / ratio:.0f} kg"
        )
    return stage_kg
