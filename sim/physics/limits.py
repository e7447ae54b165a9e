"""What the physics refuses to answer, and the words it refuses with."""

from __future__ import annotations

FIRST_DAY = "2000-01-01"  # of the ephemeris
LAST_DAY = "2061-01-01"
TOF_LIMITS_H = (60.0, 170.0)  # h; what the correction of a computed transfer was derived for
RETURN_TOF_LIMITS_H = (54.0, 170.0)  # h; the same of a way home


class PhysicsError(ValueError):
    """Says which limit a request breaks; the message names the limit and the value given."""


def require_between(name: str, value: float, low: float, high: float, unit: str) -> None:
    """Refuse a value outside [low, high], naming both ends; raises PhysicsError."""
    if not low <= value <= high:
        raise PhysicsError(f"{name} is {value:g} {unit}; it must lie between {low:g} and {high:g} {unit}")


def require_span(first_d: float, last_d: float) -> None:
    """Refuse a span of epochs that does not end after it starts; raises PhysicsError."""
    if not last_d > first_d:
        raise PhysicsError(f"the span's end must be after its start; it lasts {last_d - first_d:g} d")


def require_above_surface(name: str, altitude_km: float, body: str) -> None:
    """Refuse an orbit whose lowest point is not above the surface; raises PhysicsError."""
    if not altitude_km > 0.0:
        raise PhysicsError(f"{name} is {altitude_km:g} km; it must be above the surface of the {body} (0 km)")


def require_reachable_inclination(inclination_deg: float, latitude_deg: float) -> None:
    """Refuse an inclination below the launch site's latitude, or above its supplement; raises PhysicsError.

    Source: spherical geometry: an orbit's ground track never passes poleward of min(i, 180 - i).
    """
    reach_deg = min(inclination_deg, 180.0 - inclination_deg)
    if reach_deg < abs(latitude_deg) - 1e-9:
        raise PhysicsError(
            f"inclination {inclination_deg:g} deg cannot be launched from latitude {latitude_deg:g} deg;"
            f" it must lie between {abs(latitude_deg):g} and {180.0 - abs(latitude_deg):g} deg"
        )
