"""The JSON Schema that editors check and complete a scenario file with, made of the pydantic models.

What stands in a file is not yet a scenario: with `extends` every block may be partial and `null` removes what a
parent says; a variant is partial too, and so is a block that is `like` a sibling; a part of a catalogue has neither
calendar nor goals. Hence two definitions of every block: whole (`Launcher`) and partial (`Launcher-part`). Lists and
random values are replaced whole by a child, so inside them everything is whole. In place of any value or block there
may be what was said of it on several days (`said`).

The schema is draft 7, which editors know best. They show `description` when the mouse rests on a key, so each
description ends with the units that may stand there and the default.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from sim.scenario.said import SAID
from sim.scenario.schema import Block, Scenario
from sim.scenario.schema_lookup import meanings
from sim.units import KINDS, Date, Name, format_quantity, quantity_schema

Schema = dict[str, Any]

SCHEMA_FILE: Final = Path(__file__).with_name("schema.json")
_WIDTH: Final = 160
_REF: Final = "#/definitions/"
_NOISE: Final = ("title", "default")
_ALTERNATIVES: Final = ("anyOf", "oneOf")
_NOT_IN_A_VARIANT: Final = ("extends", "variants", "format", "name")
_NEVER_NULL: Final = ("extends", "format", "name")
_LIKE: Final[Schema] = {
    "$ref": f"{_REF}name",
    "description": "The block beside this one from which it takes everything it does not say itself; null removes "
    "what that one says.",
}
_NEVER_SAID: Final = (
    *_NOT_IN_A_VARIANT,
    "like",
    "title",
    "about",
    "source",
    "sources",
    "confidence",
    "access",
    "sweep",
    "seek",
)
_SAID_SCHEMA: Final[Schema] = {
    "type": "object",
    "description": "What was said of it on several days; the last by calendar.as_of or --as-of holds.",
    "properties": {
        SAID: {
            "type": "object",
            "description": "Values by the days they were said on, `not planned` where nobody had spoken of it; "
            "`{value: ..., source: ...}` where one has a source of its own.",
            "minProperties": 1,
            "additionalProperties": True,
        }
    },
    "required": [SAID],
    "additionalProperties": False,
}
_EXTENDS: Final[Schema] = {
    "description": "The file this one builds on, beside it or among the shipped ones; or several that do not "
    "contradict each other. Write below only what differs; null removes what a parent says.",
    "anyOf": [
        {"type": "string", "minLength": 1, "pattern": r"^[^/\\]"},
        {"type": "array", "items": {"type": "string", "minLength": 1, "pattern": r"^[^/\\]"}, "minItems": 1},
    ],
    "examples": ["ilrs-2035.yaml", ["catalogue/launchers.yaml", "catalogue/spacecraft.yaml"]],
}


def editor_schema() -> Schema:
    """Return the JSON Schema of what may stand in a scenario file."""
    raw = Scenario.model_json_schema(by_alias=True)
    models = _models(Block)
    blocks = {name: _tidy(_with_meanings(block, models.get(name))) for name, block in raw.pop("$defs").items()}
    blocks["Scenario"] = _scenario_in_a_file(_tidy(_with_meanings(raw, Scenario)))
    named = _named_blocks(blocks)
    blocks |= {name: _with_like(blocks[name]) for name in named}
    parts = {f"{name}-part": _part_of_block(block) for name, block in blocks.items() if "properties" in block}
    free = {key: value for key, value in parts["Scenario-part"]["properties"].items() if key not in _NOT_IN_A_VARIANT}
    variant = parts["Scenario-part"] | {"properties": free, "description": "What differs from the scenario."}
    blocks = {name: _whole_or_like(block, named) for name, block in blocks.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "ilrs scenario",
        "description": "A scenario of the lunar station simulator ilrs, a variation of one, or a part of a catalogue.",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{_REF}Scenario-part"},
        "else": {
            "if": {"anyOf": [{"required": [key]} for key in ("format", "name", "calendar", "goals")]},
            "then": {"$ref": f"{_REF}Scenario"},
            "else": {"$ref": f"{_REF}Scenario-part"},
        },
        "definitions": {
            **dict(sorted({**_simple(), **_with_days({**blocks, **parts, "Variant": variant})}.items())),
            SAID: _SAID_SCHEMA,
        },
    }


def _models(base: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return all models made of a base, by name."""
    return {base.__name__: base} | {name: kind for sub in base.__subclasses__() for name, kind in _models(sub).items()}


