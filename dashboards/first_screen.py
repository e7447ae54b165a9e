"""The first screen of a report: the answer, what costs the days, what would buy time, and what it all rests on."""

from __future__ import annotations

from dashboards import formats, theme
from dashboards.card import Panel, PanelRow, Tile
from dashboards.cause_words import call_cause
from dashboards.figures.margin import read_quantile
from dashboards.translation import _, plural, term
from sim.analysis.estimates import Quantile, one_in, wilson
from sim.analysis.findings import Findings, GoalFinding, SubjectDelay
from sim.clock import Calendar
from sim.study.grounds import Assumption, Grounds, LeverGain
from sim.study.levers import TAKEN

_LISTED = 3
_ASSUMED = 5
_LEAST_D = 0.5
_LETTERS = 60


def headline(findings: Findings, goal: GoalFinding, name: str) -> str:
    """Return the answer in a sentence: the chance by the date, and the date to promise for the confidence wanted."""
    calendar, promise, by = findings.calendar, promised(goal), formats.day(findings.calendar, goal.by_d)
    if promise.value is None:
        rest = _("no date up to {year} is {wanted} sure").format(
            year=calendar.end.year, wanted=formats.percent(goal.wanted)
        )
    else:
        rest = _("to be {wanted} sure, promise {month}").format(
            wanted=formats.percent(goal.wanted), month=formats.month(calendar, promise.value)
        )
    chance, count = goal.probability, _("{count} of {runs}")
    if one_in(chance) is None:
        text = _("{goal}: {chance} chance by {date}; {rest}")
    elif not chance.k and goal.earliest_d is not None:
        text = _("{goal} by {date}: {chance} ({count}), earliest {earliest}; {rest}")
    else:
        text = _("{goal} by {date}: {chance} ({count}); {rest}")
    return text.format(
        goal=name,
        chance=formats.odds(chance),
        count=count.format(count=f"{chance.k:,}", runs=f"{chance.n:,}"),
        date=by,
        rest=rest,
        earliest=formats.month(calendar, goal.earliest_d),
    )


def promised(goal: GoalFinding) -> Quantile:
    """Return the date that is kept with the confidence the planner wants, with its sampling interval."""
    known = next((one for one in goal.quantiles if abs(one.share - goal.wanted) < 1e-6), None)
    return known if known is not None else read_quantile(goal, goal.wanted)


def verdict(findings: Findings, goal: GoalFinding) -> str:
    """Return what the plan says and how much later it comes on average."""
    calendar = findings.calendar
    if goal.nominal_d is None:
        plan = _("Even with nothing going wrong the goal is not reached by {year}.").format(year=calendar.end.year)
    else:
        plan = _("If nothing slips it stands in {month}; on average it comes {lateness}.").format(
            month=formats.month(calendar, goal.nominal_d), lateness=formats.lateness(goal.total_slip_d)
        )
    if not goal.censored:
        return plan
    missed = formats.chance(wilson(goal.censored, findings.replications))
    rest = _("In {share} of the runs it is not reached by {year}.").format(share=missed, year=calendar.end.year)
    return f"{plan} {rest}"


# --- tiles ------------------------------------------------------------------------------------------------------------


def tiles(findings: Findings, goal: GoalFinding) -> tuple[Tile, ...]:
    """Return the numbers of the first row, each with both its uncertainties."""
    calendar, over = findings.calendar, goal.over_figures
    promise = promised(goal)
    late = goal.probability.high < goal.wanted
    return (
        Tile(
            _("Chance by {date}").format(date=formats.day(calendar, goal.by_d)),
            formats.odds(goal.probability),
            _both(
                formats.interval(goal.probability),
                "" if over is None else _percents(over.low, over.high),
                _("wanted {share}").format(share=formats.percent(goal.wanted)),
            ),
            theme.VERMILLION if late else theme.BLUE,
        ),
        Tile(
            _("Promise by, to be {share} sure").format(share=formats.percent(goal.wanted)),
            _month(calendar, promise.value),
            _both(formats.span(calendar, promise), _span_over(calendar, goal, goal.wanted)),
            theme.VERMILLION if late else theme.BLUE,
        ),
        *_quantile_tiles(calendar, goal),
        Tile(_("Nominal run"), _month(calendar, goal.nominal_d), _("nothing fails, nothing slips"), theme.SOFT),
    )


