"""Least mass to low orbit: vehicles, propellant and goods through a network in time, as a mixed-integer linear problem.

The generalised multicommodity network flow: what sets out on an arc does not all arrive, for propellant, upkeep and
consumables are used on the way. Vehicles of a type are alike and counted, never named, so no plan comes twice.

Source: Ishimatsu, de Weck, Hoffman, Ohkami, Shishko, Journal of Spacecraft and Rockets 53 (2016) 25-38; in time, Ho,
de Weck, Hoffman, Shishko, Acta Astronautica 104 (2014) 428-443; both recalled. See docs/formulations.md.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from sim.decide.explain import SHORTENING, Explanation, Statement, explain
from sim.decide.network import Arc, Network, arcs_of
from sim.decide.proof import DEFAULT, Limits, Proof, SolveClock, status_of

GOODS: Final = ("upkeep", "consumables", "cargo")
"""What is carried beside propellant, people and samples; Earth gives it without limit."""
PROPELLANT: Final = "propellant"
_T: Final = 1000.0
"""Masses are tonnes inside the solver: numbers near one are what its tolerances are made for."""
_NODES: Final = 10_000_000
_GAP: Final = 1e-9


@dataclass(frozen=True, slots=True)
class FlowMove:
    """What one arc of a plan carries as it sets out, kg."""

    arc: Arc
    vehicles: Mapping[str, int]
    people: int
    goods_kg: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FlowAnswer:
    """The least mass, what is proven of it, and the plan; no moves without a plan."""

    proof: Proof
    moves: tuple[FlowMove, ...]


def solve_flow(network: Network, limits: Limits = DEFAULT) -> FlowAnswer:
    """Return the plan of least mass from the first node to the second, kg, with its proven bound."""
    since = time.monotonic()
    rows = _Rows(network)
    solved = _minimised(rows, rows.cost(), limits)
    if solved.x is None:
        status = status_of(None, None, infeasible=_is_infeasible(solved))
        return FlowAnswer(Proof(status, None, None, time.monotonic() - since), ())
    exact = rows.polished(solved.x)
    kg = float(rows.cost() @ exact) * _T + rows.people_kg if exact is not None else None
    bound = getattr(solved, "mip_dual_bound", None)
    bound_kg = None if bound is None else float(bound) * _T + rows.people_kg
    if kg is not None and bound_kg is not None:
        bound_kg = min(bound_kg, kg)
    status = status_of(kg, bound_kg, infeasible=False)
    moves = () if exact is None else tuple(rows.moves(exact))
    return FlowAnswer(Proof(status, kg, bound_kg, time.monotonic() - since), moves)


def exists(network: Network, limits: Limits = DEFAULT) -> bool | None:
    """Return whether any plan exists; None when the time did not do."""
    rows = _Rows(network)
    solved = _minimised(rows, np.zeros(rows.size), limits)
    return True if solved.x is not None else False if _is_infeasible(solved) else None


def _minimised(rows: _Rows, cost: NDArray[np.float64], limits: Limits) -> OptimizeResult:
    with _quiet():
        return milp(
            cost,
            constraints=rows.constraints(),
            integrality=rows.integrality(),
            bounds=rows.bounds(),
            options={"time_limit": limits.seconds, "mip_rel_gap": _GAP, "node_limit": int(limits.work or _NODES)},
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep stdout for answers: HiGHS writes a line there, past Python, when its inner solver stumbles."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _is_infeasible(solved: OptimizeResult) -> bool:
    """Tell whether no plan exists; masses cannot fall without end, so "infeasible or unbounded" is infeasible too."""
    return solved.status == 2 or (solved.status == 4 and "infeasible" in str(solved.message).lower())


class _Rows:
    """The matrix of a network: columns by (what, arc), rows by what must hold."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.arcs = arcs_of(network)
        self.kinds = (*network.vehicles, *GOODS, PROPELLANT)
        self.column = {
            (kind, number): number * len(self.kinds) + place
            for number in range(len(self.arcs))
            for place, kind in enumerate(self.kinds)
        }
        self.size = len(self.column)
        self.entries: list[tuple[int, int, float]] = []
        self.least: list[float] = []
        self._build()

    def _build(self) -> None:
        """Write every row as a sum that is at least a number."""
        for number, arc in enumerate(self.arcs):
            self._fits(number, arc)
            self._is_there(number, arc)
        for node in range(len(self.network.path)):
            for instant in range(2 * len(self.network.missions)):
                self._balance(node, instant)

    def _row(self, terms: Mapping[int, float], least: float) -> None:
        row = len(self.least)
        self.entries += [(row, column, value) for column, value in terms.items() if value]
        self.least.append(least)

    def _fits(self, number: int, arc: Arc) -> None:
        """What vehicles carry fits into all of a kind together; nothing limits the first hop out."""
        if arc.is_launch:
            return
        types = self.network.vehicles
        rest = {self.column[good, number]: -1.0 for good in GOODS}
        if not any(math.isinf(one.payload_kg) for one in types.values()):
            room = {self.column[name, number]: one.payload_kg / _T for name, one in types.items()}
            self._row(room | rest, (arc.people * self.network.crew_kg + arc.samples_kg) / _T)
        if not any(math.isinf(one.propellant_kg) for one in types.values()):
            tanks = {self.column[name, number]: one.propellant_kg / _T for name, one in types.items()}
            self._row(tanks | {self.column[PROPELLANT, number]: -1.0}, 0.0)

    def _is_there(self, number: int, arc: Arc) -> None:
        """What is used on an arc set out on it."""
        for kind in (*GOODS, PROPELLANT):
            terms, used_t = self._arriving(kind, number, arc)
            if len(terms) > 1 or used_t:
                self._row(terms, used_t)

    def _arriving(self, kind: str, number: int, arc: Arc) -> tuple[dict[int, float], float]:
        """Return what arrives of a kind as a sum over columns less a constant, t."""
        network = self.network
        column = self.column[kind, number]
        terms = {column: 1.0}
        if kind == "upkeep" and arc.moves:
            share = network.upkeep_share_per_flight
            for name, one in network.vehicles.items():
                terms[self.column[name, number]] = -share * one.dry_kg / _T
        if kind == "consumables":
            return terms, arc.people * arc.days * network.use_kg_per_person_day / _T
        if kind == PROPELLANT and arc.dv_m_s:
            share = network.propellant_share(arc.dv_m_s)
            terms[column] = 1.0 - share
            for good in GOODS:
                terms[self.column[good, number]] = -share
            for name, one in network.vehicles.items():
                terms[self.column[name, number]] = -share * one.dry_kg / _T
            return terms, share * (arc.people * network.crew_kg + arc.samples_kg) / _T
        return terms, 0.0

    def _balance(self, node: int, instant: int) -> None:
        """No more leaves a node, or is wanted there, than has come or stayed; Earth gives at each way out."""
        coming = [(n, arc) for n, arc in enumerate(self.arcs) if arc.end == (node, instant)]
        leaving = [(n, arc) for n, arc in enumerate(self.arcs) if arc.start == (node, instant)]
        gives = node == 0 and instant % 2 == 0
        for kind in self.kinds:
            wanted = self.network.wanted_kg(kind, node, instant) / _T
            if gives or not (leaving or wanted):
                continue
            terms: dict[int, float] = {}
            for number, arc in coming:
                arriving, used = self._arriving(kind, number, arc) if kind not in self.network.vehicles else (
                    {self.column[kind, number]: 1.0}, 0.0)  # fmt: skip
                wanted += used
                for column, value in arriving.items():
                    terms[column] = terms.get(column, 0.0) + value
            for number, _ in leaving:
                terms[self.column[kind, number]] = terms.get(self.column[kind, number], 0.0) - 1.0
            self._row(terms, wanted)

    def constraints(self) -> LinearConstraint:
        """Return the rows."""
        rows, columns, values = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        matrix = csr_array((values, (rows, columns)), shape=(len(self.least), self.size))
        return LinearConstraint(matrix, np.array(self.least), np.inf)

    def cost(self) -> NDArray[np.float64]:
        """Return the mass that sets out on the first hop, t for one of each column."""
        cost = np.zeros(self.size)
        for number, arc in enumerate(self.arcs):
            if arc.is_launch:
                for kind in (*GOODS, PROPELLANT):
                    cost[self.column[kind, number]] = 1.0
                for name, one in self.network.vehicles.items():
                    cost[self.column[name, number]] = one.dry_kg / _T
        return cost

    @property
    def people_kg(self) -> float:
        """Return the mass of the people on the first hop, who are no column."""
        return sum(arc.people * self.network.crew_kg for arc in self.arcs if arc.is_launch)

    def integrality(self) -> NDArray[np.int64]:
        """Return which columns are whole numbers."""
        return np.array([int(kind in self.network.vehicles) for kind, _ in self.column], dtype=np.int64)

    def bounds(self) -> Bounds:
        """Return the limits of each column."""
        most = [self.network.most(kind) for kind, _ in self.column]
        return Bounds(np.zeros(self.size), np.array(most))

    def polished(self, found: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Solve again with the vehicles as whole numbers to the last digit; None if that cannot be."""
        whole = self.integrality().astype(bool)
        low, high = self.bounds().lb.copy(), self.bounds().ub.copy()
        low[whole] = high[whole] = np.round(found[whole])
        solved = milp(self.cost(), constraints=self.constraints(), bounds=Bounds(low, high))
        exact: NDArray[np.float64] | None = solved.x
        return exact

    def moves(self, x: NDArray[np.float64]) -> list[FlowMove]:
        """Return what the arcs carry, those without any left out."""
        made = []
        for number, arc in enumerate(self.arcs):
            vehicles = {name: round(x[self.column[name, number]]) for name in self.network.vehicles}
            goods = {kind: float(x[self.column[kind, number]]) * _T for kind in (*GOODS, PROPELLANT)}
            kept = {kind: kg for kind, kg in {**goods, "samples": arc.samples_kg}.items() if kg > 1e-6}
            if any(vehicles.values()) or kept or arc.people:
                made.append(FlowMove(arc, {name: n for name, n in vehicles.items() if n}, arc.people, kept))
        return made


def statements_of(network: Network) -> tuple[Statement, ...]:
    """Return what the user said that takes possibilities away, without what takes none."""
    found = []
    for name, one in network.vehicles.items():
        found.append(Statement(f"vehicles.{name}.count", one.count, math.inf, whole=True))
        found.append(Statement(f"vehicles.{name}.payload_kg", one.payload_kg, math.inf, whole=False))
        found.append(Statement(f"vehicles.{name}.propellant_kg", one.propellant_kg, math.inf, whole=False))
    for number, mission in enumerate(network.missions):
        found.append(Statement(f"missions.{number}.crew", mission.crew, 0, whole=True))
        found.append(Statement(f"missions.{number}.surface_days", mission.surface_days, 0.0, whole=False))
        found.append(Statement(f"missions.{number}.down_kg", mission.down_kg, 0.0, whole=False))
        found.append(Statement(f"missions.{number}.back_kg", mission.back_kg, 0.0, whole=False))
    found.append(Statement("isp_s", network.isp_s, math.inf, whole=False))
    return tuple(one for one in found if one.value != one.free)


def explain_flow(network: Network, *, seconds: float = 10.0) -> Explanation | None:
    """Return why no plan exists and what would help, each repair with its least mass, kg."""
    clock = SolveClock(Limits(seconds))

    def price(one: Network) -> Proof:
        return solve_flow(one, clock.rest()).proof

    return explain(
        network, statements_of(network), lambda one: exists(one, clock.rest()), price, seconds=seconds * SHORTENING
    )
