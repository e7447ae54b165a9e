"""Annotated types for pydantic models: text with a unit on the way in, SI inside, a pattern for editors."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from sim.units.known_units import DATE, FILE_NAME, KINDS, NAME, NAME_LENGTH, NUMBER
from sim.units.reading import parse_date, parse_file_name, parse_name, read_quantity


def quantity_pattern(kind: str) -> str:
    """Return the regular expression (ECMA flavour) that editors check a quantity with."""
    units = "|".join(re.escape(unit).replace("\\%", "%").replace("\\/", "/") for unit in KINDS[kind].units)
    return f"^{NUMBER} *({units})$"


def quantity_schema(kind: str) -> dict[str, object]:
    """Return the JSON Schema of a quantity of this kind."""
    table = KINDS[kind]
    return {
        "type": "string",
        "pattern": quantity_pattern(kind),
        "description": f"{table.noun}, with a unit: {', '.join(table.units)}",
        "examples": [table.example],
    }


def _reader(kind: str) -> Callable[[object], float]:
    def read(value: object) -> float:
        return read_quantity(value, kind)

    return read


Mass = Annotated[float, BeforeValidator(_reader("mass")), WithJsonSchema(quantity_schema("mass"))]
Duration = Annotated[float, BeforeValidator(_reader("duration")), WithJsonSchema(quantity_schema("duration"))]
Slip = Annotated[float, BeforeValidator(_reader("slip")), WithJsonSchema(quantity_schema("slip"))]
Speed = Annotated[float, BeforeValidator(_reader("speed")), WithJsonSchema(quantity_schema("speed"))]
Length = Annotated[float, BeforeValidator(_reader("length")), WithJsonSchema(quantity_schema("length"))]
Angle = Annotated[float, BeforeValidator(_reader("angle")), WithJsonSchema(quantity_schema("angle"))]
Latitude = Annotated[float, BeforeValidator(_reader("latitude")), WithJsonSchema(quantity_schema("latitude"))]
Longitude = Annotated[float, BeforeValidator(_reader("longitude")), WithJsonSchema(quantity_schema("longitude"))]
Inclination = Annotated[float, BeforeValidator(_reader("inclination")), WithJsonSchema(quantity_schema("inclination"))]
Elevation = Annotated[float, BeforeValidator(_reader("elevation")), WithJsonSchema(quantity_schema("elevation"))]
Power = Annotated[float, BeforeValidator(_reader("power")), WithJsonSchema(quantity_schema("power"))]
Energy = Annotated[float, BeforeValidator(_reader("energy")), WithJsonSchema(quantity_schema("energy"))]
Share = Annotated[float, BeforeValidator(_reader("share")), WithJsonSchema(quantity_schema("share"))]
Margin = Annotated[float, BeforeValidator(_reader("margin")), WithJsonSchema(quantity_schema("margin"))]
Rate = Annotated[float, BeforeValidator(_reader("rate")), WithJsonSchema(quantity_schema("rate"))]
SpecificImpulse = Annotated[
    float, BeforeValidator(_reader("specific impulse")), WithJsonSchema(quantity_schema("specific impulse"))
]
MassRate = Annotated[float, BeforeValidator(_reader("mass rate")), WithJsonSchema(quantity_schema("mass rate"))]
Hours = Annotated[float, BeforeValidator(_reader("labour")), WithJsonSchema(quantity_schema("labour"))]
Date = Annotated[
    datetime.datetime,
    BeforeValidator(parse_date),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{DATE.pattern}$",
            "description": "date, year-month-day, with an optional time of day",
            "examples": ["2031-06-01"],
        }
    ),
]
Name = Annotated[
    str,
    BeforeValidator(parse_name),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{NAME.pattern}$",
            "maxLength": NAME_LENGTH,
            "description": "name: lower-case letters, digits and hyphens",
            "examples": ["cz-10"],
        }
    ),
]
FileName = Annotated[
    str,
    BeforeValidator(parse_file_name),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{FILE_NAME.pattern}$",
            "description": "name that folders of results begin with: letters, digits, '.', '_' and '-'",
            "examples": ["my-plan"],
        }
    ),
]
