"""Slip by class: the shipped law's table of scores made afresh, and what the law must hold on unseen programmes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np

from sim.calibration.class_fit import Compared, compare
from sim.calibration.class_law import law_of
from sim.calibration.class_model import ClassFit, earned_groups
from sim.calibration.class_score import Score, parts_of, score_law
from sim.calibration.comparisons import shipped_laws
from sim.calibration.law_file import ReadLaw, read_law
from sim.calibration.luck import FIRST_GUESS, fit_with_luck
from sim.calibration.reliability import KOLMOGOROV, LEVELS, ForecastReliability, by_class
from sim.calibration.scores import judge
from sim.calibration.statements import Statements, read_statements
from sim.scenario.table import data_file, read_table
from sim.scenario.tree import shipped_folder
from sim.units import read_quantity
from sim.validation.published import About, PublishedCase, at_most, between, near

KIND: Final = "slip by class"
TABLE: Final = "slip-pairs.csv"
COVERAGE: Final = (0.75, 0.85)
"""What P10 to P90 must hold of programmes left out one by one; 80 % and what chance does."""
OF_AGENCY: Final = (0.65, 0.95)
AGENCIES: Final = ("china", "russia")
"""Whose plans the shipped scenarios are about."""
OF_HALVES: Final = (0.75, 0.90)
BETTER: Final = 0.9
"""On programmes not seen the score must be at most this share of that of the laws by lead alone."""
SPLITS: Final = 4
_DIGITS_D: Final = 0.1
_DIGITS: Final = 0.006
"""Of a stored share: its last digit, and one row of the table."""
_PARAMETER: Final = 1e-3


@dataclass(frozen=True, slots=True)
class ClassSlips:
    """Every forecaster on programmes it had not seen, ours first, as worked out now, and the law that is stored."""

    statements: Statements
    compared: tuple[Compared, ...]
    fit: ClassFit
    stored: ReadLaw
    source: str

    @property
    def reliability(self) -> Mapping[str, tuple[ForecastReliability, ...]]:
        """Our law's reliability: on all rows, by agency and by kind."""
        return by_class(self.statements, self.compared[0].judged)

    @property
    def scores(self) -> Mapping[str, Any]:
        """The table of scores that is stored with the law."""
        found: Mapping[str, Any] = self.stored.block["scores"]
        return found


def forecast_left_out() -> ClassSlips:
    """Fit and compare everything afresh, without rows that waited for a failed vehicle, as the shipped law was made."""
    table = read_table(data_file(TABLE))
    statements = read_statements(table).without_stand_downs()
    groups = earned_groups(statements, correlation=FIRST_GUESS)
    fit, correlation = fit_with_luck(statements, groups)
    stored = read_law(shipped_folder() / "catalogue" / "slip-classes.yaml")
    return ClassSlips(statements, compare(statements, groups, correlation), fit, stored, f"{table.source} ({TABLE})")


def class_slip_cases(found: ClassSlips, seed: int) -> Iterator[PublishedCase]:
    """Return what the law must hold, then the stored table against the fresh one."""
    yield from _on_left_out(found)
    yield from _halves(found, seed)
    yield from _stored(found)
    yield from _scored(found)


def _about(found: ClassSlips, name: str, quantity: str, note: str) -> About:
    return About(f"class-{name}", KIND, found.source, quantity, note)


def _on_left_out(found: ClassSlips) -> Iterator[PublishedCase]:
    ours = found.compared[0].judged
    quantity = "share inside P10 to P90, each programme forecast without its rows"
    note = "80 % and five points; a row still open is inside until it is proved outside"
    yield between(_about(found, "coverage", quantity, note), float(ours.inside.mean()), *COVERAGE)
    for agency in AGENCIES:
        of = found.statements.agency == agency
        note = f"{int(of.sum())} rows; 80 % and fifteen points"
        yield between(
            _about(found, f"coverage-{agency}", f"the same: {agency}", note),
            float(ours.inside[of].mean()),
            *OF_AGENCY,
        )
    (whole,) = found.reliability["all"]
    off = float(np.abs(whole.observed - LEVELS).max())
    note = f"what chance exceeds once in twenty for {whole.programmes} programmes (Kolmogorov)"
    quantity = "largest distance between share said and share observed"
    yield at_most(_about(found, "reliability", quantity, note), off, KOLMOGOROV / sqrt(whole.programmes))
    for other in found.compared[1:]:
        name = other.name.replace(" + ", "-plus-").replace(" ", "-")
        note = "met when ours is not above by more than the error of the difference, from resampled programmes"
        held = f"{ours.inside.mean():.0%} inside P10 to P90 against {other.judged.inside.mean():.0%}"
        yield at_most(
            _about(found, f"crps-{name}", f"mean CRPS, d, against {other.name} ({held})", note),
            float(ours.crps_d.mean()),
            float(other.judged.crps_d.mean()),
            other.excess.error_d,
        )


