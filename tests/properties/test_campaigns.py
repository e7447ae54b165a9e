"""What must hold in every replication of every campaign: over generated small scenarios, and over the baseline."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.campaign.compile import compile_campaign
from sim.campaign.flights import fly_script, masses_after
from sim.campaign.plan import Campaign
from sim.chance import DrawTable
from sim.model.ledger import Span
from sim.model.programme import settle_partners, settle_risks
from sim.model.sample import Sample
from sim.model.simulate import simulate, simulate_chunk, simulate_nominal, start
from sim.model.tracing import Trace, Verb
from sim.model.world import World
from sim.scenario.load import load_scenario

SUM_TOLERANCE_D = 1e-9
"""A walk adds a few dozen floats of up to 1e4 days: rounding stays below 1e-10."""
MASS_TOLERANCE_KG = 1e-6
"""Rocket equation in double precision over stacks of up to 1e5 kg."""
POWER_TOLERANCE_W = 1e-3
GENERATE = (Phase.explicit, Phase.generate)
"""Without shrinking, which would compile hundreds of scenarios after a failure."""
SMALL = settings(
    phases=GENERATE,
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FEW = settings(SMALL, max_examples=15)

Values = dict[str, Any]
Draw = Any


# --- scenarios ----------------------------------------------------------------------------------------------------


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


@pytest.fixture(scope="module")
def baseline() -> Campaign:
    return compile_campaign(load_scenario("ilrs-2035"))


# --- what must hold -----------------------------------------------------------------------------------------------


def check_partition(campaign: Campaign, outcome: Sample) -> None:
    """Days by cause are never negative and add up to the date of every goal, or to the calendar's end."""
    dates = np.minimum([outcome.reached_d[goal.reached] for goal in campaign.goals], campaign.end_d)
    np.testing.assert_allclose(outcome.by_cause_d.sum(axis=1), dates, atol=SUM_TOLERANCE_D)
    assert outcome.by_cause_d.min() >= 0.0


def check_chains(campaign: Campaign, outcome: Sample) -> None:
    """Every chain starts on day 0, has no hole, and ends with its goal."""
    assert outcome.trace is not None
    for goal in campaign.goals:
        chain = outcome.trace.chains[goal.name]
        end = min(outcome.reached_d[goal.reached], campaign.end_d)
        if end == 0.0:
            continue
        assert chain[0].start_d == 0.0
        assert all(one.end_d == two.start_d for one, two in pairwise(chain))
        assert chain[-1].end_d == end


def check_order(campaign: Campaign, outcome: Sample) -> None:
    """Nothing is reached before what it needs."""
    wants = [(goal.reached, goal.needs) for goal in campaign.goals]
    wants += [(mission.launched, mission.needs) for mission in campaign.missions]
    wants += [(launch.launched, launch.needs) for mission in campaign.missions for launch in mission.launches]
    wants += [(launch.arrived, (launch.launched,)) for m in campaign.missions for launch in m.launches]
    wants += [(mission.arrived, (mission.launched,)) for mission in campaign.missions]
    wants += [(m.returned, (m.arrived,)) for m in campaign.missions if m.returned >= 0]
    wants += [(activity.done, activity.needs) for activity in campaign.activities if not activity.fact]
    wants += [(element.operational, element.needs + element.delivered) for element in campaign.elements]
    for reached, needs in wants:
        for need in needs:
            assert outcome.reached_d[reached] >= outcome.reached_d[need]


def check_pads(story: Trace) -> None:
    """Between a roll-out and the launch that ends it nobody else rolls out to the same pad; time never runs back."""
    assert all(one.t_d <= two.t_d for one, two in pairwise(story.events))
    taken: dict[str, str] = {}
    for event in story.events:
        if event.verb is Verb.ROLLS_OUT:
            assert event.place not in taken
            taken[event.place] = event.subject
        elif event.verb in (Verb.LAUNCHES, Verb.IS_LOST_AT_LAUNCH, Verb.IS_HELD_BACK) and event.place in taken:
            assert taken.pop(event.place) == event.subject


def check_power(story: Trace) -> None:
    """Demand is only ever added while supply covers it."""
    rows = list(zip(story.power_supply_w, story.power_demand_w, strict=True))
    for (_, before), (supply, demand) in pairwise([(0.0, 0.0), *rows]):
        if demand > before:
            assert supply >= demand - POWER_TOLERANCE_W


