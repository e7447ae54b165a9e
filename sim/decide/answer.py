"""What a search found, as one document: what `ilrs seek --json` prints."""

from __future__ import annotations

from typing import Any, TypeAlias

from sim.decide.packages import LeverTest
from sim.decide.selection import Level
from sim.decide.sought import Found, Trial
from sim.decide.staircase import Step
from sim.study.design import VARIANTS
from sim.study.levers import Package

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
