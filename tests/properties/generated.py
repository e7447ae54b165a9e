"""Small scenarios that hypothesis writes: whole campaigns, calm or not, and pure networks of activities."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario

Values = dict[str, Any]
Draw = Any


def _days(draw: Draw, low: int, high: int, *, calm: bool) -> Any:
    """Draw a duration, fixed or random."""
    likely = draw(st.integers(low, high))
    if calm or draw(st.booleans()):
        return f"{likely} d"
    return {"triangular": [f"{likely // 2} d", f"{likely} d", f"{2 * likely + 1} d"]}


def _some(draw: Draw, names: list[str], most: int = 2) -> list[str]:
    return draw(st.lists(st.sampled_from(names), max_size=most, unique=True)) if names else []


def _partners(draw: Draw, *, calm: bool) -> Values:
    p: Values = {}
    if draw(st.booleans()):
        p["joins"] = f"203{draw(st.integers(0, 2))}-05-01"
    if draw(st.booleans()):
        p["withdraws"] = "2033-01-01" if calm or draw(st.booleans()) else {"per_year": "15 %"}
        if draw(st.booleans()):
            p["successor"] = {"partner": "q", "after": _days(draw, 10, 400, calm=calm)}
    if draw(st.booleans()):
        p["barred"] = {"from": "2031-03-01", "until": "2031-09-01"}
    if draw(st.booleans()):
        p["budget"] = {"per_year": draw(st.integers(1, 5))}
    return {"p": p, "q": {}}


def _activities(draw: Draw, *, calm: bool) -> Values:
    out: Values = {}
    for number in range(draw(st.integers(1, 5))):
        item: Values = {"needs": _some(draw, list(out)), "duration": _days(draw, 0, 500, calm=calm)}
        if draw(st.booleans()):
            item |= {"partner": draw(st.sampled_from(["p", "q"])), "cost": draw(st.integers(0, 6))}
        if draw(st.booleans()):
            item["not_before"] = f"203{draw(st.integers(0, 3))}-02-01"
        if not calm and draw(st.booleans()):
            item["slip"] = {"lognormal": {"median": "100 d", "p90": "300 d"}}
        out[f"a{number}"] = item
    return out


def _elements(draw: Draw, activities: list[str], *, calm: bool) -> Values:
    out: Values = {}
    for number in range(draw(st.integers(1, 4))):
        item: Values = {"mass": f"{draw(st.integers(1, 20)) * 100} kg", "commissioning": _days(draw, 0, 30, calm=calm)}
        item["needs"] = _some(draw, [*out, *activities], 1)
        role = draw(st.sampled_from(["user", "plant", "array", "robot", "hut"]))
        if role == "user":
            item["demand"] = f"{draw(st.integers(1, 8))} kW"
        elif role == "plant":
            item["supply"] = {"constant": f"{draw(st.integers(1, 10))} kW"}
            if not calm:
                item["failures"] = {"every": {"uniform": ["50 d", "400 d"]}, "repair": "20 d"}
        elif role == "array":
            item["supply"] = {"solar": "10 kW", "storage": f"{draw(st.integers(0, 400))} kWh"}
        elif role == "robot":
            item["robot_shift"] = "5 h"
        if draw(st.booleans()):
            item["assembly"] = {"robot": f"{draw(st.integers(0, 300))} h", "unloading": "10 h"}
        if not calm and draw(st.booleans()):
            item["tests"] = {"fails": "30 %", "repair": _days(draw, 1, 50, calm=calm)}
        if draw(st.booleans()):
            item["partner"] = draw(st.sampled_from(["p", "q"]))
        out[f"e{number}"] = item
    return out


def _missions(draw: Draw, elements: list[str], activities: list[str], *, calm: bool) -> Values:
    count = draw(st.integers(1, 3))
    out: Values = {}
    for number in range(count):
        one: Values = {
            "launches": {"main": {"launcher": "big", "carries": ["tug", "lander"]}},
            "route": ["leo", "llo", "site"],
            "cargo": elements[number::count],
            "needs": _some(draw, activities, 1),
            "rebuild": _days(draw, 10, 500, calm=calm),
            "on_loss": draw(st.sampled_from(["refly", "refly", "abandon"])),
            "spares": draw(st.integers(0, 1)),
            "if_partner_leaves": draw(st.sampled_from(["successor", "drop", "wait"])),
        }
        if draw(st.booleans()):
            one["not_before"] = f"203{draw(st.integers(0, 4))}-06-01"
        if draw(st.booleans()):
            one["partner"] = "p"
        if draw(st.booleans()):
            one["launches"]["second"] = {"launcher": "big", "carries": ["ship"]}
            after = draw(st.sampled_from([None, "main.arrived", "main.launched"]))
            if after is not None:
                one["launches"]["second"] |= {"after": after, "spacing": f"{draw(st.integers(0, 40))} d"}
            one["rendezvous"] = {"at": "llo", "wait": f"{draw(st.integers(20, 300))} d", "duration": "2 d"}
            one["rendezvous"]["goes_on"] = ["tug", "lander"]
            one |= {"back": ["llo", "earth"], "crew": {"number": 3, "down": 2, "stay": "20 d"}}
        out[f"m{number}"] = one
    if draw(st.booleans()):
        out["supply"] = {
            "launches": {"main": {"launcher": "big", "carries": ["tug", "lander"]}},
            "route": ["leo", "llo", "site"],
            "cargo": {"consumables": "500 kg"},
            "every": _days(draw, 100, 400, calm=calm),
            "from": draw(st.sampled_from(["m0.landed", *activities])),
            "repeats": 3,
            "rebuild": "100 d",
        }
    return out


def _supply_kw(elements: Values) -> float:
    supplies = [item["supply"] for item in elements.values() if "supply" in item]
    return sum(float(supply.get("constant", supply.get("solar", "0 kW")).split()[0]) for supply in supplies)


@st.composite
def scenarios(draw: Draw, *, calm: bool = False) -> Values:
    """Return a small scenario: partners, work, one vehicle, a few landings, a base."""
    activities = _activities(draw, calm=calm)
    elements = _elements(draw, list(activities), calm=calm)
    missions = _missions(draw, list(elements), list(activities), calm=calm)
    reliability = {"reliability": "100 %"} if calm else {"record": {"flights": 3, "failures": 1}}
    landing = {} if calm else {"landing": {"flights": 4, "failures": 1}, "capture": {"flights": 9, "failures": 1}}
    pads = {f"pad{n}": {"turnaround": _days(draw, 1, 60, calm=calm)} for n in range(draw(st.integers(1, 2)))}
    if draw(st.booleans()):
        pads["pad0"]["needs"] = ["a0"]
    wanted = draw(st.lists(st.sampled_from([*activities, *elements, *missions]), min_size=1, max_size=3, unique=True))
    goals: Values = {"g": {"by": "2036-01-01", "needs": [w if w != "supply" else "supply.landed" for w in wanted]}}
    if _supply_kw(elements) >= 1.1 * sum(float(e.get("demand", "0 kW").split()[0]) for e in elements.values()):
        goals["g"]["power_margin"] = "10 %"
    crewed = next((name for name, item in missions.items() if "crew" in item), None)
    if crewed is not None:
        goals["h"] = {"by": "2037-01-01", "needs": [f"{crewed}.{draw(st.sampled_from(['stayed', 'returned']))}"]}
    return {
        "format": 1,
        "name": "generated",
        "calendar": {"start": "2030-01-01", "end": "2040-01-01"},
        "goals": goals,
        "partners": _partners(draw, calm=calm),
        "activities": activities,
        "risks": {} if calm else {"r": {"probability": "40 %", "stretches": {"a0": {"uniform": [1.0, 2.0]}}}},
        "launch_sites": {
            "w": {
                "latitude": "19.6 deg",
                "longitude": "110.95 deg",
                "scrub": "0 %" if calm else "20 %",
                "recycle": "2 d",
                "pads": pads,
            }
        },
        "launchers": {
            "big": {
                "needs": _some(draw, list(activities), 1),
                **({"partner": "p"} if draw(st.booleans()) else {}),
                "pads": [f"w.{name}" for name in pads],
                "to": {"tli": "60 t"},
                **reliability,
                "production": {"every": _days(draw, 10, 150, calm=calm), "ready": draw(st.integers(0, 2))},
                "integration": _days(draw, 1, 40, calm=calm),
                "stand_down": _days(draw, 10, 500, calm=calm),
            }
        },
        "spacecraft": {
            "tug": {"kind": "transfer-stage", "dry": "1 t", "stages": {"p": {"propellant": "14 t", "isp": "320 s"}}},
            "lander": {
                "kind": "lander",
                "dry": "4 t",
                "stages": {"p": {"propellant": "16 t", "isp": "320 s"}},
                "cargo": "8 t",
                "crew": 2,
                **landing,
            },
            "ship": {
                "kind": "ship",
                "dry": "12 t",
                "crew": 3,
                "stages": {"p": {"propellant": "14 t", "isp": "320 s"}},
            },
        },
        "places": {
            "leo": {"body": "earth", "altitude": "200 km", "inclination": "28.5 deg"},
            "llo": {"body": "moon", "altitude": "100 km", "inclination": "90 deg"},
            "earth": {"body": "earth", "surface": True, "latitude": "40 deg", "longitude": "110 deg"},
            "site": {"body": "moon", "surface": True, "latitude": "-88.8 deg", "longitude": "123.4 deg"},
        },
        "legs": {
            "out": {"from": "leo", "to": "llo", "tof": ["100 h"], "burns": [{"dv": "900 m/s"}]},
            "down": {"from": "llo", "to": "site", "tof": ["6 h"], "burns": [{"dv": "1.95 km/s"}], "light": True},
            "up": {"from": "site", "to": "llo", "tof": ["6 h"], "burns": [{"dv": "300 m/s"}]},
            "home": {"from": "llo", "to": "earth", "tof": ["100 h"], "burns": [{"dv": "900 m/s"}]},
        },
        "base": {
            "at": "site",
            "robot_shift": f"{draw(st.integers(0, 10))} h",
            "jobs_at_once": draw(st.integers(1, 2)),
            "work_in_dark": draw(st.booleans()),
        },
        "elements": elements,
        "missions": missions,
        "living": {
            "per_crew_day": {"food": "2 kg"},
            "reserve": "20 d",
            "stock": {"food": f"{draw(st.integers(0, 300))} kg"},
        },
    }


def build(values: Values) -> Campaign:
    """Compile a scenario through its YAML text, as a user's file would be."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "generated.yaml"
        file.write_text(yaml.safe_dump(values, sort_keys=False))
        return compile_campaign(load_scenario(file))


@st.composite
def networks(draw: Draw) -> Values:
    """Return a network of up to twelve activities with random durations and no rocket at all."""
    activities: Values = {}
    for number in range(draw(st.integers(2, 12))):
        low, width, more = (draw(st.integers(0, 100)) for _ in range(3))
        law = draw(st.sampled_from(["triangular", "pert", "uniform", "exponential"]))
        three = [f"{low} d", f"{low + width} d", f"{low + width + more + 1} d"]
        spec: Any = {law: three if law in ("triangular", "pert") else three[::2]}
        if law == "exponential":
            spec = {law: {"mean": f"{low + 1} d"}}
        activities[f"a{number}"] = {"duration": spec, "needs": _some(draw, list(activities), 3)}
    return {
        "format": 1,
        "name": "network",
        "calendar": {"start": "2030-01-01", "end": "2130-01-01"},
        "goals": {"g": {"by": "2040-01-01", "needs": list(activities)}},
        "activities": activities,
    }
