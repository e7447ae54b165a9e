"""Slip by lead time: the law is fitted on one half of the missions and judged on the other half, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Final

import numpy as np

from sim.calibration.forecasts import read_pairs
from sim.calibration.scores import crps, pinball_of_point, pinball_of_sample
from sim.calibration.slip import Pairs, SlipFit, fit_slip
from sim.scenario.cells import read_dates
from sim.scenario.table import TextTable, data_file, read_table
from sim.validation.hindcasts import INSIDE
from sim.validation.published import About, PublishedCase, at_most, near

KIND: Final = "slip"
_SHARES: Final = (np.arange(400) + 0.5) / 400
"""Midpoints at which a law is sampled for its score."""


def slip_cases() -> Iterator[PublishedCase]:
    """Return coverage and scores of the slip law on missions it was not fitted to."""
    table = read_table(data_file("iss-cargo.csv"))
    pairs = read_pairs(table)
    flown = _by_flight(table)
    source = table.source
    for name, fitted in (("first", set(flown[::2])), ("second", set(flown[1::2]))):
        inside = np.array([mission in fitted for mission in pairs.mission])
        law = fit_slip(pairs.chosen(inside), resamples=0)
        yield from _judge(name, source, law, pairs.chosen(~inside))


def _by_flight(table: TextTable) -> list[str]:
    """Return the missions in the order in which they flew: every other one makes a half."""
    (actual,) = read_dates(table, "actual")
    first = {name: day for name, day in zip(table.texts("mission"), actual, strict=True) if day}
    return sorted(first, key=lambda name: (first[name], name))


def _judge(half: str, source: str, law: SlipFit, other: Pairs) -> Iterator[PublishedCase]:
    late_d = np.maximum(other.slip_d, 0.0)
    low, high = (np.array([_at(law, lead, share) for lead in other.lead_d]) for share in (0.1, 0.9))
    missions = len(set(other.mission))

    def about(what: str, quantity: str, note: str) -> About:
        said = f"fitted on the {half} half of the missions, judged on the other; {note}"
        return About(f"slip-{half}-{what}", KIND, source, quantity, said)

    share = float(((low <= late_d) & (late_d <= high)).mean())
    tolerance = 2.0 * sqrt(INSIDE * (1.0 - INSIDE) / missions)
    note = f"two standard errors of {missions} missions: their {late_d.size} forecasts repeat each other"
    yield near(about("coverage", "share of forecasts inside P10 to P90", note), share, INSIDE, tolerance)
    pairs = list(zip(other.lead_d, late_d, strict=True))
    mean_d = np.array([law.mean_d(lead) for lead in other.lead_d])
    ours = float(np.mean([crps(law.ppf(lead, _SHARES), late) for lead, late in pairs]))
    rule = "met when ours is not above; for a single date the score is its error"
    yield at_most(about("crps-plan", "mean CRPS, d, against the plan as published", rule), ours, float(late_d.mean()))
    error = float(np.abs(mean_d - late_d).mean())
    yield at_most(about("crps-slip", "mean CRPS, d, against the plan plus the half's mean slip", rule), ours, error)
    ours = float(np.mean([pinball_of_sample(law.ppf(lead, _SHARES), late) for lead, late in pairs]))
    plan = float(np.mean([pinball_of_point(0.0, late) for late in late_d]))
    slipped = float(np.mean([pinball_of_point(mean, late) for mean, late in zip(mean_d, late_d, strict=True)]))
    rule = f"P10, P50, P90; plan {plan:.0f} d, plan plus mean slip {slipped:.0f} d, the better of them stands as theirs"
    yield at_most(
        about("pinball", "mean pinball loss, d, against the plain forecasters", rule), ours, min(plan, slipped)
    )


def _at(law: SlipFit, lead_d: float, share: float) -> float:
    return float(law.ppf(float(lead_d), np.array([share]))[0])
