"""What each changed input moves between two studies: a waterfall that adds up, and what ends sooner or later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural
from sim.study.moves import Changes, ChangeStep, StepMove, SubjectMove

_SHOWN: Final = 14
"""Steps with a bar of their own, the largest; the rest share one, so that the bars still add up."""
_LEAST_D: Final = 0.5
"""Days below which a step has no bar of its own."""
_SUBJECTS: Final = 8
"""Subjects that stand open at each end."""
_ROW: Final = 30


@dataclass(frozen=True, slots=True)
class _Bar:
    name: str
    days: float


def draw_steps(changes: Changes, names: tuple[str, str]) -> Card:
    """Return the steps from the first study to the second, with what each moves of the first goal."""
    first, second = (formats.shorten(name, 40) for name in names)
    by_p50 = all(step.moves[0].p50_d is not None for step in changes.steps) and changes.total[0].p50_d is not None
    bars, still = _bars(changes, by_p50=by_p50)
    measured = _("even odds (P50)") if by_p50 else _("the mean date, the calendar's end where the goal is not reached")
    reading = _(
        "How to read: from {first} at the top to {second} at the bottom, one input after another becomes that of "
        "{second}, in the order of the first scenario. Each bar is what that moves of {measured}, in {count} "
        "replications with the same luck; the bars add up exactly. In another order the days would fall otherwise, "
        "with the same sum."
    ).format(first=first, second=second, measured=measured, count=f"{changes.replications:,}")
    return Card(
        id="steps",
        title=_title(changes, by_p50=by_p50),
        reading=reading,
        figure=_figure(bars, _days_of(changes.total[0], by_p50=by_p50)),
        keys=(
            Key(_("later"), theme.ORANGE, "box"),
            Key(_("sooner"), theme.BLUE, "box"),
            Key(_("together"), theme.INK, "box"),
        ),
        note=_still(still),
        table=_table(changes),
        narrow={"margin.r": 8, "yaxis.ticktext": [formats.figure_text(formats.shorten(bar.name, 18)) for bar in bars]},
    )


def tell_subjects(changes: Changes, names: tuple[str, str]) -> Card | None:
    """Return what ends later and what sooner, and how often it decides; None where nothing moves by a day."""
    moved = [one for one in changes.subjects[0] if abs(one.days) >= 1.0]
    if not moved:
        return None
    later, sooner = [one for one in moved if one.days > 0], [one for one in reversed(moved) if one.days < 0]
    parts = [
        text.format(subject=some[0].name, lateness=formats.lateness(some[0].days))
        for text, some in (
            (_("{subject} loses most, {lateness}"), later),
            (_("{subject} gains most, {lateness}"), sooner),
        )
        if some
    ]
    columns = (
        _("subject"),
        _("kind"),
        _("ends later by"),
        _("95 % interval"),
        _("decides in {study}").format(study=formats.shorten(names[0], 30)),
        _("decides in {study}").format(study=formats.shorten(names[1], 30)),
    )
    shown = [*later[:_SUBJECTS], *reversed(sooner[:_SUBJECTS])]
    return Card(
        id="subjects-moved",
        title="; ".join(parts),
        reading=_(
            "How to read: how much later each subject ends in the second study, in the mean of the pairs in which both "
            "end, with its 95 % interval; and in what share of the runs it lies on the chain that dates the goal. "
            "Listed is what lies on it in one run of fifty or more."
        ),
        shown=Table(columns, tuple(map(_subject_row, shown)), frozenset({2, 4, 5}), stacked=True),
        table=Table(columns, tuple(map(_subject_row, changes.subjects[0])), frozenset({2, 4, 5})),
    )


def _bars(changes: Changes, *, by_p50: bool) -> tuple[list[_Bar], list[str]]:
    """Return a bar for each step that moves something, in order, and the names of those that move nothing."""
    steps = [(step, _days_of(step.moves[0], by_p50=by_p50)) for step in changes.steps]
    ranked = sorted(steps, key=lambda pair: -abs(pair[1]))
    kept = {step.title for step, days in ranked[:_SHOWN] if abs(days) >= _LEAST_D}
    bars = [_Bar(step.title, days) for step, days in steps if step.title in kept]
    rest = [days for step, days in steps if step.title not in kept]
    moving = sum(1 for days in rest if abs(days) >= 1e-6)
    if moving:
        text = plural("{count} other", "{count} others", moving)
        bars.append(_Bar(text.format(count=moving), sum(rest)))
    return bars, [step.title for step, _days in steps if _is_still(step)]


def _is_still(step: ChangeStep) -> bool:
    move = step.moves[0]
    return not move.p50_d and not move.chance and abs(move.mean_d) < 1.0 / 24.0


def _still(names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = formats.listing([formats.shorten(name, 60) for name in names[:12]])
    if len(names) > 12:
        text = _("{count} steps move nothing of this goal, among them {names}.")
        return text.format(count=len(names), names=listed)
    return plural("{names} moves nothing of this goal.", "{names} move nothing of this goal.", len(names)).format(
        names=listed
    )


def _figure(bars: Sequence[_Bar], total_d: float) -> go.Figure:
    """Return the waterfall: each bar begins where the one above ends."""
    lengths = [*(bar.days for bar in bars), total_d]
    bases, level = [], 0.0
    for bar in bars:
        bases.append(level)
        level += bar.days
    bases.append(0.0)
    names = [formats.figure_text(formats.shorten(bar.name, 44)) for bar in bars] + [_("together")]
    figure = theme.draft_figure(84 + _ROW * len(lengths), right=24)
    figure.add_bar(
        orientation="h",
        y=list(range(len(lengths))),
        x=[round(days, 2) for days in lengths],
        base=[round(base, 2) for base in bases],
        width=0.62,
        marker={
            "color": [*(theme.ORANGE if bar.days > 0 else theme.BLUE for bar in bars), theme.INK],
            "line": {"width": 0},
        },
        customdata=names,
        hovertemplate="%{customdata}: %{x:+,.0f} d<extra></extra>",
    )
    for row, (base, days) in enumerate(zip(bases, lengths, strict=True)):
        figure.add_annotation(
            x=max(base, base + days), y=row, text=_signed(days), showarrow=False, xanchor="left", xshift=6,
            font={"size": 12},
        )  # fmt: skip
    edges = [0.0, *(base + days for base, days in zip(bases, lengths, strict=True))]
    width = max(max(edges) - min(edges), 1.0)
    theme.name_rows(figure, names)
    figure.update_xaxes(
        title_text=_("days later"), tickformat=",d", zeroline=True, zerolinecolor=theme.GREY,
        range=[round(min(edges) - 0.03 * width, 2), round(max(edges) + 0.16 * width, 2)],
    )  # fmt: skip
    return figure


def _title(changes: Changes, *, by_p50: bool) -> str:
    total = _days_of(changes.total[0], by_p50=by_p50)
    moved = [(_days_of(step.moves[0], by_p50=by_p50), step.title) for step in changes.steps]
    days, most = max(moved, key=lambda pair: abs(pair[0]), default=(0.0, ""))
    if round(days) == 0:
        return _("No step moves the goal by as much as a day")
    if len(moved) == 1:
        return _("{step} moves the goal: {lateness}").format(step=most, lateness=formats.lateness(total))
    return _("{step} moves the goal most, {lateness}; all {count} steps together, {total}").format(
        step=formats.shorten(most, 60),
        lateness=formats.lateness(days),
        count=len(moved),
        total=formats.lateness(total),
    )


def _table(changes: Changes) -> Table:
    columns = (
        _("goal"), _("step"), _("what changes"), _("values"), _("P50, d"), _("low 95 %"), _("high 95 %"),
        _("mean, d"), _("low 95 %"), _("high 95 %"), _("chance, points"), _("low 95 %"), _("high 95 %"),
    )  # fmt: skip
    rows = [
        (goal, step.title, ", ".join(step.changes), str(step.values), *_numbers(move))
        for number, goal in enumerate(changes.goals)
        for step in changes.steps
        for move in (step.moves[number],)
    ]
    rows += [
        (goal, _("together"), "", "", *_numbers(move)) for goal, move in zip(changes.goals, changes.total, strict=True)
    ]
    return Table(columns, tuple(rows), frozenset(range(3, 13)))


def _numbers(move: StepMove) -> tuple[str, ...]:
    days = (move.p50_d, move.p50_low_d, move.p50_high_d, move.mean_d, move.mean_low_d, move.mean_high_d)
    shares = (move.chance, move.chance_low, move.chance_high)
    return (*(formats.trim(day, 1) for day in days), *(f"{100 * share:.1f}" for share in shares))


def _subject_row(one: SubjectMove) -> tuple[str, ...]:
    return (
        one.name,
        one.kind,
        _signed(one.days),
        _("{low} to {high}").format(low=_signed(one.low_d), high=_signed(one.high_d)),
        formats.percent(one.before),
        formats.percent(one.after),
    )


def _days_of(move: StepMove, *, by_p50: bool) -> float:
    return move.p50_d if by_p50 and move.p50_d is not None else move.mean_d


def _signed(days: float) -> str:
    return f"{round(days) or 0:+,d} d".replace("-", "−")
