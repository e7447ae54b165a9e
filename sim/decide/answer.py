"""What a search found, as one document: what `ilrs seek --json` prints."""

from __future__ import annotations

from typing import Any, TypeAlias

from sim.decide.packages import LeverTest
from sim.decide.sought import Doubt, Found, Level, Trial
from sim.study.design import VARIANTS

Document: TypeAlias = dict[str, Any]


def document(found: Found) -> Document:
    """Return the answer of a search as one document; days are ISO dates, null for never."""
    return {
        "goal": found.plan.goal,
        "confidence": found.plan.confidence,
        "by": _iso(found, found.by_d),
        "found": found.answer is not None,
        "state": found.level.state,
        "answer": _trial(found, found.answer),
        "sure": found.sure,
        "best": _trial(found, found.best),
        "gain": None
        if found.gain is None
        else {"probability": found.gain.value, "interval": [found.gain.low, found.gain.high]},
        "in_doubt": [_doubt(found, one) for one in found.level.doubts],
        "levels": [_level(found, one) for one in found.levels],
        "frontier": [_trial(found, found.trials[place]) for place in found.steps],
        "promises": [_promise(found, one) for one in found.promises],
        "levers": [
            {"lever": swing.name, "value": value, "days": mean.value, "interval": [mean.low, mean.high]}
            for swing in found.swings
            for value, mean in swing.ends
        ],
        "more_is_not_worse": [_test(found, one) for one in found.tests],
        "tried": len(found.trials),
        "packages": found.packages,
        "ruled_out_unseen": found.ruled_out,
        "replications": found.replications,
        "budget": found.budget,
        "interrupted": found.interrupted,
        "trials": [_trial(found, one) for one in found.trials],
        "folder": str(found.folder),
    }


def _level(found: Found, one: Level) -> Document:
    return {
        "level": one.level,
        "state": one.state,
        "answer": _trial(found, one.answer),
        "nearest": _trial(found, one.nearest),
        "in_doubt": [_doubt(found, doubt) for doubt in one.doubts],
        "ties": [_trial(found, tie) for tie in one.ties],
        "open_unseen": one.unseen,
    }


def _doubt(found: Found, doubt: Doubt) -> Document:
    return {**(_trial(found, doubt.trial) or {}), "more_replications": doubt.more}


def _promise(found: Found, trial: Trial) -> Document:
    day = found.day_of(trial, found.plan.confidence)
    return {
        "set": dict(trial.package.case.settings),
        "variants": list(trial.package.case.variants),
        "cost": trial.package.cost,
        "date": _day(found, day.value),
        "interval": [_day(found, day.low), _day(found, day.high)],
        "replications": trial.tried,
    }


def _test(found: Found, test: LeverTest) -> Document:
    lever = found.plan.levers[test.lever]
    name = lever.texts[0] if lever.path == VARIANTS else lever.path
    return {"lever": name, "pairs": test.pairs, "against": test.against, "used": test.monotone}


def _trial(found: Found, trial: Trial | None) -> Document | None:
    if trial is None:
        return None
    said: Document = {
        "set": dict(trial.package.case.settings),
        "variants": list(trial.package.case.variants),
        "cost": trial.package.cost,
    }
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
    return None if day is None else _iso(found, day)


def _iso(found: Found, day: float) -> str:
    return found.calendar.iso(day)
