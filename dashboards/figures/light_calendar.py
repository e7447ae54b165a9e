"""Light at a place on the Moon: a calendar of the days on which the Sun and the Earth are above its horizon."""

from __future__ import annotations

from dashboards import theme
from dashboards.card import Card, Key, Page, Tile
from dashboards.figures.calendar import draw_days, share_days, tabulate_days
from dashboards.picture import compose_picture, day_text, hours_text, percent_text, span_text
from sim.physics.intervals import Intervals
from sim.physics.light import Site
from sim.problems import plural


def picture_light(site: Site, light: Intervals, earth: Intervals, sun_max_deg: float) -> Page:
    """Return the page of a site: its light and its view of the Earth, day by day."""
    where = f"{abs(site.latitude_deg):g}° {_side(site.latitude_deg, 'N', 'S')}, {site.longitude_deg % 360.0:g}° E"
    darkest = hours_text(24.0 * light.longest_gap_d)
    return compose_picture(
        title=f"Light at {where}",
        headline=f"Lit {percent_text(light.fraction)} of the time, dark for up to {darkest}",
        verdict=f"{where}, {_ground(site)}, {span_text(light.first_d, light.last_d)}.",
        tiles=(
            Tile("Lit", percent_text(light.fraction), "part of the Sun's disc above the horizon", theme.ORANGE),
            Tile("Longest darkness", darkest, _when(light), theme.INK),
            Tile("Highest Sun", f"{sun_max_deg:.2f}°", "centre of the disc", theme.ORANGE),
            Tile("Earth visible", percent_text(earth.fraction), "its centre above the horizon", theme.BLUE),
            Tile("Longest without Earth", hours_text(24 * earth.longest_gap_d), _when(earth), theme.BLUE),
        ),
        cards=(draw_light(light), draw_earth(earth)),
        footer=("The Moon is a sphere here: relief counts only through the horizon that was given.",),
    )


def draw_light(light: Intervals) -> Card:
    """Return the calendar of light."""
    days = share_days(light)
    dark = sum(share == 0.0 for share in days.shares)
    return Card(
        id="light",
        title=f"{dark:,} of {len(days.shares):,} days {plural(dark, 'has', 'have')} no sunlight at all",
        reading="How to read: one cell a day; the fuller its colour, the more of the day some of the Sun is up.",
        figure=draw_days(days, (theme.GRID, theme.ORANGE), "lit"),
        table=tabulate_days(days, ("date", "lit share of the day")),
        keys=(Key("lit all day", theme.ORANGE, "box"), Key("dark all day", theme.GRID, "box")),
    )


def draw_earth(earth: Intervals) -> Card:
    """Return the calendar of the Earth's visibility."""
    days = share_days(earth)
    return Card(
        id="earth",
        title=f"The Earth is in sight {percent_text(earth.fraction)} of the time, for {_blocks(earth)} at a stretch",
        reading="How to read: one cell a day; the fuller its colour, the more of the day the Earth can be seen.",
        figure=draw_days(days, (theme.GRID, theme.BLUE), "Earth in sight"),
        table=tabulate_days(days, ("date", "share with the Earth in sight")),
        keys=(Key("in sight all day", theme.BLUE, "box"), Key("out of sight all day", theme.GRID, "box")),
    )


def _blocks(earth: Intervals) -> str:
    if not len(earth.open_d):
        return "no time"
    return f"{hours_text(24.0 * float((earth.close_d - earth.open_d).mean()))} in the mean"


def _side(angle: float, positive: str, negative: str) -> str:
    return positive if angle >= 0.0 else negative


def _ground(site: Site) -> str:
    mask = site.horizon_deg
    horizon = f"flat horizon at {mask[0]:g}°" if len(set(mask)) == 1 else f"horizon of {len(mask)} azimuths"
    return f"{horizon}, mast {site.mast_m:g} m" if site.mast_m else horizon


def _when(intervals: Intervals) -> str:
    """Say when the longest gap begins."""
    starts = [intervals.first_d, *intervals.close_d.tolist()]
    ends = [*intervals.open_d.tolist(), intervals.last_d]
    longest, start = max((end - start, start) for start, end in zip(starts, ends, strict=True))
    return f"from {day_text(start)}" if longest > 0.0 else "never"
