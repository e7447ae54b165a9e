"""The Constellation sortie of SpaceNet's quick start, replayed to a tenth of a kilogram in every tank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from sim.physics.rocket import Action, BurnReport, BurnRequest, Stack, StackElement, break_even, fly

TOLERANCE_KG = 0.1  # the readings are rounded to 0.01 kg
SPACENET_G0 = 9.81
CREW_KG = 400.0

# SpaceNet quick start 1 (spacenet-java, "SpaceNet 2-5 Quick Start"; space-logistics-org/spacenet,
# completed_quick_start_1)
DRY_PROPELLANT_ISP = {
    "Ares I First Stage": (105_000.0, 620_000.0, 267.0),
    "Ares I Upper Stage": (12_000.0, 125_000.0, 448.0),
    "Orion SM": (3_000.0, 10_000.0, 328.0),
    "Orion CM": (8_000.0, 175.0, 301.0),
    "Orion LAS": (6_000.0, 0.0, 0.0),
    "Ares V SRBs": (210_000.0, 1_375_000.0, 270.0),
    "Ares V Core": (175_000.0, 1_587_000.0, 414.0),
    "EDS": (26_000.0, 253_000.0, 448.0),
    "Altair DM": (12_000.0, 24_900.0, 448.0),
    "Altair AM": (3_000.0, 3_000.0, 320.0),
}


@dataclass(frozen=True)
class Sortie:
    g0_m_s2: float = SPACENET_G0
    cargo_kg: float = 500.0
    samples_kg: float = 100.0
    tli_m_s: float = 3150.0
    ascent_m_s: float = 1875.0
    dm_isp_s: float = 448.0
    eds_propellant_kg: float = 253_000.0

    def stack(self, *names: str) -> Stack:
        return Stack(tuple(self.stage(name) for name in names), self.g0_m_s2)

    def stage(self, name: str) -> StackElement:
        dry_kg, propellant_kg, isp_s = DRY_PROPELLANT_ISP[name]
        propellant_kg = self.eds_propellant_kg if name == "EDS" else propellant_kg
        isp_s = self.dm_isp_s if name == "Altair DM" else isp_s
        aboard_kg = {"Orion CM": CREW_KG, "Altair DM": self.cargo_kg}.get(name, 0.0)
        return StackElement(name, dry_kg, propellant_kg, isp_s, carried_kg=aboard_kg)

    def replay(self) -> tuple[BurnReport, ...]:
        """Fly the sortie's five transports; the crew changes ships in lunar orbit and samples come back."""
        crew = fly(
            self.stack("Ares I First Stage", "Ares I Upper Stage", "Orion CM", "Orion SM", "Orion LAS"),
            [burn(9500.0, "burn Ares I First Stage", "stage Ares I First Stage", "stage Orion LAS",
                  "burn Ares I Upper Stage", "stage Ares I Upper Stage")],
        )  # fmt: skip
        cargo = fly(
            self.stack("Altair AM", "Altair DM", "Ares V Core", "Ares V SRBs", "EDS"),
            [
                burn(
                    9500.0, "burn Ares V SRBs", "stage Ares V SRBs", "burn Ares V Core", "stage Ares V Core", "burn EDS"
                )
            ],
        )
        out = fly(
            cargo.stack.joined(crew.stack),
            [burn(self.tli_m_s, "burn EDS", "stage EDS"), *(burn(dv, "burn Altair DM") for dv in (2.0, 2.0, 950.0))],
        )
        waiting = out.stack.only("Orion CM", "Orion SM").loaded("Orion CM", -CREW_KG)
        down = fly(
            out.stack.only("Altair AM", "Altair DM").loaded("Altair AM", CREW_KG),
            [burn(2030.0, "burn Altair DM"), burn(11.0, "burn Altair DM")],
        )
        lander = down.stack.loaded("Altair AM", self.samples_kg)
        up = fly(lander.only("Altair AM"), [burn(self.ascent_m_s, "burn Altair AM"), burn(31.0, "burn Altair AM")])
        home = [*(burn(dv, "burn Orion SM") for dv in (612.3, 276.5, 333.6, 3.2, 3.2))]
        back = fly(
            waiting.loaded("Orion CM", CREW_KG + self.samples_kg),
            [*home, burn(5.0, "stage Orion SM", "burn Orion CM")],
        )
        return crew, cargo, out, down, up, back

    def closes(self) -> bool:
        return all(flight.closes for flight in self.replay())


