"""What a search found: the cheapest package of each level, what can be promised for which cost, what a lever does.

`document` is what `ilrs seek --json` prints of it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from scipy import stats

from sim.analysis.compare import ProbabilityDifference
from sim.analysis.estimates import Proportion, Quantile, wilson
from sim.analysis.indices import Swing
from sim.clock import Calendar
from sim.decide.packages import LeverTest
from sim.decide.selection import FOUND, Level, Step
from sim.decide.tally import RISK
from sim.study import files
from sim.study.contents import FINDINGS
from sim.study.design import VARIANTS
from sim.study.files import FolderError
from sim.study.levers import Package, SeekPlan
from sim.study.records import RecordError, from_json, to_json

_MOST: Final = 2**30
"""Bytes of the file of a search."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of one package from some replications."""

    package: Package
    met: int
    """Replications in which the goal is reached by its date."""
    tried: int
    posterior: float
    """Chance that the package meets the confidence, given the replications and a flat prior."""
    failed: str = ""
    """Why the scenario is invalid with it; empty when it is not."""
    dates: tuple[Quantile, ...] = ()
    """Day by which the goal is reached, for each of the search's shares."""

    @property
    def number(self) -> int:
        """Return the number of the package."""
        return self.package.case.number

    @property
    def chance(self) -> Proportion:
        """Return the chance of reaching the goal by its date, with its interval."""
        return wilson(self.met, self.tried)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a search."""

    plan: SeekPlan
    scenario: str
    title: str
    """Of the goal, for people; its name where it has none."""
    seed: int
    folder: str
    start: str
    """First day of the calendar, ISO 8601."""
    end: str
    by_d: float
    """Date of the goal in the plan as it is."""
    shares: tuple[float, ...]
    """Of the dates of each trial."""
    levels: tuple[Level, ...]
    trials: tuple[Trial, ...]
    """Every package that was looked at, with all its replications: some have more than others."""
    rows: tuple[Trial, ...]
    """Those that may be best for their cost, all with the same replications."""
    surer: tuple[Step, ...]
    """Of the rows, by growing cost, those with a higher chance than all that cost no more."""
    sooner: tuple[Step, ...]
    """The same for the day that is kept with the confidence."""
    packages: int
    swings: tuple[Swing, ...]
    """What each lever does alone, in days of the mean date against the plan as it is."""
    tests: tuple[LeverTest, ...]
    nearest: int
    """The package with the highest chance, compared with each other where both have the same replications."""
    as_good: tuple[int, ...]
    """Rows that cost less than it, and that their common replications do not tell from it."""
    gain: ProbabilityDifference | None
    """Chance with the answer (or with the nearest) less that of the plan as it is, paired."""
    replications: int
    budget: int
    interrupted: bool
    s_each: float = field(default=0.0, compare=False)
    """Seconds that a worker takes for a replication."""

    @property
    def calendar(self) -> Calendar:
        """Return the calendar of the scenario."""
        return Calendar(datetime.datetime.fromisoformat(self.start), datetime.datetime.fromisoformat(self.end))

    def trial(self, number: int) -> Trial:
        """Return what is known of a package that was looked at."""
        return next(one for one in self.trials if one.number == number)

    def row(self, number: int) -> Trial:
        """Return what is known of a package from as many replications as all that it is compared with."""
        return next(one for one in self.rows if one.number == number)

    @property
    def compared(self) -> int:
        """Return the replications of every row."""
        return self.rows[0].tried

    @property
    def level(self) -> Level:
        """Return the answer for the confidence that counts."""
        return next(one for one in self.levels if one.level == self.plan.confidence)

    @property
    def answer(self) -> Trial | None:
        """Return the cheapest package that meets the confidence; None when none surely does."""
        return self.answer_of(self.level)

    def answer_of(self, level: Level) -> Trial | None:
        """Return the cheapest package that surely meets a level; None when none does."""
        return self.trial(level.option) if level.option is not None and level.state == FOUND else None

    @property
    def best(self) -> Trial:
        """Return what is known of the package with the highest chance."""
        return self.trial(self.nearest)

    @property
    def as_it_is(self) -> Trial:
        """Return the row of the plan with nothing pulled."""
        return next(one for one in self.rows if not one.package.pulls)

    @property
    def soonest(self) -> Trial:
        """Return the row that surely keeps the earliest date with the confidence, for the least cost."""
        return self.row([one.option for one in self.sooner if one.sure][-1])

    @property
    def sure(self) -> float:
        """Return how sure the answer is: 95 % where all verdicts stand, less what is in doubt."""
        doubtful = sum(self.trial(one.option).posterior for one in self.level.doubts)
        return max(0.0, 1.0 - RISK - doubtful) if not self.level.unseen else 0.0

    def day_of(self, trial: Trial, share: float) -> Quantile:
        """Return the day by which a trial reaches the goal with a chance."""
        return trial.dates[self.shares.index(share)]


def chance_that_it_meets(met: int, tried: int, confidence: float) -> float:
    """Return the posterior chance that the probability of success is at least `confidence`, from a flat prior.

    Source: Bayes (1763): after `met` successes of `tried`, the probability is Beta(met + 1, tried - met + 1).
    """
    return float(stats.beta.sf(confidence, met + 1, tried - met + 1))


def write_found(found: Found) -> None:
    """Write the answer of a search into its folder, so that its page can be drawn again; raises FolderError."""
    files.write_whole(Path(found.folder), FINDINGS, to_json(found).encode())


def read_found(folder: Path) -> Found:
    """Read the answer of a search from its folder.

    Raises:
        FolderError: if there is none, or it was altered so that it contradicts itself.
    """
    way_out = "the same `ilrs seek` command, with this folder as -o, goes on with it"
    try:
        found = replace(from_json(Found, files.read_plain(folder / FINDINGS, _MOST)), folder=str(folder))
        _require_whole(found)
    except FileNotFoundError:
        raise FolderError(folder, "holds a search that has no answer yet", way_out) from None
    except (OSError, RecordError) as error:
        raise FolderError(folder / FINDINGS, f"cannot be read: {files.said_of(error)}", way_out) from None
    return found


def _require_whole(found: Found) -> None:
    """Refuse an answer whose parts do not fit together; raises RecordError."""
    looked, rows = {one.number for one in found.trials}, {one.number for one in found.rows}
    levers = len(found.plan.levers)
    sound = (
        all(0 <= one.met <= one.tried and (one.failed or one.tried) for one in (*found.trials, *found.rows))
        and all(len(one.dates) == len(found.shares) for one in (*found.trials, *found.rows) if not one.failed)
        and {*rows, found.nearest} <= looked
        and set(found.as_good) <= rows
        and any(not one.package.pulls for one in found.rows)
        and {found.plan.confidence, 0.5} <= set(found.shares)
        and {one.option for one in (*found.surer, *found.sooner)} <= rows
        and bool(found.surer and found.sooner and found.surer[0].sure and found.sooner[0].sure)
        and any(one.level == found.plan.confidence for one in found.levels)
        and {one.option for one in found.levels} <= {*looked, None}
        and {two for one in found.levels for two in (*one.ties, *(doubt.option for doubt in one.doubts))} <= looked
        and all(0 <= one.lever < levers for one in found.tests)
    )
    if not sound:
        raise RecordError("its parts do not fit together")
    try:
        found.calendar.iso(found.by_d)
    except (ValueError, OverflowError):
        raise RecordError("its days are none of the calendar") from None


Document: TypeAlias = dict[str, Any]


def document(found: Found) -> Document:
    """Return the answer of a search as one document; days are ISO dates, null for never. Keys: docs/optimise.md."""
    return {
        "goal": found.plan.goal,
        "confidence": found.plan.confidence,
        "by": found.calendar.iso(found.by_d),
        "found": found.answer is not None,
        "state": found.level.state,
        "answer": None if found.answer is None else _trial(found, found.answer),
        "sure": found.sure,
        "best": _trial(found, found.best),
        "as_good_as_best": [_trial(found, found.row(one)) for one in found.as_good],
        "gain": None
        if found.gain is None
        else {"probability": found.gain.value, "interval": [found.gain.low, found.gain.high]},
        "in_doubt": _level(found, found.level)["in_doubt"],
        "levels": [_level(found, one) for one in found.levels],
        "compared_replications": found.compared,
        "frontier": [{**_trial(found, found.row(one.option)), **_step(one)} for one in found.surer],
        "promises": [_promise(found, one) for one in found.sooner],
        "compared": [_trial(found, one) for one in found.rows],
        "levers": [
            {"lever": swing.name, "value": value, "days": mean.value, "interval": [mean.low, mean.high]}
            for swing in found.swings
            for value, mean in swing.ends
        ],
        "more_is_not_worse": [_test(found, one) for one in found.tests],
        "tried": len(found.trials),
        "packages": found.packages,
        "ruled_out_unseen": found.packages - len(found.trials),
        "replications": found.replications,
        "budget": found.budget,
        "interrupted": found.interrupted,
        "trials": [_trial(found, one) for one in found.trials],
        "folder": found.folder,
    }


def _level(found: Found, one: Level) -> Document:
    answer = found.answer_of(one)
    nearest = found.trial(one.option) if answer is None and one.option is not None else None
    return {
        "level": one.level,
        "state": one.state,
        "answer": None if answer is None else _trial(found, answer),
        "nearest": None if nearest is None else _trial(found, nearest),
        "in_doubt": [
            {**_trial(found, found.trial(doubt.option)), "more_replications": doubt.more} for doubt in one.doubts
        ],
        "ties": [_trial(found, found.trial(tie)) for tie in one.ties],
        "open_unseen": one.unseen,
    }


def _step(step: Step) -> Document:
    return {
        "surely_better": step.sure,
        "gain": step.gain.value,
        "gain_interval": [step.gain.low, step.gain.high],
        "more_replications": step.more,
    }


def _promise(found: Found, step: Step) -> Document:
    trial = found.row(step.option)
    day = found.day_of(trial, found.plan.confidence)
    return {
        **_package(trial.package),
        "date": _day(found, day.value),
        "interval": [_day(found, day.low), _day(found, day.high)],
        "replications": trial.tried,
        **_step(step),
    }


def _test(found: Found, test: LeverTest) -> Document:
    lever = found.plan.levers[test.lever]
    name = lever.texts[0] if lever.path == VARIANTS else lever.path
    return {"lever": name, "pairs": test.pairs, "against": test.against, "used": test.monotone}


def _package(package: Package) -> Document:
    return {"set": dict(package.case.settings), "variants": list(package.case.variants), "cost": package.cost}


def _trial(found: Found, trial: Trial) -> Document:
    said = _package(trial.package)
    if trial.failed:
        return {**said, "failed": trial.failed}
    chance = trial.chance
    return {
        **said,
        "probability": chance.value,
        "interval": [chance.low, chance.high],
        "replications": trial.tried,
        "meets": trial.posterior,
        "dates": {f"{100 * day.share:g}%": _day(found, day.value) for day in trial.dates},
    }


def _day(found: Found, day: float | None) -> str | None:
    return None if day is None else found.calendar.iso(day)
