"""The programme: calendar, goals, partners, work on Earth, slips and risks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sim.scenario.relations import Need
from sim.scenario.schema.blocks import Block, Sourced, Titled
from sim.scenario.values import UncertainDate, UncertainDuration, UncertainFactor, UncertainSlip
from sim.units import Date, Duration, Name, Share, Slip


class CalendarSpec(Block):
    """The time the simulation covers."""

    start: Date
    """First day of the simulation (0 h TDB)."""
    end: Date
    """Last day; what is not reached by then counts as not reached."""
    as_of: Date | None = None
    """Day of the knowledge in this file: what lies before is fact, what lies after is plan."""
    working: Name | None = None
    """Working calendar of all who name no other."""


class Goal(Block):
    """A named set of requirements with a date."""

    title: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")] | None = None
    """What pages call the goal: a few words on one line; commands keep to its key."""
    about: str | None = None
    """What reaching it means, in a sentence."""
    source: str | None = None
    """Where the goal was stated."""
    counts_as: Name | None = None
    """What other programmes' goals it is compared with: goals that count as the same, or are called so, are a pair."""
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


class Partner(Titled):
    """A state or agency that takes part."""

    budget: Budget | None = None
    """Yearly money; work with a `cost` starts when it is there. Unlimited if not said."""
    barred: Barred | None = None
    """A time in which its work waits."""
    calendar: Name | None = None
    """Working calendar of its work, where an activity names no other."""

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
    """Slip of plans that lie further ahead: a Weibull distribution whose mean grows with the lead time."""

    intercept: Duration
    """Mean slip at lead time zero of the fitted line."""
    per_day: Annotated[float, Field(ge=0, le=10)]
    """Days of mean slip for each day of lead time."""
    shape: Annotated[float, Field(ge=0.1, le=20)]
    """Weibull shape."""
    zero: Share = 0.0
    """Share of events without any slip."""


class SlipForm(Block):
    """The form of a class model: slip = (lead + offset) (exp(location + spread T) - shift), T Student's t."""

    offset: Annotated[Duration, Field(gt=0)]
    """Added to every lead time, so that short leads slip too."""
    shift: Annotated[float, Field(ge=0, le=10)] = 1.0
    """With 1 the exponential is the time needed over the time planned."""
    dof: Annotated[float, Field(ge=1, le=1000)]
    """Degrees of freedom of T."""
    tail: Annotated[Share, Field(gt=0, lt=0.5)]
    """Share of T that is cut off at each end."""
    reference_lead: Annotated[Duration, Field(gt=0)] = 365.25
    """Lead time (with the offset) at which `spread.lead` changes nothing."""


class UnknownClass(Block):
    """How far an agency or kind that the model does not know may lie from the rest."""

    location: Annotated[float, Field(ge=0, le=10)]
    """Standard deviation of its effect on the location."""
    spread: Annotated[float, Field(ge=0, le=10)]
    """Standard deviation of its effect on the logarithm of the spread."""


class MeasuredCorrelation(Block):
    """A coefficient of correlation with its error."""

    value: Annotated[float, Field(ge=0, lt=1)]
    """Its best estimate, which is used."""
    sd: Annotated[float, Field(ge=0, le=1)] | None = None
    """Its standard error."""


Parameter = Annotated[str, Field(pattern=r"^(location|spread)(\.[a-z0-9][a-z0-9-]*){0,2}$", max_length=200)]


class SlipClasses(Block):
    """Slip by agency and kind: parameters that add up, their covariance, and what moves together."""

    form: SlipForm
    """The form of the model."""
    parameters: dict[Parameter, float] = Field(min_length=1, max_length=200)
    """`location`, `location.china`, `location.first`, `location.china.first`, and the same for `spread`, a logarithm;
    those that fit agency and kind are added up. `spread.lead` is multiplied by the logarithm of the lead time."""
    covariance: list[list[float]]
    """Covariance of the parameters, in their order."""
    unknown: UnknownClass
    """Spread of the effects of agencies and kinds without parameters."""
    programme_correlation: MeasuredCorrelation
    """Correlation of two items of one programme."""
    across_correlation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Correlation of two items of different programmes."""


class SlipData(Block):
    """The table a model was fitted to."""

    table: str
    """File name."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the file."""
    rows: Annotated[int, Field(ge=0)]
    """Statements in the fit."""
    programmes: Annotated[int, Field(ge=0)]
    """Programmes they belong to."""
    as_of: Date | None = None
    """The day whose knowledge it holds: what was said and what had come by then."""
    left_out: str | None = None
    """What is in the table and not in the fit."""
    decided: Annotated[int, Field(ge=0)] | None = None
    """Rows whose outcome is known."""
    mean_slip: Slip | None = None
    """Mean slip of these."""


