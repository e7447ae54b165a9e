"""Flights as orbit messages of CCSDS: an ephemeris (OEM) or a state with its burns (OPM), as lines or as XML.

Source: CCSDS 502.0-B-2, Orbit Data Messages; CCSDS 505.0-B-2, XML for Navigation Data Messages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from sim.interchange.flown import OutArc, OutBurn, OutFlight
from sim.physics.states import FloatArray

_AXES: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
_LONGEST: Final = 200
_DEGREE: Final = "7"
_SCHEMA: Final = "https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-2.0.0-master-2.0.xsd"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class OutMessage:
    """A flight with what a message says of its source."""

    flight: OutFlight
    made: datetime.datetime
    """A date of the plan, so that the same plan gives the same bytes."""
    source: str
    """Which scenario or run it comes from, in words."""

    @property
    def comments(self) -> tuple[str, ...]:
        """Where it comes from, how it was computed, and what its name and frame mean."""
        return (
            self.source,
            *self.flight.notes,
            "OBJECT_ID is provisional: the year and the number of the flight in the plan",
            "ICRF: geocentric axes of GCRS; EME2000 is the same within 0.03 arcsec",
        )

    def meta(self, centre: str) -> dict[str, str]:
        """Return the object, the centre, the axes and the clock."""
        return {"OBJECT_NAME": plain_ascii(self.flight.name), "OBJECT_ID": self.flight.designator,
                "CENTER_NAME": centre, "REF_FRAME": "ICRF", "TIME_SYSTEM": "TDB"}  # fmt: skip

    def span(self, arc: OutArc) -> dict[str, str]:
        """Return the first and last epoch of an arc and how to interpolate in it."""
        first, last = self.epoch(float(arc.time_s[0])), self.epoch(float(arc.time_s[-1]))
        return {"START_TIME": first, "USEABLE_START_TIME": first, "USEABLE_STOP_TIME": last, "STOP_TIME": last,
                "INTERPOLATION": "HERMITE", "INTERPOLATION_DEGREE": _DEGREE}  # fmt: skip

    def epoch(self, time_s: float) -> str:
        """Return the TDB epoch so many seconds after the injection."""
        return self.flight.moment(time_s).isoformat(timespec="milliseconds")

    def first_state(self) -> FloatArray:
        """Return the geocentric state before the first burn of its own: on the way where the launcher injects."""
        return self.flight.arcs[0].states[0] if self.flight.burns[0].by_launcher else self.flight.burns[0].before

    def own_burns(self) -> tuple[OutBurn, ...]:
        """Return the burns that are not the launcher's."""
        return tuple(one for one in self.flight.burns if not one.by_launcher)


def oem_bytes(message: OutMessage, *, xml: bool) -> bytes:
    """Return the ephemeris of a flight: a segment about the Earth, and one about the Moon after its capture."""
    return _xml("oem", message, _oem_segments(message)) if xml else _lines("OEM", message, _oem_lines(message))


def opm_bytes(message: OutMessage, *, xml: bool) -> bytes:
    """Return the state of a flight before its first own burn, with its burns, mass and propellant."""
    return _xml("opm", message, [_opm_segment(message)]) if xml else _lines("OPM", message, _opm_lines(message))


# --- lines ------------------------------------------------------------------------------------------------------------


def _lines(kind: str, message: OutMessage, body: Iterator[str]) -> bytes:
    head = [f"CCSDS_{kind}_VERS = 2.0", *(f"COMMENT {plain_ascii(text)}" for text in message.comments)]
    head += [f"CREATION_DATE = {message.made:%Y-%m-%dT%H:%M:%S}", "ORIGINATOR = ILRS", ""]
    return "".join(f"{line}\n" for line in [*head, *body]).encode("ascii")


def _oem_lines(message: OutMessage) -> Iterator[str]:
    for arc in message.flight.arcs:
        yield "META_START"
        yield f"COMMENT {plain_ascii(arc.about)}"
        yield from (f"{key} = {text}" for key, text in (message.meta(arc.centre) | message.span(arc)).items())
        yield "META_STOP"
        for time_s, state in zip(arc.time_s, arc.states, strict=True):
            yield " ".join([message.epoch(float(time_s)), *_numbers(state)])
        yield ""


def _opm_lines(message: OutMessage) -> Iterator[str]:
    yield from (f"{key} = {text}" for key, text in message.meta("EARTH").items())
    yield ""
    yield f"EPOCH = {message.epoch(0.0)}"
    yield from (f"{key} = {text}" for key, text in zip(_AXES, _numbers(message.first_state()), strict=True))
    yield f"MASS = {message.flight.mass_kg:.3f}"
    for burn in message.own_burns():
        yield ""
        yield from (f"COMMENT {plain_ascii(text)}" for text in _about(burn))
        yield from (f"{key} = {text}" for key, text, _ in _manoeuvre(message, burn))


