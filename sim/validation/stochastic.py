"""What is random, against closed forms, counts and printed figures: tankers lost, launches called off, networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import comb, sqrt
from typing import Any, Final

import numpy as np

from sim.analysis.estimates import Proportion, clopper_pearson, paired_mean, quantile, rank_coverage, wilson
from sim.analysis.sensitivity import Sensitivity, rank_activities
from sim.validation.published import (
    SIGMAS,
    About,
    PublishedCase,
    Replicated,
    mean_tolerance,
    near,
    packaged_scenario,
    read_published,
    replicate,
    share_tolerance,
    shipped_scenario,
)

KIND: Final = "stochastic"
NETWORKS: Final = "schedule risk"
_DIGITS: Final = 6e-5
_PRINTED: Final = "printed to four digits"
_CHANCE: Final = f"{SIGMAS:g} standard errors of both samples: once in 16,000 tries by chance"
_LEVEL: Final = 0.99993666
"""Confidence of 4 standard errors."""


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


def interval_cases() -> Iterator[PublishedCase]:
    """Return the binomial, order-statistic and paired intervals."""
    said = read_published("intervals")
    yield from _binomial(said["wilson_95"], "wilson-95", wilson)
    yield from _binomial(said["clopper_pearson_95"], "exact-95", clopper_pearson)
    yield from _binomial(said["clopper_pearson_90"], "exact-90", lambda k, n: clopper_pearson(k, n, level=0.9))
    yield from _ranks(said["rank_coverage"])
    for pair in said["paired"]:
        found = paired_mean(pair["first"], pair["second"], level=pair["level"])
        about = About(pair["id"], NETWORKS, pair["source"], f"{pair['level']:.0%} interval of a paired mean", _PRINTED)
        yield near(about, [found.low, found.high], pair["interval"], _DIGITS)


def _binomial(said: Mapping[str, Any], name: str, estimate: Callable[..., Proportion]) -> Iterator[PublishedCase]:
    for row in said["rows"]:
        found = estimate(row["k"], row["n"])
        quantity = f"interval of the share {row['k']} of {row['n']}"
        about = About(f"{name}-{row['k']}-of-{row['n']}", NETWORKS, said["source"], quantity, _PRINTED)
        yield near(about, [found.low, found.high], row["interval"], _DIGITS)


def _ranks(said: Mapping[str, Any]) -> Iterator[PublishedCase]:
    for row in said["rows"]:
        lower, upper = row["ranks"]
        quantity = f"coverage of ranks {lower} and {upper} for P{100 * row['q']:.0f} of {row['n']}"
        about = About(f"ranks-{row['n']}-p{100 * row['q']:.0f}", NETWORKS, said["source"], quantity, _PRINTED)
        yield near(about, rank_coverage(row["n"], row["q"], lower, upper), row["coverage"], _DIGITS)


def textbook_cases(runs: int, seed: int) -> Iterator[PublishedCase]:
    """Return every case of the textbook networks, each network sampled `runs` times."""
    published = read_published("networks")
    for path in published["critical_paths"]:
        yield from _critical_path(path)
    for network in published["networks"]:
        yield from _network(network, runs, seed)
    yield from _sensitivities(published["sensitivity"], runs, seed)


def _critical_path(said: Mapping[str, Any]) -> Iterator[PublishedCase]:
    sets = [f"activities.{name}.duration={weeks} wk" for name, weeks in said["expected"].items()]
    run = replicate(shipped_scenario(said["scenario"]), 1, 0, sets=sets)
    finish = float(run.nominal.reached_d[run.campaign.goals[0].reached]) / said["unit_d"]
    note = "deterministic; rounding only"
    yield near(
        About(f"{said['id']}-finish", NETWORKS, said["source"], "finish, weeks", note), finish, said["finish"], 1e-6
    )
    trace = run.nominal.trace
    goal = run.campaign.goals[0].name
    path = [step.subject for step in trace.chains[goal]] if trace else []
    names = list(said["expected"])
    ours = [1.0 if name in path else 0.0 for name in names]
    theirs = [1.0 if name in said["path"] else 0.0 for name in names]
    quantity = f"critical path, 1 for each of {', '.join(names)} on it"
    yield near(About(f"{said['id']}-path", NETWORKS, said["source"], quantity, note), ours, theirs, 0.0)


def _network(said: Mapping[str, Any], runs: int, seed: int) -> Iterator[PublishedCase]:
    run = replicate(shipped_scenario(said["scenario"]), runs, seed, variants=said.get("variants", ()))
    finish = run.finish_d / said["unit_d"]
    theirs_n = said.get("runs", float("inf"))

    def about(what: str, quantity: str, note: str = _CHANCE) -> About:
        return About(f"{said['id']}-{what}", NETWORKS, said["source"], quantity, note)

    tolerance = mean_tolerance(said["sd"], runs, theirs_n)
    yield near(about("mean", "mean finish, units of the source"), float(finish.mean()), said["mean"], tolerance)
    for by, share in said["by"].items():
        tolerance = share_tolerance(share, runs, theirs_n)
        ours = float((finish <= by).mean())
        yield near(about(f"by-{by:g}", f"chance of finishing by {by:g}"), ours, share, tolerance)
    for q, value in said.get("quantiles", {}).items():
        found = quantile(finish, q, level=_LEVEL)
        half = max((found.high or value) - (found.value or value), (found.value or value) - (found.low or value))
        quantity = f"finish at P{100 * q:.0f}, units of the source"
        yield near(about(f"p{100 * q:.0f}", quantity), found.value or 0.0, value, half * sqrt(1.0 + runs / theirs_n))
    yield from _criticalities(said, run, runs, about)


def _criticalities(said: Mapping[str, Any], run: Replicated, runs: int, about: Any) -> Iterator[PublishedCase]:
    for name, share in said["critical"].items():
        tolerance = share_tolerance(share, runs, said.get("runs", float("inf")))
        yield near(about(f"critical-{name}", f"criticality of {name}"), run.critical(name), share, tolerance)


def _sensitivities(published: list[Mapping[str, Any]], runs: int, seed: int) -> Iterator[PublishedCase]:
    found: dict[str, Mapping[str, Sensitivity]] = {}
    for said in published:
        name = said["scenario"]
        if name not in found:
            found[name] = _rank(replicate(packaged_scenario(name), runs, seed))
        ours = _index(found[name][said["activity"]], said["index"])
        # A correlation or a ratio of spreads near r is known to about 1/sqrt(n); a share that is 1 to nothing at all.
        tolerance = 0.0 if said["value"] == 1.0 else SIGMAS / sqrt(runs)
        about = About(said["id"], NETWORKS, said["source"], f"{said['index']} of {said['activity']}", _CHANCE)
        yield near(about, ours, said["value"], tolerance)


def _rank(run: Replicated) -> Mapping[str, Sensitivity]:
    return {
        one.name: one for one in rank_activities(run.names, run.sample.on_chain[:, 0], run.durations_d, run.finish_d)
    }


def _index(found: Sensitivity, index: str) -> float:
    if index == "criticality":
        return found.criticality.value
    value = found.significance if index == "significance" else found.cruciality.value
    return float("nan") if value is None else value
