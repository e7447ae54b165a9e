"""`ilrs export oem` and `opm`: an independent reader opens them, and what they say flies to the Moon."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from astropy.time import TimeDelta
from click.testing import Result
from oem import OrbitEphemerisMessage

from sim.front.exporting import export_flight
from sim.front.plan import plan_of
from sim.interchange.ccsds import OutMessage, oem_bytes
from sim.interchange.czml_out import czml_bytes
from sim.interchange.gmat_out import gmat_bytes
from sim.interchange.opm_out import computed_opm, opm_bytes, rtn_axes
from sim.physics.constants import DAY_S, MOON_RADIUS_KM
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.field import coast, field_from
from sim.physics.frames import moon_axes
from tests.cli.test_export import HOSTILE

Call = Callable[..., Result]
DATA = Path(__file__).parents[1] / "data"
INTERPOLATED_KM, INTERPOLATED_KM_S = 1e-3, 1e-6
"""A metre and a millimetre a second: what a reader may lose between two lines."""


@pytest.fixture(scope="module")
def message(tmp_path_factory: pytest.TempPathFactory) -> OutMessage:
    return export_flight("oem", DATA / "assembly.yaml", tmp_path_factory.mktemp("flight") / "a.oem")


@pytest.fixture
def read(message: OutMessage, tmp_path: Path) -> OrbitEphemerisMessage:
    (tmp_path / "a.oem").write_bytes(oem_bytes(message, xml=False))
    return OrbitEphemerisMessage.open(tmp_path / "a.oem")


def opm_values(message: OutMessage, *, refined: bool = True) -> list[tuple[str, str]]:
    lines = opm_bytes(computed_opm(message, refined=refined), xml=False).decode().splitlines()
    return [(key, text) for key, mark, text in (line.partition(" = ") for line in lines) if mark]


def vector(pairs: list[tuple[str, str]], *keys: str) -> np.ndarray:
    return np.array([[float(text) for key, text in pairs if key == name] for name in keys]).T


def listed(read: OrbitEphemerisMessage) -> list[np.ndarray]:
    return [np.array([np.hstack([one.position, one.velocity]) for one in segment.states]) for segment in read]


def test_a_reader_finds_the_states_of_both_arcs(message: OutMessage, read: OrbitEphemerisMessage) -> None:
    for states, arc in zip(listed(read), message.flight.arcs, strict=True):
        np.testing.assert_allclose(states, arc.states, atol=1e-6)


def test_the_segments_name_centre_axes_and_clock(read: OrbitEphemerisMessage) -> None:
    said = [tuple(segment.metadata[key] for key in ("CENTER_NAME", "REF_FRAME", "TIME_SYSTEM")) for segment in read]
    assert said == [("EARTH", "ICRF", "TDB"), ("MOON", "ICRF", "TDB")]


def test_xml_holds_the_states_of_the_lines(message: OutMessage, read: OrbitEphemerisMessage, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(oem_bytes(message, xml=True))
    other = OrbitEphemerisMessage.open(tmp_path / "a.xml")
    assert all(np.array_equal(one, two) for one, two in zip(listed(read), listed(other), strict=True))


def test_a_reader_interpolates_as_the_flight_was_integrated(message: OutMessage, read: OrbitEphemerisMessage) -> None:
    arc = message.flight.arcs[0]
    table, start_d = load_ephemeris(), message.flight.injected_d
    segment = next(iter(read))
    epochs = [one.epoch for one in segment.states]
    for before in range(0, len(arc.time_s) - 1, 6):
        from_s, half_s = float(arc.time_s[before]), 0.5 * float(arc.time_s[before + 1] - arc.time_s[before])
        field = field_from(table, start_d)
        field = field._replace(start_s=field.start_s + from_s)
        ours = coast(field, arc.states[before], half_s, 500)[1][-1]
        theirs = segment(epochs[before] + TimeDelta(half_s, format="sec"))
        assert np.linalg.norm(theirs.position - ours[:3]) < INTERPOLATED_KM
        assert np.linalg.norm(theirs.velocity - ours[3:]) < INTERPOLATED_KM_S


def test_the_arc_about_the_moon_begins_where_the_one_from_the_earth_ends(read: OrbitEphemerisMessage) -> None:
    away, about = list(read)
    last, first = list(away.states)[-1], next(iter(about.states))
    moon_km = load_ephemeris().moon(epoch_from_iso(last.epoch.isot))[0][0]
    assert last.epoch == first.epoch
    np.testing.assert_allclose(first.position + moon_km, last.position, atol=1e-3)


def test_the_last_arc_stays_at_the_altitude_that_was_asked_for(read: OrbitEphemerisMessage) -> None:
    heights_km = np.linalg.norm(listed(read)[1][:, :3], axis=1) - MOON_RADIUS_KM
    np.testing.assert_allclose(heights_km, 100.0, atol=2.0)  # the Earth's pull moves it by a kilometre


def test_the_burns_of_an_opm_lead_to_the_states_of_the_ephemeris(message: OutMessage) -> None:
    pairs = opm_values(message)
    state = vector(pairs, "X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")[0]
    dv_km_s = vector(pairs, "MAN_DV_1", "MAN_DV_2", "MAN_DV_3")
    ignitions_d = [epoch_from_iso(text) for key, text in pairs if key == "MAN_EPOCH_IGNITION"]
    state[3:] += dv_km_s[0] @ rtn_axes(state)
    table = load_ephemeris()
    span_s = (ignitions_d[1] - ignitions_d[0]) * DAY_S
    arrived = coast(field_from(table, ignitions_d[0]), state, span_s, 2000)[1][-1]
    arrived[3:] += dv_km_s[1] @ rtn_axes(arrived)
    about_moon = arrived - np.hstack(table.moon(ignitions_d[1]))[0]
    np.testing.assert_allclose(about_moon[:3], message.flight.arcs[1].states[0][:3], atol=1.0)  # nm/s at the start


def test_the_propellant_of_an_injection_is_that_of_the_rocket_equation(message: OutMessage) -> None:
    said = opm_values(message)
    mass_kg, used_kg = float(dict(said)["MASS"]), next(float(text) for key, text in said if key == "MAN_DELTA_MASS")
    dv_m_s = 1e3 * float(np.linalg.norm(vector(said, "MAN_DV_1", "MAN_DV_2", "MAN_DV_3")[0]))
    assert used_kg == pytest.approx(-mass_kg * (1.0 - np.exp(-dv_m_s / (455.0 * 9.80665))), abs=0.01)


def test_the_mass_of_a_stack_has_boiled_off_while_it_waited(message: OutMessage) -> None:
    assert 46e3 * 0.001 * 20.0 < 89e3 - message.flight.mass_kg < 46e3 * 0.001 * 25.0  # 0.1 % a day, 20 d and more


def test_an_opm_of_a_launcher_that_injects_has_the_insertion_alone(tmp_path: Path, ilrs: Call) -> None:
    where = tmp_path / "a.opm"
    done = ilrs("export", "opm", str(DATA / "outpost.yaml"), "--flight", "cargo-1", "-o", str(where))
    assert done.exit_code == 0, done.output
    assert where.read_text().count("MAN_EPOCH_IGNITION") == 1


def test_xml_of_an_opm_has_the_values_of_the_lines(message: OutMessage) -> None:
    root = ElementTree.fromstring(opm_bytes(computed_opm(message, refined=True), xml=True))
    said = [(one.tag, one.text) for one in root.iter() if one.text and one.text.strip() and one.tag != "COMMENT"]
    assert said == [pair for pair in opm_values(message) if pair[0] != "CCSDS_OPM_VERS"]


@pytest.mark.parametrize("xml", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_place(message: OutMessage, tmp_path: Path, name: str, xml: bool) -> None:
    hostile = replace(message, flight=replace(message.flight, name=name, notes=(f"{name}\nMETA_STOP",)), source=name)
    (tmp_path / "a.oem").write_bytes(oem_bytes(hostile, xml=xml))
    read = OrbitEphemerisMessage.open(tmp_path / "a.oem")
    assert [len(list(segment.states)) for segment in read] == [len(arc.time_s) for arc in message.flight.arcs]


def test_two_exports_of_one_flight_are_the_same_bytes(message: OutMessage, tmp_path: Path) -> None:
    again = export_flight("oem", DATA / "assembly.yaml", tmp_path / "b.oem")
    assert oem_bytes(again, xml=False) == oem_bytes(message, xml=False)


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ("outpost.yaml", [], "a message holds one flight; say which: cargo-1.main, "),
        ("outpost.yaml", ["--flight", "cargo-9"], "no computed flight is called 'cargo-9'"),
        ("hut.yaml", [], "no flight of this plan is computed"),
    ],
)
def test_a_flight_that_is_not_there_is_told(
    ilrs: Call, tmp_path: Path, source: str, more: list[str], said: str
) -> None:
    done = ilrs("export", "oem", str(DATA / source), "-o", str(tmp_path / "a.oem"), *more)
    assert (done.exit_code, said in done.output, (tmp_path / "a.oem").exists()) == (1, True, False)


def test_a_scene_has_the_places_of_the_ephemeris_in_metres(message: OutMessage) -> None:
    arcs = json.loads(czml_bytes(message))[1]["position"]
    rows = [np.array(arc["cartesian"]).reshape(-1, 4) for arc in arcs]
    np.testing.assert_allclose(rows[0][:, 1:], 1e3 * message.flight.arcs[0].states[:, :3], atol=1e-3)
    np.testing.assert_allclose(rows[1][0, 1:], rows[0][-1, 1:], atol=0.1)


def test_a_scene_tells_utc(message: OutMessage) -> None:
    """TDB is 69.184 s ahead of UTC since 2017. Source: IERS Bulletin C."""
    said = json.loads(czml_bytes(message))[1]["position"][0]["epoch"]
    assert (message.epoch(0.0), said) == ("2031-01-23T06:00:00.000", "2031-01-23T05:58:50.816Z")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_texts_of_a_scene(message: OutMessage, name: str) -> None:
    craft = json.loads(czml_bytes(replace(message, flight=replace(message.flight, name=name))))[1]
    assert (craft["name"], craft["label"]["text"]) == (name, name)


# --- a script of GMAT -------------------------------------------------------------------------------------------------


def script(message: OutMessage) -> list[str]:
    lines = gmat_bytes(message).decode("ascii").splitlines()
    return [line.rstrip(";") for line in lines if line and not line.startswith("%")]


def settings(message: OutMessage) -> dict[str, str]:
    return dict(line[5:].split(" = ", 1) for line in script(message) if line.startswith("GMAT "))


def test_a_script_creates_each_resource_once_and_uses_no_other(message: OutMessage) -> None:
    made = [line.split()[2] for line in script(message) if line.startswith("Create ")]
    used = {key.partition(".")[0] for key in settings(message)}
    said = " ".join(line for line in script(message) if line.startswith(("Maneuver", "Propagate")))
    used |= set(re.findall(r"[A-Za-z]\w+(?=[(.)])", said))
    used |= {name for key, text in settings(message).items() if key.endswith((".Tanks", ".Tank", ".FM"))
             for name in re.findall(r"\w+", text)}  # fmt: skip
    assert (sorted(made), len(set(made))) == (sorted(used), len(made))


def test_a_script_flies_to_the_orbit_of_the_ephemeris(message: OutMessage) -> None:
    """Read the script as GMAT does: state, burns along velocity and normal of their origin, and coasts in days."""
    said, table, lines = settings(message), load_ephemeris(), script(message)
    craft = next(line.split()[2] for line in lines if line.startswith("Create Spacecraft"))
    state = np.array([float(said[f"{craft}.{axis}"]) for axis in ("X", "Y", "Z", "VX", "VY", "VZ")])
    epoch_d = message.flight.injected_d
    for line in lines[lines.index("BeginMissionSequence") :]:
        if line.startswith("Maneuver"):
            name = line.split()[1].partition("(")[0]
            origin = np.hstack(table.moon(epoch_d))[0] if said[f"{name}.Origin"] == "Luna" else np.zeros(6)
            place, speed = np.split(state - origin, 2)
            along, normal = (
                speed / np.linalg.norm(speed),
                np.cross(place, speed) / np.linalg.norm(np.cross(place, speed)),
            )
            parts = [float(said[f"{name}.Element{number}"]) for number in (1, 2, 3)]
            state[3:] += parts @ np.array([along, normal, np.cross(along, normal)])
        if line.startswith("Propagate"):
            span_d = float(line.rpartition("=")[2].strip(" }"))
            state = coast(field_from(table, epoch_d), state, span_d * DAY_S, 4000)[1][-1]
            epoch_d += span_d
    ends = message.flight.arcs[1].states[-1] + np.hstack(table.moon(epoch_d))[0]
    assert np.linalg.norm(state[:3] - ends[:3]) < 5.0  # nm/s of the script's digits, after a turn about the Moon


def test_the_mass_of_a_script_is_that_of_the_flight(message: OutMessage) -> None:
    said = settings(message)
    dry = next(line for line in script(message) if ".DryMass" in line)
    fuel_kg = [float(text) for key, text in said.items() if key.endswith(".FuelMass")]
    assert float(dry.rpartition("=")[2]) + sum(fuel_kg) == pytest.approx(message.flight.mass_kg, abs=0.01)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_identifiers_and_comments_of_a_script(message: OutMessage, name: str) -> None:
    hostile = replace(
        message, flight=replace(message.flight, name=name, notes=(f"{name}\nCreate Burn X",)), source=name
    )
    plain, told = script(message), script(hostile)
    craft = next(line.split()[2] for line in told if line.startswith("Create Spacecraft"))
    assert re.fullmatch("Craft[A-Za-z0-9_]*", craft)
    assert [line.replace(craft, "Craft_cargo") for line in told] == plain


def test_a_flight_on_a_map_has_its_track_in_parts_that_do_not_cross_the_edge(
    ilrs: Call, tmp_path: Path, message: OutMessage
) -> None:
    where = tmp_path / "a.kml"
    done = ilrs("export", "kml", str(DATA / "assembly.yaml"), "--flight", "cargo", "-o", str(where))
    lines = ElementTree.parse(where).iterfind(".//{*}LineString/{*}coordinates")
    parts = [np.array([[float(x) for x in point.split(",")] for point in (line.text or "").split()]) for line in lines]
    assert done.exit_code == 0
    assert len(parts) > 1
    assert all(np.abs(np.diff(part[:, 0])).max() <= 180.0 for part in parts)
    np.testing.assert_allclose(parts[0][0, 1], below_deg(message), atol=0.05)


def below_deg(message: OutMessage) -> float:
    """Return the latitude under the first place about the Moon, from the pole of the IAU to a tenth of a degree."""
    place_km = message.flight.arcs[1].states[0][:3]
    pole = moon_axes(np.array([message.flight.injected_d + message.flight.arcs[1].time_s[0] / DAY_S]))[0, 2]
    return float(np.degrees(np.arcsin(pole @ place_km / np.linalg.norm(place_km))))


# --- the burns of the plan --------------------------------------------------------------------------------------------


def sums(pairs: list[tuple[str, str]]) -> tuple[float, float]:
    dv_km_s = np.linalg.norm(vector(pairs, "MAN_DV_1", "MAN_DV_2", "MAN_DV_3"), axis=1)
    return 1e3 * float(dv_km_s.sum()), sum(float(text) for key, text in pairs if key == "MAN_DELTA_MASS")


def test_an_opm_adds_up_to_the_delta_v_of_the_plan(message: OutMessage) -> None:
    flights = [one for sheet in plan_of(DATA / "assembly.yaml").sheets for one in sheet.flights]
    (said,) = [leg.dv_m_s for one in flights for leg in one.legs if leg.leg == "leo-llo"]
    assert sums(opm_values(message, refined=False))[0] == pytest.approx(said, abs=1e-4)


def test_an_opm_says_which_burns_of_the_plan_it_leaves_out(message: OutMessage) -> None:
    said = opm_bytes(computed_opm(message, refined=False), xml=False).decode()
    assert "burns of leg llo-site, 2050.0 m/s in the plan, are not in this message" in said


TYPED = """format: 1
name: polar
calendar: {start: 2033-03-01, end: 2034-03-01}
g0_m_s2: 9.81
goals: {there: {by: 2034-03-01, needs: [hut]}}
places:
  llpo: {body: moon, altitude: 100 km, inclination: 90 deg}
  rim: {body: moon, surface: true, latitude: -88.8 deg, longitude: 123.4 deg}
