"""Tables of what the sky allows: departures, light and tracking, made once and kept on disk.

The ground segment too: when the Moon is seen, with all antennas and with those of absent partners gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from math import degrees
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.campaign.index import Index
from sim.campaign.plan import Departures, Floats, GroundPlan, LightTable
from sim.physics.ephemeris import cache_folder, load_ephemeris, read_arrays, write_arrays
from sim.physics.epochs import epoch_from_iso
from sim.physics.intervals import Intervals
from sim.physics.light import Site, light_intervals
from sim.physics.places import EntryInterface, LunarOrbit, Parking
from sim.physics.returns import return_table
from sim.physics.states import EphemerisTable
from sim.physics.tracking import TrackingSite, cover_intervals
from sim.physics.transfer import departure_table
from sim.physics.windows import stack_departures
from sim.scenario.check_orbits import is_way_home
from sim.scenario.schema import Burn, GroundStation, Leg, Partner, Place, Scenario
from sim.scenario.schema import Ground as GroundSpec

T = TypeVar("T")
STEP_D = 0.25
"""Departures are tabled every six hours."""
TOF_STEP_H = 12.0
ENTRY_DEG = -6.2
"""Flight-path angle at the entry interface; a degree more or less changes the burn by less than 1 m/s."""
TABLE_VERSION = 1
"""Part of every cache key; raise it when what a table holds changes."""

MOST_ABSENT = 3
"""Partners whose absence is tabled; antennas of further ones count as always there."""


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days a table covers, and the epoch of day 0."""

    epoch_d: float
    end_d: float


class Shared:
    """What is made from the same figures in one compilation and the next: cases of a sweep differ in a few of them.

    It holds what this compilation and the last one used, so that it takes the memory of two campaigns at most.
    """

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._before: dict[Hashable, Any] = {}

    def begin(self) -> None:
        """Begin a compilation: what the last one did not use goes."""
        self._before, self._found = self._found, {}

    def get(self, key: Hashable, make: Callable[[], T], *, if_sound: Callable[[], bool] = lambda: True) -> T:
        """Return what was made before from the figures in `key`, or make it; it is kept if it is sound then."""
        if key not in self._found:
            made = self._before[key] if key in self._before else make()
            if not if_sound():
                return cast(T, made)
            self._found[key] = made
        return cast(T, self._found[key])


