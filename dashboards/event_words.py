"""What happens in a replication, in whole sentences of a page: some for each verb, so that they can be translated."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Final

from dashboards import formats
from dashboards.translation import _
from sim.model.tracing import Event, Verb

CRAFT_LOSSES: Final = frozenset(
    {
        Verb.BOILS_OFF,
        Verb.FAILS_AT,
        Verb.IS_LOST,
        Verb.IS_LOST_AT_ASCENT,
        Verb.IS_LOST_AT_CAPTURE,
        Verb.IS_LOST_AT_LANDING,
        Verb.IS_LOST_AT_LAUNCH,
        Verb.IS_LOST_ON_THE_WAY,
    }
)
"""What ends a flight."""
LOSSES: Final = CRAFT_LOSSES | {Verb.BREAKS_DOWN, Verb.IS_GIVEN_UP}
"""What a reader must not overlook."""
SETBACKS: Final = frozenset(
    {
        Verb.FAILS_TESTS,
        Verb.HAS_NO_TANKER,
        Verb.IS_HELD_BACK,
        Verb.LEAVES_EARLY,
        Verb.SCRUBS,
        Verb.WAITS_FOR_PARTNER,
        Verb.WAITS_IN_VAIN,
    }
)
GAINS: Final = frozenset({Verb.IS_REACHED, Verb.WORKS, Verb.LANDS, Verb.COMES_HOME, Verb.IS_REPAIRED})
NAME_LENGTH: Final = 48
"""Letters of a name in a sentence."""


def tone_of(event: Event) -> str:
    """Return how a page marks an event: loss, setback, gain or plain."""
    for tone, verbs in (("loss", LOSSES), ("setback", SETBACKS), ("gain", GAINS)):
        if event.verb in verbs:
            return tone
    return "plain"


def sentence_of(event: Event, called: Callable[[str], str]) -> str:
    """Return an event as a sentence; `called` says what a page calls a subject.

    Of the sentences of its verb it takes the first for which all is known.
    """
    values = {
        "subject": formats.shorten(called(event.subject), NAME_LENGTH),
        "place": formats.shorten(formats.place_name(event.place), NAME_LENGTH),
        "mass": formats.tonnes(event.mass_kg) if event.mass_kg else "",
        "vehicle": formats.shorten(event.vehicle, NAME_LENGTH),
        "launcher": formats.shorten(event.launcher, NAME_LENGTH),
        "pause": formats.duration(event.stand_down_d) if event.stand_down_d > 0.0 else "",
        "step": formats.shorten(event.step, NAME_LENGTH),
        "partner": formats.shorten(event.partner, NAME_LENGTH),
    }
    for sentence in _sentences(event.verb):
        if all(values[name] for _text, name, _spec, _turn in Formatter().parse(sentence) if name):
            return sentence.format(**values)
    return f"{values['subject']}: {event.verb.value}"


def _sentences(verb: Verb) -> tuple[str, ...]:
    """Return the sentences of a verb, the one that says most first; looked up late, in the language of the page."""
    every: dict[Verb, tuple[str, ...]] = {
        Verb.ARRIVES: (
            _("{subject} arrives: {place}, {mass}."),
            _("{subject} arrives: {place}."),
            _("{subject} arrives."),
        ),
        Verb.BOILS_OFF: (_("{subject} has lost too much propellant to boil-off."),),
        Verb.BREAKS_DOWN: (_("{subject} breaks down."),),
        Verb.COMES_HOME: (_("{subject} comes home to Earth."),),
        Verb.DOCKS: (_("{subject} docks in {place}."), _("{subject} docks.")),
        Verb.FAILS_AT: (_("{subject} fails at this step: {step}."), _("{subject} fails.")),
        Verb.FAILS_TESTS: (_("{subject} fails its tests."),),
        Verb.HAS_NO_TANKER: (_("{subject} has no tanker left."),),
        Verb.IS_ASSEMBLED: (_("{subject} is assembled at {place}."), _("{subject} is assembled.")),
        Verb.IS_BUILT_BY_HAND: (_("{subject} is finished by the crew."),),
        Verb.IS_FINISHED: (_("{subject} is finished on Earth."),),
        Verb.IS_FULL: (_("{subject} is full of propellant."),),
        Verb.IS_GIVEN_UP: (_("{subject} is given up."),),
        Verb.IS_HELD_BACK: (_("{subject} stays on the pad: there is no reason to go any more."),),
        Verb.IS_LOST: (_("{subject} is lost: {place}."), _("{subject} is lost.")),
        Verb.IS_LOST_AT_ASCENT: (_("{subject} is lost at the ascent from the Moon."),),
        Verb.IS_LOST_AT_CAPTURE: (_("{subject} is lost as it brakes into its orbit around the Moon."),),
        Verb.IS_LOST_AT_LANDING: (
            _("{subject} is lost at the landing: {place}."),
            _("{subject} is lost at the landing."),
        ),
        Verb.IS_LOST_AT_LAUNCH: (
            _("{subject} is lost at launch from {place}: {launcher} fails and stands down for {pause}."),
            _("{subject} is lost at launch."),
        ),
        Verb.IS_LOST_ON_THE_WAY: (_("{subject} is lost on the way to the Moon."),),
        Verb.IS_REACHED: (_("The goal is reached: {subject}."),),
        Verb.IS_REPAIRED: (_("{subject} is repaired."),),
        Verb.IS_REPLACED: (_("Another mission flies in place of {subject}."),),
        Verb.IS_TAKEN_OVER: (_("{partner} takes {subject} over."), _("{subject} is taken over.")),
        Verb.IS_TOPPED_UP: (_("{subject} is topped up with propellant."),),
        Verb.LANDS: (_("{subject} lands: {place}, {mass}."), _("{subject} lands: {place}."), _("{subject} lands.")),
        Verb.LAUNCHES: (
            _("{subject} is launched from {place} on {launcher}, {mass}."),
            _("{subject} is launched from {place}."),
            _("{subject} is launched."),
        ),
        Verb.LEAVES_EARLY: (_("{subject} leaves early: supplies are down to the reserve."),),
        Verb.MOVES_IN: (_("{subject} moves into the base."),),
        Verb.ROLLS_OUT: (_("{subject} takes the pad {place}."), _("{subject} takes a pad.")),
        Verb.SCRUBS: (
            _("{subject} is not launched: the attempt at {place} is called off."),
            _("{subject} is not launched: the attempt is called off."),
        ),
        Verb.TAKES_PROPELLANT: (_("{subject} takes propellant on: {mass}."), _("{subject} takes propellant on.")),
        Verb.TAKES_SPARE: (_("{subject} takes a spare."),),
        Verb.WAITS_FOR_PARTNER: (_("{subject} waits for {partner}."), _("{subject} waits for a partner.")),
        Verb.WAITS_IN_VAIN: (_("{subject} has waited in vain for the rest of its flight."),),
        Verb.WORKS: (_("{subject} works."),),
    }
    return every.get(verb, ())
