"""Problems that stand in a file with their data alone, answered by the solvers that the verbs use.

A file holds `data` (a network by its `path`, a manifest by its `items`, a schedule by its `jobs`), or several such
under `cases`, or a whole `scenario` with a `seek` block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

from sim.decide.chances import answer_frontier
from sim.decide.flow import explain_flow, solve_flow
from sim.decide.keyed import Reader, changed
from sim.decide.loads import read_manifest
from sim.decide.manifest_solver import explain_manifest, launches_against_date, offered, solve_manifest
from sim.decide.network import Network, read_network
from sim.decide.proof import DEFAULT, Limits, Proof, SolveClock
from sim.decide.schedule import explain_schedule, read_project, solve_schedule
from sim.problems import InputError

Document: TypeAlias = dict[str, object]


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
