"""The closed list of causes: what a day of waiting or working can be counted under."""

from __future__ import annotations

CAUSES: tuple[str, ...] = (
    "agreement",
    "partner",
    "budget",
    "development",
    "production",
    "pad",
    "integration",
    "scrub",
    "window",
    "failure",
    "stand-down",
    "rendezvous",
    "flight",
    "port",
    "propellant",
    "tracking",
    "lighting",
    "labour",
    "power",
    "supply",
    "plan",
)
"""In the order in which tables and pages list them; `plan` is a stated not-before date."""

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
