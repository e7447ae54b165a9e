"""A law of slip judged on a table of statements it may never have seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.calibration.law_file import ReadLaw
from sim.calibration.scores import Judged, Predictive, judge, of_points
from sim.calibration.statements import Bools, Floats, Statements, lead_names


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A law's scores on some of the statements."""

    rows: int
    inside: float
    crps_d: float


@dataclass(frozen=True, slots=True)
class Score:
    """How often P10 to P90 held, and mean scores of the law, of the plan and of the plan plus the mean slip, d."""

    rows: int
    decided: int
    inside: float
    below: float
    above: float
    crps_d: float
    crps_plan_d: float
    crps_plan_plus_mean_d: float
    by: Mapping[str, Mapping[str, ScorePart]]
    judged: Judged

    def document(self) -> dict[str, object]:
        """Return the score as plain values for JSON."""
        return {
            "rows": self.rows,
            "decided": self.decided,
            "coverage_p10_p90": round(self.inside, 6),
            "below": round(self.below, 6),
            "above": round(self.above, 6),
            "crps_d": round(self.crps_d, 3),
            "crps_plan_d": round(self.crps_plan_d, 3),
            "crps_plan_plus_mean_d": round(self.crps_plan_plus_mean_d, 3),
            "by": {
                column: {
                    name: {
                        "coverage_p10_p90": round(part.inside, 6),
                        "crps_d": round(part.crps_d, 3),
                        "rows": part.rows,
                    }
                    for name, part in parts.items()
                }
                for column, parts in self.by.items()
            },
        }


def score_law(law: ReadLaw, statements: Statements) -> Score:
    """Return how a law did on statements.

    The mean slip is that of the table the law was fitted to; of a law that does not tell it, the mean of what it says.
    An open statement counts as inside until it is proved outside, and its score runs up to its date on both sides.
    """
    said = law.predict(statements)
    judged = judge(said, statements.slip_d, statements.open)
    mean_d = np.full(statements.rows, law.mean_slip_d) if law.mean_slip_d is not None else _means_d(said)
    return Score(
        statements.rows,
        int((~statements.open).sum()),
        float(judged.inside.mean()),
        float(judged.below.mean()),
        float(judged.above.mean()),
        float(judged.crps_d.mean()),
        _point_score_d(np.zeros(statements.rows), statements),
        _point_score_d(mean_d, statements),
        parts_of(statements, judged),
        judged,
    )


def parts_of(statements: Statements, judged: Judged) -> Mapping[str, Mapping[str, ScorePart]]:
    """Return the scores by agency, by kind and by lead, those without a row left out."""
    columns = {
        "agency": (statements.agency, tuple(sorted(set(statements.agency.tolist())))),
        "kind": (statements.kind, tuple(sorted(set(statements.kind.tolist())))),
        "lead": (statements.lead, lead_names()),
    }
    return {
        column: {name: _part(judged, values == name) for name in names if (values == name).any()}
        for column, (values, names) in columns.items()
    }


def _part(judged: Judged, of: Bools) -> ScorePart:
    return ScorePart(int(of.sum()), float(judged.inside[of].mean()), float(judged.crps_d[of].mean()))


def _point_score_d(slip_d: Floats, statements: Statements) -> float:
    return float(of_points(slip_d).crps_d(statements.slip_d, statements.open).mean())


def _means_d(said: Predictive) -> Floats:
    share = np.diff(said.reached, axis=1, prepend=0.0)
    return np.asarray((share * said.value_d).sum(axis=1), dtype=np.float64)
