"""Problems that stand in a file with their data alone, answered by the solvers that the verbs use.

A file holds `data` (a network by its `path`, a manifest by its `items`, a schedule by its `jobs`), or several such
under `cases`, or a whole `scenario` with a `seek` block.
"""

from __future__ import annotations

import dataclasses
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from sim.decide.flow import explain_flow, solve_flow
from sim.decide.keyed import Reader, changed
from sim.decide.loads import read_manifest
from sim.decide.manifest_solver import explain_manifest, launches_against_date, offered, solve_manifest
from sim.decide.network import Network, read_network
from sim.decide.proof import DEFAULT, Limits, Proof, SolveClock
from sim.decide.schedule import explain_schedule, read_project, solve_schedule
from sim.decide.seek import seek
from sim.decide.selection import Level
from sim.decide.sought import Found, Trial
from sim.problems import InputError, WrongValueError
from sim.scenario.writing import document
from sim.study.engines import Here
from sim.study.levers import read_levers
from sim.study.sweep import Start
from sim.units import read_quantity

Document: TypeAlias = dict[str, object]

LEVELS: Final = ("50%", "70%", "80%", "90%", "95%")
MOST: Final = 6_400
COMPARED: Final = 1_600
BUDGET: Final = 400_000
"""Replications in all, some minutes of a small scenario."""


def answer(said: object, limits: Limits = DEFAULT) -> Document:
    """Return the answer to the problem of a file.

    Raises:
        InputError: if the file holds none, or one that is wrong.
    """
    reader = Reader(said)
    if "cases" in reader.said:
        return {"cases": {name: answer(one.said, limits) for name, one in reader.several("cases").items()}}
    if "scenario" in reader.said:
        return answer_frontier(reader, limits.seed)
    if "data" not in reader.said:
        raise InputError("the file holds neither `data`, nor `cases`, nor `scenario`")
    data = reader.inner("data")
    if "path" in data.said:
        return _network(reader, limits)
    if "items" in data.said:
        return _manifest(data.said, limits)
    if "jobs" in data.said:
        return _schedule(data.said, limits)
    raise InputError("data: it is no network (path), no manifest (items) and no schedule (jobs)")


def _network(reader: Reader, limits: Limits) -> Document:
    network = read_network(reader.inner("data").said)
    proof = solve_flow(network, limits).proof
    said = proof.as_json()
    if proof.status == "infeasible":
        explanation = explain_flow(network)
        said |= explanation.as_json() if explanation else {}
    if "repairs" in reader.said:
        said["repairs"] = [_repair(network, one, limits) for one in reader.items("repairs")]
    return said


def _repair(network: Network, one: Reader, limits: Limits) -> Document:
    changes = one.inner("set")
    for key in changes.said:
        network = changed(network, str(key), changes.number(str(key), least=-math.inf))
    proof = solve_flow(network, limits).proof
    return {
        "set": dict(changes.said),
        "minimum_kg": proof.status if proof.objective is None else proof.objective,
        **proof.as_json(),
    }


def _manifest(said: Mapping[str, object], limits: Limits) -> Document:
    manifest = read_manifest(said)
    clock = SolveClock(limits)
    proofs = {name: solve_manifest(manifest, [name], limits=clock.rest()).proof for name in offered(manifest)}
    first = proofs["date"]
    if first.status == "infeasible":
        explanation = explain_manifest(manifest)
        return {**first.as_json(), **(explanation.as_json() if explanation else {})}
    trade = launches_against_date(manifest, clock.rest())
    return {
        **first.as_json(),
        "status": _worst([*proofs.values(), *(proof for _, proof in trade)]),
        "least": {name: _number(proof) for name, proof in proofs.items()},
        "proofs": {name: proof.as_json() for name, proof in proofs.items()},
        "launches_against_date": [
            {"launches_at_most": launches, "earliest_week": _number(proof)} for launches, proof in trade
        ],
    }


def _schedule(said: Mapping[str, object], limits: Limits) -> Document:
    project = read_project(said)
    proof = solve_schedule(project, limits).proof
    found: Document = {**proof.as_json(), "objective": _number(proof)}
    if proof.status == "infeasible":
        explanation = explain_schedule(project)
        found |= explanation.as_json() if explanation else {}
    return found


def _number(proof: Proof) -> int | None:
    return None if proof.objective is None else round(proof.objective)


def _worst(proofs: list[Proof]) -> str:
    """Return the status that holds for all of them."""
    ranks = ("infeasible", "unknown", "feasible", "optimal")
    return min((proof.status for proof in proofs), key=ranks.index)


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
