"""Light at a place on the Moon: a calendar of the days on which the Sun and the Earth are above its horizon."""

from __future__ import annotations

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Tile
from dashboards.figures.calendar import draw_days, share_days, tabulate_days
from dashboards.picture import compose_picture, day_text, hours_text, percent_text, span_text
from dashboards.translation import _, plural
from sim.physics.intervals import Intervals
from sim.physics.light import Site


def picture_light(site: Site, light: Intervals, earth: Intervals, sun_max_deg: float) -> Page:
    """Return the page of a site: its light and its view of the Earth, day by day."""
    where = _("{latitude}° {side}, {longitude}° E").format(
        latitude=formats.brief(abs(site.latitude_deg)),
        side=_("N") if site.latitude_deg >= 0.0 else _("S"),
        longitude=formats.brief(site.longitude_deg % 360.0),
    )
    darkest = hours_text(24.0 * light.longest_gap_d)
    return compose_picture(
        title=_("Light at {where}").format(where=where),
        headline=_("Lit {share} of the time, dark for up to {darkest}").format(
            share=percent_text(light.fraction), darkest=darkest
        ),
        verdict=f"{where}, {_ground(site)}, {span_text(light.first_d, light.last_d)}.",
        tiles=(
            Tile(_("Lit"), percent_text(light.fraction), _("part of the Sun's disc above the horizon"), theme.ORANGE),
            Tile(_("Longest darkness"), darkest, _when(light), theme.INK),
            Tile(_("Highest Sun"), f"{formats.number(sun_max_deg, 2)}°", _("centre of the disc"), theme.ORANGE),
            Tile(_("Earth visible"), percent_text(earth.fraction), _("its centre above the horizon"), theme.BLUE),
            Tile(_("Longest without Earth"), hours_text(24 * earth.longest_gap_d), _when(earth), theme.BLUE),
        ),
        cards=(draw_light(light), draw_earth(earth)),
        footer=(_("The Moon is a sphere here: relief counts only through the horizon that was given."),),
    )


def draw_light(light: Intervals) -> Card:
    """Return the calendar of light."""
    days = share_days(light)
    dark = sum(share == 0.0 for share in days.shares)
    return Card(
        id="light",
        title=plural(
            "{count} of {all} days has no sunlight at all", "{count} of {all} days have no sunlight at all", dark
        ).format(count=formats.number(dark), all=formats.number(len(days.shares))),
        reading=_("How to read: one cell a day; the fuller its colour, the more of the day some of the Sun is up."),
        figure=draw_days(days, (theme.GRID, theme.ORANGE), _("lit")),
        table=tabulate_days(days, (_("date"), _("lit share of the day"))),
        keys=(Key(_("lit all day"), theme.ORANGE, "box"), Key(_("dark all day"), theme.GRID, "box")),
    )


def draw_earth(earth: Intervals) -> Card:
    """Return the calendar of the Earth's visibility."""
    days = share_days(earth)
    return Card(
        id="earth",
        title=_earth_title(earth),
        reading=_("How to read: one cell a day; the fuller its colour, the more of the day the Earth can be seen."),
        figure=draw_days(days, (theme.GRID, theme.BLUE), _("Earth in sight")),
        table=tabulate_days(days, (_("date"), _("share with the Earth in sight"))),
        keys=(Key(_("in sight all day"), theme.BLUE, "box"), Key(_("out of sight all day"), theme.GRID, "box")),
    )


def _earth_title(earth: Intervals) -> str:
    if not len(earth.open_d):
        return _("The Earth is never in sight")
    mean = hours_text(24.0 * float((earth.close_d - earth.open_d).mean()))
    return _("The Earth is in sight {share} of the time, for {time} at a stretch in the mean").format(
        share=percent_text(earth.fraction), time=mean
    )


def _ground(site: Site) -> str:
    mask = site.horizon_deg
    horizon = (
        _("flat horizon at {mask}°").format(mask=formats.brief(mask[0]))
        if len(set(mask)) == 1
        else _("horizon of {count} azimuths").format(count=len(mask))
    )
    return (
        _("{horizon}, mast {mast_m} m").format(horizon=horizon, mast_m=formats.brief(site.mast_m))
        if site.mast_m
        else horizon
    )


def _when(intervals: Intervals) -> str:
    """Say when the longest gap begins."""
    starts = [intervals.first_d, *intervals.close_d.tolist()]
    ends = [*intervals.open_d.tolist(), intervals.last_d]
    longest, start = max((end - start, start) for start, end in zip(starts, ends, strict=True))
    return _("from {day}").format(day=day_text(start)) if longest > 0.0 else _("never")
