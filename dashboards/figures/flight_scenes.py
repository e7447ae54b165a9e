"""The computed way of each flight to the Moon in three dimensions, chosen by the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from dashboards.card import Alternative, Card
from dashboards.figures.trajectory import Track, draw_tracks, name_tracks, proportions, turn_with_moon
from sim.physics.states import FloatArray

_POINTS: Final = 70
"""Points of a path on a page of many."""


def draw_scenes(tracks: Mapping[str, Track]) -> tuple[Card, ...]:
    """Return the paths in inertial axes and in those that turn with the Moon, by what the reader chooses."""
    if not tracks:
        return ()
    thin = {run: _thin(track) for run, track in tracks.items()}
    first = next(iter(thin.values()))
    inertial, rotating = draw_tracks(first)
    stars = {run: _scene(one, one.ship_km, one.moon_km, name_tracks(one)[0]) for run, one in thin.items()}
    still = {
        run: _scene(one, turn_with_moon(one, one.ship_km), turn_with_moon(one, one.moon_km), name_tracks(one)[1])
        for run, one in thin.items()
    }
    return replace(inertial, alternatives=stars, table=None), replace(rotating, alternatives=still)


def _thin(track: Track) -> Track:
    """Return a path of fewer points, evenly spaced among those it has, both ends kept."""
    picks = np.unique(np.linspace(0, len(track.epoch_d) - 1, _POINTS).astype(int))
    return Track(track.epoch_d[picks], track.ship_km[picks], track.moon_km[picks], track.moon_km_s[picks])


def _scene(track: Track, ship_km: FloatArray, moon_km: FloatArray, title: str) -> Alternative:
    """Return what replaces the traces of a scene: the Moon's path, the ship's, Earth, the Moon at both ends."""
    hours = np.round(24.0 * (track.epoch_d - track.epoch_d[0]), 1).tolist()
    data: tuple[dict[str, Any], ...] = (
        {**_places(moon_km), "customdata": hours},
        {**_places(ship_km), "customdata": hours},
        {},
        _places(moon_km[-1:]),
        _places(moon_km[:1]),
    )
    shape = proportions(np.vstack([ship_km, moon_km, np.zeros((1, 3))]))
    return Alternative(title, data, {f"scene.aspectratio.{axis}": round(part, 4) for axis, part in shape.items()})


def _places(place_km: FloatArray) -> dict[str, Any]:
    return dict(zip("xyz", np.round(place_km.T / 1000.0, 1).tolist(), strict=True))
