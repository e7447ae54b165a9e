"""Slip by class: the shipped law's table of scores made afresh, and what the law must hold on unseen programmes.

Slip by lead time too: its law is fitted on one half of the missions and judged on the other half, both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np

from sim.calibration.class_fit import Compared, compare
from sim.calibration.class_law import FIRST_GUESS, fit_with_luck, law_of
from sim.calibration.class_model import ClassFit, earned_groups
from sim.calibration.comparisons import shipped_laws
from sim.calibration.forecasts import read_pairs
from sim.calibration.law_file import ReadLaw, Score, parts_of, read_law, score_law
from sim.calibration.scores import (
    KOLMOGOROV,
    LEVELS,
    ForecastReliability,
    by_class,
    crps,
    judge,
    pinball_of_point,
    pinball_of_sample,
)
from sim.calibration.slip import Pairs, SlipFit, fit_slip
from sim.calibration.statements import Statements, read_statements
from sim.scenario.cells import read_dates
from sim.scenario.table import TextTable, data_file, read_table
from sim.scenario.tree import shipped_folder
from sim.units import read_quantity
from sim.validation.hindcasts import INSIDE
from sim.validation.published import About, PublishedCase, at_most, between, near

KIND: Final = "slip by class"
KIND_OF_HALVES: Final = "slip"
_SHARES: Final = (np.arange(400) + 0.5) / 400
"""Midpoints at which a law is sampled for its score."""
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
        return About(f"slip-{half}-{what}", KIND_OF_HALVES, source, quantity, said)

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