def _quantile_tiles(calendar: Calendar, goal: GoalFinding) -> tuple[Tile, ...]:
    words = {0.5: _("Even odds (P50)"), 0.8: _("Four in five (P80)")}
    found = [one for one in goal.quantiles if one.share in words and abs(one.share - goal.wanted) > 1e-6]
    return tuple(
        Tile(
            words[one.share],
            _month(calendar, one.value),
            _both(formats.span(calendar, one), _span_over(calendar, goal, one.share)),
            theme.BLUE,
        )
        for one in found
    )


def _both(sampling: str, figures: str, rest: str = "") -> str:
    """Return the sampling interval of a number, and the range over the figures where it is known."""
    said = [_("{interval} (95 %, sampling)").format(interval=sampling)]
    if figures:
        said.append(_("{range} over the figures (80 %)").format(range=figures))
    return "; ".join([*said, *([rest] if rest else [])])


def _percents(low: float, high: float) -> str:
    return _("{low} to {high}").format(low=formats.percent(low), high=formats.percent(high))


def _span_over(calendar: Calendar, goal: GoalFinding, share: float) -> str:
    """Return between which months a quantile lies over the drawn figures; empty where that is not known."""
    over, curve = goal.over_figures, goal.curve
    if over is None:
        return ""
    known = next((one for one in over.quantiles if abs(one.share - share) < 1e-6), None)
    if known is None:
        ends = (
            next((t for t, value in zip(curve.t_d, values, strict=True) if value >= share), None)
            for values in (over.curve_high, over.curve_low)
        )
        known = Quantile(share, None, *ends)
    if known.low is None and known.high is None:
        return ""
    return _("{low} to {high}").format(low=_month(calendar, known.low), high=_month(calendar, known.high))


def _month(calendar: Calendar, time_d: float | None) -> str:
    return formats.never(calendar) if time_d is None else formats.month(calendar, time_d)


# --- panels -----------------------------------------------------------------------------------------------------------


def panels(goal: GoalFinding, grounds: Grounds) -> tuple[Panel, ...]:
    """Return the reasons, the levers and the assumptions, a few of each, linked to the cards that tell all."""
    return (costs_panel(goal), _levers_panel(grounds), _assumptions_panel(grounds))


def costs_panel(goal: GoalFinding) -> Panel:
    """Return the subjects that cost most days, each with who leads it."""
    costly = [one for one in goal.delays if one.net_d >= _LEAST_D]
    rest_d = goal.total_slip_d - sum(one.net_d for one in costly[:_LISTED])
    foot = _("All others together: {days}. Net of waiting in the plan; all add up to {total}.").format(
        days=formats.signed_days(rest_d), total=formats.signed_days(goal.total_slip_d)
    )
    return Panel(
        _("What costs most days"),
        tuple(
            PanelRow(
                formats.shorten(term("title", one.called), _LETTERS),
                formats.signed_days(one.net_d),
                _who(one),
                "#causes",
            )
            for one in costly[:_LISTED]
        ),
        foot if costly else _("On average nothing costs this goal a day."),
    )


def _who(delay: SubjectDelay) -> str:
    causes = formats.listing([call_cause(one.cause, delay.kind) for one in delay.causes[:2] if one.net_d >= _LEAST_D])
    owner = delay.led_by or _("no owner named")
    return _("{owner}: {causes}").format(owner=owner, causes=causes) if causes else owner


