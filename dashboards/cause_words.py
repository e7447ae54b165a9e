"""What pages call causes, their families and the kinds of subjects."""

from __future__ import annotations

from dashboards.translation import _
from sim.campaign.causes import say_cause


def call_cause(cause: str, kind: str = "") -> str:
    """Return what a cause is called in the language of the page; `kind` is that of the subject that it holds up."""
    words = {
        "agreement": _("agreement"),
        "partner": _("waiting for a partner"),
        "budget": _("waiting for money"),
        "development": _("development"),
        "payload not ready": _("payload not ready"),
        "production": _("production"),
        "pad": _("waiting for a pad"),
        "integration": _("preparing the launch"),
        "scrub": _("launch attempts called off"),
        "window": _("waiting for a launch window"),
        "failure": _("failure"),
        "stand-down": _("stand-down after a failure"),
        "rendezvous": _("rendezvous"),
        "flight": _("flight"),
        "port": _("waiting for a port"),
        "propellant": _("waiting for propellant"),
        "tracking": _("waiting for tracking"),
        "lighting": _("waiting for sunlight"),
        "labour": _("work at the base"),
        "power": _("waiting for power"),
        "supply": _("waiting for supplies"),
        "waiting for a planned date": _("waiting for a planned date"),
    }
    said = say_cause(cause, kind)
    return words.get(said, said)


def call_family(family: str) -> str:
    """Return what a family of causes is called in the language of the page."""
    words = {
        "partners and money": _("partners and money"),
        "making": _("things not ready"),
        "launching": _("getting launched"),
        "losses": _("losses and repairs"),
        "flying": _("flying"),
        "building": _("building the base"),
        "the plan itself": _("waiting for planned dates"),
    }
    return words.get(family, _("other causes"))
