"""Hindcasts: scenarios that know what was known then, against what happened and against other forecasters.

The plain forecasters are the plan as published, and the plan plus the mean slip known then. Beside them stands the same
scenario with a law of slip by lead time alone, as hindcasts had it before there was a law by class. A date not yet come
counts as later than the day of judging: every forecast and every date is cut off there before it is scored, which keeps
the score proper (Gneiting and Ranjan, Journal of Business and Economic Statistics 29 (2011) 411-422).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibration.forecasts import read_pairs
from sim.calibration.scores import crps, pinball_of_point, pinball_of_sample
from sim.calibration.slip import SlipFit, fit_slip
from sim.scenario.load import load_scenario
from sim.scenario.schema import SlipByClass
from sim.scenario.table import data_file, read_table
from sim.validation.published import (
    About,
    PublishedCase,
    at_most,
    near,
    packaged_scenario,
    read_published,
    replicate,
    shipped_scenario,
)

Floats = NDArray[np.float64]

KIND: Final = "hindcast"
INSIDE: Final = 0.8
"""Share of dates that P10 to P90 should hold."""


@dataclass(frozen=True, slots=True)
class HindcastDate:
    """One date: planned, forecast and what became of it, as days of the scenario's calendar."""

    name: str
    planned_d: float
    slipped_d: float
    """Plan plus the mean slip known then."""
    sample_d: Floats
    by_lead_d: Floats
    """The sample of the same scenario with slip by lead time alone."""
    actual_d: float
    flown: bool
    """Whether `actual_d` is a date; otherwise the day of judging, before which it did not come."""

    def quantile_d(self, share: float) -> float:
        """Return a quantile of the forecast."""
        return float(np.quantile(self.sample_d, share))

    @property
    def decided(self) -> bool:
        """Whether it can be said that P10 to P90 holds the date."""
        return self.flown or self.quantile_d(0.9) < self.actual_d

    @property
    def inside(self) -> bool:
        """Whether P10 to P90 holds the date."""
        return self.flown and self.quantile_d(0.1) <= self.actual_d <= self.quantile_d(0.9)


@dataclass(frozen=True, slots=True)
class Hindcast:
    """A plan of then, forecast and judged."""

    id: str
    source: str
    known: str
    why: str
    start: datetime.date
    forecasts: tuple[HindcastDate, ...]
    again: bool = False
    """Whether its dates are those of another hindcast, forecast later: they do not count twice."""


def run_hindcasts(runs: int, seed: int) -> tuple[Hindcast, ...]:
    """Simulate every hindcast `runs` times."""
    return tuple(_hindcast(said, runs, seed) for said in read_published("hindcasts")["hindcasts"])


def _hindcast(said: Mapping[str, Any], runs: int, seed: int) -> Hindcast:
    file = packaged_scenario(said["packaged"]) if "packaged" in said else shipped_scenario(said["file"])
    run = replicate(file, runs, seed)
    by_lead = replicate(file, runs, seed, sets=_sets_by_lead(file, said["by_lead"]))
    start = datetime.date.fromisoformat(run.campaign.start_iso[:10])
    milestones = [milestone.name for milestone in run.campaign.milestones]
    other = [milestone.name for milestone in by_lead.campaign.milestones]
    end_d = float((said["judged"] - start).days) if "judged" in said else run.campaign.end_d
    law = _law(said["slip"])
    forecasts = []
    for row in said["rows"]:
        planned_d = float((row["planned"] - start).days)
        flown = "actual" in row
        actual_d = float((row["actual"] - start).days) if flown else end_d
        sample = run.sample.reached_d[:, milestones.index(row["milestone"])]
        then = by_lead.sample.reached_d[:, other.index(row["milestone"])]
        forecasts.append(
            HindcastDate(
                row["milestone"].removesuffix(".launched"),
                min(planned_d, end_d),
                min(planned_d + _mean_slip_d(law, planned_d), end_d),
                np.minimum(sample, end_d),
                np.minimum(then, end_d),
                actual_d,
                flown,
            )
        )
    texts = (said["id"], said["source"], said["known"], said["why"])
    return Hindcast(*texts, start, tuple(forecasts), said.get("again", False))


def _sets_by_lead(file: Path, said: Mapping[str, Any]) -> list[str]:
    """Return what makes every slip by class in a scenario one by lead time, with the law said for its kind."""
    scenario = load_scenario(file).scenario
    slipping = {f"activities.{name}": one.slip for name, one in scenario.activities.items() if one.done is None}
    slipping |= {f"missions.{name}": one.slip for name, one in scenario.missions.items() if one.flown is None}
    slips = {path: slip.class_.kind for path, slip in slipping.items() if isinstance(slip, SlipByClass)}
    laws = {path: said["laws"].get(kind, said["laws"]["others"]) for path, kind in slips.items()}
    swapped = [f"{path}.slip={f'{{by_lead: {law}}}' if law else 'null'}" for path, law in laws.items()]
    return [*said.get("sets", ()), *swapped]