def _with_meanings(block: Schema, model: type[BaseModel] | None) -> Schema:
    """Return every key of a block its meaning as description."""
    if model is None:
        return block
    said, names = meanings(model), {field.alias or name: name for name, field in model.model_fields.items()}
    properties = {
        key: schema | {"description": said[names[key]]} if names[key] in said else schema
        for key, schema in block["properties"].items()
    }
    return block | {"properties": properties}


def schema_text() -> str:
    """Return the schema as it stands in `schema.json`."""
    return _lines(editor_schema(), "") + "\n"


def _lines(value: Any, indent: str) -> str:
    """Write JSON with what fits on a line in one line, so that a change is a line of the diff."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= _WIDTH or not isinstance(value, (dict, list)):
        return flat
    inner = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + _lines(item, inner) for item in value) + f"\n{indent}]"
    rows = (f"{inner}{json.dumps(key)}: {_lines(item, inner)}" for key, item in value.items())
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"


def _scenario_in_a_file(block: Schema) -> Schema:
    """Add what only files have: `extends` and `variants`; the name may come from the file name."""
    variants = block["properties"]["variants"] | {"additionalProperties": {"$ref": f"{_REF}Variant"}}
    properties = {"extends": _EXTENDS, **block["properties"], "variants": variants}
    return block | {"properties": properties, "required": [key for key in block["required"] if key != "name"]}


# --- values with days -------------------------------------------------------------------------------------------------


def _with_days(blocks: Mapping[str, Schema]) -> dict[str, Schema]:
    """Let what was said on several days stand in place of every value of a block, and of every block by name."""
    return {
        name: block | {"properties": {key: _key_with_days(key, value) for key, value in block["properties"].items()}}
        if "properties" in block and not name.startswith("Uncertain")
        else block
        for name, block in blocks.items()
    }


def _key_with_days(key: str, schema: Schema) -> Schema:
    if key in _NEVER_SAID:
        return schema
    inner = _by_name(schema)
    if inner and "properties" not in schema:
        return schema | {"additionalProperties": _or_said(inner)}
    return _or_said(schema)


def _or_said(schema: Schema) -> Schema:
    outside = {key: schema[key] for key in ("description", "default") if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    said: Schema = {"if": {"type": "object", "required": [SAID]}, "then": {"$ref": f"{_REF}{SAID}"}, "else": inside}
    return outside | said


def without_days(schema: Schema) -> Schema:
    """Return the schema of a value without what may stand in its place when it has days."""
    if schema.get("then") == {"$ref": f"{_REF}{SAID}"}:
        rest = {key: value for key, value in schema.items() if key not in ("if", "then", "else")}
        schema = {**rest, **schema["else"]}
    return {
        key: without_days(value)
        if key == "additionalProperties" and isinstance(value, dict)
        else {name: without_days(inner) for name, inner in value.items()}
        if key == "properties"
        else value
        for key, value in schema.items()
    }


# --- blocks like others -----------------------------------------------------------------------------------------------


def _named_blocks(blocks: Mapping[str, Schema]) -> set[str]:
    """Return the blocks that stand by name beside others of their kind."""
    keys = ((key, schema) for block in blocks.values() for key, schema in block.get("properties", {}).items())
    found = {kind_of(_by_name(schema)) for key, schema in keys if key not in ("sources", "variants")}
    return {name for name in found if "properties" in blocks.get(name, {})}


def _by_name(schema: Schema) -> Schema:
    """Return what stands under each name of a mapping by name, an empty schema where there is none."""
    inner = schema.get("additionalProperties")
    return inner if isinstance(inner, dict) else {}


def _with_like(block: Schema) -> Schema:
    return block | {"properties": {"like": _LIKE, **block["properties"]}}


def _whole_or_like(block: Schema, named: Set[str]) -> Schema:
    """Let a block by name be partial when it says whom it is like."""
    properties = {
        key: schema | {"additionalProperties": _either(_by_name(schema))}
        if kind_of(_by_name(schema)) in named
        else schema
        for key, schema in block.get("properties", {}).items()
    }
    return block | ({"properties": properties} if properties else {})


def _either(whole: Schema) -> Schema:
    """Return the schema of a block that is whole, or like another; `else` holds the whole one."""
    return {"if": {"required": ["like"]}, "then": {"$ref": f"{whole['$ref']}-part"}, "else": whole}


# --- values of one kind -----------------------------------------------------------------------------------------------


def _simple() -> dict[str, Schema]:
    """Return the definitions of quantities, dates and names, which pydantic writes out at every use."""
    kinds = {kind.replace(" ", "-"): quantity_schema(kind) for kind in KINDS}
    return {**kinds, "date": TypeAdapter(Date).json_schema(), "name": TypeAdapter(Name).json_schema()}


def _identity(schema: Mapping[str, Any]) -> str:
    return json.dumps([schema.get("pattern"), schema.get("examples")])


_SIMPLE_NAMES: Final[Mapping[str, str]] = {_identity(schema): name for name, schema in _simple().items()}


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return the name of the definition a schema refers to, or empty text."""
    return str(schema.get("$ref", "")).removeprefix(_REF)


