"""Orbit messages of CCSDS as lines or as XML, and the ephemeris of a flight (OEM).

Source: CCSDS 502.0-B-2, Orbit Data Messages; CCSDS 505.0-B-2, XML for Navigation Data Messages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sim.interchange.flown import OutArc, OutBurn, OutFlight
from sim.physics.states import FloatArray

AXES: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
FRAME: Final = {"REF_FRAME": "ICRF", "TIME_SYSTEM": "TDB"}
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
                "CENTER_NAME": centre} | FRAME  # fmt: skip

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
    if xml:
        return as_xml("oem", message.comments, message.made, _oem_segments(message))
    return as_lines("OEM", message.comments, message.made, _oem_lines(message))


# --- lines ------------------------------------------------------------------------------------------------------------


def as_lines(kind: str, comments: Iterable[str], made: datetime.datetime, body: Iterator[str]) -> bytes:
    """Return a message of some kind as lines."""
    head = [f"CCSDS_{kind}_VERS = 2.0", *(f"COMMENT {plain_ascii(text)}" for text in comments)]
    head += [f"CREATION_DATE = {made:%Y-%m-%dT%H:%M:%S}", "ORIGINATOR = ILRS", ""]
    return "".join(f"{line}\n" for line in [*head, *body]).encode("ascii")


def _oem_lines(message: OutMessage) -> Iterator[str]:
    for arc in message.flight.arcs:
        yield "META_START"
        yield f"COMMENT {plain_ascii(arc.about)}"
        yield from (f"{key} = {text}" for key, text in (message.meta(arc.centre) | message.span(arc)).items())
        yield "META_STOP"
        for time_s, state in zip(arc.time_s, arc.states, strict=True):
            yield " ".join([message.epoch(float(time_s)), *numbers(state)])
        yield ""


# --- XML --------------------------------------------------------------------------------------------------------------


def as_xml(kind: str, comments: Iterable[str], made: datetime.datetime, segments: list[Element]) -> bytes:
    """Return a message of some kind as XML."""
    root = Element(kind, {"xmlns:xsi": _XSI, "xsi:noNamespaceSchemaLocation": _SCHEMA, "version": "2.0"})
    root.set("id", f"CCSDS_{kind.upper()}_VERS")
    head = SubElement(root, "header")
    for text in comments:
        SubElement(head, "COMMENT").text = plain_ascii(text)
    SubElement(head, "CREATION_DATE").text = f"{made:%Y-%m-%dT%H:%M:%S}"
    SubElement(head, "ORIGINATOR").text = "ILRS"
    SubElement(root, "body").extend(segments)
    indent(root)
    whole: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + whole + b"\n"


def _oem_segments(message: OutMessage) -> list[Element]:
    return [_oem_segment(message, arc) for arc in message.flight.arcs]


def _oem_segment(message: OutMessage, arc: OutArc) -> Element:
    segment = Element("segment")
    add_fields(SubElement(segment, "metadata"), message.meta(arc.centre) | message.span(arc), arc.about)
    data = SubElement(segment, "data")
    for time_s, state in zip(arc.time_s, arc.states, strict=True):
        add_state(data, message.epoch(float(time_s)), state)
    return segment


def add_fields(parent: Element, pairs: dict[str, str], about: str = "") -> None:
    """Add an element for each key, after a comment."""
    if about:
        SubElement(parent, "COMMENT").text = plain_ascii(about)
    for key, text in pairs.items():
        SubElement(parent, key).text = text


def add_state(parent: Element, epoch: str, state: FloatArray) -> None:
    """Add a state vector in km and km/s."""
    vector = SubElement(parent, "stateVector")
    SubElement(vector, "EPOCH").text = epoch
    for key, text in zip(AXES, numbers(state), strict=True):
        SubElement(vector, key, units="km/s" if key.endswith("DOT") else "km").text = text


def numbers(state: FloatArray) -> list[str]:
    """Return a state in km and km/s as text, to a millimetre and a micrometre a second."""
    return [f"{value:.6f}" for value in state[:3]] + [f"{value:.9f}" for value in state[3:]]


def plain_ascii(text: str) -> str:
    """Return a text as one line of printable ASCII, as these messages want it."""
    letters = " ".join(text.split()).encode("ascii", "replace").decode()
    return "".join(letter if " " <= letter <= "~" else "?" for letter in letters)[:_LONGEST]