class Sky:
    """Looks tables up on disk, or makes them; the ephemeris is opened only when something must be made."""

    def __init__(self, start: datetime, end_d: float, shared: Shared) -> None:
        self.span = DaySpan(epoch_from_iso(start.isoformat()), end_d)
        self._table: EphemerisTable | None = None
        self._shared = shared

    @property
    def ephemeris(self) -> EphemerisTable:
        """The ephemeris, opened on first use."""
        if self._table is None:
            self._table = load_ephemeris()
        return self._table

    def departures(self, origin: Place, destination: Place, leg: Leg) -> Departures:
        """Return the cheapest departure, over times of flight and branches, at each grid time that allows one.

        Raises PhysicsError when the orbit or the time of flight lies outside what the transfer is valid for.
        """
        parking = Parking((origin.altitude or 0.0) / 1e3, degrees(origin.inclination or 0.0))
        low, high = _apses_km(destination)
        tofs_h = _tofs_h(leg)
        key = ["departures", asdict(self.span), asdict(parking), low, high, tofs_h, STEP_D]
        return self._shared.get(
            repr(key),
            lambda: Departures(**_look_up(key, lambda: self._find_departures(parking, LunarOrbit(low, high), tofs_h))),
        )

    def _find_departures(self, parking: Parking, target: LunarOrbit, tofs_h: list[float]) -> dict[str, Floats]:
        days = np.arange(0.0, self.span.end_d, STEP_D)
        best = departure_table(self.ephemeris, self.span.epoch_d + days, tofs_h, parking, target).best()
        can = best.branch >= 0
        return {
            "t_d": days[can],
            "tof_d": best.tof_h[can] / 24.0,
            "tli_m_s": best.tli_dv_m_s[can],
            "loi_m_s": best.loi_dv_m_s[can],
        }

    def way_home_m_s(self, origin: Place, leg: Leg) -> float:
        """Return the burn for home on the dearest day of the calendar, at the cheapest hour of the leg's span.

        The orbit's node and the plane of the return are free. A crew goes home when it must, not when it is cheap.
        """
        low, high = _apses_km(origin)
        orbit = LunarOrbit(low, high, 90.0 if origin.inclination is None else degrees(origin.inclination))
        tofs_h = _tofs_h(leg)
        key = ["home", asdict(self.span), asdict(orbit), tofs_h]

        def make() -> dict[str, Floats]:
            last_d = min(self.span.end_d, self.ephemeris.last_d - self.span.epoch_d - max(tofs_h) / 24.0)
            days = self.span.epoch_d + np.arange(0.0, last_d, 1.0)
            return {"tei_m_s": return_table(self.ephemeris, days, tofs_h, EntryInterface(ENTRY_DEG), orbit).best()[0]}

        return self._shared.get(repr(key), lambda: float(_look_up(key, make)["tei_m_s"].max()))

    def with_ways_home(self, scenario: Scenario) -> Scenario:
        """Return a scenario in which every computed way home has its burn written before the corrections."""
        places = scenario.places
        written = {
            name: leg.model_copy(update={"transfer": "typed", "burns": [self._way_home(leg, places), *leg.burns]})
            for name, leg in scenario.legs.items()
            if leg.transfer == "computed" and is_way_home(places[leg.from_], places[leg.to])
        }
        return scenario.model_copy(update={"legs": {**scenario.legs, **written}}) if written else scenario

    def _way_home(self, leg: Leg, places: Mapping[str, Place]) -> Burn:
        dv_m_s = self.way_home_m_s(places[leg.from_], leg)
        return Burn.model_construct(dv=dv_m_s, after=0.0, about="trans-Earth injection, dearest day", correction=False)

    def light(self, place: Place) -> Intervals:
        """Return when the Sun is up at a lunar site."""
        horizon = degrees(place.horizon.flat) if place.horizon else 0.0
        site = Site(degrees(place.latitude or 0.0), degrees(place.longitude or 0.0), (horizon,), place.mast)
        first, last = self.span.epoch_d, self.span.epoch_d + self.span.end_d
        key = ["light", asdict(self.span), repr(site)]
        return self._intervals(key, lambda: light_intervals(self.ephemeris, site, first, last))

    def cover(self, antennas: Mapping[str, GroundStation], minimum_rad: float) -> Intervals:
        """Return when one of these antennas sees the Moon."""
        stations = [
            TrackingSite(name, degrees(item.latitude), degrees(item.longitude)) for name, item in antennas.items()
        ]
        first, last = self.span.epoch_d, self.span.epoch_d + self.span.end_d
        if not stations:
            return Intervals(np.zeros(0), np.zeros(0), first, last)
        minimum = degrees(minimum_rad)
        key = ["cover", asdict(self.span), repr(stations), minimum]
        return self._intervals(key, lambda: cover_intervals(self.ephemeris, stations, first, last, minimum_deg=minimum))

    def planes(self, origin: Place, destination: Place, leg: Leg, count: int) -> tuple[Floats, ...]:
        """Return, for each of `count` nodes on day 0, the days on which a stack waiting in that plane can leave."""
        parking = Parking((origin.altitude or 0.0) / 1e3, degrees(origin.inclination or 0.0))
        target = LunarOrbit(*_apses_km(destination))
        hours = _tofs_h(leg)
        tof_h = hours[len(hours) // 2]
        first, last = self.span.epoch_d, self.span.epoch_d + self.span.end_d
        key = ["planes", asdict(self.span), asdict(parking), asdict(target), tof_h, count]

        def make() -> dict[str, Floats]:
            return {
                f"plane{number:02d}": stack_departures(
                    self.ephemeris,
                    first,
                    last,
                    parking=parking,
                    target=target,
                    raan_deg=360.0 * number / count,
                    tof_h=tof_h,
                ).best_d
                - first
                for number in range(count)
            }

        return self._shared.get(repr(key), lambda: tuple(days for _, days in sorted(_look_up(key, make).items())))

    def _intervals(self, key: list[Any], make: Any) -> Intervals:
        def arrays() -> dict[str, Floats]:
            made = make()
            return {"open_d": made.open_d, "close_d": made.close_d}

        found = self._shared.get(repr(key), lambda: _look_up(key, arrays))
        first, last = self.span.epoch_d, self.span.epoch_d + self.span.end_d
        return Intervals(found["open_d"], found["close_d"], first, last)

    def light_table(self, light: Intervals, needed_d: float) -> LightTable:
        """Return the intervals in which one can arrive with `needed_d` days of light left."""
        start, end = light.open_d - self.span.epoch_d, light.close_d - self.span.epoch_d - needed_d
        long_enough = end > start
        return LightTable(start[long_enough], end[long_enough])

    def seen(self, cover: Intervals, days: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Say for each day whether the Moon is seen."""
        epochs = days + self.span.epoch_d
        place = np.searchsorted(cover.open_d, epochs, side="right") - 1
        if len(cover.open_d) == 0:
            return np.zeros(len(days), dtype=np.bool_)
        inside: np.ndarray[Any, np.dtype[np.bool_]] = (place >= 0) & (epochs < cover.close_d[np.maximum(place, 0)])
        return inside


def ends_of(origin: Place, destination: Place) -> tuple[Parking, LunarOrbit]:
    """Return the orbits between which a computed transfer flies; one about the Moon is polar unless it is told."""
    tilt_deg = 90.0 if destination.inclination is None else degrees(destination.inclination)
    parking = Parking((origin.altitude or 0.0) / 1e3, degrees(origin.inclination or 0.0))
    return parking, LunarOrbit(*_apses_km(destination), tilt_deg)


def _apses_km(place: Place) -> tuple[float, float]:
    low = place.altitude if place.altitude is not None else (place.periapsis or 0.0)
    high = place.altitude if place.altitude is not None else (place.apoapsis or 0.0)
    return low / 1e3, high / 1e3


def _tofs_h(leg: Leg) -> list[float]:
    """Return the times of flight to try: the one stated, or every 12 h from the shortest to the longest."""
    hours = [value * 24.0 for value in leg.tof] or [84.0, 132.0]
    if len(hours) == 1:
        return hours
    count = max(2, round((hours[-1] - hours[0]) / TOF_STEP_H) + 1)
    return [float(value) for value in np.linspace(hours[0], hours[-1], count)]


def _look_up(key: list[Any], make: Any) -> dict[str, Floats]:
    """Read a table from the cache, or make it and write it there."""
    text = json.dumps([TABLE_VERSION, *key], sort_keys=True, default=str)
    path = cache_folder() / "tables" / f"{key[0]}-{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz"
    found = read_arrays(path)
    if found is None:
        found = make()
        write_arrays(path, found)
    return found


class GroundCover:
    """The cover of the Moon for each set of partners who may be absent."""

    def __init__(self, scenario: Scenario, sky: Sky) -> None:
        self.spec: GroundSpec | None = scenario.ground
        self.absent = self._who_may_be_absent(scenario.partners)
        self._sky = sky
        self._covers: list[Intervals] | None = None

    def _who_may_be_absent(self, partners: Mapping[str, Partner]) -> list[str]:
        if self.spec is None:
            return []
        owners = dict.fromkeys(s.partner for s in self.spec.stations.values() if s.partner is not None)
        loose = [
            name
            for name in owners
            if name in partners
            and (partners[name].joins is not None or partners[name].withdraws != "never" or partners[name].barred)
        ]
        return loose[:MOST_ABSENT]

    def _sets(self) -> list[dict[str, GroundStation]]:
        """Return the antennas that are left, for each set of absent partners."""
        stations = self.spec.stations if self.spec is not None else {}
        return [
            {
                name: item
                for name, item in stations.items()
                if item.partner not in {who for bit, who in enumerate(self.absent) if number >> bit & 1}
            }
            for number in range(1 << len(self.absent))
        ]

    @property
    def covers(self) -> list[Intervals]:
        """Intervals in which the Moon is seen, for each set of absent partners."""
        if self._covers is None:
            assert self.spec is not None
            self._covers = [self._sky.cover(left, self.spec.minimum_elevation) for left in self._sets()]
        return self._covers

    @property
    def correction_factor(self) -> float:
        """Factor that better navigation, where it is ever to come, puts on course corrections."""
        navigation = self.spec.navigation if self.spec is not None else None
        return navigation.corrections if navigation is not None else 1.0

    @cached_property
    def decides(self) -> str:
        """What decides which departures are seen, as a text."""
        return repr((self.spec, self.absent))

    def is_critical(self, event: str) -> bool:
        """Whether an event must be seen from the ground."""
        return self.spec is not None and bool(self.spec.stations) and event in self.spec.critical

    def seen(self, table: Departures) -> list[NDArray[np.bool_]]:
        """Say for each set of absent partners which departures have their critical events seen."""
        every = np.ones(len(table.t_d), dtype=np.bool_)
        events = [
            days for name, days in (("tli", table.t_d), ("loi", table.t_d + table.tof_d)) if self.is_critical(name)
        ]
        if not events:
            return [every] * (1 << len(self.absent))
        return [np.logical_and.reduce([self._sky.seen(cover, days) for days in events]) for cover in self.covers]

    def plan(self, index: Index) -> GroundPlan | None:
        """Return what the model needs to know."""
        spec = self.spec
        if spec is None or not spec.stations:
            return None
        navigation = spec.navigation
        return GroundPlan(
            partners=tuple(index.partners[name] for name in self.absent),
            covers=tuple(self._sky.light_table(cover, 0.0) for cover in self.covers),
            antennas=tuple(len(left) for left in self._sets()),
            hold_d=spec.hold,
            rendezvous=self.is_critical("rendezvous"),
            navigation=index.needs(navigation.needs) if navigation else (),
            landing_odds=navigation.landing_failures if navigation else 1.0,
        )
