"""A table of statements made into a law by class, with its luck, what others say beside it, in words too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.calibration.class_law import FIRST_GUESS, ClassLaw, Luck, fit_with_luck, law_of, measure_luck
from sim.calibration.class_model import ClassFit, earned_groups
from sim.calibration.comparisons import (
    OURS,
    Difference,
    difference,
    forecasters,
    leave_one_out,
    mean_slip_d,
    shipped_laws,
)
from sim.calibration.law_file import Score, ScorePart, parts_of
from sim.calibration.scores import Judged
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
            f"{table.path}: a model by class needs {LEAST_ROWS} rows of {LEAST_PROGRAMMES} programmes, some of them "
            f"decided; here are {statements.rows} rows of {len(statements.programmes)}, "
            f"{int((~statements.open).sum())} decided{_less(left_out)}"
        )
    on_step("the model")
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


def about_classes(fit: ClassCalibration) -> str:
    """Return what the law is about, in one sentence."""
    statements = fit.statements
    years = sorted(int(day / 365.2425) for day in statements.said_d)
    return (
        f"Slip of planned dates by agency, kind and lead time, {statements.rows} statements of "
        f"{len(statements.programmes)} programmes, said {years[0] + 1} to {years[-1] + 1}."
    )


def describe_classes(name: str, fit: ClassCalibration) -> list[str]:
    """Return the law with the errors of its parameters and its scores, a line for each."""
    law, statements = fit.law, fit.statements
    sd = law.covariance.diagonal() ** 0.5
    figures = [
        f"{one} {value:.2f} ± {error:.2f}" for one, value, error in zip(law.names, law.estimate, sd, strict=True)
    ]
    text = [
        f"{name}: {statements.rows} rows ({int((~statements.open).sum())} decided) of "
        f"{len(statements.programmes)} programmes"
        + (f"; left out: {'; '.join(fit.left_out)}" if fit.left_out else "")
        + (f"; as known on {fit.choice.as_of}" if fit.choice.as_of else ""),
        *(f"{name}: {line}" for line in _lines(figures)),
        f"{name}: correlation within a programme {fit.luck.value:.2f} ± {fit.luck.sd:.2f} (different missions; all "
        f"statements {fit.weight_correlation:.2f}), across programmes {fit.luck.across:.2f}",
    ]
    if fit.compared:
        text.append(f"{name}: each programme forecast without its own rows:")
    for one in fit.compared:
        judged = one.judged
        line = (
            f"{name}:   {one.name:24s} P10-P90 holds {judged.inside.mean():6.1%}, below {judged.below.mean():6.1%}, "
            f"above {judged.above.mean():6.1%}, CRPS {judged.crps_d.mean():5.0f} d"
        )
        if one.name != OURS:
            line += f", {one.excess.value_d:+.0f} ± {one.excess.error_d:.0f} d"
        text.append(line)
    for column, parts in fit.parts.items():
        found = (f"{one} {part.inside:.0%} of {part.rows}, {part.crps_d:.0f} d" for one, part in parts.items())
        text.append(f"{name}:   by {column}: {'; '.join(found)}")
    return text


def describe_score(name: str, table: str, score: Score) -> list[str]:
    """Return how a law did on a table, a line for each part."""
    text = [
        f"{name} on {table}: {score.rows} statements, {score.decided} of them decided",
        f"P10-P90 holds {score.inside:.1%}; {score.below:.1%} came below P10, {score.above:.1%} above P90",
        f"mean CRPS {score.crps_d:.0f} d; the plan {score.crps_plan_d:.0f} d, the plan plus the mean slip "
        f"{score.crps_plan_plus_mean_d:.0f} d",
        "",
        f"{'':24s}{'rows':>6s}{'inside':>9s}{'CRPS':>9s}",
    ]
    for column, parts in score.by.items():
        text.append(column)
        text += [f"  {one:22s}{part.rows:6d}{part.inside:9.0%}{part.crps_d:7.0f} d" for one, part in parts.items()]
    return text


def _lines(words: Sequence[str], width: int = 100) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f", {word}" if lines[-1] else word
    return lines
