"""A transfer in space: its path among the stars and in axes that turn with the Moon, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
from scipy.interpolate import CubicHermiteSpline

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Table, Tile
from dashboards.figures.porkchop import Chosen, draw_porkchop, sweep_departures
from dashboards.picture import compose_picture, minute_text
from dashboards.translation import _, plural
from sim.physics.constants import DAY_S, MOON_RADIUS_KM
from sim.physics.places import LunarOrbit, Parking
from sim.physics.refine import fly_transfer, refine_transfer
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import TOF_LIMITS_H, DepartureTable, PlaneChange

_DENSER = 4
"""Points drawn for each step of the integrator: its steps grow to hours where the path is nearly straight."""
_UNIT_KM = 1000.0
_FILL = 2.1
"""Length of the diagonal: fills most of the card and leaves it only in the steepest turns."""
_PHONE = 0.56
"""Size on a phone, to that beside another card."""


@dataclass(frozen=True, slots=True)
class AskedTransfer:
    """A transfer that was asked for: when, how long, from where, where to and what that is called."""

    depart_d: float
    tof_h: float
    parking: Parking
    turned: Parking
    """The parking orbit after a plane change that was paid for; without one, the same."""
    target: LunarOrbit
    goal: str
    insertion_m_s: float | None = None
    """The tabled cost of a staging orbit; of other orbits it is computed."""


@dataclass(frozen=True, slots=True)
class Track:
    """A path flown and the Moon's: epochs (n,), geocentric places (n, 3) in km, GCRS axes."""

    epoch_d: FloatArray
    ship_km: FloatArray
    moon_km: FloatArray
    moon_km_s: FloatArray


@dataclass(frozen=True, slots=True)
class FlownPath:
    """A transfer that was asked for, with its path, where there is one, and the costs of the month around it."""

    flight: AskedTransfer
    track: Track | None
    grid: DepartureTable
    chosen: Chosen


def fly_asked(
    table: EphemerisTable, flight: AskedTransfer, plane_change: PlaneChange = "refuse", *, drawn: bool = True
) -> FlownPath:
    """Compute what the page of a transfer draws; `drawn` says whether its path is wanted."""
    chosen = Chosen(flight.depart_d, min(flight.tof_h, TOF_LIMITS_H[1]))
    grid = sweep_departures(table, chosen, flight.parking, flight.target, plane_change)
    return FlownPath(flight, fly(table, flight) if drawn else None, grid, chosen)


def draw_flown(flown: FlownPath) -> tuple[Card, ...]:
    """Return the cards of a transfer: its path in two frames, where there is one, and the costs around it."""
    costs = draw_porkchop(flown.grid, flown.chosen, flown.flight.insertion_m_s)
    return (*(draw_tracks(flown.track) if flown.track is not None else ()), costs)


def fly_result(table: EphemerisTable, flight: AskedTransfer, result: Mapping[str, Any]) -> FlownPath:
    """Compute what the page of a transfer draws; `result` is what the command prints."""
    computed = flight.insertion_m_s is None
    plane_change: PlaneChange = "pay" if result["plane_dv_m_s"] else "refuse"
    return fly_asked(table, flight, plane_change, drawn=computed and bool(result["feasible"]))


def picture_transfer(flown: FlownPath, result: Mapping[str, Any]) -> Page:
    """Return the page of a transfer; `result` is what the command prints."""
    flight = flown.flight
    return compose_picture(
        title=_("Transfer to the Moon"),
        headline=_headline(result, flight),
        verdict=_verdict(result, flight),
        tiles=_tiles(result, flight),
        cards=draw_flown(flown),
        footer=_footer(result, computed=flight.insertion_m_s is None, drawn=flown.track is not None),
    )


def fly(table: EphemerisTable, flight: AskedTransfer) -> Track | None:
    """Return the path of the cheapest refined solution, evenly spaced along its bends; None when none converges."""
    refined = refine_transfer(table, flight.depart_d, flight.tof_h, flight.turned, flight.target)
    if not refined.solutions:
        return None
    epoch_d, states = fly_transfer(table, flight.depart_d, refined.solutions[0])
    path = CubicHermiteSpline(epoch_d, states[:, :3], states[:, 3:] * DAY_S)
    dense = np.interp(np.arange(_DENSER * (len(epoch_d) - 1) + 1) / _DENSER, np.arange(len(epoch_d)), epoch_d)
    moon_km, moon_km_s = table.moon(dense)
    return Track(dense, path(dense), moon_km, moon_km_s)


def turn_with_moon(track: Track, place_km: FloatArray) -> FloatArray:
    """Return places (n, 3) in axes that turn with the Moon: x towards it, z along its orbit's pole, in km."""
    x = track.moon_km / np.linalg.norm(track.moon_km, axis=1)[:, None]
    z = np.cross(track.moon_km, track.moon_km_s)
    z /= np.linalg.norm(z, axis=1)[:, None]
    axes = np.stack([x, np.cross(z, x), z], axis=1)
    return np.asarray(np.einsum("nij,nj->ni", axes, place_km))


