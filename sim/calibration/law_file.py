"""Laws of slip read back from a catalogue file, and judged on any table, also of statements they never saw."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from sim.calibration.class_law import ClassLaw
from sim.calibration.class_model import Form
from sim.calibration.scores import Judged, Predictive, judge, of_points, of_samples
from sim.calibration.statements import Bools, Floats, Statements, lead_names
from sim.calibration.weibull import weibull_ppf
from sim.problems import InputError, Problem, printable, suggest
from sim.scenario.text import plain, read_text
from sim.scenario.tree import read_bytes
from sim.units import UnitError, read_quantity

T = TypeVar("T")
_SHARES: Final = (np.arange(400) + 0.5) / 400
_MOST_PARAMETERS: Final = 200


@dataclass(frozen=True, slots=True)
class ReadLaw:
    """A law of a file: its name, what it says of statements, and the mean slip of the table it was fitted to.

    The mean is None where the file does not tell it.
    """

    name: str
    predict: Callable[[Statements], Predictive]
    mean_slip_d: float | None
    block: Mapping[str, Any]
    """The law as it stands in the file."""


def read_law(path: Path, name: str = "") -> ReadLaw:
    """Read a law of slip; `name` is needed when the file has several and not just one of them is by class.

    Raises InputError saying what is wrong with the file.
    """
    laws = _laws(path)
    if not name:
        by_class = [one for one, block in laws.items() if isinstance(block, dict) and "classes" in block]
        chosen = by_class if len(by_class) == 1 else list(laws)
        if len(chosen) > 1:
            raise InputError(f"{path}: it has {len(chosen)} slip models, {', '.join(chosen)}; choose with --law NAME")
        name = chosen[0]
    if name not in laws:
        raise InputError(printable(f"{path}: there is no model {name}; {suggest(name, laws)}"))
    block = laws[name]
    where = f"{path}: slips.{name}"
    if not isinstance(block, dict):
        raise InputError(f"{where}: this is no slip model")
    if "classes" in block:
        mean = block.get("data", {}).get("mean_slip") if isinstance(block.get("data"), dict) else None
        law = class_law(block["classes"], f"{where}.classes")
        mean_d = None if mean is None else _quantity(mean, "slip", f"{where}.data.mean_slip")
        return ReadLaw(name, law.predict, mean_d, block)
    return ReadLaw(name, _by_lead(block, where), None, block)


def _laws(path: Path) -> Mapping[str, Any]:
    data = read_bytes(path, str(path))
    if isinstance(data, Problem):
        raise InputError(printable(f"{path}: {data.message}"))
    root, problems = read_text(data, str(path))
    if problems or root is None:
        raise InputError(str(problems[0]) if problems else f"{path}: the file is empty")
    document = plain(root)
    laws = document.get("slips") if isinstance(document, dict) else None
    if not isinstance(laws, dict) or not laws:
        raise InputError(f"{path}: there is no block `slips`; `ilrs calibrate TABLE.csv -o LAW.yaml` writes one")
    return laws


def class_law(block: Any, where: str) -> ClassLaw:
    """Return the law that a block `classes` means. Raises InputError naming the place that is wrong."""
    parameters = _part(block, "parameters", dict, where)
    names = tuple(str(name) for name in parameters)
    if not 1 <= len(names) <= _MOST_PARAMETERS or "location" not in names or "spread" not in names:
        raise InputError(f"{where}.parameters: location and spread are needed, and at most {_MOST_PARAMETERS} in all")
    estimate = np.array([_number(parameters[name], f"{where}.parameters.{name}") for name in names])
    rows = _part(block, "covariance", list, where)
    if len(rows) != len(names) or any(not isinstance(row, list) or len(row) != len(names) for row in rows):
        raise InputError(f"{where}.covariance: {len(names)} rows of {len(names)} numbers are needed")
    covariance = np.array([[_number(cell, f"{where}.covariance") for cell in row] for row in rows])
    if not np.allclose(covariance, covariance.T) or np.linalg.eigvalsh(covariance).min() < -1e-9:
        raise InputError(f"{where}.covariance: it is not that of any parameters: not symmetric, or not positive")
    unknown = _part(block, "unknown", dict, where)
    strange = [_number(unknown.get(part), f"{where}.unknown.{part}") for part in ("location", "spread")]
    if min(strange) < 0.0:
        raise InputError(f"{where}.unknown: standard deviations are at least 0")
    return ClassLaw(_form(block, where), names, estimate, covariance, *strange)


def _form(block: Any, where: str) -> Form:
    form = _part(block, "form", dict, where)
    place = f"{where}.form"
    found = Form(
        offset_d=_quantity(form.get("offset"), "duration", f"{place}.offset"),
        shift=_number(form.get("shift", 1.0), f"{place}.shift"),
        dof=_number(form.get("dof"), f"{place}.dof"),
        tail=_quantity(form.get("tail"), "share", f"{place}.tail"),
        reference_lead_d=_quantity(form.get("reference_lead", "1 yr"), "duration", f"{place}.reference_lead"),
    )
    if not (found.offset_d > 0.0 and found.reference_lead_d > 0.0 and found.dof >= 1.0 and 0.0 < found.tail < 0.5):
        raise InputError(f"{place}: offset and reference lead are above 0, dof is at least 1, tail between 0 and 50 %")
    return found


def _by_lead(block: Mapping[str, Any], where: str) -> Callable[[Statements], Predictive]:
    """Return what a law by lead alone says: rows of Weibull laws, and a line beyond."""
    rows = []
    for index, row in enumerate(block.get("rows") or []):
        place = f"{where}.rows[{index}]"
        law = _part(_part(row, "slip", dict, place), "weibull", dict, f"{place}.slip")
        limit_d = _quantity(row.get("up_to"), "duration", f"{place}.up_to")
        rows.append((limit_d, *_weibull(law, place), _quantity(law.get("scale"), "duration", f"{place}.slip.scale")))
    line = _part(block, "beyond", dict, where)
    zero, shape = _weibull(line, f"{where}.beyond")
    intercept_d = _quantity(line.get("intercept"), "duration", f"{where}.beyond.intercept")
    per_day = _number(line.get("per_day"), f"{where}.beyond.per_day")

    def quantiles(lead_d: float) -> np.ndarray[Any, np.dtype[np.float64]]:
        for limit_d, row_zero, row_shape, scale_d in rows:
            if lead_d <= limit_d:
                return weibull_ppf(_SHARES, row_zero, row_shape, scale_d)
        mean_d = max(0.0, intercept_d + per_day * lead_d)
        return weibull_ppf(_SHARES, zero, shape, mean_d / ((1.0 - zero) * math.gamma(1.0 + 1.0 / shape)))

    return lambda statements: of_samples(np.array([quantiles(float(lead)) for lead in statements.lead_d]))


def _weibull(law: Mapping[str, Any], where: str) -> tuple[float, float]:
    zero = _quantity(law.get("zero", "0 %"), "share", f"{where}.zero")
    shape = _number(law.get("shape"), f"{where}.shape")
    if not zero < 1.0 or not 0.05 <= shape <= 100.0:
        raise InputError(f"{where}: zero is below 100 %, shape between 0.05 and 100")
    return zero, shape


def _part(block: Any, key: str, kind: type[T], where: str) -> T:
    value = block.get(key) if isinstance(block, dict) else None
    if not isinstance(value, kind):
        raise InputError(printable(f"{where}: {key} is missing, or is not what belongs there"))
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise InputError(printable(f"{where}: {value!r} is not a number below a million"))
    return float(value)


def _quantity(value: Any, kind: str, where: str) -> float:
    try:
        return read_quantity(value, kind)
    except UnitError as error:
        raise InputError(printable(f"{where}: {error.message}; {error.hint}")) from error


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
        column: {name: _score_part(judged, values == name) for name in names if (values == name).any()}
        for column, (values, names) in columns.items()
    }


def _score_part(judged: Judged, of: Bools) -> ScorePart:
    return ScorePart(int(of.sum()), float(judged.inside[of].mean()), float(judged.crps_d[of].mean()))


def _point_score_d(slip_d: Floats, statements: Statements) -> float:
    return float(of_points(slip_d).crps_d(statements.slip_d, statements.open).mean())


def _means_d(said: Predictive) -> Floats:
    share = np.diff(said.reached, axis=1, prepend=0.0)
    return np.asarray((share * said.value_d).sum(axis=1), dtype=np.float64)