def _levers_panel(grounds: Grounds) -> Panel:
    title = _("What would buy time")
    if grounds.what_if is None:
        return Panel(
            title,
            (),
            _("Not simulated yet. `ilrs report DIR --what-if` simulates each lever and each risk once."),
        )
    levers = [one for one in grounds.what_if.levers if one.shift is not None]
    if not levers:
        return Panel(title, (), _("The scenario names no levers; a `seek` block does, with what each costs."))
    gains = best_levers(levers)
    if not gains:
        none = plural(
            "The one lever of the scenario does not surely move the date.",
            "None of the {count} levers of the scenario surely moves the date.",
            len(levers),
        ).format(count=len(levers))
        return Panel(title, (), none)
    rows = tuple(
        PanelRow(name_lever(one), formats.signed_days(one.shift.mean_d), _bought(one), "#levers")
        for one in gains
        if one.shift is not None
    )
    foot = _("{moving} of {count} levers surely move the date, each pulled alone; cost in the scenario's own measure.")
    return Panel(title, rows, foot.format(moving=len(_sure(levers)), count=len(levers)))


def best_levers(levers: list[LeverGain]) -> list[LeverGain]:
    """Return the levers that surely bring the date forward, those first that buy most days for their cost."""
    sure = _sure(levers)
    return sorted(sure, key=lambda one: (one.shift.mean_d if one.shift is not None else 0.0) / max(one.cost, 1e-9))[
        :_LISTED
    ]


def _sure(levers: list[LeverGain]) -> list[LeverGain]:
    return [one for one in levers if one.shift is not None and one.shift.high_d < 0.0]


def name_lever(lever: LeverGain) -> str:
    """Return what a lever does: its remark, else the variant or what is set."""
    if lever.about:
        return formats.shorten(lever.about.strip().rstrip("."), _LETTERS)
    if lever.value == TAKEN:
        return _("variant {name}").format(name=formats.shorten(lever.path, _LETTERS))
    return formats.shorten(f"{lever.path} = {lever.value}", _LETTERS)


def _bought(lever: LeverGain) -> str:
    chance = _("{points} points").format(points=formats.signed(100 * lever.points, 1))
    return _("cost {cost}; chance {chance}").format(cost=f"{lever.cost:g}", chance=chance)


def _assumptions_panel(grounds: Grounds) -> Panel:
    title = _("What it rests on")
    if not grounds.ranked:
        return Panel(title, (), _("Too few replications to tell which figures matter: 200 are needed."))
    rows = tuple(
        PanelRow(
            formats.shorten(_short_name(one), _LETTERS + 10),
            moved(one),
            _("{confidence} confidence; {source}").format(
                confidence=call_confidence(one.confidence), source=formats.shorten(one.source or formats.NONE, 48)
            ),
            "#assumptions",
        )
        for one in grounds.ranked[:_ASSUMED]
    )
    varied = _("Effect times doubt, drawn and fixed figures.")
    drawn = _("Effect times doubt, drawn figures only: `ilrs guesses DIR --vary-fixed` adds the fixed ones.")
    return Panel(title, rows, varied if grounds.fixed else drawn)


def name_figure(assumption: Assumption) -> str:
    """Return the dotted path of a figure with its value, where that is short."""
    value = assumption.value
    return f"{assumption.path}: {value}" if value and len(value) <= _LETTERS else assumption.path


def _short_name(assumption: Assumption) -> str:
    """Return what a figure is called in a line: of what is known of a class of slips only which it is."""
    _law, _colon, words = assumption.path.partition(": ")
    if not words:
        return name_figure(assumption)
    return _("slips, {what}").format(what=words.partition(", fitted to")[0])


def moved(assumption: Assumption) -> str:
    """Return how far a figure moves the date: a standard deviation, or from one end of its range to the other."""
    size = formats.days(assumption.moves_d)
    return f"±{size}" if assumption.drawn else size


def call_confidence(confidence: str) -> str:
    """Return a confidence in the language of the page."""
    words = {"high": _("high"), "medium": _("medium"), "low": _("low")}
    return words.get(confidence, _("unstated"))
