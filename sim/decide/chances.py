"""The frontier of a scenario that stands in a file with its levers: the cheapest package for each chance."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from sim.decide.keyed import Reader
from sim.decide.seek import seek
from sim.decide.selection import Level
from sim.decide.sought import Found, Trial
from sim.problems import InputError, WrongValueError
from sim.scenario.writing import document
from sim.study.engines import Here
from sim.study.levers import read_levers
from sim.study.sweep import Start
from sim.units import read_quantity

LEVELS: Final = ("50%", "70%", "80%", "90%", "95%")
MOST: Final = 6_400
COMPARED: Final = 1_600
BUDGET: Final = 400_000
"""Replications in all, some minutes of a small scenario."""

Document: TypeAlias = dict[str, object]


def answer_frontier(reader: Reader, seed: int) -> Document:
    """Return the cheapest package for each level that the file asks for under `cheapest_for`, or for the usual ones.

    Raises:
        InputError: if the scenario or its levers are wrong, or a level is no chance.
    """
    words = [str(word) for word in reader.inner("cheapest_for").said] if "cheapest_for" in reader.said else LEVELS
    levels = [_level(word) for word in words]
    with tempfile.TemporaryDirectory(prefix="ilrs-") as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(document(dict(reader.inner("scenario").said)), encoding="utf-8")
        start = Start(file)
        plan = read_levers(start.load())
        plan = dataclasses.replace(plan, levels=tuple(sorted({*levels, plan.confidence})))
        found = seek(
            start,
            plan,
            seed=seed,
            most=MOST,
            budget=BUDGET,
            compared=COMPARED,
            engine=Here(),
            folder=Path(folder) / "sought",
        )
    by_level = {one.level: one for one in found.levels}
    return _document(found, words, [by_level[level] for level in levels])


def _level(word: str) -> float:
    try:
        level = read_quantity(word, "share")
    except WrongValueError as error:
        raise InputError(f"cheapest_for.{word:.20}: {error.message}") from None
    if not 0.0 < level < 1.0:
        raise InputError(f"cheapest_for.{word:.20}: a chance between 0% and 100% is wanted")
    return level


def _document(found: Found, words: Sequence[str], levels: Sequence[Level]) -> Document:
    return {
        "cheapest_for": {word: _answered(one, found) for word, one in zip(words, levels, strict=True)},
        "frontier": [_said(found.row(step.option)) for step in found.surer],
        "replications": found.replications,
        "packages": found.packages,
        "ruled_out_unseen": found.packages - len(found.trials),
        "interrupted": found.interrupted,
    }


def _answered(one: Level, found: Found) -> Document:
    shown = None if one.option is None else found.trial(one.option)
    day = None if shown is None else found.day_of(shown, one.level).value
    return {
        **({} if shown is None else _said(shown)),
        "state": one.state,
        "late_d": None if day is None else day - found.by_d,
        "in_doubt": [{**_said(found.trial(two.option)), "more_replications": two.more} for two in one.doubts],
        "open_unseen": one.unseen,
        "ties": [_said(found.trial(number)) for number in one.ties],
    }


def _said(trial: Trial) -> Document:
    chance = trial.chance
    return {
        "package": {**dict(trial.package.case.settings), **dict.fromkeys(trial.package.case.variants, True)},
        "cost": trial.package.cost,
        "chance": chance.value,
        "interval": [chance.low, chance.high],
        "replications": chance.n,
    }
