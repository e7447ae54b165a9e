"""The base in plan: its elements on schematic rings, the state of each in single runs, light, cover and sites.

A scenario gives no positions inside a base, so the rings say nothing but the order of the plan. Landing sites have
coordinates; they are shown with their true distance and direction from the base.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboards import formats
from dashboards.setting import Spans
from dashboards.translation import _
from sim.analysis.findings import Bar, Findings
from sim.campaign.plan import Campaign, ElementPlan, MissionPlan
from sim.model.tracing import Trace, Verb
from sim.scenario.schema import Place

Json = dict[str, Any]
MOON_RADIUS_KM: Final = 1737.4
"""Source: IAU Working Group on Cartographic Coordinates and Rotational Elements 2015, mean radius of the Moon."""
HOURS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXY"
"""One letter for each whole number of hours of a day, 0 to 24."""
LABEL_LENGTH: Final = 40
CARGO_LENGTH: Final = 240


def base_of(campaign: Campaign, findings: Findings, nights: Spans, cover: Spans, sites: Mapping[str, Place]) -> Json:
    """Return what holds for every run: elements with their places and dates, light, cover and the sites around."""
    assert campaign.base is not None
    bars = {bar.name: bar for bar in findings.bars if bar.kind == "element"}
    elements = _in_order(campaign, bars)
    rings = ring_places(len(elements))
    named = [(campaign.subjects[element.subject].name, element) for element in elements]
    return {
        "place": formats.shorten(campaign.base.place, LABEL_LENGTH),
        "elements": [
            _element(element, bars.get(name), name, place) for (name, element), place in zip(named, rings, strict=True)
        ],
        "light": hours_by_day(nights, findings.end_d, within=False) if nights.start_d else "",
        "cover": hours_by_day(cover, findings.end_d, within=True) if cover.start_d else "",
        "sites": list(sites_around(campaign.base.place, sites)),
    }


def states_of(campaign: Campaign, findings: Findings, trace: Trace) -> list[Json]:
    """Return the days on which each element is delivered, assembled and working in one run, in the order of the plan.

    A day is None where it never comes; `down` holds the spans in which it is broken.
    """
    bars = {bar.name: bar for bar in findings.bars if bar.kind == "element"}
    return [_state(campaign, element, trace) for element in _in_order(campaign, bars)]


def power_of(trace: Trace) -> list[list[float]]:
    """Return (day, supply, demand) in watts whenever the balance of the base changes."""
    steps = zip(trace.power_t_d, trace.power_supply_w, trace.power_demand_w, strict=True)
    return [[round(day, 2), round(supply), round(demand)] for day, supply, demand in steps]


def cargo_of(campaign: Campaign, called: Callable[[str], str]) -> dict[str, str]:
    """Return what each mission brings, by its name: elements and goods, in words."""
    loads: dict[str, list[str]] = {}
    for element in campaign.elements:
        for mission in sorted(_carriers(campaign, element)):
            loads.setdefault(mission, []).append(called(campaign.subjects[element.subject].name))
    for plan in campaign.missions:
        goods = [(formats.tonnes(kg), campaign.living.goods[good]) for good, kg in plan.goods]
        name = campaign.subjects[plan.subject].name
        loads[name] = loads.get(name, []) + [_("{mass} of {good}").format(mass=kg, good=good) for kg, good in goods]
    return {name: formats.shorten(formats.listing(load), CARGO_LENGTH) for name, load in loads.items() if load}


def ring_places(count: int) -> list[tuple[float, float]]:
    """Return x and y of so many elements, in ring widths: six on the inmost ring, twelve on the next and so on.

    >>> ring_places(2)
    [(0.0, -1.0), (0.0, 1.0)]
    """
    places: list[tuple[float, float]] = []
    ring = 1
    while len(places) < count:
        here = min(6 * ring, count - len(places))
        turns = (2.0 * math.pi * place / here for place in range(here))
        places += [(round(ring * math.sin(turn), 3), round(-ring * math.cos(turn), 3)) for turn in turns]
        ring += 1
    return places


def hours_by_day(spans: Spans, end_d: float, *, within: bool) -> str:
    """Return a letter of `HOURS` for each day of the calendar: the hours inside the spans, or outside of them."""
    start, stop = np.asarray(spans.start_d), np.asarray(spans.end_d)
    edges = np.arange(0.0, math.floor(end_d) + 2.0)
    inside = np.diff(_covered(start, stop, edges))
    hours = np.rint(24.0 * (inside if within else 1.0 - inside)).astype(int).clip(0, 24)
    return "".join(HOURS[hour] for hour in hours)


def sites_around(base: str, sites: Mapping[str, Place]) -> Iterator[Json]:
    """Yield each site with its distance from the base, km, and its direction there, radians clockwise from north."""
    centre = sites.get(base)
    if centre is None or centre.latitude is None or centre.longitude is None:
        return
    ground = {name: site for name, site in sites.items() if name != base and site.surface and site.body == "moon"}
    for name, site in ground.items():
        if site.latitude is None or site.longitude is None:
            continue
        distance, turn = _distance((centre.latitude, centre.longitude), (site.latitude, site.longitude))
        label = formats.shorten(name, LABEL_LENGTH)
        yield {"place": name, "label": label, "km": round(distance), "turn": round(turn, 4)}


def kind_of(element: ElementPlan) -> str:
    """Return what an element does for the base: power, store, robots, plant or other."""
    if element.constant_w + element.solar_w > 0.0:
        return "power"
    if element.storage_j > 0.0:
        return "store"
    if element.robot_shift_h > 0.0:
        return "robots"
    return "plant" if element.makes else "other"


def kind_names() -> dict[str, str]:
    """Return what a page calls each kind of element."""
    return {
        "power": _("power supply"),
        "store": _("energy store for the night"),
        "robots": _("robots that build"),
        "plant": _("plant that makes supplies"),
        "other": _("other equipment"),
    }


def _in_order(campaign: Campaign, bars: Mapping[str, Bar]) -> list[ElementPlan]:
    """Return the elements at the base in the order in which they are likely to work."""
    place = campaign.base.place if campaign.base is not None else ""

    def likely_d(element: ElementPlan) -> float:
        bar = bars.get(campaign.subjects[element.subject].name)
        days = [] if bar is None else [bar.finish_p50_d, bar.nominal_finish_d]
        return next((day for day in days if day is not None), math.inf)

    return sorted((one for one in campaign.elements if one.on_surface and one.place == place), key=likely_d)


def _element(element: ElementPlan, bar: Bar | None, name: str, place: tuple[float, float]) -> Json:
    dates = [None] * 3 if bar is None else [bar.finish_p10_d, bar.finish_p50_d, bar.finish_p90_d]
    return {
        "label": formats.shorten(formats.called(bar) if bar is not None else name, LABEL_LENGTH),
        "kind": kind_of(element),
        "kg": round(element.mass_kg),
        "x": place[0],
        "y": place[1],
        "dates": [None if day is None else round(day) for day in dates],
        "share": 0.0 if bar is None else round(bar.reached, 3),
    }


def _state(campaign: Campaign, element: ElementPlan, trace: Trace) -> Json:
    name = campaign.subjects[element.subject].name
    own = [event for event in trace.events if event.subject == name]
    works = next((event.t_d for event in own if event.verb is Verb.WORKS), None)
    assembled = next((event.t_d for event in own if event.verb in (Verb.IS_BUILT_BY_HAND, Verb.IS_ASSEMBLED)), None)
    carriers = _carriers(campaign, element)
    landed = (e.t_d for e in trace.events if e.subject in carriers and e.verb in (Verb.LANDS, Verb.ARRIVES))
    delivered = next(landed, None) if element.delivered else 0.0
    if element.unloading_h + element.assembly_h + element.crew_h <= 0.0:
        assembled = delivered
    breaks = [event.t_d for event in own if event.verb is Verb.BREAKS_DOWN]
    mends = [event.t_d for event in own if event.verb is Verb.IS_REPAIRED]
    return {
        "delivered": _day(delivered),
        "assembled": _day(assembled),
        "works": _day(works),
        "down": [[_day(day), _day(next((end for end in mends if end > day), None))] for day in breaks],
    }


def _carriers(campaign: Campaign, element: ElementPlan) -> frozenset[str]:
    """Return the names of the mission that brings an element, and of those that may fly in its place."""
    subjects = {campaign.milestones[one].subject for one in element.delivered}
    chains = [_chain(mission) for mission in campaign.missions if mission.subject in subjects]
    every = subjects | {one.subject for chain in chains for one in chain}
    return frozenset(campaign.subjects[one].name for one in every)


def _chain(mission: MissionPlan) -> list[MissionPlan]:
    return [mission, *(_chain(mission.stand_in) if mission.stand_in is not None else [])]


def _covered(start: NDArray[np.float64], stop: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the days inside sorted, disjoint spans before each edge."""
    before = np.concatenate([[0.0], np.cumsum(stop - start)])
    number = np.searchsorted(start, edges, side="right")
    last = np.maximum(number - 1, 0)
    over = np.where(number > 0, np.maximum(stop[last] - edges, 0.0), 0.0)
    found: NDArray[np.float64] = before[number] - over
    return found


def _distance(centre: tuple[float, float], site: tuple[float, float]) -> tuple[float, float]:
    """Return distance over the ground, km, and azimuth, radians, on a sphere.

    Source: Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, eq. 5-3a and 5-4b.
    """
    (lat0, lon0), (lat1, lon1) = centre, site
    turn = lon1 - lon0
    half = math.sin((lat1 - lat0) / 2) ** 2 + math.cos(lat0) * math.cos(lat1) * math.sin(turn / 2) ** 2
    east = math.cos(lat1) * math.sin(turn)
    north = math.cos(lat0) * math.sin(lat1) - math.sin(lat0) * math.cos(lat1) * math.cos(turn)
    return 2.0 * MOON_RADIUS_KM * math.asin(min(math.sqrt(half), 1.0)), math.atan2(east, north)


def _day(day: float | None) -> float | None:
    return None if day is None else round(day, 3)
