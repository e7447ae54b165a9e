"""The frontier of a scenario that stands in a file with its levers: the cheapest package for each chance."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from sim.decide.keyed import Reader
from sim.decide.pulling import Pulling, options_of
from sim.decide.selection import Frontier, LevelAnswer, select
from sim.problems import InputError, WrongValueError
from sim.scenario.writing import document
from sim.study.cases import Cases
from sim.study.levers import Package, packages_of, read_levers
from sim.study.sweep import Start
from sim.units import read_quantity

LEVELS: Final = ("50%", "70%", "80%", "90%", "95%")
OUTLINE: Final = 400
"""Replications of every package, so that steps are shown that no level asks for."""
BUDGET: Final = 400_000
"""Replications in all, some minutes of a small scenario."""
_FEW: Final = 100
"""Up to so many packages the outline is drawn."""

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
        packages = packages_of(plan.levers)
        simulate = Pulling(packages, Cases(start.texts([one.case for one in packages]), seed), plan.goal)
    options, directed = options_of(packages, plan.levers)
    outline = OUTLINE if len(options) <= _FEW else 0
    return _document(select(options, directed, simulate, levels, outline=outline, budget=BUDGET), words, packages)


def _level(word: str) -> float:
    try:
        level = read_quantity(word, "share")
    except WrongValueError as error:
        raise InputError(f"cheapest_for.{word:.20}: {error.message}") from None
    if not 0.0 < level < 1.0:
        raise InputError(f"cheapest_for.{word:.20}: a chance between 0% and 100% is wanted")
    return level


def _document(found: Frontier, words: Sequence[str], packages: Sequence[Package]) -> Document:
    return {
        "cheapest_for": {word: _answered(one, found, packages) for word, one in zip(words, found.levels, strict=True)},
        "frontier": [_said(step.option, found, packages) for step in found.steps],
        "replications": found.replications,
        "packages": len(packages),
        "ruled_out_unseen": found.unseen,
        "interrupted": found.interrupted,
    }


def _answered(one: LevelAnswer, found: Frontier, packages: Sequence[Package]) -> Document:
    shown = {} if one.option is None else _said(one.option, found, packages)
    return {
        **shown,
        "state": one.state,
        "late_d": None if one.late_d is None else one.late_d.value,
        "in_doubt": [{**_said(two.option, found, packages), "more_replications": two.more} for two in one.doubtful],
        "open_unseen": one.unseen,
        "ties": [_said(number, found, packages) for number in one.ties],
    }


def _said(number: int, found: Frontier, packages: Sequence[Package]) -> Document:
    package, chance = packages[number], found.looked[number]
    pulled: Document = {**dict(package.case.settings), **dict.fromkeys(package.case.variants, True)}
    return {
        "package": pulled,
        "cost": package.cost,
        "chance": chance.value,
        "interval": [chance.low, chance.high],
        "replications": chance.n,
    }
