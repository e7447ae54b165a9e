"""Print what the project computes through boinor or poliastro, as JSON: run it where each is installed and compare.

.venv/bin/python docs/decisions/parity.py > boinor.json
.venv-poliastro/bin/python docs/decisions/parity.py > poliastro.json
python docs/decisions/parity.py boinor.json poliastro.json
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

DIGITS = 13  # of a double's 16: what rounding in another order may change is left out


def main() -> None:
    if len(sys.argv) == 3:
        compare(*(json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]))
    else:
        print(json.dumps({"with": made_with(), "numbers": measure()}, indent=1))


def made_with() -> dict[str, str]:
    from sim.physics.orbits import package_name

    names = ("astropy", "numpy", "numba", "pyerfa")
    return {"library": package_name(), "python": platform.python_version(), **{name: version(name) for name in names}}


def measure() -> dict[str, float]:
    numbers = {**manoeuvres(), **library(), **frames(), **ephemeris(), **transfers()}
    return {name: float(f"{value:.{DIGITS}g}") for name, value in numbers.items()}


def manoeuvres() -> dict[str, float]:
    """What staging legs are computed with."""
    from sim.physics import orbits

    moves = {
        "hohmann Earth 200 -> 378029 km": orbits.change_altitude("earth", 200.0, 378_029.0),
        "hohmann Moon 100 -> 1000 km": orbits.change_altitude("moon", 100.0, 1000.0),
        "apsides Moon 100x8600 -> 100x100 km": orbits.change_apsides("moon", (100.0, 8600.0), (100.0, 100.0)),
        "apsides Moon 200x16000 -> 100x100 km": orbits.change_apsides("moon", (200.0, 16_000.0), (100.0, 100.0)),
        "plane Earth 400 km, 5 deg": orbits.change_plane("earth", 400.0, 5.0),
        "phase Moon 100 km, 30 deg in 3 turns": orbits.change_phase("moon", 100.0, 30.0, 3),
    }
    speeds = {f"{name}, m/s": move.dv_m_s for name, move in moves.items()}
    return speeds | {f"{name}, d": move.duration_d for name, move in moves.items() if move.duration_d}


def library() -> dict[str, float]:
    """The two packages themselves, at places where both can be asked in the same words."""
    import numpy as np
    from astropy import units

    from sim.physics.orbits import lambert_km_s, package_name

    name = package_name().split()[0]
    bodies, twobody = (importlib.import_module(f"{name}.{part}") for part in ("bodies", "twobody"))
    start, end = np.array([6578.0, 0.0, 0.0]), np.array([-330_000.0, 180_000.0, 60_000.0])
    out, back = lambert_km_s("earth", start, end, 100.0 * 3600.0)
    orbit = twobody.Orbit.from_classical(
        bodies.Earth, 22_000 * units.km, 0.7 * units.one, *([30, 40, 50, 60] * units.deg)
    ).propagate(30 * units.hour)
    points = importlib.import_module(f"{name}.threebody.restricted").lagrange_points(
        384_400 * units.km, bodies.Earth.mass, bodies.Moon.mass
    )
    return {
        **{f"lambert 100 h, {word} {axis}, km/s": float(vector[i]) for word, vector in (("start", out), ("end", back))
           for i, axis in enumerate("xyz")},
        **{f"propagated 30 h, {axis}, km": float(orbit.r[i].to_value(units.km)) for i, axis in enumerate("xyz")},
        **{f"L{i + 1} of Earth and Moon, km": float(points[i].to_value(units.km)) for i in (0, 1)},
    }  # fmt: skip


def frames() -> dict[str, float]:
    import numpy as np

    from sim.physics.epochs import epoch_from_iso
    from tests.physics.libraries import moon_fixed_direction

    turned = moon_fixed_direction(epoch_from_iso("2035-03-01"), np.array([0.6, -0.48, 0.64]))
    return {f"MoonFixed 2035-03-01, {axis}": float(turned[i]) for i, axis in enumerate("xyz")}


def ephemeris() -> dict[str, float]:
    """Built afresh, past any table in the cache."""
    from sim.physics.epochs import epoch_from_iso
    from sim.physics.orbits import build_ephemeris

    first = epoch_from_iso("2035-03-01")
    table = build_ephemeris(first, first + 2.0, 0.25, None)
    places = {"Moon": table.moon_position_km, "Sun": table.sun_position_km}
    found = {f"{body} 2035-03-01, {axis}, km": float(rows[0, i]) for body, rows in places.items()
             for i, axis in enumerate("xyz")}  # fmt: skip
    return found | {"axes of date 2035-03-01, sum of squares off the diagonal": _off_diagonal(table.equator_of_date[0])}


def transfers() -> dict[str, float]:
    """Compiled by numba, which differs between the two environments as well."""
    from sim.physics.ephemeris import load_ephemeris
    from sim.physics.epochs import epoch_from_iso
    from sim.physics.refine import refine_transfer
    from sim.physics.transfer import LunarOrbit, Parking, find_transfer

    asked = (load_ephemeris(), epoch_from_iso("2035-03-01"), 108.0, Parking(200.0, 28.5), LunarOrbit(100.0, 100.0))
    ways: dict[str, Any] = {"fast": find_transfer(*asked), "refined": refine_transfer(*asked)}
    return {
        f"{name} transfer, {burn}, m/s": getattr(way.solutions[0], f"{burn.lower()}_dv_m_s")
        for name, way in ways.items()
        for burn in ("TLI", "LOI")
    }


def compare(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Print each number of both as a table, with the relative difference, and the greatest."""
    names = [side["with"]["library"] for side in (first, second)]
    print(f"| number | {names[0]} | {names[1]} | relative difference |\n|---|---|---|---|")
    worst = 0.0
    for name, value in first["numbers"].items():
        other = second["numbers"][name]
        apart = abs(value - other) / max(abs(value), abs(other), 1e-300)
        worst = max(worst, apart)
        print(f"| {name} | {value:.12g} | {other:.12g} | {'0' if apart == 0.0 else f'{apart:.0e}'} |")
    print(f"\n{len(first['numbers'])} numbers; greatest relative difference {worst:.0e}")


def _off_diagonal(axes: Any) -> float:
    return float((axes**2).sum() - (axes.diagonal() ** 2).sum())


if __name__ == "__main__":
    main()
