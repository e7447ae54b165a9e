"""Relations between things that happen: what is needed, and how long before or after it.

A need is the name of an event (`cz10-dev`, `design.started`, `ilrs-1.landed`), an event with a lag or a lead
(`design.started + 6 wd`, `power - 2 wd`), or a mapping: `{after: power, lag: {uniform: [5 wd, 9 wd]}, calendar: 24h}`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from sim.chance import Distribution
from sim.problems import Code, WrongValueError, suggest
from sim.scenario.values import WorkTime, read_work

LONGEST_NEED: Final = 200
SUCCESSOR, PREDECESSOR, ROUND_THE_CLOCK = "successor", "predecessor", "24h"
LAG_CALENDARS: Final = (SUCCESSOR, PREDECESSOR, ROUND_THE_CLOCK)
"""What a lag may call its calendar beside a name."""
_LAGGED: Final = re.compile(r"(\S+?)\s*(\+)\s*(\S.*)|(\S+)\s+(-)\s*(\S.*)")
_KEYS: Final = ("after", "lag", "calendar")


class Lagged(str):
    """A need with time between: the event, the lag (a lead is negative), and whose calendar it runs in.

    As text it is what a file would say of it, so that it can stand wherever a plain need does.
    """

    __slots__ = ("calendar", "event", "lag")
    event: str
    lag: Distribution
    calendar: str

    def __new__(cls, event: str, lag: Distribution, calendar: str, text: str) -> Lagged:
        """Return a need as text with its parts beside it."""
        made = super().__new__(cls, text)
        made.event, made.lag, made.calendar = event, lag, calendar
        return made

    @property
    def is_lead(self) -> bool:
        """Whether it can come before the event."""
        return self.lag.support[0] < 0.0

    @property
    def works(self) -> bool:
        """Whether it runs in working time."""
        return isinstance(self.lag, WorkTime)


def event_of(need: object) -> str | None:
    """Return the event that a need names, as it stands in a file; None where it is no need at all."""
    if isinstance(need, dict):
        need = need.get("after")
    if isinstance(need, Lagged):
        return need.event
    return _event_in(need) if isinstance(need, str) else None


@lru_cache(maxsize=10_000)
def _event_in(need: str) -> str:
    match = _LAGGED.fullmatch(need.strip())
    return (match[1] or match[4]) if match else need


def read_need(value: object) -> str:
    """Return a need, with its lag where it has one; raises `WrongValueError`."""
    if isinstance(value, dict):
        return _read_mapping(value)
    if not isinstance(value, str) or not value:
        hint = "write the name of what must have happened, or {after: NAME, lag: 5 wd}"
        raise WrongValueError("a need is wanted here", hint, Code.WRONG_TYPE)
    if len(value) > LONGEST_NEED:
        raise WrongValueError("this is too long for a need", f"at most {LONGEST_NEED} letters", Code.OUT_OF_RANGE)
    match = _LAGGED.fullmatch(value.strip())
    if match is None:
        return value
    event, sign, lag = match[1] or match[4], match[2] or match[5], match[3] or match[6]
    return Lagged(event, _read_lag(f"-{lag}" if sign == "-" else lag), SUCCESSOR, f"{event} {sign} {lag}")


def _read_mapping(value: dict[str, Any]) -> str:
    for key in value:
        if key not in _KEYS:
            raise WrongValueError(f"a need has no {key}", suggest(key, _KEYS), Code.UNKNOWN_KEY, (key,))
    event, calendar = value.get("after"), value.get("calendar", SUCCESSOR)
    if not isinstance(event, str) or not event or len(event) > LONGEST_NEED:
        hint = "write {after: NAME, lag: 5 wd}"
        raise WrongValueError("a need says what it comes after", hint, Code.MISSING_KEY)
    if not isinstance(calendar, str):
        hint = f"{SUCCESSOR}, {PREDECESSOR}, {ROUND_THE_CLOCK} or the name of a calendar"
        raise WrongValueError("a lag runs in one calendar", hint, Code.WRONG_TYPE, ("calendar",))
    if "lag" not in value:
        return event
    try:
        lag = _read_lag(value["lag"])
    except WrongValueError as error:
        error.inner = ("lag", *error.inner)
        raise
    said = str(value["lag"]) if isinstance(value["lag"], str) else "a random lag"
    text = f"{event} - {said.strip()[1:].strip()}" if said.strip().startswith("-") else f"{event} + {said}"
    return Lagged(event, lag, calendar, text)


def _read_lag(value: object) -> Distribution:
    return read_work(value, signed=True)


_NEED_SCHEMA: Final = {
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": LONGEST_NEED},
        {
            "type": "object",
            "properties": {
                "after": {"type": "string", "minLength": 1, "maxLength": LONGEST_NEED},
                "lag": {"anyOf": [{"type": "string"}, {"type": "object"}]},
                "calendar": {"type": "string"},
            },
            "required": ["after"],
            "additionalProperties": False,
        },
    ]
}
Need = Annotated[str, PlainValidator(read_need), WithJsonSchema(_NEED_SCHEMA)]
"""What must have happened first: `cz10-dev`, `ilrs-1.landed`, `design.started + 6 wd`, `{after: power, lag: 3 d}`."""
