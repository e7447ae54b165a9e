"""A table of statements made into a law by class, with its luck, its comparison with others and its origin."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.calibration.class_law import ClassLaw, Luck, law_of
from sim.calibration.class_model import ClassFit, earned_groups
from sim.calibration.class_score import ScorePart, parts_of
from sim.calibration.comparisons import OURS, forecasters, mean_slip_d, shipped_laws
from sim.calibration.leave_out import Difference, difference, leave_one_out
from sim.calibration.luck import FIRST_GUESS, fit_with_luck, measure_luck
from sim.calibration.predictive import Judged
from sim.calibration.statements import EVERYTHING, Statements, TableChoice, read_statements
from sim.problems import InputError
from sim.scenario.table import TextTable

LEAST_ROWS: Final = 20
LEAST_PROGRAMMES: Final = 10
_DIGITS: Final = 5
"""Decimals of parameters and covariances in the catalogue."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One forecaster on programmes it had not seen, and how much its score is above ours."""

    name: str
    judged: Judged
    excess: Difference


@dataclass(frozen=True, slots=True)
class ClassCalibration:
    """A law by class with everything that is told of it."""

    statements: Statements
    choice: TableChoice
    left_out: tuple[str, ...]
    """What of the table is not used, in words."""
    fit: ClassFit
    law: ClassLaw
    luck: Luck
    weight_correlation: float
    compared: tuple[Compared, ...]
    """Ours first; empty where only the fit was asked for."""
    table: str
    sha256: str

    @property
    def parts(self) -> dict[str, dict[str, ScorePart]]:
        """The scores of the law by agency, kind and lead, on programmes it had not seen."""
        if not self.compared:
            return {}
        return {name: dict(parts) for name, parts in parts_of(self.statements, self.compared[0].judged).items()}


def calibrate_classes(
    table: TextTable,
    choice: TableChoice = EVERYTHING,
    *,
    fit_only: bool = False,
    on_step: Callable[[str], None] = lambda name: None,
) -> ClassCalibration:
    """Fit the law by class and, unless `fit_only`, compare it with others, each programme left out in its turn.

    Raises InputError where too little of the table is chosen, or where a row cannot be right.
    """
    statements, left_out = choice.of(read_statements(table))
    if statements.rows < LEAST_ROWS or len(statements.programmes) < LEAST_PROGRAMMES or statements.open.all():
        raise InputError(
            f"{table.path}: a law by class needs {LEAST_ROWS} rows of {LEAST_PROGRAMMES} programmes, some of them "
            f"decided; here are {statements.rows} rows of {len(statements.programmes)}, "
            f"{int((~statements.open).sum())} decided{_less(left_out)}"
        )
    on_step("the law")
    groups = earned_groups(statements, correlation=FIRST_GUESS)
    fit, correlation = fit_with_luck(statements, groups)
    rounded = _rounded(fit)
    return ClassCalibration(
        statements,
        choice,
        left_out,
        fit,
        law_of(rounded),
        measure_luck(statements, fit),
        correlation,
        () if fit_only else compare(statements, groups, correlation, on_step),
        table.path.name,
        _sha256(table.path),
    )


def _less(left_out: tuple[str, ...]) -> str:
    return f" (left out: {'; '.join(left_out)})" if left_out else ""


def compare(
    statements: Statements,
    groups: tuple[str, ...],
    correlation: float,
    on_step: Callable[[str], None] = lambda name: None,
) -> tuple[Compared, ...]:
    """Return every forecaster on programmes it had not seen, ours first.

    Which groups of effects there are, and the weight of statements of one programme, are those of the whole table;
    effects, their standard deviations and uncertainty are fitted anew without each programme.
    """
    found: list[tuple[str, Judged]] = []
    for name, forecaster in {**forecasters(groups, correlation), **shipped_laws()}.items():
        on_step(name)
        found.append((name, leave_one_out(statements, forecaster)))
    ours = dict(found)[OURS].crps_d
    return tuple(Compared(name, judged, difference(statements, ours, judged.crps_d)) for name, judged in found)


def class_block(one: ClassCalibration, name: str = "") -> dict[str, Any]:
    """Return the law as a block of a catalogue file, less its source."""
    statements = one.statements
    data: dict[str, Any] = {
        "table": one.table,
        "sha256": one.sha256,
        "rows": statements.rows,
        "decided": int((~statements.open).sum()),
        "programmes": len(statements.programmes),
        "mean_slip": f"{mean_slip_d(statements):.0f} d",
    }
    if one.choice.as_of:
        data["as_of"] = str(one.choice.as_of)
    if one.left_out:
        data["left_out"] = "; ".join(one.left_out)
    option = f"{one.choice.options}{'' if one.compared else ' --fit-only'}{f' --name {name}' if name else ''}"
    block = {"data": data, "command": f"ilrs calibrate {one.table}{option} -o LAW.yaml", "classes": _classes(one)}
    return {**block, "scores": _scores(one)} if one.compared else block


def _classes(one: ClassCalibration) -> dict[str, Any]:
    form, law = one.law.form, one.law
    return {
        "form": {
            "offset": f"{form.offset_d:.6g} d",
            "shift": form.shift,
            "dof": form.dof,
            "tail": f"{100.0 * form.tail:.6g} %",
            "reference_lead": f"{form.reference_lead_d:.6g} d",
        },
        "parameters": dict(zip(law.names, law.estimate.tolist(), strict=True)),
        "covariance": law.covariance.tolist(),
        "unknown": {"location": law.unknown_location, "spread": law.unknown_spread},
        "programme_correlation": {"value": round(one.luck.value, 2), "sd": round(one.luck.sd, 2)},
        "across_correlation": round(one.luck.across, 2),
    }


def _scores(one: ClassCalibration) -> dict[str, Any]:
    return {
        "about": "each programme forecast without its own rows; excess over the class law, error over programmes",
        "rows": one.statements.rows,
        "programmes": len(one.statements.programmes),
        "forecasts": [_score_of(compared) for compared in one.compared],
        "classes": [
            {
                "column": column,
                "name": name,
                "rows": part.rows,
                "inside": f"{100.0 * part.inside:.0f} %",
                "crps": f"{part.crps_d:.0f} d",
            }
            for column, parts in one.parts.items()
            for name, part in parts.items()
        ],
    }


def _score_of(compared: Compared) -> dict[str, Any]:
    judged = compared.judged
    found: dict[str, Any] = {
        "forecast": compared.name,
        "inside": f"{100.0 * judged.inside.mean():.1f} %",
        "below": f"{100.0 * judged.below.mean():.1f} %",
        "above": f"{100.0 * judged.above.mean():.1f} %",
        "crps": f"{judged.crps_d.mean():.1f} d",
    }
    if compared.name != OURS:
        found |= {"excess": f"{compared.excess.value_d:.1f} d", "error": f"{compared.excess.error_d:.1f} d"}
    return found


def _rounded(fit: ClassFit) -> ClassFit:
    """Return the fit in the digits of the catalogue; the covariance stays positive definite."""
    covariance = np.round((fit.covariance + fit.covariance.T) / 2.0, _DIGITS)
    least = float(np.linalg.eigvalsh(covariance).min())
    if least <= 0.0:
        covariance += np.eye(len(covariance)) * np.ceil(10**_DIGITS * (1e-5 - least)) / 10**_DIGITS
    return replace(fit, estimate=np.round(fit.estimate, _DIGITS), covariance=np.round(covariance, _DIGITS))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
