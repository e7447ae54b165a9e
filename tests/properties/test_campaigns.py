"""What must hold in every replication of every campaign: over generated small scenarios, and over the baseline."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
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
from tests.properties.generated import Values, build, networks, scenarios

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
