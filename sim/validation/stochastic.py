"""What is random, against closed forms and counts: tankers that are lost, launches that are called off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import comb
from typing import Any, Final

import numpy as np

from sim.validation.case import SIGMAS, About, PublishedCase, mean_tolerance, near, share_tolerance
from sim.validation.published import read_published
from sim.validation.replications import packaged_scenario, replicate, shipped_scenario

KIND: Final = "stochastic"


def stochastic_cases(runs: int, seed: int) -> Iterator[PublishedCase]:
    """Return the tanker depot and the Shuttle's countdown, each replicated `runs` times."""
    yield from depot_cases(runs, seed)
    yield from scrub_cases(runs, seed)


def depot_chance(said: Mapping[str, Any], transfers: int, fleet: int) -> float:
    """Return the chance that a depot of so many loads is filled by a fleet and left: the closed form of the source."""
    q, r, m = said["reach"], said["work"], said["depart"]
    ways = sum(comb(transfers + k - 1, k) * (1.0 - q) ** k for k in range(fleet))
    return float(m * r**transfers * q**transfers * ways)


def depot_cases(runs: int, seed: int) -> Iterator[PublishedCase]:
    """Return the share of departures for cells of the published sweep."""
    said = read_published("depot")
    for cell in said["cells"]:
        transfers, fleet = cell["transfers"], cell["fleet"]
        filled = "stations.depot.tank"
        sets = [f"{filled}.capacity={said['load_t'] * transfers} t", f"{filled}.filled_by.fleet={fleet}"]
        run = replicate(shipped_scenario(said["scenario"]), runs, seed, sets=sets)
        share = depot_chance(said, transfers, fleet)
        note = f"{SIGMAS:g} standard errors; published Monte Carlo {cell['published']:g} of {cell['replications']}"
        if abs(cell["published"] - share) > share_tolerance(share, cell["replications"]) * 3.0 / SIGMAS:
            note += f": {said['published_miss']}"
        quantity = f"chance of departure, {transfers} loads, {fleet} tankers"
        about = About(f"depot-{transfers}-{fleet}", KIND, said["source"], quantity, note)
        yield near(about, float(np.isfinite(run.finish_d).mean()), share, share_tolerance(share, runs))


def scrub_cases(runs: int, seed: int) -> Iterator[PublishedCase]:
    """Return attempts for each launch, and the share gone by each attempt."""
    said = read_published("scrubs")
    attempts = 1.0 + replicate(packaged_scenario("countdown"), runs, seed).sample.scrubs
    chance = said["launches"] / said["attempts"]
    note = f"the rate is that of the source, the mechanism ours; {SIGMAS:g} standard errors"
    sd = (1.0 - chance) ** 0.5 / chance
    about = About("shuttle-attempts", KIND, said["source"], "attempts for each launch", note)
    yield near(about, float(attempts.mean()), 1.0 / chance, mean_tolerance(sd, runs))
    for number, share in said["by_attempt"].items():
        about = About(f"shuttle-by-{number}", KIND, said["source"], f"share gone by attempt {number}", note)
        yield near(about, float((attempts <= number).mean()), share, share_tolerance(share, runs))
    day = said["on_day"]
    share = day["k"] / day["n"]
    note = f"another count of the same programme; {SIGMAS:g} standard errors of its {day['n']} missions and our runs"
    about = About("shuttle-on-day", KIND, day["source"], "share gone at the first attempt", note)
    yield near(about, float((attempts == 1.0).mean()), share, share_tolerance(share, runs, day["n"]))
