"""Pure activity networks against the textbooks: dates, quantiles and criticalities, without any rocket.

Weeks of the sources are days here; only ratios matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.scenario.load import load_scenario

RUNS = 4000
SIGMAS = 4.0
"""Deviations beyond which a share or a mean is called wrong: once in 16,000 tries by chance."""

PORTA_VAC: Mapping[str, Any] = {
    "A": ([], [4, 5, 12]),
    "B": ([], [1, 1.5, 5]),
    "C": (["A"], [2, 3, 4]),
    "D": (["A"], [3, 4, 11]),
    "E": (["A"], [2, 3, 4]),
    "F": (["C"], [1.5, 2, 2.5]),
    "G": (["D"], [1.5, 3, 4.5]),
    "H": (["B", "E"], [2.5, 3.5, 7.5]),
    "I": (["H"], [1.5, 2, 2.5]),
    "J": (["F", "G", "I"], [1, 2, 3]),
}
"""Anderson, Sweeney and Williams, An Introduction to Management Science, ch. 9: the Porta-Vac project."""

RELIABLE: Mapping[str, Any] = {
    "A": ([], [1, 2, 3]),
    "B": (["A"], [2, 3.5, 8]),
    "C": (["B"], [6, 9, 18]),
    "D": (["C"], [4, 5.5, 10]),
    "E": (["C"], [1, 4.5, 5]),
    "F": (["E"], [4, 4, 10]),
    "G": (["D"], [5, 6.5, 11]),
    "H": (["E", "G"], [5, 8, 17]),
    "I": (["C"], [3, 7.5, 9]),
    "J": (["F", "I"], [3, 9, 9]),
    "K": (["J"], [4, 4, 4]),
    "L": (["J"], [1, 5.5, 7]),
    "M": (["H"], [1, 2, 3]),
    "N": (["K", "L"], [5, 5.5, 9]),
}
"""Hillier and Lieberman, Introduction to Operations Research: the Reliable Construction Co."""

BRIDGE: Mapping[str, Any] = {
    "a1": ([], 0),
    "a2": ([], 0),
    "a3": (["a1"], 0),
    "a4": (["a1"], 0),
    "a5": (["a2", "a3"], 0),
}
"""Nelson, Foundations and Methods of Stochastic Simulation: five arcs, each exponential of mean 1."""


def _duration(points: Any, law: str) -> Any:
    if law == "exponential":
        return {"exponential": {"mean": "1 d"}}
    return f"{points[0]} d" if len(set(points)) == 1 else {law: [f"{days} d" for days in points]}


def _network(folder: Path, work: Mapping[str, Any], law: str, last: list[str]) -> Campaign:
    durations = {name: _duration(points, law) for name, (_, points) in work.items()}
    scenario = {
        "format": 1,
        "name": "network",
        "calendar": {"start": "2030-01-01", "end": "2031-01-01"},
        "goals": {"finish": {"by": "2030-12-31", "needs": [name.lower() for name in last]}},
        "activities": {
            name.lower(): {"duration": durations[name], "needs": [need.lower() for need in needs]}
            for name, (needs, _) in work.items()
        },
    }
    file = folder / f"{law}-{len(work)}.yaml"
    file.write_text(yaml.safe_dump(scenario))
    return compile_campaign(load_scenario(file))


@cache
def _runs(kind: str, law: str, folder: Path) -> tuple[np.ndarray, dict[str, float]]:
    """Return the finish of every run, and the share of runs in which each activity dates it."""
    work = {"porta": PORTA_VAC, "reliable": RELIABLE, "bridge": BRIDGE}[kind]
    last = {"porta": ["J"], "reliable": ["M", "N"], "bridge": ["a4", "a5"]}[kind]
    campaign = _network(folder, work, law, last)
    outcomes = simulate_chunk(campaign, 20, 0, RUNS)
    finish = np.array([outcome.reached_d[campaign.goals[0].reached] for outcome in outcomes])
    share = np.mean([outcome.on_chain[0] for outcome in outcomes], axis=0)
    return finish, {s.name: float(x) for s, x in zip(campaign.subjects, share, strict=True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


def _tolerance(share: float, published_runs: float = 20_000) -> float:
    """Return the deviation of two independent estimates of a share that chance explains."""
    return SIGMAS * sqrt(share * (1 - share) * (1 / RUNS + 1 / published_runs))


def test_porta_vac_finishes_in_17_weeks_when_every_activity_takes_its_expected_time(folder: Path) -> None:
    """Expected times (a + 4 m + b)/6 of the source: 6, 2, 3, 5, 3, 2, 3, 4, 2, 2; critical path A-E-H-I-J."""
    weeks = {"A": 6, "B": 2, "C": 3, "D": 5, "E": 3, "F": 2, "G": 3, "H": 4, "I": 2, "J": 2}
    work = {name: (needs, [weeks[name]] * 3) for name, (needs, _) in PORTA_VAC.items()}
    campaign = _network(folder, work, "pert", ["J"])
    nominal = simulate_nominal(campaign)
    assert nominal.reached_d[campaign.goals[0].reached] == pytest.approx(17.0, abs=1e-9)
    assert nominal.trace is not None
    assert [s.subject for s in nominal.trace.chains["finish"]] == ["a", "e", "h", "i", "j"]


@pytest.mark.parametrize(
    ("kind", "law", "mean", "sd"),
    [
        ("porta", "pert", 17.316, 1.697),
        ("porta", "triangular", 19.181, 2.259),
        ("reliable", "triangular", 46.237, 3.699),
        ("reliable", "pert", 44.327, 2.937),
        ("bridge", "exponential", 83 / 24, None),
    ],
)
def test_mean_finish_agrees_with_the_textbook(kind: str, law: str, mean: float, sd: float | None, folder: Path) -> None:
    """Monte Carlo of 20,000 runs of the published networks; 83/24 is exact (Kulkarni and Adlakha 1986)."""
    finish, _ = _runs(kind, law, folder)
    spread = sd if sd is not None else float(finish.std())
    assert finish.mean() == pytest.approx(mean, abs=SIGMAS * spread * sqrt(1 / RUNS + 1 / 20_000))


@pytest.mark.parametrize(
    ("kind", "law", "by", "share"),
    [
        ("porta", "pert", 17.0, 0.4608),
        ("porta", "pert", 20.0, 0.9300),
        ("porta", "triangular", 17.0, 0.1766),
        ("porta", "triangular", 20.0, 0.6549),
        ("porta", "triangular", 21.0, 0.7844),
        ("reliable", "triangular", 44.0, 0.2847),
        ("reliable", "triangular", 47.0, 0.5932),
        ("reliable", "pert", 47.0, 0.8157),
    ],
)
def test_chance_of_finishing_by_a_week_agrees_with_the_textbook(
    kind: str, law: str, by: float, share: float, folder: Path
) -> None:
    """Monte Carlo of 20,000 runs; for Reliable Construction the book's own 1,000 trials gave about 0.59."""
    finish, _ = _runs(kind, law, folder)
    assert (finish <= by).mean() == pytest.approx(share, abs=_tolerance(share))