# --- XML --------------------------------------------------------------------------------------------------------------


def _xml(kind: str, message: OutMessage, segments: list[Element]) -> bytes:
    root = Element(kind, {"xmlns:xsi": _XSI, "xsi:noNamespaceSchemaLocation": _SCHEMA, "version": "2.0"})
    root.set("id", f"CCSDS_{kind.upper()}_VERS")
    head = SubElement(root, "header")
    for text in message.comments:
        SubElement(head, "COMMENT").text = plain_ascii(text)
    SubElement(head, "CREATION_DATE").text = f"{message.made:%Y-%m-%dT%H:%M:%S}"
    SubElement(head, "ORIGINATOR").text = "ILRS"
    SubElement(root, "body").extend(segments)
    indent(root)
    whole: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + whole + b"\n"


def _oem_segments(message: OutMessage) -> list[Element]:
    return [_oem_segment(message, arc) for arc in message.flight.arcs]


def _oem_segment(message: OutMessage, arc: OutArc) -> Element:
    segment = Element("segment")
    _fill(SubElement(segment, "metadata"), message.meta(arc.centre) | message.span(arc), arc.about)
    data = SubElement(segment, "data")
    for time_s, state in zip(arc.time_s, arc.states, strict=True):
        _state(data, message.epoch(float(time_s)), state)
    return segment


def _opm_segment(message: OutMessage) -> Element:
    segment = Element("segment")
    _fill(SubElement(segment, "metadata"), message.meta("EARTH"))
    data = SubElement(segment, "data")
    _state(data, message.epoch(0.0), message.first_state())
    SubElement(SubElement(data, "spacecraftParameters"), "MASS", units="kg").text = f"{message.flight.mass_kg:.3f}"
    for burn in message.own_burns():
        block = SubElement(data, "maneuverParameters")
        for text in _about(burn):
            SubElement(block, "COMMENT").text = plain_ascii(text)
        for key, text, unit in _manoeuvre(message, burn):
            SubElement(block, key, {"units": unit} if unit else {}).text = text
    return segment


def _fill(parent: Element, pairs: dict[str, str], about: str = "") -> None:
    if about:
        SubElement(parent, "COMMENT").text = plain_ascii(about)
    for key, text in pairs.items():
        SubElement(parent, key).text = text


def _state(parent: Element, epoch: str, state: FloatArray) -> None:
    vector = SubElement(parent, "stateVector")
    SubElement(vector, "EPOCH").text = epoch
    for key, text in zip(_AXES, _numbers(state), strict=True):
        SubElement(vector, key, units="km/s" if key.endswith("DOT") else "km").text = text


# --- what both say ----------------------------------------------------------------------------------------------------


def _about(burn: OutBurn) -> Iterator[str]:
    yield burn.about
    if burn.propellant_kg <= 0.0:
        yield "the plan does not say which engine burns: no propellant is counted"
    if burn.dropped_kg > 0.0:
        yield f"{burn.dropped_kg:.1f} kg of empty stages are dropped besides and are not in MAN_DELTA_MASS"


def _manoeuvre(message: OutMessage, burn: OutBurn) -> Iterator[tuple[str, str, str]]:
    """Yield the keys of a burn with their units; its speed in radial, transverse and normal axes about the Earth."""
    yield "MAN_EPOCH_IGNITION", message.epoch(burn.time_s), ""
    yield "MAN_DURATION", "0.0", "s"
    yield "MAN_DELTA_MASS", f"{-burn.propellant_kg:.3f}", "kg"
    yield "MAN_REF_FRAME", "RTN", ""
    for axis, dv_km_s in enumerate(rtn_axes(burn.before) @ burn.dv_km_s, 1):
        yield f"MAN_DV_{axis}", f"{dv_km_s:.9f}", "km/s"


def rtn_axes(state: FloatArray) -> FloatArray:
    """Return the radial, transverse and normal directions (3, 3) of a state, as rows."""
    radial = state[:3] / np.linalg.norm(state[:3])
    normal = np.cross(state[:3], state[3:])
    normal /= np.linalg.norm(normal)
    return np.array([radial, np.cross(normal, radial), normal])


def _numbers(state: FloatArray) -> list[str]:
    return [f"{value:.6f}" for value in state[:3]] + [f"{value:.9f}" for value in state[3:]]


def plain_ascii(text: str) -> str:
    """Return a text as one line of printable ASCII, as these messages want it."""
    letters = " ".join(text.split()).encode("ascii", "replace").decode()
    return "".join(letter if " " <= letter <= "~" else "?" for letter in letters)[:_LONGEST]