legs: {down: {from: llpo, to: rim, tof: [2 h], burns: [{dv: 2060 m/s}]}}
spacecraft: {lander: {kind: lander, dry: 1.4 t, cargo: 1 t, stages: {tank: {propellant: 4.6 t, isp: 318 s}}}}
elements: {hut: {at: rim, mass: 900 kg, commissioning: 0 d}}
missions:
  cache:
    not_before: 2033-03-01
    cargo: [hut]
    sequence:
      - {about: Down, after: 7 d, fly: [lander], load: {lander: 900 kg}, dv: 2060 m/s, do: [burn lander]}
"""


@pytest.fixture
def typed(tmp_path: Path, ilrs: Call) -> list[tuple[str, str]]:
    (tmp_path / "polar.yaml").write_text(TYPED)
    done = ilrs("export", "opm", str(tmp_path / "polar.yaml"), "--leg", "down", "-o", str(tmp_path / "a.opm"))
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "a.opm").read_text().splitlines()
    return [(key, text) for key, mark, text in (line.partition(" = ") for line in lines) if mark]


def test_burns_that_are_typed_in_take_what_the_rocket_equation_says(typed: list[tuple[str, str]]) -> None:
    used_kg = 6900.0 * (1.0 - np.exp(-2060.0 / (318.0 * 9.81)))
    assert sums(typed) == pytest.approx((2060.0, -used_kg), abs=1e-3)


def test_a_flight_of_typed_burns_starts_in_the_orbit_of_its_leg(typed: list[tuple[str, str]]) -> None:
    state = vector(typed, "X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")[0]
    pole = moon_axes(np.array([epoch_from_iso(dict(typed)["EPOCH"])]))[0, 2]
    normal = np.cross(state[:3], state[3:])
    assert dict(typed)["CENTER_NAME"] == "MOON"
    assert np.linalg.norm(state[:3]) == pytest.approx(MOON_RADIUS_KM + 100.0, abs=1e-3)
    assert normal @ pole == pytest.approx(0.0, abs=1e-3)  # an inclination of 90 deg


def test_a_leg_without_burns_is_told(tmp_path: Path, ilrs: Call) -> None:
    (tmp_path / "polar.yaml").write_text(TYPED)
    done = ilrs("export", "opm", str(tmp_path / "polar.yaml"), "--leg", "up", "-o", str(tmp_path / "a.opm"))
    assert (done.exit_code, "--leg: 'up' has no burns in cache" in done.output) == (1, True)


@pytest.mark.parametrize("xml", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_add_no_line_to_an_opm(message: OutMessage, name: str, xml: bool) -> None:
    flight = replace(message.flight, name=name, notes=(f"{name}\nMASS = 1",))
    plain, told = (
        opm_bytes(computed_opm(one, refined=False), xml=xml).decode("ascii").splitlines()
        for one in (message, replace(message, flight=flight))
    )
    assert [(len(lines), sum("MASS = 1" in line for line in lines if "COMMENT" not in line)) for lines in (told,)] == [
        (len(plain) - len(message.flight.notes) + 1, 0)
    ]