def draw_tracks(track: Track) -> tuple[Card, Card]:
    """Return the path in Earth-centred inertial axes and in the Earth-Moon rotating frame."""
    turned = turn_with_moon(track, track.ship_km)
    among, beside = name_tracks(track)
    inertial = _card(
        "inertial",
        among,
        _(
            "How to read: Earth-centred inertial axes (GCRS). The Moon runs along its own path and is met at its end. "
            "Turn with the mouse. Bodies are dots, not to scale."
        ),
        _scene(track, track.ship_km, track.moon_km, eye=(0.5, -1.1, 1.25)),
    )
    rotating = _card(
        "rotating",
        beside,
        _(
            "How to read: Earth-Moon rotating axes: x points to the Moon, z along the pole of its orbit. The Moon "
            "moves along x only, as its distance changes."
        ),
        _scene(track, turned, turn_with_moon(track, track.moon_km), eye=(0.15, -0.9, 1.3)),
    )
    return replace(inertial, table=_table(track)), rotating


def name_tracks(track: Track) -> tuple[str, str]:
    """Return what the two pictures of a path find."""
    nearest = float(np.linalg.norm(track.ship_km - track.moon_km, axis=1).min()) - MOON_RADIUS_KM
    aside = round(float(np.linalg.norm(turn_with_moon(track, track.ship_km)[:, 1:], axis=1).max()), -3)
    return (
        _("In axes fixed among the stars: the path ends {distance} above the Moon").format(
            distance=formats.kilometres(nearest)
        ),
        _("With the Moon held still: the path swings {distance} off the Earth-Moon line").format(
            distance=formats.kilometres(aside)
        ),
    )


def _card(name: str, title: str, reading: str, figure: go.Figure) -> Card:
    shape = figure.layout.scene.aspectratio
    return Card(
        id=name,
        title=title,
        reading=reading,
        figure=figure,
        keys=(Key(_("transfer"), theme.VERMILLION), Key(_("Moon"), theme.GREY), Key(_("Earth"), theme.BLUE, "dot")),
        wide=False,
        narrow={"scene.aspectratio": {axis: _PHONE * shape[axis] for axis in "xyz"}},
    )


def _scene(track: Track, ship_km: FloatArray, moon_km: FloatArray, *, eye: tuple[float, float, float]) -> go.Figure:
    figure = theme.draft_figure(400, left=0, right=0)
    hours = 24.0 * (track.epoch_d - track.epoch_d[0])
    _add_line(figure, moon_km, hours, _("Moon"), theme.GREY, 3)
    _add_line(figure, ship_km, hours, _("transfer"), theme.VERMILLION, 5)
    _add_dot(figure, (0.0, 0.0, 0.0), _("Earth"), theme.BLUE, 9)
    _add_dot(figure, moon_km[-1], _("Moon at arrival"), theme.GREY, 6)
    _add_dot(figure, moon_km[0], _("Moon at departure"), theme.CARD, 5)
    axis = {
        "gridcolor": theme.GRID,
        "linecolor": theme.GRID,
        "zerolinecolor": theme.GRID,
        "showbackground": False,
        "showspikes": False,
        "nticks": 5,
        "tickfont": {"color": theme.SOFT, "size": 10},
    }
    title = {"color": theme.SOFT, "size": 11}
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        scene={
            **{
                f"{name}axis": {**axis, "title": {"text": _("{axis}, 1000 km").format(axis=name), "font": title}}
                for name in "xyz"
            },
            "zaxis": {**axis, "title": {"text": "z", "font": title}, "nticks": 3},
            "aspectmode": "manual",
            "aspectratio": proportions(np.vstack([ship_km, moon_km, np.zeros((1, 3))])),
            "dragmode": "turntable",
            "camera": {"eye": dict(zip("xyz", eye, strict=True)), "projection": {"type": "orthographic"}},
        },
    )
    return figure


def proportions(place_km: FloatArray) -> dict[str, float]:
    """True proportions; a flat path keeps a little depth for the axis to be read."""
    extent = np.ptp(place_km, axis=0)
    return dict(zip("xyz", np.maximum(_FILL * extent / np.linalg.norm(extent), 0.08).tolist(), strict=True))


def _add_line(figure: go.Figure, place_km: FloatArray, hours: FloatArray, name: str, colour: str, width: float) -> None:
    x, y, z = (np.round(place_km.T / _UNIT_KM, 2)).tolist()
    figure.add_scatter3d(
        x=x,
        y=y,
        z=z,
        mode="lines",
        line={"color": colour, "width": width},
        customdata=np.round(hours, 1).tolist(),
        hovertemplate=_("{name} after {hours} h<br>{place} thousand km<extra></extra>").format(
            name=name, hours="%{customdata:.1f}", place="%{x:.0f}, %{y:.0f}, %{z:.0f}"
        ),
    )