@pytest.mark.parametrize("by", [2.0, 3.5, 5.0])
def test_the_bridge_network_follows_its_closed_form(by: float, folder: Path) -> None:
    """P(T <= t) of the five-arc bridge; Markov PERT analysis of Kulkarni and Adlakha (1986)."""
    share = (by**2 / 2 - 3 * by - 3) * exp(-2 * by) + (-(by**2) / 2 - 3 * by + 3) * exp(-by) + 1 - exp(-3 * by)
    finish, _ = _runs("bridge", "exponential", folder)
    assert (finish <= by).mean() == pytest.approx(share, abs=_tolerance(share, 1e12))


@pytest.mark.parametrize(
    ("kind", "law", "activity", "share"),
    [
        ("porta", "pert", "e", 0.730),
        ("porta", "pert", "d", 0.270),
        ("porta", "triangular", "e", 0.607),
        ("porta", "triangular", "g", 0.393),
        ("reliable", "triangular", "j", 0.685),
        ("reliable", "triangular", "k", 0.205),
        ("reliable", "triangular", "i", 0.037),
        ("reliable", "pert", "l", 0.743),
        ("bridge", "exponential", "a3", 0.5832),
        ("bridge", "exponential", "a4", 0.2084),
    ],
)
def test_criticality_agrees_with_the_textbook(kind: str, law: str, activity: str, share: float, folder: Path) -> None:
    """Share of runs with the activity on the longest path; the bridge's path shares are exact to 4 digits."""
    _, critical = _runs(kind, law, folder)
    assert critical[activity] == pytest.approx(share, abs=_tolerance(share))
