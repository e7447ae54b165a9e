"""What is random, against closed forms, counts and printed intervals: tankers lost, launches called off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import comb
from typing import Any, Final

import numpy as np

from sim.analysis.estimates import Proportion, clopper_pearson, paired_mean, rank_coverage, wilson
from sim.validation.published import SIGMAS, About, PublishedCase, mean_tolerance, near, read_published, share_tolerance
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


KIND_OF_INTERVALS: Final = "schedule risk"
_DIGITS: Final = 6e-5
_PRINTED: Final = "printed to four digits"


def interval_cases() -> Iterator[PublishedCase]:
    """Return the binomial, order-statistic and paired intervals."""
    said = read_published("intervals")
    yield from _binomial(said["wilson_95"], "wilson-95", wilson)
    yield from _binomial(said["clopper_pearson_95"], "exact-95", clopper_pearson)
    yield from _binomial(said["clopper_pearson_90"], "exact-90", lambda k, n: clopper_pearson(k, n, level=0.9))
    yield from _ranks(said["rank_coverage"])
    for pair in said["paired"]:
        found = paired_mean(pair["first"], pair["second"], level=pair["level"])
        about = About(
            pair["id"], KIND_OF_INTERVALS, pair["source"], f"{pair['level']:.0%} interval of a paired mean", _PRINTED
        )
        yield near(about, [found.low, found.high], pair["interval"], _DIGITS)


def _binomial(said: Mapping[str, Any], name: str, estimate: Callable[..., Proportion]) -> Iterator[PublishedCase]:
    for row in said["rows"]:
        found = estimate(row["k"], row["n"])
        quantity = f"interval of the share {row['k']} of {row['n']}"
        about = About(f"{name}-{row['k']}-of-{row['n']}", KIND_OF_INTERVALS, said["source"], quantity, _PRINTED)
        yield near(about, [found.low, found.high], row["interval"], _DIGITS)


def _ranks(said: Mapping[str, Any]) -> Iterator[PublishedCase]:
    for row in said["rows"]:
        lower, upper = row["ranks"]
        quantity = f"coverage of ranks {lower} and {upper} for P{100 * row['q']:.0f} of {row['n']}"
        about = About(f"ranks-{row['n']}-p{100 * row['q']:.0f}", KIND_OF_INTERVALS, said["source"], quantity, _PRINTED)
        yield near(about, rank_coverage(row["n"], row["q"], lower, upper), row["coverage"], _DIGITS)
