"""What the shipped catalogue knows by name: launch sites, ground stations, lunar orbits."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from sim.problems import InputError, did_you_mean

_SPELLINGS = {
    "bearlakes": "bear-lakes",
    "medvezhi-ozera": "bear-lakes",
    "medvezhyi-ozera": "bear-lakes",
    "hainan": "wenchang",
    "wenchang-commercial": "hainan-commercial",
    "kashgar": "kashi",
    "kaschgar": "kashi",
    "neuquén": "neuquen",
    "tyuratam": "baikonur",
    "usurijsk": "ussuriysk",
    "ussurijsk": "ussuriysk",
    "ussurisk": "ussuriysk",
    "vostochniy": "vostochny",
    "vostochnyi": "vostochny",
}


class NamedPlace(NamedTuple):
    """A named place on the Earth: degrees, longitude east."""

    name: str
    latitude_deg: float
    longitude_deg: float


class Orbit(NamedTuple):
    """A named orbit about the Moon: altitudes in km, inclination to the Moon's equator in degrees."""

    perilune_km: float
    apolune_km: float
    inclination_deg: float


def find_launch_site(name: str) -> NamedPlace:
    """Return a launch site by name; raises InputError naming the nearest or all known ones."""
    sites = _block("launchers.yaml", "launch_sites")
    key = _find(name, sites, "launch site")
    return _place(key, sites[key])


def find_station(name: str) -> NamedPlace:
    """Return a ground station by name or a common spelling of it; raises InputError naming those known."""
    stations = _block("network.yaml", "ground")["stations"]
    key = _find(name, stations, "ground station")
    return _place(key, stations[key])


def lunar_orbits() -> dict[str, Orbit]:
    """Return the lunar orbits of the catalogue by name."""
    places = _block("network.yaml", "places")
    return {name: _orbit(place) for name, place in places.items() if place["body"] == "moon" and "surface" not in place}


def _orbit(place: dict[str, Any]) -> Orbit:
    low, high = (place.get(key) or place["altitude"] for key in ("periapsis", "apoapsis"))
    return Orbit(_km(low), _km(high), _deg(place["inclination"]))


def _place(name: str, entry: dict[str, Any]) -> NamedPlace:
    return NamedPlace(name, _deg(entry["latitude"]), _deg(entry["longitude"]))


def _find(name: str, known: dict[str, Any], noun: str) -> str:
    said = "-".join(name.strip().lower().replace("_", " ").split())
    key = _SPELLINGS.get(said, said)
    if key in known:
        return key
    near = did_you_mean(said, [*known, *(word for word, meant in _SPELLINGS.items() if meant in known)])
    hint = f"{near} " if near else ""
    raise InputError(f"there is no {noun} '{name.strip()[:40]}'; {hint}known: {', '.join(sorted(known))}")


def _block(file: str, key: str) -> dict[str, Any]:
    from sim.scenario.text import plain, read_text
    from sim.scenario.tree import shipped_folder

    path = shipped_folder() / "catalogue" / file
    root, problems = read_text(path.read_bytes(), path.name)
    if root is None:
        raise RuntimeError(f"the shipped catalogue is damaged: {problems[0].text()}")
    block: dict[str, Any] = plain(root)[key]
    return block


def _deg(text: str) -> float:
    from sim.units import read_quantity

    return round(math.degrees(read_quantity(text, "angle")), 9)


def _km(text: str) -> float:
    from sim.units import read_quantity

    return read_quantity(text, "length") / 1e3
