"""Opportunities: on which departures a stack can leave, by geometry, mass, waiting and tracking."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.campaign.flights import margins_over, masses_after
from sim.campaign.plan import Departures, FlightSheet, Floats, LightTable, Opportunities
from sim.campaign.registry import Registry
from sim.campaign.sky import GroundCover, Shared, Sky
from sim.clock import Calendar
from sim.physics.injection import injection_dv_m_s
from sim.physics.limits import PhysicsError
from sim.physics.rocket import Stack, launcher_capacity_kg
from sim.problems import Code, suggest
from sim.scenario.schema import Launch, Launcher, Leg, Place, Scenario
from sim.scenario.text import Path

WAITS = 6
"""Waiting times for which margins are tabled where propellant boils off."""
MOST_MISSING_KG = 1e9
"""Beyond, a deficit is not told to the kilogram: a unit is wrong, or a burn asks for what no rocket can give."""
LOADS = 9
"""Loads between an empty and a full hold at which margins are computed; between them they are nearly straight."""
PLANES = 24
"""Orbital planes for which the departures of a waiting stack are tabled: every 15 degrees of node."""


class SkyTables:
    """Makes the tables of departures and of light, each once."""

    def __init__(self, scenario: Scenario, sky: Sky, ground: GroundCover, registry: Registry, shared: Shared) -> None:
        self._scenario = scenario
        self._sky = sky
        self._ground = ground
        self._registry = registry
        self._shared = shared
        self.departures: dict[tuple[str, str, tuple[float, ...]], Departures] = {}
        self.tables: list[Opportunities] = []
        self._known: dict[Hashable, int] = {}
        self._ends: dict[Hashable, str] = {}
        """What decides the departures of a leg, by its ends and times of flight, as texts."""
        self._lights: dict[tuple[str, float], int] = {}

    def light(self, place: str, needed_d: float = 0.0) -> int:
        """Return the number of the table of light at a site."""
        return self._lights.setdefault((place, needed_d), len(self._lights))

    @property
    def lights(self) -> tuple[LightTable, ...]:
        """The tables of light that were asked for."""
        places = self._scenario.places
        return tuple(
            self._sky.light_table(self._sky.light(places[place]), needed_d) for place, needed_d in self._lights
        )

    def _best_day(self, number: int) -> tuple[float, float]:
        """Return TLI and LOI in m/s of a table's best day; 0 where any day will do and nothing depends on it."""
        if number < 0 or not self.tables[number].window.size:
            return 0.0, 0.0
        table = self.tables[number]
        row = int(table.window[int(np.argmax(table.propellant_margin_kg))])
        departures = list(self.departures.values())[table.departures]
        return float(departures.tli_m_s[row]), float(departures.loi_m_s[row])

    def for_launch(self, path: Path, launch: Launch, first: Leg | None, sheet: FlightSheet, wait_d: float) -> int:
        """Table the departures on which a launch closes; return the index, or -1 when any day will do."""
        launcher = self._scenario.launchers[launch.launcher]
        if first is None or first.transfer != "computed":
            if sheet in self._known:
                return -1
            self._known[sheet] = -1
            spare_kg = self._capacity_kg(path, launcher, launch, np.zeros(1), None) - sheet.stack.mass_kg
            left_kg = margins_over(sheet.stack, sheet.steps, np.zeros(1), np.zeros(1))
            self._require(path, sheet.stack, float(spare_kg[0]), float(left_kg[0]), "")
            return -1
        key = (first.from_, first.to, tuple(first.tof), launch.launcher, launch.to, sheet, wait_d)
        if key not in self._known:
            origin = self._scenario.places[first.from_]
            table, number = self._departures(path, first)

            def make() -> Opportunities | None:
                spare = self._capacity_kg(path, launcher, launch, table.tli_m_s, origin) - sheet.stack.mass_kg
                return self._table(path, sheet, table, spare, wait_d, ())

            lifts = repr((launcher.to, launcher.upper_stage, launch.to))
            self._known[key] = self._add(number, (lifts, *self._decides(first), sheet, wait_d), make)
        return self._known[key]

    def for_stack(self, path: Path, first: Leg, sheet: FlightSheet, wait_d: float) -> int:
        """Table the departures on which a stack that has gathered in its parking orbit can leave."""
        key = (first.from_, first.to, tuple(first.tof), "stack", sheet, wait_d)
        if first.transfer != "computed":
            left_kg = margins_over(sheet.stack, sheet.steps, np.zeros(1), np.zeros(1))
            self._require(path, sheet.stack, 0.0, float(left_kg[0]), "")
            return -1
        if key not in self._known:
            table, number = self._departures(path, first)
            places = self._scenario.places

            def make() -> Opportunities | None:
                planes = self._sky.planes(places[first.from_], places[first.to], first, PLANES)
                return self._table(path, sheet, table, np.zeros_like(table.tli_m_s), wait_d, planes)

            self._known[key] = self._add(number, ("stack", *self._decides(first), sheet, wait_d), make)
        return self._known[key]

    def masses_after(self, sheet: FlightSheet, number: int) -> dict[str, float]:
        """Return the mass of a stack at the end of each leg on which it burns, on the best day of a table."""
        tli_m_s, loi_m_s = self._best_day(number)
        key = ("masses", sheet, tli_m_s, loi_m_s)
        return self._shared.get(key, lambda: masses_after(sheet.stack, sheet.steps, tli_m_s, loi_m_s))

    def _decides(self, leg: Leg) -> tuple[Hashable, ...]:
        """Return what decides the departures of a leg, and which of them are seen."""
        key, places, calendar = (leg.from_, leg.to, *leg.tof), self._scenario.places, self._scenario.calendar
        if key not in self._ends:
            self._ends[key] = repr((places[leg.from_], places[leg.to], leg.tof))
        return self._sky.span, calendar.start, calendar.end, self._ends[key], self._ground.decides

    def _add(self, number: int, key: Hashable, make: Callable[[], Opportunities | None]) -> int:
        """Add the table that is decided by what is in `key`, over a table of departures; -1 where there is none."""
        problems = self._registry.problems
        before = len(problems)
        found = self._shared.get(key, make, if_sound=lambda: len(problems) == before)
        if found is None:
            return -1
        self.tables.append(replace(found, departures=number))
        return len(self.tables) - 1

    def closing_cargo(
        self, path: Path, launch: Launch, first: Leg | None, sheet: FlightSheet, hold: str, most_kg: float
    ) -> tuple[Departures | None, Floats, NDArray[np.bool_]]:
        """Return with how much cargo a launch closes on each of its departures, in kg, at most `most_kg`.

        `sheet` is that of the launch without cargo, `hold` the spacecraft that would carry it. Negative: by how much
        it does not close even empty. No departures, and one figure, when any day will do. The last array says on
        which departures the critical events are seen from the ground.
        """
        launcher = self._scenario.launchers[launch.launcher]
        computed = first is not None and first.transfer == "computed"
        table = self._departures(path, first)[0] if computed and first is not None else None
        tli_m_s = table.tli_m_s if table is not None else np.zeros(1)
        loi_m_s = table.loi_m_s if table is not None else np.zeros(1)
        origin = self._scenario.places[first.from_] if computed and first is not None else None
        lifted_kg = self._capacity_kg(path, launcher, launch, tli_m_s, origin) - sheet.stack.mass_kg
        loads_kg = np.linspace(0.0, max(most_kg, 1.0), LOADS)
        margins = [margins_over(sheet.stack.loaded(hold, kg), sheet.steps, tli_m_s, loi_m_s) for kg in loads_kg]
        pushed_kg = _roots(loads_kg, np.array(margins))
        seen = self._ground.seen(table)[0] if table is not None else np.ones(1, dtype=np.bool_)
        return table, np.minimum(np.minimum(lifted_kg, pushed_kg), most_kg), seen

    def _table(
        self,
        path: Path,
        sheet: FlightSheet,
        table: Departures,
        spare_kg: Floats,
        wait_d: float,
        planes: tuple[Floats, ...],
    ) -> Opportunities | None:
        if len(table.t_d) == 0:
            message = "no departure is possible on any day of the calendar"
            hint = "raise the parking orbit's inclination above the Moon's declination, or allow other times of flight"
            self._registry.problem(path, Code.OUT_OF_RANGE, message, hint)
            return None
        boils = any(stage.boil_off_per_d > 0.0 for stage in sheet.stack.stages)
        waits_d = np.linspace(0.0, wait_d, WAITS) if boils and 0.0 < wait_d < inf else np.zeros(1)
        by_wait = [
            margins_over(sheet.stack.after_waiting(float(wait)), sheet.steps, table.tli_m_s, table.loi_m_s)
            for wait in waits_d
        ]
        best = int(np.argmax(np.minimum(spare_kg, by_wait[0]) if np.any(spare_kg) else by_wait[0]))
        spec = self._scenario.calendar
        day = Calendar(spec.start, spec.end).iso(float(table.t_d[best]))
        self._require(
            path, sheet.stack, float(spare_kg[best]), float(by_wait[0][best]), f" even on its best day, {day}"
        )
        window = np.flatnonzero((spare_kg >= 0.0) & (by_wait[0] >= 0.0)).astype(np.int32)
        return Opportunities(
            departures=-1,  # whoever adds it knows
            window=window,
            open=tuple(window[seen[window]] for seen in self._ground.seen(table)),
            capacity_margin_kg=spare_kg[window],
            propellant_margin_kg=by_wait[0][window],
            waits_d=waits_d,
            wait_margin_kg=np.array([row[window] for row in by_wait]),
            planes_d=planes,
        )

    def _departures(self, path: Path, leg: Leg) -> tuple[Departures, int]:
        places = self._scenario.places
        key = (leg.from_, leg.to, tuple(leg.tof))
        if key not in self.departures:
            try:
                self.departures[key] = self._sky.departures(places[leg.from_], places[leg.to], leg)
            except PhysicsError as error:
                hint = f"change the orbits of {leg.from_} or {leg.to}"
                self._registry.problem(path, Code.OUT_OF_RANGE, str(error), hint)
                nothing = np.zeros(0)
                self.departures[key] = Departures(nothing, nothing, nothing, nothing)
        return self.departures[key], list(self.departures).index(key)

    def _capacity_kg(
        self, path: Path, launcher: Launcher, launch: Launch, tli_m_s: Floats, origin: Place | None
    ) -> Floats:
        """Return what the launcher lifts on each departure."""
        registry, stated = self._registry, launcher.to.get(launch.to)
        if stated is None:
            hint = suggest(launch.to, launcher.to) + f"; give {launch.launcher} a capacity to {launch.to}"
            registry.problem(path, Code.OVER_CAPACITY, f"{launch.launcher} has no capacity to {launch.to}", hint)
            return np.full_like(tli_m_s, inf)
        if launch.to != "tli" or launcher.upper_stage is None or origin is None:
            return np.full_like(tli_m_s, stated)
        reference = injection_dv_m_s((origin.altitude or 0.0) / 1e3)
        try:
            return launcher_capacity_kg(tli_m_s, launcher.to.get("leo"), stated, launcher.upper_stage.isp, reference)
        except PhysicsError as error:
            registry.problem(("launchers", launch.launcher, "to"), Code.VALUE, str(error), "check leo, tli and isp")
            return np.full_like(tli_m_s, stated)

    def _require(self, path: Path, stack: Stack, capacity_kg: float, margin_kg: float, when: str) -> None:
        """Note a flight that does not close, by how many kilograms."""
        registry = self._registry
        if capacity_kg < 0.0:
            message = f"the stack of {stack.mass_kg:,.0f} kg is {-capacity_kg:,.0f} kg too heavy for the launcher{when}"
            registry.problem(path, Code.MASS_OPEN, message, "carry less, or take a stronger launcher")
        if margin_kg < 0.0:
            message = f"the flight does not close: {missing(-margin_kg)} of propellant are missing{when}"
            registry.problem(path, Code.MASS_OPEN, message, "carry less, load more propellant, or shorten the route")


def _roots(loads_kg: Floats, margins_kg: Floats) -> Floats:
    """Return for each column of margins the largest load at which it is not negative; below zero if none is."""
    found = np.where(margins_kg[0] >= 0.0, loads_kg[0], margins_kg[0])
    for number in range(1, len(loads_kg)):
        before, after = margins_kg[number - 1], margins_kg[number]
        share = np.clip(before / np.where(before > after, before - after, 1.0), 0.0, 1.0)
        reached = np.where(after >= 0.0, 1.0, share) * (loads_kg[number] - loads_kg[number - 1]) + loads_kg[number - 1]
        found = np.where(before >= 0.0, reached, found)
    return np.asarray(found)


def missing(mass_kg: float, digits: int = 0) -> str:
    """Return a deficit in words: kilograms, or, beyond what any rocket holds, that it is beyond that."""
    return f"{mass_kg:,.{digits}f} kg" if mass_kg < MOST_MISSING_KG else "more than a million tonnes"
