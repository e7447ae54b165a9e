"""What a scenario sets before any luck: nights, departures that are open, ground cover and one flight.

All of it is read from a compiled campaign; nothing is simulated here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.analysis.roles import PartnerRole, build_times, partner_roles
from sim.campaign.plan import Campaign, Floats, LightTable, Opportunities
from sim.clock import Calendar
from sim.physics.epochs import epoch_from_iso
from sim.physics.intervals import Intervals
from sim.study.leaving import Leavings

SHOWN_YEARS = 3
"""Years after the scenario's `as_of` that a calendar shows: what comes next, in a size that can be read."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Sorted, disjoint stretches of days."""

    start_d: tuple[float, ...]
    end_d: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """When a stack can leave: the open departures of one table, and who uses it."""

    missions: tuple[str, ...]
    t_d: tuple[float, ...]
    """Open departures among those every `STEP_D` days, sorted."""
    orbits: tuple[tuple[str, str], ...] = ()
    """(parking orbit, its inclination as the scenario says it) of those who use it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a campaign without running it."""

    nights: Spans
    """When the Sun is down at the base; empty without a base or when it never sets."""
    site: str
    """Name of the base's place, or nothing."""
    openings: tuple[Openings, ...]
    cover: Spans
    """When a ground station sees the Moon, all partners present; empty without a ground segment."""
    antennas: int
    facilities: tuple[tuple[str, int], ...]
    """(station, research facilities)."""
    first_d: float
    """Day from which the calendars of a page start: the scenario's `as_of`."""
    end_d: float
    roles: tuple[PartnerRole, ...] = ()
    """What each partner brings."""
    build_d: Mapping[str, float] = field(default_factory=dict)
    """By mission: days that building what it flies takes."""
    leavings: Leavings | None = None
    """What the leaving of each partner does; None where it was not asked for."""


def setting_of(campaign: Campaign) -> Setting:
    """Read the setting of a compiled campaign."""
    first_d = campaign.as_of_d if math.isfinite(campaign.as_of_d) else 0.0
    base, ground = campaign.base, campaign.ground
    light = campaign.lights[base.light] if base is not None and base.light >= 0 else None
    names = campaign.subjects
    return Setting(
        nights=_gaps(light, campaign.end_d) if light is not None else Spans((), ()),
        site=base.place if base is not None else "",
        openings=_openings(campaign, first_d),
        cover=_spans(ground.covers[0]) if ground is not None and ground.covers else Spans((), ()),
        antennas=ground.antennas[0] if ground is not None and ground.antennas else 0,
        facilities=tuple((names[e.subject].name, e.facilities) for e in campaign.elements if e.facilities > 0),
        first_d=max(first_d, 0.0),
        end_d=campaign.end_d,
        roles=partner_roles(campaign),
        build_d=build_times(campaign),
    )


def shown_light(calendar: Calendar, setting: Setting) -> Intervals | None:
    """Return when the base is lit in the years that a calendar shows; None without a base that has nights."""
    if not setting.nights.start_d:
        return None
    starts = (0.0, *setting.nights.end_d)
    ends = (*setting.nights.start_d, setting.end_d)
    return _shown(calendar, setting, Spans(starts, ends))


def shown_cover(calendar: Calendar, setting: Setting) -> Intervals | None:
    """Return when a ground station sees the Moon in the years that a calendar shows; None without a ground segment."""
    return _shown(calendar, setting, setting.cover) if setting.cover.start_d else None


def _shown(calendar: Calendar, setting: Setting, spans: Spans) -> Intervals:
    """Cut stretches of days to the shown years and date them; days of the calendar are taken as TDB."""
    first, last = setting.first_d, min(setting.first_d + SHOWN_YEARS * 365.25, setting.end_d)
    start, end = np.clip(spans.start_d, first, last), np.clip(spans.end_d, first, last)
    kept = end > start
    epoch = epoch_from_iso(calendar.start.isoformat())
    return Intervals(epoch + start[kept], epoch + end[kept], epoch + first, epoch + last)


def _openings(campaign: Campaign, first_d: float) -> tuple[Openings, ...]:
    """Group the missions ahead by the times at which they can leave: many share one table's."""
    users: dict[tuple[float, ...], list[str]] = {}
    orbits: dict[tuple[float, ...], dict[str, str]] = {}
    places = campaign.values.get("places") or {}
    for mission in campaign.missions:
        subject = campaign.subjects[mission.subject]
        origins = {launch.opportunities: launch.origin for launch in mission.launches}
        if mission.legs:
            origins.setdefault(mission.opportunities, mission.legs[0].origin)
        for number, origin in sorted(origins.items()):
            if number >= 0 and not subject.fact:
                times = _times(campaign, campaign.opportunities[number], first_d)
                users.setdefault(times, []).append(subject.called)
                orbits.setdefault(times, {})[origin] = str((places.get(origin) or {}).get("inclination") or "")
    return tuple(
        Openings(tuple(dict.fromkeys(names)), times, tuple(orbits[times].items())) for times, names in users.items()
    )


def _times(campaign: Campaign, table: Opportunities, first_d: float) -> tuple[float, ...]:
    open_now = table.open[0] if table.open else table.window
    days = campaign.departures[table.departures].t_d[open_now]
    shown = days[(days >= first_d) & (days < first_d + SHOWN_YEARS * 365.25)]
    return _tuple(shown)


def _spans(table: LightTable) -> Spans:
    return Spans(_tuple(table.start_d), _tuple(table.end_d))


def _gaps(light: LightTable, end_d: float) -> Spans:
    """Return the stretches between the lit ones, from day 0 to the calendar's end."""
    starts = np.concatenate([[0.0], light.end_d])
    ends = np.concatenate([light.start_d, [end_d]])
    kept = ends - starts > 1e-6
    return Spans(_tuple(starts[kept]), _tuple(ends[kept]))


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
