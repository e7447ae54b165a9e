"""What the slip law by class rests on, measured; `docs/forecast.md` quotes what this prints.

    python benchmarks/slip_by_class.py [halves] [folds] [form] [pooling] [simulated]

halves     fitted on a random half of the programmes, judged on the other, with and without rows of stand-downs
folds      leave-one-programme-out with groups and correlation of the whole table, and found anew in each fold
form       offset, degrees of freedom and shift: coverage, CRPS and evidence
pooling    evidence for the standard deviation of each group of effects, without its prior
simulated  tables drawn from the prior on half of the shipped programmes: do 80 % intervals hold the truth?
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from unittest import mock

import numpy as np
from scipy import special

from sim.calibration import class_model
from sim.calibration.class_law import FIRST_GUESS, fit_with_luck, law_of
from sim.calibration.class_model import (
    GROUPS,
    HYPER_SD,
    HYPER_WEIGHT,
    ClassFit,
    Form,
    design,
    earned_groups,
    effects_of,
    fit_classes,
)
from sim.calibration.comparisons import leave_one_out
from sim.calibration.scores import Judged, Predictive, judge
from sim.calibration.statements import Floats, Statements, read_statements
from sim.scenario.table import data_file, read_table

SEED: Final = 2035
HALVES: Final = 8
TABLES: Final = 200


def main(*wanted: str) -> None:
    """Print each part, or those that are named."""
    everything = read_statements(read_table(data_file("slip-pairs.csv")))
    tables = {"with stand-downs": everything, "without": everything.without_stand_downs()}
    for name, part in PARTS.items():
        if not wanted or name in wanted:
            print(f"\n{name}")
            part(tables)


def _fit_together(statements: Statements, *, correlation: float, groups: tuple[str, ...]) -> ClassFit:
    """Return the fit in which the spread is fitted together with location, as it was before."""
    with mock.patch.object(class_model, "_averaged", lambda problem, sd, at, curvature, of_location: at):
        return fit_classes(statements, correlation=correlation, groups=groups)


def _fit_averaged(statements: Statements, *, correlation: float, groups: tuple[str, ...]) -> ClassFit:
    return fit_classes(statements, correlation=correlation, groups=groups)


def _halves(tables: dict[str, Statements]) -> None:
    found: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for one in range(HALVES):
        fitted, judged_on = _split(tables["with stand-downs"], np.random.default_rng((SEED, one)))
        for rows, seen in (("with stand-downs", fitted), ("without", fitted.without_stand_downs())):
            groups, correlation = _settled(seen)
            for name, fit in FITS.items():
                law = law_of(fit(seen, correlation=correlation, groups=groups))
                for on, new in (("with stand-downs", judged_on), ("without", judged_on.without_stand_downs())):
                    judged = judge(law.predict(new), new.slip_d, new.open)
                    found.setdefault((rows, name, on), []).append((judged.inside.mean(), judged.crps_d.mean()))
    for (rows, name, on), values in found.items():
        inside, crps_d = np.array(values).T
        print(
            f"fitted {rows:17s} {name:25s} judged {on:17s} inside {inside.mean():.1%} (sd {inside.std():.1%}, in 75 to "
            f"90 %: {((inside >= 0.75) & (inside <= 0.9)).mean():.0%}), CRPS {crps_d.mean():.1f} d"
        )


def _split(statements: Statements, rng: np.random.Generator) -> tuple[Statements, Statements]:
    programmes = rng.permutation(np.array(statements.programmes))
    first = np.isin(statements.programme, programmes[: len(programmes) // 2])
    return statements.chosen(first), statements.chosen(~first)


def _settled(statements: Statements) -> tuple[tuple[str, ...], float]:
    groups = earned_groups(statements, correlation=FIRST_GUESS)
    return groups, fit_with_luck(statements, groups)[1]


def _folds(rows: str, statements: Statements) -> None:
    groups, correlation = _settled(statements)
    kept = leave_one_out(
        statements, lambda seen, new: law_of(fit_classes(seen, correlation=correlation, groups=groups)).predict(new)
    )
    found: list[tuple[tuple[str, ...], float]] = []

    def anew(seen: Statements, new: Statements) -> Predictive:
        settled = _settled(seen)
        found.append(settled)
        return law_of(fit_classes(seen, correlation=settled[1], groups=settled[0])).predict(new)

    for name, judged in (("of the whole table", kept), ("found in each fold", leave_one_out(statements, anew))):
        _say(f"{rows:17s} {name}", judged)
    same = sum(set(one) == set(groups) for one, _ in found)
    least, most = min(r for _, r in found), max(r for _, r in found)
    print(
        f"  the same groups in {same} of {len(found)} folds; correlation {correlation:.2f}, {least:.2f} to {most:.2f}"
    )


def _say(name: str, judged: Judged) -> None:
    print(
        f"{name:45s} inside {judged.inside.mean():.1%}, below {judged.below.mean():.1%}, "
        f"above {judged.above.mean():.1%}, CRPS {judged.crps_d.mean():.1f} d"
    )


FORMS: Final = (
    *(Form(offset_d=offset_d) for offset_d in (30.0, 60.0, 90.0)),
    *(Form(dof=dof) for dof in (3.0, 8.0)),
    *(Form(shift=shift) for shift in (0.7, 0.85)),
)


def _form(rows: str, statements: Statements) -> None:
    groups, correlation = _settled(statements)
    for form in FORMS:

        def forecast(seen: Statements, new: Statements, form: Form = form) -> Predictive:
            return law_of(fit_classes(seen, correlation=correlation, groups=groups, form=form)).predict(new)

        evidence = fit_classes(statements, correlation=correlation, groups=groups, form=form).evidence
        title = f"{rows:17s} {form.offset_d:.0f} d, dof {form.dof:.0f}, shift {form.shift} ({evidence:.1f})"
        _say(title, leave_one_out(statements, forecast))


def _pooling(rows: str, statements: Statements) -> None:
    _, correlation = _settled(statements)
    best = fit_classes(statements, correlation=correlation, groups=GROUPS)
    for group, sd in best.group_sd.items():
        heights = [
            fit_classes(
                statements, correlation=correlation, effects=best.effects, group_sd={**best.group_sd, group: tried}
            ).evidence
            - best.evidence
            for tried in SDS
        ]
        said = ", ".join(f"{tried:g}: {height:+.1f}" for tried, height in zip(SDS, heights, strict=True))
        print(f"{rows:17s} {group:16s} fitted {sd:.2f}; evidence at {said}")


def _simulated(tables: dict[str, Statements]) -> None:
    held: dict[str, list[tuple[float, float]]] = {name: [] for name in FITS}
    correlation = 0.55
    for one in range(TABLES):
        rng = np.random.default_rng((SEED, one))
        seen, new = _split(tables["without"], rng)
        names, truth = _draw_law(seen, rng)
        seen, new = (_draw_slips(names, truth, of, correlation, rng) for of in (seen, new))
        for name, fit in FITS.items():
            law = law_of(fit(seen, correlation=correlation, groups=_SIMULATED))
            location, _ = design(law.names, law.form, seen)
            true_location, _ = design(names, law.form, seen)
            sd = np.sqrt(np.einsum("ij,jk,ik->i", location, law.covariance, location))
            off = np.abs(location @ law.estimate - true_location @ truth) / sd
            judged = judge(law.predict(new), new.slip_d, new.open)
            held[name].append((float((off < 1.2816).mean()), float(judged.inside.mean())))
    for name, values in held.items():
        of_class, of_dates = np.array(values).mean(axis=0)
        error = np.array(values).std(axis=0) / np.sqrt(TABLES)
        print(
            f"{name:25s} 80 % intervals hold the location of a class {of_class:.1%} ± {error[0]:.1%}, "
            f"dates of unseen programmes {of_dates:.1%} ± {error[1]:.1%}"
        )


def _draw_law(of: Statements, rng: np.random.Generator) -> tuple[list[str], Floats]:
    """Return the effects of a law drawn from the prior, about the overall location and spread of the shipped law."""
    effects = effects_of(of, _SIMULATED)
    sd = {group: HYPER_SD * np.sqrt(HYPER_WEIGHT / rng.chisquare(HYPER_WEIGHT)) for group in _SIMULATED}
    centre = {"location": 0.45, "spread": -1.2}
    values = [rng.normal(0.0, sd[one.group]) if one.group else centre[one.part] for one in effects]
    return [one.name for one in effects], np.array(values)


def _draw_slips(
    names: list[str], truth: Floats, of: Statements, correlation: float, rng: np.random.Generator
) -> Statements:
    form = Form()
    location, spread = design(names, form, of)
    _, place = np.unique(of.programme, return_inverse=True)
    shared = rng.standard_normal(place.max() + 1)[place]
    score = np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * rng.standard_normal(of.rows)
    t = special.stdtrit(form.dof, special.ndtr(score))
    ratio = np.exp(location @ truth + np.exp(spread @ truth) * t) - form.shift
    slip_d = np.maximum((of.lead_d + form.offset_d) * ratio, -of.lead_d)
    return replace(of, slip_d=slip_d, open=np.zeros(of.rows, dtype=np.bool_))


def _each(part: Callable[[str, Statements], None]) -> Callable[[dict[str, Statements]], None]:
    def on_both(tables: dict[str, Statements]) -> None:
        for rows, statements in tables.items():
            part(rows, statements)

    return on_both


SDS: Final = (0.03, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0)
_SIMULATED: Final = ("location.agency", "location.kind", "location.cell", "spread.agency")
FITS: Final = {"fitted together": _fit_together, "location averaged": _fit_averaged}
PARTS: Final[dict[str, Callable[[dict[str, Statements]], None]]] = {
    "halves": _halves,
    "folds": _each(_folds),
    "form": _each(_form),
    "pooling": _each(_pooling),
    "simulated": _simulated,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
