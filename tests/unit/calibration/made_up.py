"""Statements drawn from a law that is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

from sim.calibration.statements import Statements

LOCATION: Mapping[str, float] = {"fast": 0.0, "slow": 0.6, "first": 0.1, "series": -0.1}
SPREAD = 0.4
OFFSET_D = 60.0
DOF = 5.0


def made_up(
    seed: int, programmes: int, missions: int = 2, *, correlation: float = 0.0, open_after_d: float = np.inf
) -> Statements:
    """Draw statements by two agencies of two kinds; what would slip beyond `open_after_d` is still open there."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(programmes), missions)
    agency = np.array(["fast", "slow"])[number % 2]
    kind = np.array(["first", "series"])[(number // 2) % 2]
    lead_d = rng.uniform(100.0, 2000.0, number.size).round()
    shared = rng.standard_normal(programmes)[number]
    score = np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * rng.standard_normal(number.size)
    t = stats.t.ppf(stats.norm.cdf(score), DOF)
    location = np.array([LOCATION[a] + LOCATION[k] for a, k in zip(agency, kind, strict=True)])
    slip_d = np.maximum((lead_d + OFFSET_D) * (np.exp(location + SPREAD * t) - 1.0), -lead_d)
    still_open = slip_d > open_after_d
    return Statements(
        np.array([f"programme {one}" for one in number]),
        agency,
        kind,
        np.array([f"mission {one}" for one in range(number.size)]),
        np.full(number.size, 737000.0),
        lead_d,
        np.minimum(slip_d, open_after_d),
        still_open,
        np.zeros(number.size, dtype=np.bool_),
    )


def table_of(statements: Statements) -> str:
    """Write statements as a table (CSV), said on 2020-01-01, to the day."""
    said = np.datetime64("2020-01-01")
    lines = ["programme,agency,kind,mission,said_on,planned,actual,open,note"]
    for row in range(statements.rows):
        planned = said + np.timedelta64(round(statements.lead_d[row]), "D")
        actual = planned + np.timedelta64(round(statements.slip_d[row]), "D")
        lines.append(
            f"{statements.programme[row]},{statements.agency[row]},{statements.kind[row]},{statements.mission[row]},"
            f"{said},{planned},{actual},{'yes' if statements.open[row] else 'no'},"
            f"{'loss of a rocket' if statements.waited[row] else ''}"
        )
    return "\n".join(lines) + "\n"
