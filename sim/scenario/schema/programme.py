"""The programme: calendar, goals, partners, work on Earth, slips and risks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sim.scenario.schema.blocks import Block, Need, Sourced
from sim.scenario.values import UncertainDate, UncertainDuration, UncertainFactor, UncertainSlip
from sim.units import Date, Duration, Name, Share


class CalendarSpec(Block):
    """The time the simulation covers."""

    start: Date
    """First day of the simulation (0 h TDB)."""
    end: Date
    """Last day; what is not reached by then counts as not reached."""
    as_of: Date | None = None
    """Day of the knowledge in this file: what lies before is fact, what lies after is plan."""


class Goal(Block):
    """A named set of requirements with a date."""

    title: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")] | None = None
    """What pages call the goal: a few words on one line; commands keep to its key."""
    about: str | None = None
    """What reaching it means, in a sentence."""
    source: str | None = None
    """Where the goal was stated."""
    by: Date
    """The date the goal is wanted by."""
    confidence: Share = 0.7
    """The chance a planner wants of reaching the goal by that date."""
    needs: list[Need] = Field(min_length=1)
    """Everything that must have happened."""
    power_margin: Share | None = None
    """Power that holds through the longest night, over demand, at the base."""


class Withdrawal(Block):
    """A chance of leaving in any year."""

    per_year: Share
    """Chance of withdrawing in a year."""
    after: Date | None = None
    """Not before this day (default: the day of knowledge)."""


class Successor(Block):
    """Who takes over the unfinished work of a partner who leaves."""

    partner: Name
    """The partner who takes over."""
    after: UncertainDuration
    """How long taking over lasts."""


def _way_of_leaving(value: object) -> str:
    if value == "never":
        return "never"
    return "rate" if isinstance(value, Withdrawal) or (isinstance(value, dict) and "per_year" in value) else "date"


Leaving = Annotated[
    Annotated[UncertainDate, Tag("date")]
    | Annotated[Withdrawal, Tag("rate")]
    | Annotated[Literal["never"], Tag("never")],
    Discriminator(_way_of_leaving),
]


class Budget(Sourced):
    """Money a partner has each year; what is not spent carries over."""

    per_year: Annotated[float, Field(ge=0, le=1e12)]
    """What is there each year, in units of the index."""
    index: Annotated[int, Field(ge=1950, le=2199)] | None = None
    """The year whose prices the units are in; an index, not a currency."""
    at_start: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    """What is there on the first day beside the first year's share."""


class Barred(Block):
    """A time in which a partner may not take part."""

    from_: Date = Field(alias="from")
    """First day."""
    until: Date
    """First day on which the partner may take part again."""


class Partner(Sourced):
    """A state or agency that takes part."""

    budget: Budget | None = None
    """Yearly money; work with a `cost` starts when it is there. Unlimited if not said."""
    barred: Barred | None = None
    """A time in which its work waits."""

    joins: UncertainDate | None = None
    """When the partner joins; from the start if not said."""
    withdraws: Leaving = "never"
    """When the partner leaves: a date, a yearly chance, or never."""
    successor: Successor | None = None
    """Who takes over this partner's unfinished work; nobody if not said."""


class SlipRow(Block):
    """Slip of a plan that lies up to this far ahead."""

    up_to: Duration
    """The row holds for lead times up to this."""
    slip: UncertainDuration
    """How late the event then comes."""


class SlipGrowth(Block):
    """Slip of plans that lie further ahead: a Weibull law whose mean grows with the lead time."""

    intercept: Duration
    """Mean slip at lead time zero of the fitted line."""
    per_day: Annotated[float, Field(ge=0, le=10)]
    """Days of mean slip for each day of lead time."""
    shape: Annotated[float, Field(ge=0.1, le=20)]
    """Weibull shape."""
    zero: Share = 0.0
    """Share of events without any slip."""


class SlipModel(Sourced):
    """How late planned dates come, by how far ahead they were planned."""

    rows: list[SlipRow] = []
    """Measured slip for lead times up to each row's limit, shortest first."""
    beyond: SlipGrowth
    """What holds for longer lead times."""


class SlipByLead(Block):
    """Slip drawn from a named slip model at this plan's lead time."""

    by_lead: Name
    """Name of a block under `slips`."""
    times: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Factor on the drawn slip."""


def _way_of_slipping(value: object) -> str:
    return "lead" if isinstance(value, SlipByLead) or (isinstance(value, dict) and "by_lead" in value) else "law"


Slip = Annotated[
    Annotated[UncertainSlip, Tag("law")] | Annotated[SlipByLead, Tag("lead")], Discriminator(_way_of_slipping)
]


class Activity(Sourced):
    """Work that must be finished before something else can be."""

    kind: Literal["agreement", "programme", "development", "construction", "production", "work"] = "work"
    """What kind of work; decides under which cause its days are counted."""
    partner: Name | None = None
    """Who does the work."""
    parties: list[Name] = []
    """Who must take part in an agreement."""
    needs: list[Need] = []
    """What must have happened before the work starts."""
    not_before: UncertainDate | None = None
    """The work does not start before this date."""
    duration: UncertainDuration | None = None
    """How long the work takes once started."""
    finish: Date | None = None
    """Planned date of completion, when the plan names a date rather than a duration."""
    slip: Slip | None = None
    """How much later than planned the work ends."""
    cost: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    """What it takes from the partner's budget when it starts."""
    done: Date | None = None
    """The date on which it did happen, when it has."""

    @model_validator(mode="after")
    def _says_how_long(self) -> Activity:
        given = [name for name in ("duration", "finish", "done") if getattr(self, name) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none of them"
            raise ValueError(f"an activity needs exactly one of duration, finish and done, not {said}")
        if self.slip is not None and self.done is not None:
            raise ValueError("what is done cannot slip: remove slip or done")
        return self


class Risk(Sourced):
    """Something that happens or not, once, and stretches every activity it touches."""

    probability: Share
    """Chance that it happens."""
    stretches: dict[Name, UncertainFactor]
    """Factor on what is left of each activity it touches."""
    independent: bool = False
    """Whether each activity draws a factor of its own; if not, one draw places all of them in their laws alike."""


class HeldRisk(Block):
    """A risk as it was when the slip laws were stated to hold it already."""

    probability: Share
    """Chance that it happened among what the laws were measured on."""
    stretches: dict[Name, UncertainFactor]
    """Factor on what is left of each activity it touches."""
