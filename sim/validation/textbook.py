"""Schedule risk: the textbook networks, sampled by this simulator, and their sensitivity indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any, Final

from sim.analysis.estimates import quantile
from sim.analysis.sensitivity import Sensitivity, rank_activities
from sim.validation.published import SIGMAS, About, PublishedCase, mean_tolerance, near, read_published, share_tolerance
from sim.validation.replications import Replicated, packaged_scenario, replicate, shipped_scenario

KIND: Final = "schedule risk"
_CHANCE: Final = f"{SIGMAS:g} standard errors of both samples: once in 16,000 tries by chance"
_LEVEL: Final = 0.99993666
"""Confidence of 4 standard errors."""


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
    yield near(About(f"{said['id']}-finish", KIND, said["source"], "finish, weeks", note), finish, said["finish"], 1e-6)
    trace = run.nominal.trace
    goal = run.campaign.goals[0].name
    path = [step.subject for step in trace.chains[goal]] if trace else []
    names = list(said["expected"])
    ours = [1.0 if name in path else 0.0 for name in names]
    theirs = [1.0 if name in said["path"] else 0.0 for name in names]
    quantity = f"critical path, 1 for each of {', '.join(names)} on it"
    yield near(About(f"{said['id']}-path", KIND, said["source"], quantity, note), ours, theirs, 0.0)


def _network(said: Mapping[str, Any], runs: int, seed: int) -> Iterator[PublishedCase]:
    run = replicate(shipped_scenario(said["scenario"]), runs, seed, variants=said.get("variants", ()))
    finish = run.finish_d / said["unit_d"]
    theirs_n = said.get("runs", float("inf"))

    def about(what: str, quantity: str, note: str = _CHANCE) -> About:
        return About(f"{said['id']}-{what}", KIND, said["source"], quantity, note)

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
        about = About(said["id"], KIND, said["source"], f"{said['index']} of {said['activity']}", _CHANCE)
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
