"""Sense of repetitions: what is tried again, or happens again, takes time; else a run would never end.

A round counts as taking no time when it could be gone through more often than any plan means within the calendar. What
depends on how a replication goes cannot be seen here; the model stops that (`sim.model.world`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Final

from sim.chance import Discrete, Distribution, Empirical, Weibull
from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.schema import Launcher, Mission, Operation
from sim.scenario.text import Path
from sim.units import format_quantity

CERTAIN: Final = 1.0 - 1e-5
"""A chance from which something counts as certain: less than one way out in 100,000 rounds."""
MOST_ROUNDS: Final = 1_000_000
"""Rounds within the calendar; an hourly one is repeated 440,000 times in fifty years."""
_DAY: Final = datetime.timedelta(days=1)


def check_scrubs(case: Draft) -> Iterator[Problem]:
    """Attempts that are always called off are not repeated at once."""
    for name, site in case.scenario.launch_sites.items():
        yield from _scrub(case, ("launch_sites", name, "recycle"), site.scrub, site.recycle)
    for path, steps in _told_flights(case):
        for number, step in enumerate(steps):
            yield from _scrub(case, (*path, number, "recycle"), step.scrub, step.recycle)


def check_trials(case: Draft) -> Iterator[Problem]:
    """Tests that always fail, and elements that break down, take time or repair."""
    for name, element in case.scenario.elements.items():
        tests, failures = element.tests, element.failures
        if tests is not None and tests.fails >= CERTAIN and _is_endless(case, tests.repair, element.commissioning):
            message = f"its tests always fail, and are repeated {_pace(tests.repair, element.commissioning)}"
            hint = "give repair or commissioning a time, or let the tests succeed at times"
            yield case.problem(("elements", name, "tests", "repair"), Code.ENDLESS, message, hint)
        if failures is not None and not failures.spares and _is_endless(case, failures.every, failures.repair):
            message = f"it breaks down again {_pace(failures.every, failures.repair)} after each repair"
            hint = "give every or repair a time, or take failures away"
            yield case.problem(("elements", name, "failures", "every"), Code.ENDLESS, message, hint)


def check_flights_again(case: Draft) -> Iterator[Problem]:
    """A flight that is always lost is not flown again at once, and a series has time between its flights."""
    for name, mission in case.scenario.missions.items():
        if mission.flown is None and mission.on_loss == "refly" and mission.rebuild is not None:
            for why, laws in _sure_losses(case, mission):
                if _is_endless(case, *laws, mission.rebuild):
                    message = f"{why}, and is flown again {_pace(*laws, mission.rebuild)}"
                    hint = "give rebuild a time, let it succeed at times, or say on_loss: abandon"
                    yield case.problem(("missions", name, "rebuild"), Code.ENDLESS, message, hint)
        if mission.every is not None and mission.repeats is None and not _most(mission.every):
            message = "it repeats until the calendar's end, with no time between two flights"
            hint = "give every a time, or say with repeats how many fly at once"
            yield case.problem(("missions", name, "every"), Code.ENDLESS, message, hint)


def check_fillings(case: Draft) -> Iterator[Problem]:
    """Each tanker brings something, so that a tank is full at last."""
    for name, station in case.scenario.stations.items():
        tank = station.tank
        if tank is None or tank.filled_by is None or not tank.capacity:
            continue
        filling, path = tank.filled_by, ("stations", name, "tank", "filled_by", "delivers")
        brings, wanted = format_quantity(filling.delivers, "mass"), format_quantity(tank.capacity, "mass")
        message = f"with {brings} from each tanker a tank of {wanted} is never full"
        if not filling.delivers and not tank.boil_off:
            yield case.problem(path, Code.ENDLESS, message, "let each tanker bring something")
        flight = [step.duration for step in filling.operations]
        slow = filling.delivers and filling.launcher is None and tank.capacity / filling.delivers > MOST_ROUNDS
        if slow and _is_endless(case, *flight):
            yield case.problem(path, Code.ENDLESS, message, "let each tanker bring more, or give its flight a time")


def _scrub(case: Draft, path: Path, scrub: float, recycle: Distribution | None) -> Iterator[Problem]:
    if scrub >= CERTAIN and _is_endless(case, recycle):
        message = f"every attempt is called off, and the next one comes {_pace(recycle)}: it is tried for ever"
        hint = "give recycle a time, or make scrub less than 100 %"
        yield case.problem(path, Code.ENDLESS, message, hint)


def _told_flights(case: Draft) -> Iterator[tuple[Path, Sequence[Operation]]]:
    """Return every flight that is told step by step, with the place of its steps."""
    for name, mission in case.scenario.missions.items():
        yield ("missions", name, "operations"), mission.operations
    for name, station in case.scenario.stations.items():
        if station.tank is not None and station.tank.filled_by is not None:
            yield ("stations", name, "tank", "filled_by", "operations"), station.tank.filled_by.operations


def _sure_losses(case: Draft, mission: Mission) -> Iterator[tuple[str, list[Distribution]]]:
    """Return why a flight is always lost, and all that takes time until then, for each such reason."""
    for number, step in enumerate(mission.operations):
        if step.fails >= CERTAIN:
            yield f"it always fails at {step.name}", [one.duration for one in mission.operations[: number + 1]]
            break
    for launch in mission.launches.values():
        launcher = case.scenario.launchers[launch.launcher]
        if launcher.reliability is not None and launcher.reliability <= 1.0 - CERTAIN:
            yield f"{launch.launcher} always fails", _launch_times(case, launcher)


def _launch_times(case: Draft, launcher: Launcher) -> list[Distribution]:
    """Return what takes time from one launch to the next: vehicle, pad and stand-down."""
    turnarounds = []
    for name in launcher.pads:
        site, _, pad = name.partition(".")
        turnarounds.append(case.scenario.launch_sites[site].pads[pad].turnaround)
    return [launcher.production.every, launcher.integration, launcher.stand_down, min(turnarounds, key=_most)]


def _is_endless(case: Draft, *laws: Distribution | None) -> bool:
    """Whether a round of all these times is gone through too often within the calendar."""
    spec = case.scenario.calendar
    return sum(map(_most, laws)) * MOST_ROUNDS < (spec.end - spec.start) / _DAY


def _most(law: Distribution | None) -> float:
    """Return the longest time that a law gives, in days, save once in 100,000 times; asks for no numerical library."""
    if law is None:
        return 0.0
    return law.ppf(CERTAIN) if isinstance(law, (Discrete, Empirical, Weibull)) else law.support[1]


def _pace(*laws: Distribution | None) -> str:
    days = sum(map(_most, laws))
    return f"within {format_quantity(days, 'duration')}" if days else "at once"


CHECKS = (check_scrubs, check_trials, check_flights_again, check_fillings)