def _halves(found: ClassSlips, seed: int) -> Iterator[PublishedCase]:
    inside, ours_d = [], []
    theirs_d: dict[str, list[float]] = {}
    for fitted, held_back in _split(found.statements, seed):
        groups = earned_groups(fitted, correlation=FIRST_GUESS)
        law = law_of(fit_with_luck(fitted, groups)[0])
        judged = judge(law.predict(held_back), held_back.slip_d, held_back.open)
        inside.append(float(judged.inside.mean()))
        ours_d.append(float(judged.crps_d.mean()))
        for name, forecast in shipped_laws().items():
            score = judge(forecast(fitted, held_back), held_back.slip_d, held_back.open)
            theirs_d.setdefault(name, []).append(float(score.crps_d.mean()))
    how = f"fitted on half of the programmes, judged on the other half; {2 * SPLITS} halves drawn by the seed"
    note = f"{how}; {min(inside):.0%} to {max(inside):.0%} from half to half"
    yield between(
        _about(found, "halves-coverage", "share of rows inside P10 to P90", note), float(np.mean(inside)), *OF_HALVES
    )
    for name, scores in theirs_d.items():
        note = f"{how}; met when ours is at least a tenth below {np.mean(scores):.0f} d"
        about = _about(found, f"halves-crps-{name.removeprefix('law ')}", f"mean CRPS, d, against the {name}", note)
        yield at_most(about, float(np.mean(ours_d)), BETTER * float(np.mean(scores)))


def _split(statements: Statements, seed: int) -> Iterator[tuple[Statements, Statements]]:
    """Return both ways of each split of the programmes into halves."""
    for number in range(SPLITS):
        names = np.random.default_rng((seed, number)).permutation(np.array(statements.programmes))
        first = np.isin(statements.programme, names[: len(names) // 2])
        halves = statements.chosen(first), statements.chosen(~first)
        yield halves
        yield halves[::-1]


def _stored(found: ClassSlips) -> Iterator[PublishedCase]:
    """Return the largest difference between what is stored with the law and what is worked out now."""
    told = {row["forecast"]: row for row in found.scores["forecasts"]}
    pairs = [(one.judged, told[one.name]) for one in found.compared]
    crps_d = [float(judged.crps_d.mean()) - read_quantity(row["crps"], "slip") for judged, row in pairs]
    yield _same(found, "crps", f"mean CRPS, d, of {len(told)} forecasters", crps_d, _DIGITS_D, "its last digit")
    inside = [float(judged.inside.mean()) - read_quantity(row["inside"], "share") for judged, row in pairs]
    reason = "one row, since last digits differ between machines"
    yield _same(found, "coverage", f"share inside P10 to P90 of {len(told)} forecasters", inside, _DIGITS, reason)
    parts = parts_of(found.statements, found.compared[0].judged)
    rows = found.scores["classes"]
    crps_d = [parts[row["column"]][row["name"]].crps_d - read_quantity(row["crps"], "slip") for row in rows]
    yield _same(
        found, "classes", f"mean CRPS, d, of {len(rows)} agencies, kinds and leads", crps_d, 1.0, "its last digit"
    )
    kept = found.stored.block["classes"]["parameters"]
    effects = zip(found.fit.effects, found.fit.estimate, strict=True)
    off = [float(value) - kept.get(one.name, float("inf")) for one, value in effects]
    reason = "last digits differ between machines"
    yield _same(found, "parameters", f"{len(kept)} parameters of the law", off, _PARAMETER, reason)


def _same(
    found: ClassSlips, name: str, what: str, differences: Sequence[float], tolerance: float, reason: str
) -> PublishedCase:
    note = f"worked out afresh, against the table stored with the law; {reason}"
    largest = max(map(abs, differences))
    return near(_about(found, f"stored-{name}", f"largest difference: {what}", note), largest, 0.0, tolerance)


def _scored(found: ClassSlips) -> Iterator[PublishedCase]:
    """Return `ilrs score` of the stored law on its whole table against the law that was fitted now."""
    everything = read_statements(read_table(data_file(TABLE)))
    stored = score_law(found.stored, everything)
    fresh = ReadLaw(found.stored.name, law_of(found.fit).predict, found.stored.mean_slip_d, found.stored.block)
    note = (
        f"`ilrs score` on all {everything.rows} rows, those of stand-downs too, which the law was fitted without and "
        "mostly knows otherwise: not a test of the forecast"
    )
    quantity = "inside, below and above, %, and CRPS, d: the stored law against the law fitted now"
    yield near(_about(found, "score", quantity, note), _numbers(stored), _numbers(score_law(fresh, everything)), 0.5)


def _numbers(score: Score) -> list[float]:
    return [100.0 * score.inside, 100.0 * score.below, 100.0 * score.above, score.crps_d]
