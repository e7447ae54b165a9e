"""The page of a flight: the next computed transfer of a campaign in three dimensions, and what it costs to leave."""

from __future__ import annotations

from collections.abc import Mapping
from math import degrees

import numpy as np

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Tile
from dashboards.figures.porkchop import Chosen, draw_porkchop, sweep_departures
from dashboards.figures.trajectory import AskedTransfer, draw_tracks, fly
from dashboards.picture import minute_text
from dashboards.setting import next_crossing
from sim.campaign.plan import Campaign, Departures
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.limits import PhysicsError
from sim.physics.places import LunarOrbit, Parking
from sim.scenario.load import Loaded
from sim.scenario.schema import Place


def compose_flight(campaign: Campaign, loaded: Loaded, planned_d: Mapping[str, float]) -> Page | None:
    """Return the page of the next flight whose transfer is computed; None when there is none.

    `planned_d` has the planned launch day of each mission still to fly, by name.

    The path is integrated in the field of Earth, Moon and Sun; it is the only page with three-dimensional figures.
    """
    crossing = next_crossing(campaign, planned_d)
    if crossing is None:
        return None
    mission, launch, day_d = crossing
    number = mission.opportunities if launch is None else launch.opportunities
    table = campaign.departures[campaign.opportunities[number].departures]
    ends = (launch.origin, launch.destination) if launch else (mission.legs[0].origin, mission.legs[0].destination)
    places = loaded.scenario.places
    if not all(end in places for end in ends):
        return None
    name = campaign.subjects[mission.subject].name
    return _page(campaign, name, ends, (places[ends[0]], places[ends[1]]), table, day_d)


def _page(
    campaign: Campaign,
    mission: str,
    names: tuple[str, str],
    ends: tuple[Place, Place],
    table: Departures,
    day_d: float,
) -> Page | None:
    row = int(np.argmin(np.abs(table.t_d - day_d)))
    parking = Parking((ends[0].altitude or 0.0) / 1e3, degrees(ends[0].inclination or 0.0))
    flight = AskedTransfer(
        depart_d=epoch_from_iso(campaign.start_iso) + float(table.t_d[row]),
        tof_h=24.0 * float(table.tof_d[row]),
        parking=parking,
        turned=parking,
        target=_orbit(ends[1]),
        goal=names[1],
    )
    try:
        cards = _cards(flight)
    except PhysicsError:
        return None
    tli, loi = float(table.tli_m_s[row]), float(table.loi_m_s[row])
    return Page(
        title=f"{mission}: a flight · ilrs",
        headline=(
            f"{mission}: {names[0]} to {formats.place_name(names[1])} in {flight.tof_h:.0f} h for {tli + loi:,.0f} m/s"
        ),
        verdict=f"The first departure open from its planned launch on, {minute_text(flight.depart_d)}.",
        about="Times are TDB (barycentric dynamical time), about 69 s ahead of UTC.",
        tiles=(
            Tile("Departure", minute_text(flight.depart_d), f"from {parking.altitude_km:g} km", theme.BLUE),
            Tile("Time of flight", f"{flight.tof_h:.0f} h", formats.duration(flight.tof_h / 24.0), theme.BLUE),
            Tile("Injection", f"{tli:,.0f} m/s", "patched conic with corrections", theme.VERMILLION),
            Tile("Insertion", f"{loi:,.0f} m/s", f"into {formats.place_name(names[1])}", theme.GREEN),
        ),
        sections=(Section("drawn", "The flight", "Flight", cards),),
        footer=(
            "The path is integrated in the field of Earth, Moon and Sun; the map of costs uses the fast transfer that "
            "the campaign uses. Figures differ by tens of m/s.",
            f"Scenario {campaign.scenario}, identity {campaign.identity}.",
        ),
    )


def _cards(flight: AskedTransfer) -> tuple[Card, ...]:
    table = load_ephemeris()
    track = fly(table, flight)
    chosen = Chosen(flight.depart_d, flight.tof_h)
    grid = sweep_departures(table, chosen, flight.parking, flight.target)
    return (*(draw_tracks(track) if track is not None else ()), draw_porkchop(grid, chosen))


def _orbit(place: Place) -> LunarOrbit:
    low = place.altitude if place.altitude is not None else (place.periapsis or 0.0)
    high = place.altitude if place.altitude is not None else (place.apoapsis or 0.0)
    return LunarOrbit(low / 1e3, high / 1e3)
