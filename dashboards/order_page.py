"""The page of a best order: when each piece of work that shares resources lies before and after, and what it gains."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Section, Table, Tile
from dashboards.report import write_page
from dashboards.translation import _, plural
from sim.clock import Calendar
from sim.decide.ordering import GoalMove, Ordered, WorkMove

_ROW = 40
_NAME = 30


def report_order(
    best: Ordered,
    moves: tuple[Sequence[WorkMove], Sequence[GoalMove]],
    calendar: Calendar,
    target: Path,
    *,
    command: str = "",
    single_file: bool = True,
) -> Path:
    """Write the page of a best order into `target` and return its path; raises OSError when it cannot be written.

    `moves` holds the work that shares resources, and the goals.
    """
    return write_page(lambda: _page(best, moves, calendar, command), target, single_file=single_file)


def _page(
    best: Ordered, moves: tuple[Sequence[WorkMove], Sequence[GoalMove]], calendar: Calendar, command: str
) -> Page:
    works, goals = moves
    wanted = next(one for one in goals if one.name == best.goal)
    return Page(
        title=_("Best order for {goal}").format(goal=best.goal) + " · ilrs",
        headline=_("{goal}: {before} in the order as it is, {after} in this one").format(
            goal=formats.shorten(best.goal, 70),
            before=_when(wanted.before_d, calendar),
            after=_when(wanted.after_d, calendar),
        ),
        verdict=_("The order of work that shares resources: {proof}.").format(proof=best.proof.text),
        about="",
        tiles=_tiles(wanted, calendar),
        sections=(
            Section("order", _("What comes before what?"), _("Order"), (_works(works, calendar),)),
            Section("goals", _("What does it do to every goal?"), _("Goals"), (_goals(goals, calendar),)),
            Section("proof", _("How sure is it that nothing is better?"), _("Proof"), (_proof(best, calendar),)),
        ),
        footer=(
            _("The solver plans without slips; the simulation replays its plan, and runs it in replications."),
            command,
        ),
    )


def _when(day_d: float, calendar: Calendar) -> str:
    return formats.day(calendar, day_d) if isfinite(day_d) else formats.never(calendar)


def _tiles(goal: GoalMove, calendar: Calendar) -> tuple[Tile, ...]:
    before = _("{date} before")
    after = Tile(
        _("Goal in the plan"),
        _when(goal.after_d, calendar),
        before.format(date=_when(goal.before_d, calendar)),
        theme.BLUE,
    )
    if goal.chance_after is None or goal.chance_before is None:
        return (after,)
    chance = Tile(
        _("Chance by the date"),
        formats.percent(goal.chance_after),
        _("{share} before").format(share=formats.percent(goal.chance_before)),
        theme.ORANGE,
    )
    return (after, chance)


def _works(works: Sequence[WorkMove], calendar: Calendar) -> Card:
    rows = sorted((one for one in works if one.is_placed), key=lambda one: (one.after_d, one.name))
    figure = theme.draft_figure(70 + _ROW * max(len(rows), 1), left=150, x={"type": "date"})
    for up_px, colour, spans in (
        (0.2, theme.GREY, [one.before_d for one in rows]),
        (-0.2, theme.BLUE, [one.after_d for one in rows]),
    ):
        figure.add_bar(
            base=[formats.iso_time(calendar, start_d) for start_d, _end in spans],
            x=[(end_d - start_d) * 86_400_000 for start_d, end_d in spans],
            y=[level + up_px for level in range(len(rows))],
            width=0.32,
            orientation="h",
            marker={"color": colour},
            customdata=[[formats.figure_text(one.name), formats.iso_time(calendar, end_d)]
                        for one, (_start, end_d) in zip(rows, spans, strict=True)],
            hovertemplate="%{customdata[0]}: %{base} – %{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[formats.figure_text(formats.shorten(one.called, _NAME)) for one in rows],
        autorange="reversed",
    )
    figure.update_layout(barmode="overlay", showlegend=False)
    moved = sum(one.before_d != one.after_d for one in rows)
    return Card(
        id="order",
        title=plural("{count} activity moves", "{count} activities move", moved).format(count=moved),
        reading=_(
            "How to read: one row for each activity that uses a shared resource, in the new order: grey is when it is "
            "done in the order as it is, blue when in this one. The higher priority gets a resource first."
        ),
        figure=figure,
        table=Table(
            (_("activity"), _("uses"), _("priority"), _("before"), _("after"), _("ends before"), _("ends after")),
            tuple(_work_row(one, calendar) for one in rows),
            numeric=frozenset({2}),
            unbroken=frozenset({3, 4, 5, 6}),
        ),
        keys=(Key(_("order as it is"), theme.GREY, "box"), Key(_("this order"), theme.BLUE, "box")),
        narrow={"margin.l": 90},
    )


def _work_row(one: WorkMove, calendar: Calendar) -> tuple[str, ...]:
    dates = (formats.day(calendar, span[edge]) for edge in (0, 1) for span in (one.before_d, one.after_d))
    return (one.called, one.uses, "" if one.priority is None else str(one.priority), *dates)


def _goals(goals: Sequence[GoalMove], calendar: Calendar) -> Card:
    rows = tuple(
        (
            one.name,
            formats.day(calendar, one.by_d),
            *(_when(day, calendar) for day in (one.before_d, one.after_d)),
            *("" if share is None else formats.percent(share) for share in (one.chance_before, one.chance_after)),
        )
        for one in goals
    )
    later = sum(one.after_d > one.before_d for one in goals)
    return Card(
        id="goals-before-after",
        title=(
            plural("{count} goal is later than before", "{count} goals are later than before", later)
            if later
            else _("No goal is later than before")
        ).format(count=later),
        reading=_("How to read: the order as it is against this one, for every goal of the scenario."),
        shown=Table(
            (_("goal"), _("wanted by"), _("before"), _("after"), _("chance before"), _("chance after")),
            rows,
            unbroken=frozenset({1, 2, 3}),
            stacked=True,
        ),
    )


def _proof(best: Ordered, calendar: Calendar) -> Card:
    proof = best.proof
    days = (formats.NONE if one is None else formats.day(calendar, one) for one in (proof.objective, proof.bound))
    return Card(
        id="proofs",
        title=_("No order is sooner than the bound"),
        reading=_("How to read: found is the day of the goal, bound the earliest that any order could give."),
        shown=Table(
            (_("found"), _("bound"), _("state"), _("solver")),
            ((*days, proof.text, f"{proof.seconds:.1f} s"),),
            unbroken=frozenset({0, 1, 3}),
            stacked=True,
        ),
    )