def _law(said: Any) -> SlipFit | Mapping[str, float]:
    if isinstance(said, str):
        return fit_slip(read_pairs(read_table(data_file(f"{said}.csv"))), resamples=0)
    line: Mapping[str, float] = said
    return line


def _mean_slip_d(law: SlipFit | Mapping[str, float], lead_d: float) -> float:
    return law.mean_d(lead_d) if isinstance(law, SlipFit) else law["intercept_d"] + law["per_day"] * lead_d


def hindcast_cases(hindcasts: Sequence[Hindcast]) -> Iterator[PublishedCase]:
    """Return coverage, bias and scores of each hindcast, then of all together."""
    for one in hindcasts:
        yield from _judge(one.id, one.source, one.forecasts, f"{one.known}. {one.why[:1].upper()}{one.why[1:]}")
    every = tuple(forecast for one in hindcasts if not one.again for forecast in one.forecasts)
    if every:
        yield from _judge("all", "the hindcasts above, together", every, "dates of one programme are not independent")


def _judge(name: str, source: str, forecasts: Sequence[HindcastDate], known: str) -> Iterator[PublishedCase]:
    def about(what: str, quantity: str, reason: str) -> About:
        return About(f"hindcast-{name}-{what}", KIND, source, quantity, f"{reason}. Known then: {known}")

    decided = [one for one in forecasts if one.decided]
    share = sum(one.inside for one in decided) / len(decided)
    tolerance = 2.0 * sqrt(INSIDE * (1.0 - INSIDE) / len(decided))
    before = [replace(one, sample_d=one.by_lead_d) for one in forecasts]
    counted = f"{_counted(forecasts)}; by lead time alone {_counted(before)}"
    yield near(
        about("coverage", "share of dates inside P10 to P90", f"{counted}; two standard errors as if independent"),
        share,
        INSIDE,
        tolerance,
    )
    yield from _biases(forecasts, about)
    ours = float(np.mean([crps(one.sample_d, one.actual_d) for one in forecasts]))
    plan = float(np.mean([abs(one.planned_d - one.actual_d) for one in forecasts]))
    slipped = float(np.mean([abs(one.slipped_d - one.actual_d) for one in forecasts]))
    rule = "met when ours is not above; for a single date the score is its error"
    yield at_most(about("crps-plan", "mean CRPS, d, against the plan as published", rule), ours, plan)
    yield at_most(about("crps-slip", "mean CRPS, d, against the plan plus mean slip", rule), ours, slipped)
    by_lead = float(np.mean([crps(one.by_lead_d, one.actual_d) for one in forecasts]))
    rule = "the same scenario with a law of slip by lead time alone; met when ours is not above"
    yield at_most(about("crps-by-lead", "mean CRPS, d, against slip by lead time alone", rule), ours, by_lead)
    ours = float(np.mean([pinball_of_sample(one.sample_d, one.actual_d) for one in forecasts]))
    plan = float(np.mean([pinball_of_point(one.planned_d, one.actual_d) for one in forecasts]))
    slipped = float(np.mean([pinball_of_point(one.slipped_d, one.actual_d) for one in forecasts]))
    rule = f"P10, P50, P90; plan {plan:.0f} d, plan plus mean slip {slipped:.0f} d, the better of them stands as theirs"
    yield at_most(
        about("pinball", "mean pinball loss, d, against the plain forecasters", rule), ours, min(plan, slipped)
    )


def _counted(forecasts: Sequence[HindcastDate]) -> str:
    decided = [one for one in forecasts if one.decided]
    return f"{sum(one.inside for one in decided)} of {len(decided)} dates, {len(forecasts) - len(decided)} still open"


def _biases(forecasts: Sequence[HindcastDate], about: Any) -> Iterator[PublishedCase]:
    flown = [one for one in forecasts if one.flown]
    ours = float(np.mean([one.quantile_d(0.5) - one.actual_d for one in flown]))
    plan = float(np.mean([one.planned_d - one.actual_d for one in flown]))
    slipped = float(np.mean([one.slipped_d - one.actual_d for one in flown]))
    rule = (
        f"size of the mean error of what flew; ours {ours:+.0f} d, plan {plan:+.0f} d, "
        f"plan plus mean slip {slipped:+.0f} d (negative: came later than said)"
    )
    best = min(abs(plan), abs(slipped))
    yield at_most(about("bias", "bias of the median, d, against the better plain forecaster", rule), abs(ours), best)
