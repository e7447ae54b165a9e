"""A made-up study in the shape of a real one, with everything in it that makes pages break.

Hostile names, a goal nobody reaches, causes without slip, an empty trace, a finished past, sixty bars.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dashboards.setting import Openings, Setting, Spans
from sim.analysis.estimates import ecdf, quantiles, wilson
from sim.analysis.find import ranges_of
from sim.analysis.findings import Bar, CauseDays, CauseNet, Findings, GoalFinding, ManifestRow, MassCurve, SubjectDelay
from sim.analysis.uncertainty import Explained
from sim.campaign.plan import GoalPlan, ManifestEntry, PlaceName
from sim.model.tracing import Event, Move, Segment, TankLevel, Trace, Verb

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&%{x}"
START = "2022-01-01"
END_D = 28 * 365.25
BY_D = 5112.0
"""2035-12-31."""
AS_OF_D = 1785.0
RUNS = 500
YEAR_D = 365.25

_EXPLAINED = Explained(((0.2, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), 0.15, 0.25, 500.0, 12)
"""A fifth of the variance comes from the figures."""
_PLACES = (
    PlaceName("leo", "earth", False),
    PlaceName("llo", "moon", False),
    PlaceName("elfo", "moon", False),
    PlaceName("shackleton", "moon", True),
)


def sample_findings() -> Findings:
    """Return the study: 500 replications of a plan with three goals."""
    dates = _finish_dates()
    return Findings(
        scenario="ilrs-2035",
        about="The 2021 CNSA-Roscosmos roadmap, with what has happened since.",
        identity="9f2c41d07be5a1c34411aa05c92be35d7720b1c8e6f0a9d4",
        seed=2035,
        replications=RUNS,
        start_iso=START,
        end_d=END_D,
        as_of_d=AS_OF_D,
        goals=_goals(dates),
        bars=_bars(),
        mass=_mass(),
        manifest=_manifest(),
        traces=(_trace("nominal", None), _trace("P50", 217), Trace("P90", 12, (), (), {}, (), (), ())),
        places=_PLACES,
        facility_days=(("lunar-orbital-lab", 812.0, 1490.0, 2033.0), (HOSTILE, 0.0, 0.0, 12.0)),
        guesses=212,
        figures=540,
        drawn=12,
        versions=(("ilrs", "0.1.0"), ("simpy", "4.1.1"), ("numpy", "2.4.6"), ("plotly", "6.9.0")),
    )


def sample_setting() -> Setting:
    """Return nights of a fortnight each month, a stack with a gap, and antennas that miss an hour a day."""
    days = np.arange(0.0, END_D, 29.53)
    every = np.arange(AS_OF_D, AS_OF_D + 3 * YEAR_D, 0.25)
    return Setting(
        nights=Spans(tuple((days + 10.0).tolist()), tuple((days + 24.0).tolist())),
        site="shackleton",
        openings=(
            Openings(("first-crew", HOSTILE), tuple(every[np.sin(every / 4.3) > 0.0].tolist())),
            Openings(("ilrs-1", "ilrs-2"), tuple(every.tolist())),
        ),
        cover=Spans(tuple(np.arange(0.0, END_D).tolist()), tuple((np.arange(0.0, END_D) + 23 / 24).tolist())),
        antennas=3,
        facilities=(("lunar-orbital-lab", 3),),
        first_d=AS_OF_D,
        end_d=END_D,
    )


def _finish_dates() -> NDArray[np.float64]:
    random = np.random.default_rng(7)
    dates = 4900 + random.lognormal(6.35, 0.75, RUNS)
    dates[dates > END_D] = np.inf
    return dates


def _goals(dates: NDArray[np.float64]) -> tuple[GoalFinding, ...]:
    crew = dates - 900 - 250 * np.sin(np.arange(RUNS))
    return (
        _goal("ilrs-basic", "The basic ILRS stands", dates, BY_D, 0.7, 4990.0),
        _goal("first-crew", "Two people on the Moon", crew, 3286.0, 0.7, 3100.0),
        _goal(HOSTILE, HOSTILE, np.full(RUNS, np.inf), 4000.0, 0.5, None),
    )


def _goal(
    name: str, about: str, dates: NDArray[np.float64], by_d: float, wanted: float, nominal_d: float | None
) -> GoalFinding:
    reached = int(np.isfinite(dates).sum())
    kept = np.where(np.isfinite(dates), dates, END_D)
    total = float(kept.mean()) - (nominal_d if nominal_d is not None else END_D)
    return GoalFinding(
        goal=GoalPlan(name, about, 0, 0, by_d, wanted, (), math.nan),
        reached=reached,
        probability=wilson(int((dates <= by_d).sum()), RUNS),
        nominal_d=nominal_d,
        quantiles=quantiles(dates, (0.1, 0.5, 0.8, 0.9)),
        curve=ecdf(dates),
        slip_by_cause=_causes(total),
        total_slip_d=total,
        censored=RUNS - reached,
        delays=_delays(total),
        earliest_d=float(dates.min()) if reached else None,
        over_figures=ranges_of(_EXPLAINED, dates, by_d, ecdf(dates).share) if reached else None,
    )


def _causes(total: float) -> tuple[CauseDays, ...]:
    weights = {
        "development": 0.52,
        "production": 0.17,
        "stand-down": 0.13,
        "budget": 0.09,
        "failure": 0.07,
        "window": 0.03,
        "integration": 0.024,
        "scrub": 0.012,
        "power": 0.006,
        "pad": 0.002,
        "agreement": 0.0,
        "flight": 0.0,
        "plan": -0.054,
    }
    return tuple(CauseDays(cause, weight * total, 100.0) for cause, weight in weights.items())


def _delays(total: float) -> tuple[SubjectDelay, ...]:
    """Return the net days of subjects: one with two causes, a hostile one, thirty small ones, one that comes early."""
    shares = {
        ("cz9-dev", "activity"): {"development": 0.42},
        ("ilrs-4", "mission"): {"failure": 0.2, "development": 0.1, "flight": 0.0001},
        (HOSTILE, "activity"): {"budget": 0.09},
        **{(f"change-{number}", "mission"): {"pad": 0.01} for number in range(20)},
        ("early", "mission"): {"plan": -0.0101},
    }
    return tuple(
        SubjectDelay(
            name, name, kind, total * sum(causes.values()), total * sum(causes.values()) - 9.0, None,
            tuple(CauseNet(cause, share * total) for cause, share in causes.items()),
        )
        for (name, kind), causes in shares.items()
    )  # fmt: skip


_ACTIVITIES = ("agreement", "cz10-dev", "cz9-dev", "lanyue-dev", "mengzhou-dev", "reactor-dev", "second-pad")
_MISSIONS = (
    "change-6", "change-7", "change-8", "tiandu-2", "luna-26", "luna-27", "luna-28", "queqiao-3", "first-crew",
    "ilrs-1", "ilrs-2", "ilrs-3", "ilrs-4", "ilrs-5", "resupply-1", "resupply-2", "crew-2", "crew-3", "lab-launch",
    "lab-visit", "reactor-delivery", "observatory", "return-1", "tanker-1", "tanker-2",
)  # fmt: skip
_ELEMENTS = (
    "command-hub", "power-1", "power-2", "comms-mast", "landing-zone", "rover-a", "rover-b", "isru-pilot", "reactor",
    "habitat-module-with-a-rather-long-name-1", "habitat-2", "airlock", "lab", "garage", "telescope", "relay-mast",
    "battery", "radiator", "hopper", "crane", "beacon", "store", "printer", "drill",
)  # fmt: skip


def _bars() -> tuple[Bar, ...]:
    random = np.random.default_rng(3)
    names = [("activity", n) for n in _ACTIVITIES] + [("mission", n) for n in _MISSIONS]
    names += [("element", n) for n in _ELEMENTS] + [("station", "lunar-orbital-lab"), ("goal", "ilrs-basic")]
    names += [("goal", "first-crew"), ("goal", HOSTILE)]
    return tuple(_bar(kind, name, index, random) for index, (kind, name) in enumerate(names))


def _bar(kind: str, name: str, index: int, random: np.random.Generator) -> Bar:
    offset = {"activity": 100, "mission": 1500, "element": 3300, "station": 3900, "goal": 2000}[kind]
    start = offset + 120.0 * (index % 26) + 200 * random.random()
    length = {"activity": 1100.0, "mission": 90.0, "element": 150.0, "station": 900.0, "goal": 3000.0}[kind]
    fact = name in {"agreement", "change-6", "tiandu-2"}
    finish = (700.0 if fact else start) + length
    spread = 0.0 if fact else 250 + 700 * random.random()
    never = name == HOSTILE
    late = name == "observatory"
    return Bar(
        name=name,
        kind=kind,
        about="",
        start_p50_d=700.0 if fact else start,
        work_p50_d=700.0 if fact else start,
        work_nominal_d=700.0 if fact else start - 60,
        finish_p10_d=None if never else finish - 0.3 * spread,
        finish_p50_d=None if never else finish,
        finish_p90_d=None if never or late else finish + spread,
        nominal_start_d=700.0 if fact else start - 60,
        nominal_finish_d=None if never else finish - 0.4 * spread,
        fact=fact,
        reached=0.0 if never else 0.83 if late else 1.0,
        criticality={
            "ilrs-basic": 0.0 if fact else float(np.round(random.random() ** 3, 3)),
            "first-crew": 0.1,
        },
    )


def _mass() -> MassCurve:
    t = np.arange(2600.0, END_D, 60.0)
    steps = np.floor((t - 2600) / 420)
    p50 = 1200 + 3900 * steps
    return MassCurve(
        t_d=tuple(t.tolist()),
        p10_kg=tuple((p50 * 0.72).tolist()),
        p50_kg=tuple(p50.tolist()),
        p90_kg=tuple((p50 * 1.14).tolist()),
        nominal_kg=tuple((p50 * 1.2).tolist()),
    )


def _manifest() -> tuple[ManifestRow, ...]:
    nan = math.nan
    flown = ManifestEntry(
        "change-6", "main", "cz-5", "wenchang.lc-101", "change-6 stack", 8350.0, 853.0, 0, True, nan, nan
    )
    rows = [ManifestRow(flown, 853.0, 853.0, 853.0, 853.0, nan)]
    for index, name in enumerate(_MISSIONS[1:20]):
        nominal = 1900.0 + 190 * index
        entry = ManifestEntry(
            name if index != 4 else HOSTILE, "main", "cz-9" if index % 3 else "cz-10", "wenchang.lc-301",
            "cargo-lander + command-hub, power-1", 26000.0 - 300 * index, nominal, 0, False, 900.0 + 13 * index, 210.0,
        )  # fmt: skip
        late = None if index > 17 else nominal + 1200
        rows.append(ManifestRow(entry, nominal, nominal + 40, nominal + 300, late, max(0.0, 0.8 - 0.05 * index)))
    return tuple(rows)


def _trace(title: str, replication: int | None) -> Trace:
    moves: list[Move] = []
    for index, name in enumerate(_MISSIONS[1:22]):
        moves += _flight(f"{name}-cargo" if name == "first-crew" else name, 1900.0 + 190 * index, index)
    moves += _crewed("first-crew", 3050.0)
    moves.append(Move("lunar-orbital-lab", "lab", "station", "llo", "llo", 3500.0, END_D, 8200.0, 0, "ok"))
    events = tuple(
        Event(m.start_d, m.subject, Verb.LAUNCHES, "wenchang.lc-301", m.mass_kg, HOSTILE) for m in moves[::4]
    )
    t = tuple(np.arange(4200.0, 6200.0, 120.0).tolist())
    supply = tuple(20000.0 + 5000.0 * (i // 4) for i in range(len(t)))
    demand = tuple(12000.0 + 5600.0 * (i // 5) for i in range(len(t)))
    return Trace(title, replication, tuple(moves), events, _chains(), t, supply, demand)


def sample_trace_with_depot() -> Trace:
    """Return a replication in which three tankers fill a depot, a ship takes from it, and pads are used."""
    events = [Event(4000.0 + 20 * i, "depot", Verb.IS_TOPPED_UP, "leo", 40_000.0) for i in range(3)]
    events.append(Event(4090.0, "tanker-1", Verb.TAKES_PROPELLANT, "leo", 60_000.0, "ship"))
    events += [Event(3900.0 + 400 * i, f"m-{i}", Verb.ROLLS_OUT, f"pad-{i % 2}", 1000.0) for i in range(5)]
    events.append(Event(3600.0, "lunar-orbital-lab", Verb.WORKS, "llo", 8200.0))
    tanks = (_depot((4000.0, 40_000.0), (4020.0, 40_000.0), (4040.0, 40_000.0), (4090.0, -60_000.0)),)
    return Trace("P10", 3, tuple(_crewed("first-crew", 3050.0)), tuple(events), _chains(), (), (), (), tanks)


def _depot(*moves: tuple[float, float]) -> TankLevel:
    """Return the level of a tank of 100 t that loses 0.2 % a day, for (day, kilograms) moved."""
    levels: list[tuple[float, float, float]] = []
    for t_d, kg in moves:
        since, held_kg = (levels[-1][0], levels[-1][2]) if levels else (t_d, 0.0)
        before_kg = held_kg * 0.998 ** (t_d - since)
        levels.append((t_d, before_kg, min(before_kg + kg, 100_000.0)))
    return TankLevel("depot", 100_000.0, *zip(*levels, strict=True))


def _chains() -> dict[str, tuple[Segment, ...]]:
    steps = (
        ("agreement", "agreement", 325.0),
        ("cz10-dev", "development", 1500.0),
        ("cz9-dev", "development", 1100.0),
        ("cz9-dev", "budget", 160.0),
        ("ilrs-3", "production", 400.0),
        ("ilrs-3", "stand-down", 380.0),
        ("ilrs-3", "integration", 70.0),
        ("ilrs-3", "scrub", 3.0),
        ("ilrs-3", "window", 12.0),
        ("ilrs-3", "flight", 5.0),
        (HOSTILE, "power", 900.0),
    )
    end = 0.0
    chain = []
    for subject, cause, days in steps:
        chain.append(Segment(subject, "main", cause, end, end + days))
        end += days
    return {"ilrs-basic": tuple(chain)}


def _flight(name: str, launch_d: float, index: int) -> list[Move]:
    kind = ("lander", "orbiter", "relay", "lander", "tanker", "sample-return")[index % 6]
    stay = "elfo" if kind == "relay" else "llo"
    moves = [
        Move(name, "cz-9", "launcher", "wenchang.lc-301", "leo", launch_d, launch_d + 0.02, 26000.0, 0, "ok"),
        Move(
            name,
            kind,
            kind,
            "leo",
            stay,
            launch_d + 0.1,
            launch_d + 5.1,
            24000.0,
            0,
            "lost" if index == 9 else "ok",
        ),
    ]
    if index == 9:
        return moves
    if kind in {"lander", "sample-return"}:
        moves.append(Move(name, kind, kind, "llo", "llo", launch_d + 5.1, launch_d + 25, 17000.0, 0, "ok"))
        moves.append(Move(name, kind, kind, "llo", "shackleton", launch_d + 25, launch_d + 25.2, 9000.0, 0, "ok"))
    else:
        moves.append(Move(name, kind, kind, stay, stay, launch_d + 5.1, launch_d + 900, 4000.0, 0, "ok"))
    return moves


def _crewed(name: str, launch_d: float) -> list[Move]:
    legs = (
        ("lanyue", "lander", "wenchang.lc-301", "leo", 0.0, 0.02, 0),
        ("lanyue", "lander", "leo", "llo", 0.1, 5.0, 0),
        ("lanyue", "lander", "llo", "llo", 5.0, 24.0, 0),
        ("mengzhou", "ship", "wenchang.lc-301", "leo", 18.0, 18.02, 3),
        ("mengzhou", "ship", "leo", "llo", 18.2, 23.0, 3),
        ("lanyue", "lander", "llo", "shackleton", 24.0, 24.2, 2),
        ("lanyue", "lander", "shackleton", "shackleton", 24.2, 27.4, 2),
        ("mengzhou", "ship", "llo", "llo", 23.0, 28.0, 1),
        ("lanyue", "lander", "shackleton", "llo", 27.4, 27.6, 2),
        ("mengzhou", "ship", "llo", "earth", 28.0, 32.6, 3),
    )
    return [
        Move(name, vehicle, kind, origin, destination, launch_d + start, launch_d + end, 24000.0, crew, "ok")
        for vehicle, kind, origin, destination, start, end, crew in legs
    ]