def check_moves(campaign: Campaign, story: Trace) -> None:
    """No journey ends before it starts, and nothing weighs more on arrival than all its mission launched."""
    launched = {campaign.subjects[m.subject].name: m.mass_kg for m in campaign.missions}
    for move in story.moves:
        assert move.end_d >= move.start_d
        assert 0.0 < move.mass_kg <= launched[move.subject] + MASS_TOLERANCE_KG


def check(campaign: Campaign, outcome: Sample) -> None:
    """Everything that must hold in one replication told in full."""
    assert outcome.trace is not None
    check_partition(campaign, outcome)
    check_chains(campaign, outcome)
    check_order(campaign, outcome)
    check_pads(outcome.trace)
    check_power(outcome.trace)
    check_moves(campaign, outcome.trace)


def run_watched(campaign: Campaign, seed: int) -> None:
    """Step through one replication and look at every resource after every event."""
    world = World(campaign, DrawTable(seed, campaign.streams, 0, 1, campaign.luck).replication(0), traced=True)
    settle_partners(world)
    settle_risks(world)
    start(world)
    now = 0.0
    while world.env.peek() < campaign.end_d:
        world.env.step()
        assert world.env.now >= now
        now = world.env.now
        slots = [*world.ports, *([world.jobs] if world.jobs is not None else [])]
        assert all(slot.free >= 0 for slot in slots)
        assert all(0.0 <= tank.level_kg(now) <= tank.capacity_kg for tank in world.tanks)
        assert all(kg >= -MASS_TOLERANCE_KG for kg in world.store.stock_kg)
        assert world.store.crew >= 0
        if campaign.ground is not None:
            overlap = [hold for hold in world.antennas_busy if hold[0] <= now < hold[1]]
            assert len(overlap) <= max(campaign.ground.antennas)
    check_ledger(world)


def check_ledger(world: World) -> None:
    """Every span that was released lies after the span that released it began, and its causes follow in order."""
    for spans in world.ledger.by_subject:
        for span in spans:
            days = [day for day, _ in span.marks]
            assert days == sorted(days)
            if span.start >= 0.0:
                assert span.binding is None or 0.0 <= span.binding.start <= span.start
                assert _begins_at_once(span)


def _begins_at_once(span: Span) -> bool:
    """Whether no day passes between a span's release and its first cause."""
    if not span.marks:
        return span.end in (-1.0, span.start)
    return span.marks[0][0] <= span.start


# --- over generated scenarios -------------------------------------------------------------------------------------


@SMALL
@given(scenarios(), st.integers(0, 1000))
def test_every_replication_of_a_generated_campaign_is_consistent(values: Values, seed: int) -> None:
    campaign = build(values)
    check(campaign, simulate_nominal(campaign))
    for number in range(3):
        check(campaign, simulate(campaign, seed, number, traced=True))


@SMALL
@given(scenarios(), st.integers(0, 1000))
def test_no_resource_is_ever_over_capacity_and_no_day_goes_unmarked(values: Values, seed: int) -> None:
    run_watched(build(values), seed)


@SMALL
@given(scenarios())
def test_propellant_is_never_negative_and_mass_only_leaves_by_burning_or_dropping(values: Values) -> None:
    for sheet in build(values).sheets:
        report = fly_script(sheet.stack, sheet.steps, 0.0, 0.0)
        assert report.margin_kg >= 0.0
        assert all(stage.propellant_left_kg >= 0.0 for stage in report.stages)
        masses_kg = list(masses_after(sheet.stack, sheet.steps, 0.0, 0.0).values())
        assert all(kg > 0.0 for kg in masses_kg)
        loaded_kg = sum(step.delta_kg for step in sheet.steps if step.kind == "load" and step.delta_kg > 0.0)
        assert masses_kg[0] <= sheet.stack.mass_kg + loaded_kg


