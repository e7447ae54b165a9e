"""A computed flight as a scene of Cesium (CZML 1.0): its way about the Earth in inertial axes, moments in UTC.

Source: https://github.com/AnalyticalGraphicsInc/czml-writer/wiki/CZML-Structure.
"""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np

from sim.interchange.ccsds import OutMessage
from sim.interchange.flown import OutArc
from sim.physics.constants import DAY_S
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import utc_from_epoch

_PACE: Final = 3600
"""Seconds of flight in a second of the viewer."""


def czml_bytes(message: OutMessage) -> bytes:
    """Return the scene of a flight: a document, and the craft; both arcs about the Earth, parted at the burn."""
    flight = message.flight
    first, last = (_utc(message, time_s) for time_s in (0.0, float(flight.arcs[-1].time_s[-1])))
    clock = {"interval": f"{first}/{last}", "currentTime": first, "multiplier": _PACE}
    craft = {
        "id": flight.designator,
        "name": flight.name,
        "availability": f"{first}/{last}",
        "properties": {"source": message.source, "notes": "; ".join(flight.notes)},
        "position": [_position(message, arc) for arc in flight.arcs],
        "path": {"leadTime": 0, "trailTime": float(flight.arcs[-1].time_s[-1]), "resolution": 600},
        "label": {"text": flight.name, "pixelOffset": {"cartesian2": [12, 0]}},
        "point": {"pixelSize": 8},
    }
    document = {"id": "document", "version": "1.0", "name": flight.name, "clock": clock}
    return (json.dumps([document, craft], indent=1) + "\n").encode()


def _position(message: OutMessage, arc: OutArc) -> dict[str, Any]:
    places_km = arc.states[:, :3]
    if arc.centre == "MOON":
        places_km = places_km + load_ephemeris().moon(message.flight.injected_d + arc.time_s / DAY_S)[0]
    start_s = float(arc.time_s[0])
    rows = np.column_stack([np.round(arc.time_s - start_s, 3), np.round(1e3 * places_km, 3)])
    return {
        "interval": f"{_utc(message, start_s)}/{_utc(message, float(arc.time_s[-1]))}",
        "epoch": _utc(message, start_s),
        "cartesian": [float(value) for value in rows.ravel()],
        "referenceFrame": "INERTIAL",
        "interpolationAlgorithm": "LAGRANGE",
        "interpolationDegree": 5,
    }


def _utc(message: OutMessage, time_s: float) -> str:
    return utc_from_epoch(message.flight.injected_d + time_s / DAY_S).isoformat(timespec="milliseconds") + "Z"
