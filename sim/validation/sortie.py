"""The Constellation sortie of SpaceNet's quick start, flown stage by stage, and where it just closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sim.physics.rocket import Action, BurnReport, BurnRequest, Stack, StackElement, break_even, fly
from sim.validation.published import About, PublishedCase, near, read_published

KIND: Final = "replay"
_PRINTED_KG: Final = 0.1
_PRINTED: Final = "the published readings are rounded to 0.01 kg in every step"


@dataclass(frozen=True, slots=True)
class PublishedSortie:
    """The sortie with the parameters whose break-even is published."""

    said: Mapping[str, Any]
    g0_m_s2: float
    cargo_kg: float
    samples_kg: float
    translunar_m_s: float
    ascent_m_s: float
    descent_isp_s: float
    departure_propellant_kg: float

    def stack(self, *names: str) -> Stack:
        """Return the named elements as they stand on the pad, the first on top."""
        return Stack(tuple(self._stage(name) for name in names), self.g0_m_s2)

    def _stage(self, name: str) -> StackElement:
        said = self.said["elements"][name]
        propellant_kg = self.departure_propellant_kg if name == "EDS" else said.get("propellant_kg", 0.0)
        isp_s = self.descent_isp_s if name == "Altair DM" else said.get("isp_s", 0.0)
        aboard_kg = self.cargo_kg if name == "Altair DM" else said.get("aboard_kg", 0.0)
        return StackElement(
            name, float(said["dry_kg"]), float(propellant_kg), float(isp_s), carried_kg=float(aboard_kg)
        )

    def altered(self, name: str, value: float) -> PublishedSortie:
        """Return the sortie with one of its parameters changed."""
        change: Any = {name: value}
        return replace(self, **change)

    def fly(self) -> tuple[BurnReport, ...]:
        """Fly it: two launches, out, down, up, home; the crew changes ships in lunar orbit."""
        said = self.said
        crew_kg = float(said["crew_kg"])
        crew = fly(
            self.stack("Ares I First Stage", "Ares I Upper Stage", "Orion CM", "Orion SM", "Orion LAS"),
            [
                _burn(
                    said["ascent_to_orbit_m_s"],
                    "burn Ares I First Stage",
                    "stage Ares I First Stage",
                    "stage Orion LAS",
                    "burn Ares I Upper Stage",
                    "stage Ares I Upper Stage",
                )
            ],
        )
        cargo = fly(
            self.stack("Altair AM", "Altair DM", "Ares V Core", "Ares V SRBs", "EDS"),
            [
                _burn(
                    said["ascent_to_orbit_m_s"],
                    "burn Ares V SRBs",
                    "stage Ares V SRBs",
                    "burn Ares V Core",
                    "stage Ares V Core",
                    "burn EDS",
                )
            ],
        )
        rest = [_burn(dv, "burn Altair DM") for dv in said["translunar_rest_m_s"]]
        out = fly(cargo.stack.joined(crew.stack), [_burn(self.translunar_m_s, "burn EDS", "stage EDS"), *rest])
        waiting = out.stack.only("Orion CM", "Orion SM").loaded("Orion CM", -crew_kg)
        lander = out.stack.only("Altair AM", "Altair DM").loaded("Altair AM", crew_kg)
        down = fly(lander, [_burn(dv, "burn Altair DM") for dv in said["descent_m_s"]])
        top = down.stack.loaded("Altair AM", self.samples_kg).only("Altair AM")
        up = fly(top, [_burn(dv, "burn Altair AM") for dv in (self.ascent_m_s, *said["ascent_rest_m_s"])])
        home = [_burn(dv, "burn Orion SM") for dv in said["home_m_s"]]
        entry = _burn(said["entry_m_s"], "stage Orion SM", "burn Orion CM")
        back = fly(waiting.loaded("Orion CM", crew_kg + self.samples_kg), [*home, entry])
        return crew, cargo, out, down, up, back

    def closes(self) -> bool:
        """Say whether every burn of every flight has its propellant."""
        return all(flight.closes for flight in self.fly())


def sortie_cases() -> Iterator[PublishedCase]:
    """Return what is left in each tank, the masses on the way, and the six break-even points."""
    said = read_published("sortie")
    for g0_m_s2, left_kg in said["left_kg"].items():
        found = _left_kg(_sortie(said, g0_m_s2).fly())
        for name, theirs in left_kg.items():
            key = f"sortie-{name.lower().replace(' ', '-')}-g0-{g0_m_s2:g}"
            about = About(key, KIND, said["source"], f"propellant left in {name} with g0 = {g0_m_s2:g}, kg", _PRINTED)
            yield near(about, found[name], theirs, _PRINTED_KG)
    yield from _masses(said)
    yield from _break_evens(said)


def _masses(said: Mapping[str, Any]) -> Iterator[PublishedCase]:
    crew, cargo, out, *_ = _sortie(said, 9.81).fly()
    pads_kg = sum(flight.burns[0].records[0].stack_mass_kg for flight in (crew, cargo))
    yield near(About("sortie-pads", KIND, said["source"], "mass on both pads, kg", _PRINTED), pads_kg,
               said["pad_mass_kg"], _PRINTED_KG)  # fmt: skip
    orbit_kg = out.burns[0].records[0].stack_mass_kg
    yield near(About("sortie-leo", KIND, said["source"], "mass in low orbit before departure, kg", _PRINTED), orbit_kg,
               said["orbit_mass_kg"], _PRINTED_KG)  # fmt: skip
    given = [record.dv_achieved_m_s for record in cargo.burns[0].records]
    about = About("sortie-stages", KIND, said["source"], "shares of 9500 m/s of three stages that drain in turn, m/s",
                  "rounded to 0.01 m/s")  # fmt: skip
    yield near(about, given, said["first_burns_m_s"], 0.01)


def _break_evens(said: Mapping[str, Any]) -> Iterator[PublishedCase]:
    base = _sortie(said, 9.81)
    note = "bisection of both, printed to 0.01; just within it every burn closes, 0.01 beyond one falls short"
    for name, limit in said["break_even"].items():

        def closes(value: float, name: str = name) -> bool:
            return base.altered(name, value).closes()

        found = break_even(closes, float(limit["closes"]), float(limit["fails"]))
        beyond = found + (0.01 if limit["fails"] > limit["closes"] else -0.01)
        both_ways = closes(found) and not closes(beyond)
        about = About(f"sortie-break-even-{name.replace('_', '-')}", KIND, said["source"], f"break-even {name}", note)
        case = near(about, found, limit["at"], 0.0061)
        yield replace(case, met=case.met and both_ways)


def _sortie(said: Mapping[str, Any], g0_m_s2: float) -> PublishedSortie:
    elements = said["elements"]
    return PublishedSortie(
        said,
        g0_m_s2,
        cargo_kg=elements["Altair DM"]["aboard_kg"],
        samples_kg=said["samples_kg"],
        translunar_m_s=said["translunar_m_s"],
        ascent_m_s=said["ascent_m_s"],
        descent_isp_s=elements["Altair DM"]["isp_s"],
        departure_propellant_kg=elements["EDS"]["propellant_kg"],
    )


def _left_kg(flights: Sequence[BurnReport]) -> Mapping[str, float]:
    """Return the propellant at the end of everything that flew."""
    found: dict[str, float] = {}
    for flight in flights:
        found.update(flight.left_kg())
    return found


def _burn(dv_m_s: float, *said: str) -> BurnRequest:
    return BurnRequest(float(dv_m_s), tuple(_action(words) for words in said))


def _action(words: str) -> Action:
    verb, stage = words.split(" ", 1)
    return Action("burn" if verb == "burn" else "stage", stage)