@SMALL
@given(scenarios())
def test_what_is_set_down_is_what_the_cargo_lists_say(values: Values) -> None:
    campaign = build(values)
    mass_kg = {name: float(item["mass"].split()[0]) for name, item in values["elements"].items()}
    for delivery in campaign.deliveries:
        name = campaign.subjects[campaign.milestones[delivery.milestone].subject].name
        mission = values["missions"].get(name) or values["missions"][name.rsplit("-", 1)[0]]
        cargo = mission["cargo"]
        listed = 500.0 if isinstance(cargo, dict) else sum(mass_kg[item] for item in cargo)
        assert delivery.mass_kg == pytest.approx(listed)


@FEW
@given(scenarios(), st.integers(0, 1000))
def test_the_same_key_gives_the_same_replication_alone_and_among_others(values: Values, seed: int) -> None:
    campaign = build(values)
    together, alone = simulate_chunk(campaign, seed, 0, 3)[2], simulate(campaign, seed, 2)
    np.testing.assert_array_equal(together.reached_d, alone.reached_d)
    np.testing.assert_array_equal(together.by_cause_d, alone.by_cause_d)
    assert together.events == alone.events


@SMALL
@given(scenarios(calm=True), st.integers(0, 1000))
def test_without_uncertainty_a_replication_equals_the_plan(values: Values, seed: int) -> None:
    campaign = build(values)
    nominal, other = simulate_nominal(campaign), simulate(campaign, seed, 0)
    np.testing.assert_array_equal(other.reached_d, nominal.reached_d)
    np.testing.assert_array_equal(other.by_cause_d, nominal.by_cause_d)


@FEW
@given(scenarios(), st.integers(0, 1000), st.integers(1, 900))
def test_another_duration_of_one_activity_shifts_no_other_draw(values: Values, seed: int, days: int) -> None:
    """Work that neither needs the changed activity nor shares a budget with it ends on the same day."""
    for item in values["activities"].values():
        item.pop("cost", None)
    one = build(values)
    values["activities"]["a0"]["duration"] = f"{days} d"
    two = build(values)
    touched = {"a0"}
    for name, item in values["activities"].items():
        if touched & set(item["needs"]):
            touched.add(name)
    first, second = simulate(one, seed, 0), simulate(two, seed, 0)
    for number, milestone in enumerate(one.milestones):
        if milestone.name in values["activities"] and milestone.name not in touched:
            assert first.reached_d[number] == second.reached_d[number]


# --- pure networks ------------------------------------------------------------------------------------------------


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


@SMALL
@given(networks(), st.integers(0, 1000))
def test_a_pure_network_ends_with_its_longest_path(values: Values, seed: int) -> None:
    """The longest path over the same draws, by powers of the max-plus adjacency matrix in numpy."""
    campaign = build(values)
    names = list(values["activities"])
    draws = DrawTable(seed, campaign.streams, 0, 1).replication(0)
    days = np.zeros(len(names))
    for number, plan in enumerate(campaign.activities):
        duration = plan.duration
        assert duration is not None
        days[number] = duration.nominal if duration.law is None else duration.law.ppf(draws.u(duration.stream))
    after = np.array([[other in values["activities"][name]["needs"] for other in names] for name in names])
    finish = days.copy()
    for _ in names:
        finish = days + np.where(after, finish, 0.0).max(axis=1)
    outcome = simulate(campaign, seed, 0)
    done = [outcome.reached_d[plan.done] for plan in campaign.activities]
    np.testing.assert_allclose(done, finish, atol=SUM_TOLERANCE_D)
    assert outcome.reached_d[campaign.goals[0].reached] == pytest.approx(finish.max(), abs=SUM_TOLERANCE_D)


# --- over the baseline --------------------------------------------------------------------------------------------


def test_every_replication_of_the_baseline_is_consistent(baseline: Campaign) -> None:
    check(baseline, simulate_nominal(baseline))
    for number in range(25):
        check(baseline, simulate(baseline, 5, number, traced=True))


def test_no_resource_of_the_baseline_is_ever_over_capacity(baseline: Campaign) -> None:
    for seed in range(3):
        run_watched(baseline, seed)


def test_no_flight_of_the_baseline_leaves_without_the_propellant_for_its_way(baseline: Campaign) -> None:
    for table in baseline.opportunities:
        assert table.propellant_margin_kg.min(initial=np.inf) >= 0.0
        assert table.capacity_margin_kg.min(initial=np.inf) >= 0.0