def _add_dot(figure: go.Figure, place_km: FloatArray | tuple[float, ...], name: str, colour: str, size: float) -> None:
    x, y, z = (round(float(part) / _UNIT_KM, 2) for part in place_km)
    edge = theme.GREY if colour == theme.CARD else colour
    figure.add_scatter3d(
        x=[x],
        y=[y],
        z=[z],
        mode="markers",
        marker={"color": colour, "size": size, "line": {"color": edge, "width": 1}},
        hovertemplate=f"{name}<extra></extra>",
    )


def _headline(result: Mapping[str, Any], flight: AskedTransfer) -> str:
    if not result["feasible"]:
        return _("No transfer from this orbit on that date")
    total = result["tli_dv_m_s"] + result["loi_dv_m_s"] + (result["plane_dv_m_s"] or 0.0)
    return _("{speed} from the parking orbit to {goal}, {time} under way").format(
        speed=formats.speed(total),
        goal=formats.place_name(flight.goal),
        time=_("{number} h").format(number=formats.brief(flight.tof_h)),
    )


def _verdict(result: Mapping[str, Any], flight: AskedTransfer) -> str:
    orbit = flight.target
    if not result["feasible"]:
        altitude = formats.kilometres(flight.parking.altitude_km)
        return f"{altitude}, {minute_text(flight.depart_d)}: {result['reason']}."
    size = _("{low} x {high} km, {angle}° to the Moon's equator").format(
        low=formats.brief(orbit.perilune_km),
        high=formats.brief(orbit.apolune_km),
        angle=formats.brief(orbit.inclination_deg),
    )
    goal = formats.place_name(flight.goal)
    return _("Leaves {departure} from {altitude} at {angle}°; arrives {arrival} at {goal}.").format(
        departure=minute_text(flight.depart_d),
        altitude=formats.kilometres(flight.parking.altitude_km),
        angle=formats.brief(flight.parking.inclination_deg, 4),
        arrival=result["arrive"][:16].replace("T", " "),
        goal=f"{goal} ({size})" if flight.insertion_m_s is None else goal,
    )


def _tiles(result: Mapping[str, Any], flight: AskedTransfer) -> tuple[Tile, ...]:
    ways = len(result["solutions"])
    cheapest = plural("the only way", "cheapest of {count} ways", ways).format(count=ways) if ways else _("no way")
    into = _("into {orbit}").format(orbit=formats.place_name(flight.goal))
    energy = formats.NONE if result["c3_km2_s2"] is None else formats.number(result["c3_km2_s2"], 3)
    declination = f"{formats.number(result['moon_declination_deg'], 2)}°"
    return (
        Tile("TLI", _speed(result["tli_dv_m_s"]), cheapest, theme.VERMILLION),
        Tile("LOI", _speed(result["loi_dv_m_s"]), into, theme.VERMILLION),
        Tile(_("Plane change"), _speed(result["plane_dv_m_s"]), _("in the parking orbit"), theme.ORANGE),
        Tile("C3", energy, _("km²/s²"), theme.GREY),
        Tile(_("Moon's declination"), declination, _("at arrival"), theme.GREY),
    )


def _footer(result: Mapping[str, Any], *, computed: bool, drawn: bool) -> tuple[str, ...]:
    method = (
        _("Figures: integrated in the field of Earth (J2), Moon and Sun. Burns are impulses.")
        if result["method"] == "refined"
        else _("Figures: the fast, corrected conic. Burns are impulses.")
    )
    said = [method, *result["notes"]]
    if drawn:
        said.append(_("The path drawn is the cheapest solution in the field of Earth (J2), Moon and Sun."))
    elif computed and result["feasible"]:
        said.append(_("No path is drawn: its integration did not converge."))
    elif not computed:
        said.append(_("No path is drawn: the way into this orbit is a tabled figure, not an integrated path."))
    return tuple(said)


def _speed(dv_m_s: float | None) -> str:
    return formats.NONE if dv_m_s is None or np.isnan(dv_m_s) else formats.speed(dv_m_s, 1)


def _table(track: Track) -> Table:
    hours = 24.0 * (track.epoch_d - track.epoch_d[0])
    gone = np.linalg.norm(track.ship_km, axis=1)
    left = np.linalg.norm(track.ship_km - track.moon_km, axis=1)
    rows = tuple(
        (f"{hours[i]:.2f}", *(f"{part:.0f}" for part in track.ship_km[i]), f"{gone[i]:.0f}", f"{left[i]:.0f}")
        for i in range(len(hours))
    )
    coordinates = (_("{axis}, km").format(axis=axis) for axis in "xyz")
    head = (_("h after TLI"), *coordinates, _("from the Earth, km"), _("from the Moon, km"))
    return Table(head, rows, numeric=frozenset(range(6)))
