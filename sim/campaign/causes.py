"""The closed list of causes: what a day of waiting or working can be counted under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUSE_FAMILY: Final[Mapping[str, str]] = {
    "agreement": "partners and money",
    "partner": "partners and money",
    "budget": "partners and money",
    "development": "making",
    "production": "making",
    "pad": "launching",
    "integration": "launching",
    "scrub": "launching",
    "window": "launching",
    "failure": "losses",
    "stand-down": "losses",
    "rendezvous": "flying",
    "flight": "flying",
    "port": "flying",
    "propellant": "flying",
    "tracking": "flying",
    "lighting": "building",
    "labour": "building",
    "power": "building",
    "supply": "building",
    "plan": "the plan itself",
}
"""Each cause with the family whose colour it has on pages, in the order in which tables list them.

`plan` is a stated not-before date.
"""
CAUSES: Final = tuple(CAUSE_FAMILY)
_SAID: Final[Mapping[tuple[str, str], str]] = {
    ("plan", ""): "waiting for a planned date",
    ("development", "mission"): "payload not ready",
}


def say_cause(cause: str, kind: str = "") -> str:
    """Return what a cause is called where people read it; `kind` is that of the subject that it holds up."""
    return _SAID.get((cause, kind)) or _SAID.get((cause, ""), cause)


(
    AGREEMENT,
    PARTNER,
    BUDGET,
    DEVELOPMENT,
    PRODUCTION,
    PAD,
    INTEGRATION,
    SCRUB,
    WINDOW,
    FAILURE,
    STAND_DOWN,
    RENDEZVOUS,
    FLIGHT,
    PORT,
    PROPELLANT,
    TRACKING,
    LIGHTING,
    LABOUR,
    POWER,
    SUPPLY,
    PLAN,
) = range(len(CAUSES))

CAUSE_OF_KIND: dict[str, int] = {
    "agreement": AGREEMENT,
    "programme": AGREEMENT,
    "development": DEVELOPMENT,
    "construction": DEVELOPMENT,
    "production": PRODUCTION,
    "work": DEVELOPMENT,
}
"""Cause under which the working days of an activity are counted, by its kind."""