def unit_note(schema: Mapping[str, Any]) -> str:
    """Say which units may stand at a key; empty text where there are none."""
    branches = (_note(kind_of(item)) for word in _ALTERNATIVES for item in schema.get(word, ()))
    return _note(kind_of(schema)) or " ".join(filter(None, branches))


def _note(name: str) -> str:
    noun = name.replace("-", " ")
    if noun in KINDS:
        return f"A {noun} with a unit: {', '.join(KINDS[noun].units)}; for example {KINDS[noun].example}."
    return _RANDOM_NOTES.get(name, {"date": "A date: year-month-day."}.get(name, ""))


def _random_note(kind: str, example: str) -> str:
    table = KINDS[kind]
    return f"A {table.noun} with a unit ({', '.join(table.units)}), or a random one: {{triangular: [{example}]}}."


_NAME_PATTERN: Final = TypeAdapter(Name).json_schema().get("pattern")
_RANDOM_NOTES: Final[Mapping[str, str]] = {
    "UncertainDuration": _random_note("duration", "20 d, 30 d, 60 d"),
    "UncertainSlip": _random_note("slip", "-10 d, 30 d, 200 d"),
    "UncertainMass": _random_note("mass", "1 t, 1.2 t, 2 t"),
    "UncertainShare": _random_note("share", "1 %, 2 %, 5 %"),
    "UncertainSpeed": _random_note("speed", "10 m/s, 20 m/s, 50 m/s"),
    "UncertainPower": _random_note("power", "2 kW, 3 kW, 5 kW"),
    "UncertainFactor": "A number, or a random one: {triangular: [1.1, 1.4, 2.2]}.",
    "UncertainDate": "A date, or a random one: {triangular: [2030-01-01, 2031-06-01, 2034-01-01]}.",
}


# --- whole blocks -----------------------------------------------------------------------------------------------------