def burn(dv_m_s: float, *said: str) -> BurnRequest:
    return BurnRequest(dv_m_s, tuple(act(words) for words in said))


def act(words: str) -> Action:
    verb, stage = words.split(" ", 1)
    return Action("burn" if verb == "burn" else "stage", stage)


def left_kg(flights: Sequence[BurnReport]) -> dict[str, float]:
    """Propellant at the end of everything that flew."""
    found: dict[str, float] = {}
    for flight in flights:
        found.update(flight.left_kg())
    return found


EXPECTED_KG = {
    9.81: {"Altair AM": 41.82, "Altair DM": 660.24, "Ares I First Stage": 0.0, "Ares I Upper Stage": 3619.57,
           "Ares V Core": 0.0, "Ares V SRBs": 0.0, "EDS": 9987.21, "Orion CM": 160.32, "Orion SM": 3119.71},
    9.80665: {"Altair AM": 41.09, "Altair DM": 654.7, "Ares I First Stage": 0.0, "Ares I Upper Stage": 3592.12,
              "Ares V Core": 0.0, "Ares V SRBs": 0.0, "EDS": 9895.76, "Orion CM": 160.32, "Orion SM": 3117.78},
}  # fmt: skip


@pytest.mark.parametrize("g0_m_s2", EXPECTED_KG)
def test_every_tank_is_left_as_spacenet_leaves_it(g0_m_s2: float) -> None:
    """Truth: SpaceNet Java 2.5.1470 run on the quick start; 9.80665 by the same replay with that g0."""
    left = left_kg(Sortie(g0_m_s2).replay())
    for name, expected_kg in EXPECTED_KG[g0_m_s2].items():
        assert left[name] == pytest.approx(expected_kg, abs=TOLERANCE_KG), name
    assert Sortie(g0_m_s2).closes()


def test_the_stack_before_tli_weighs_what_spacenet_says() -> None:
    """Truth: SpaceNet, 206 745.67 kg in low orbit; 4 558 975 kg on the two pads."""
    crew, cargo, out, *_ = Sortie().replay()
    assert out.burns[0].records[0].stack_mass_kg == pytest.approx(206_745.67, abs=TOLERANCE_KG)
    pads = [flight.burns[0].records[0].stack_mass_kg for flight in (crew, cargo)]
    assert sum(pads) == pytest.approx(4_558_975.0, abs=TOLERANCE_KG)


def test_stages_that_drain_in_turn_share_the_speed_as_in_spacenet() -> None:
    """Truth: SpaceNet: 1243.72, 5819.26 and 2437.03 m/s of 9500."""
    cargo = Sortie().replay()[1].burns[0]
    given = [record.dv_achieved_m_s for record in cargo.records]
    assert given == pytest.approx([1243.72, 5819.26, 2437.03], abs=0.01)


BREAK_EVENS = {
    "cargo_kg": (500.0, 3000.0, 1836.17),
    "samples_kg": (100.0, 500.0, 191.9),
    "tli_m_s": (3150.0, 4000.0, 3607.78),
    "ascent_m_s": (1875.0, 2200.0, 1912.29),
    "dm_isp_s": (448.0, 380.0, 430.21),
    "eds_propellant_kg": (253_000.0, 150_000.0, 188_685.66),
}


@pytest.mark.parametrize("name", BREAK_EVENS)
def test_the_sortie_fails_just_past_each_break_even(name: str) -> None:
    """Truth: bisection on another replay at g0 9.81, rounded to 0.01."""
    good, bad, expected = BREAK_EVENS[name]
    found = break_even(lambda value: Sortie(**{name: value}).closes(), good, bad)
    assert found == pytest.approx(expected, abs=0.006)  # printed to 0.01
    beyond = found + np.sign(bad - good) * 0.01
    assert Sortie(**{name: found}).closes()
    assert not Sortie(**{name: beyond}).closes()
