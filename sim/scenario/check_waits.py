"""Sense of meetings: who comes first can wait until the others can be there at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.schema import Launcher, Mission, Scenario
from sim.scenario.working import least
from sim.units import format_quantity

_ROUNDING_D = 1e-6


@dataclass(frozen=True, slots=True)
class _Gap:
    """Days that lie between the first and the last launch of a mission at the least, why, and what would help."""

    least_d: float
    why: str
    remedy: str


def check_waits(case: Draft) -> Iterator[Problem]:
    """The first to arrive at a meeting can wait for the last, whose vehicle and pad take their time (warning)."""
    for name, mission in case.scenario.missions.items():
        meeting = mission.rendezvous
        if meeting is None or mission.flown is not None or len(mission.launches) < 2:
            continue
        gaps = list(_gaps(case.scenario, mission))
        longest = max(gaps, key=lambda gap: gap.least_d, default=None)
        if longest is not None and longest.least_d > meeting.wait + _ROUNDING_D:
            message = f"who comes first waits for {format_quantity(meeting.wait, 'duration')}, and the last comes"
            message += f" {format_quantity(longest.least_d, 'duration')} later at the least: {longest.why};"
            message += " it waits in vain, every time"
            hint = f"let it wait longer, or {longest.remedy}"
            yield case.problem(("missions", name, "rendezvous", "wait"), Code.VALUE, message, hint, "warning")


def _gaps(scenario: Scenario, mission: Mission) -> Iterator[_Gap]:
    """List what keeps the launches of a mission apart; ways of unlike length bring them together by as much."""
    shortest_d, longest_d = _way_d(scenario, mission)
    nearer_d = longest_d - shortest_d
    numbers: dict[str, int] = {}
    for launch in mission.launches.values():
        numbers[launch.launcher] = numbers.get(launch.launcher, 0) + 1
        launcher = scenario.launchers[launch.launcher]
        after, _, what = (launch.after or "").partition(".")
        if after in mission.launches and what in ("arrived", "launched"):
            apart_d = max(launch.spacing, least(launcher.integration))
            apart_d += shortest_d if what == "arrived" else -nearer_d
            why = f"{launch.launcher} is made ready after {launch.after}"
            yield _Gap(apart_d, why, "do not launch one after the other")
    for name, count in numbers.items():
        yield _pad_gap(scenario, name, count, nearer_d)
        yield _line_gap(scenario.launchers[name], name, count, nearer_d)


def _pad_gap(scenario: Scenario, name: str, count: int, nearer_d: float) -> _Gap:
    """Launches from one pad follow each other by its turnaround and the next vehicle's integration."""
    launcher = scenario.launchers[name]
    turned_d = min(
        least(scenario.launch_sites[site].pads[pad].turnaround)
        for site, _, pad in (path.partition(".") for path in launcher.pads)
    )
    rounds = ceil(count / len(launcher.pads)) - 1
    why = f"{count} of {name} launch from {len(launcher.pads)} pad{'s' if len(launcher.pads) > 1 else ''}"
    return _Gap(rounds * (turned_d + least(launcher.integration)) - nearer_d, why, "add a pad")


def _line_gap(launcher: Launcher, name: str, count: int, nearer_d: float) -> _Gap:
    """What is not in store when the first vehicle is taken has to be made, while that one is made ready and flies."""
    line = launcher.production
    made = max(count - max(line.ready, line.stock), 0)
    meanwhile_d = launcher.integration.mode - least(launcher.integration)
    why = f"{made} of {count} vehicles {name} are still to be made"
    return _Gap(made * least(line.every) - meanwhile_d - nearer_d, why, "keep more in store (production.stock)")


def _way_d(scenario: Scenario, mission: Mission) -> tuple[float, float]:
    """Return the days from launch to the meeting, at the least and at the most."""
    at = mission.rendezvous.at if mission.rendezvous is not None else ""
    last = mission.route.index(at) if at in mission.route else 0
    legs = {(leg.from_, leg.to): leg for leg in reversed(scenario.legs.values())}
    flown = [legs[way] for way in pairwise(mission.route[: last + 1]) if way in legs]
    ranges = [(min(leg.tof, default=0.0), max(leg.tof, default=0.0)) for leg in flown]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)