class SlipModel(Sourced):
    """How late planned dates come: by how far ahead they were planned, or by class as well."""

    rows: list[SlipRow] = []
    """Measured slip for lead times up to each row's limit, shortest first."""
    beyond: SlipGrowth | None = None
    """What holds for longer lead times."""
    classes: SlipClasses | None = None
    """Slip by agency, kind and lead time, in place of `rows` and `beyond`."""
    data: SlipData | None = None
    """The table it was fitted to."""
    command: str | None = None
    """The command that made it."""
    scores: dict[str, Any] | None = None
    """How it and other forecasts did on programmes left out of the fit; read by people and `ilrs validate`."""

    @model_validator(mode="after")
    def _is_one_law(self) -> SlipModel:
        if (self.beyond is None) == (self.classes is None):
            raise ValueError("a slip model has either beyond or classes; give one of them")
        if self.classes is not None and self.rows:
            raise ValueError("rows belong to a model by lead time; remove rows or classes")
        return self


class SlipByLead(Block):
    """Slip drawn from a named slip model at this plan's lead time."""

    by_lead: Name
    """Name of a block under `slips`."""
    times: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Factor on the drawn slip."""


class SlipClass(Block):
    """Who does the work, and what kind of thing it is."""

    agency: Name
    """Who leads it."""
    kind: Name
    """`first` of its kind, first flight of a new `vehicle`, `repeat`, one of a `series`, `construction`."""


class SlipByClass(Block):
    """Slip drawn from a class model at this plan's lead time."""

    class_: SlipClass = Field(alias="class")
    """The class."""
    model: Name | None = None
    """Name of a block with `classes` under `slips`; needed when there are several."""
    programme: Name | None = None
    """Items of one programme share luck and learn from each other; one of its own if not said."""
    times: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Factor on the drawn slip."""


def _way_of_slipping(value: object) -> str:
    if isinstance(value, SlipByLead) or (isinstance(value, dict) and "by_lead" in value):
        return "lead"
    return "class" if isinstance(value, SlipByClass) or (isinstance(value, dict) and "class" in value) else "law"


SlipOfPlan = Annotated[
    Annotated[UncertainSlip, Tag("law")] | Annotated[SlipByLead, Tag("lead")] | Annotated[SlipByClass, Tag("class")],
    Discriminator(_way_of_slipping),
]


class CorrelationGroup(Sourced):
    """Random values that share luck: one coefficient for every pair of them."""

    coefficient: Annotated[float, Field(gt=-1, lt=1)]
    """Correlation of their normal scores."""
    of: list[Annotated[str, Field(min_length=3, max_length=300)]] = Field(min_length=1, max_length=1000)
    """Paths of random values, such as `activities.cz10-dev.slip`; `*` stands for any name."""


class Uncertainty(Block):
    """What a run leaves out, to see what it does."""

    figures: Literal["on", "off"] = "on"
    """Whether the parameters of class models are drawn in every replication, or stay at their best estimates."""
    correlations: Literal["on", "off"] = "on"
    """Whether random values share luck; if not, all are independent, and nothing is learnt from what has flown."""
    learning: Literal["on", "off"] = "on"
    """Whether what has flown moves what its programme still plans."""


class Risk(Sourced):
    """Something that happens or not, once, and stretches every activity it touches."""

    probability: Share
    """Chance that it happens."""
    stretches: dict[Name, UncertainFactor]
    """Factor on what is left of each activity it touches."""
    independent: bool = False
    """Whether each activity draws a factor of its own; if not, one draw places all of them alike."""


class HeldRisk(Block):
    """A risk as it was when the slip models were stated to hold it already."""

    probability: Share
    """Chance that it happened among what the models were measured on."""
    stretches: dict[Name, UncertainFactor]
    """Factor on what is left of each activity it touches."""