def _tidy(schema: Mapping[str, Any]) -> Schema:
    """Take out what pydantic adds and files do not have: titles, nulls, SI defaults, units written out."""
    plain = {key: _tidy_value(key, value) for key, value in schema.items() if key not in _NOISE}
    if isinstance(schema.get("title"), dict):
        plain["title"] = _tidy(schema["title"])
    if "patternProperties" in plain:
        pattern, plain["additionalProperties"] = next(iter(plain.pop("patternProperties").items()))
        plain["propertyNames"] = {"$ref": f"{_REF}name"} if pattern == _NAME_PATTERN else {"pattern": pattern}
    plain = _without_null(plain)
    simple = _SIMPLE_NAMES.get(_identity(plain), "") if plain.get("type") == "string" and "pattern" in plain else ""
    if simple:
        said = plain.get("description", "")
        plain = {"$ref": f"{_REF}{simple}"} | (
            {"description": said} if said != _simple()[simple]["description"] else {}
        )
    return _annotated(plain, schema.get("default"))


def _tidy_value(key: str, value: Any) -> Any:
    if key in ("properties", "patternProperties"):
        return {name: _tidy(inner) for name, inner in value.items()}
    if isinstance(value, dict) and key not in ("const",):
        ref = value.get("$ref")
        return _tidy(value) if ref is None or len(value) > 1 else {"$ref": ref.replace("#/$defs/", _REF)}
    if key == "$ref":
        return value.replace("#/$defs/", _REF)
    if key in (*_ALTERNATIVES, "allOf"):
        return [_tidy(item) for item in value]
    return value


def _without_null(schema: Schema) -> Schema:
    """Drop the null branch: in a file without parents null is an error, with parents it removes."""
    for word in _ALTERNATIVES:
        if {"type": "null"} in schema.get(word, ()):
            rest = [item for item in schema[word] if item != {"type": "null"}]
            others = {key: value for key, value in schema.items() if key != word}
            return {**rest[0], **others} if len(rest) == 1 else {**others, word: rest}
    return schema


def _annotated(schema: Schema, default: Any) -> Schema:
    """End the description of a key with its units and its default."""
    if "properties" in schema or "description" not in schema:
        return schema
    kind = kind_of(schema)
    written = _written(kind, default)
    notes = [
        " ".join(schema["description"].split()),
        unit_note(schema),
        f"Default: {written}." if written != "" else "",
    ]
    said = " ".join(note for note in notes if note)
    return schema | {"description": said} | ({"default": written} if written != "" else {})


def _written(kind: str, default: Any) -> Any:
    """Return a default as a file would say it, empty text for none."""
    if default is None or default in ({}, []):
        return ""
    noun = kind.replace("-", " ")
    return format_quantity(default, noun) if noun in KINDS else default


# --- partial blocks ---------------------------------------------------------------------------------------------------


def _part_of_block(block: Schema) -> Schema:
    free = {key: value for key, value in block.items() if key not in ("required", "minProperties")}
    properties = {
        key: _part(value) if key in _NEVER_NULL else _nullable(_part(value))
        for key, value in block["properties"].items()
    }
    return free | {"properties": properties}


def _part(schema: Schema) -> Schema:
    """Return what may stand in a file that has parents: blocks are partial, lists and random values whole."""
    part = {key: value for key, value in schema.items() if key not in (*_ALTERNATIVES, "minProperties")}
    if _is_block(kind_of(schema)):
        part["$ref"] = f"{schema['$ref']}-part"
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        part["additionalProperties"] = _nullable(_part(schema["additionalProperties"]))
    branches = [_part(item) for word in _ALTERNATIVES for item in schema.get(word, ())]
    return part | ({"anyOf": branches} if branches else {})


def _is_block(name: str) -> bool:
    return bool(name) and not name.startswith("Uncertain") and name not in (*_SIMPLE_NAMES.values(), "Variant")


def _nullable(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    outside = {key: schema[key] for key in ("description", "default") if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return outside | {"anyOf": [inside, {"type": "null"}]}
