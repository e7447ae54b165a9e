"""Which paths date the goal: how often each subject is on the chain that decides."""

from __future__ import annotations

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, term
from sim.analysis.estimates import wilson
from sim.analysis.findings import Bar, Findings, GoalFinding

_SHOWN = 15


def draw_paths(findings: Findings, goal: GoalFinding) -> Card:
    """Return the subjects most often on the critical chain of one goal, with Wilson intervals."""
    ranked = rank_bars(findings, goal)
    shown = ranked[:_SHOWN]
    figure = theme.draft_figure(60 + 26 * max(len(shown), 1), right=24)
    kinds = list(dict.fromkeys(bar.kind for bar in shown))
    count = findings.replications
    for bar in shown:
        share = bar.criticality[goal.name]
        estimate = wilson(round(share * count), count)
        colour = theme.kind_colour(bar.kind)
        figure.add_scatter(
            x=[round(100 * share, 2)],
            y=[_label(bar)],
            mode="markers",
            marker={"color": colour, "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [round(100 * (estimate.high - share), 2)],
                "arrayminus": [round(100 * (share - estimate.low), 2)],
                "color": colour,
                "thickness": 2,
                "width": 0,
            },
            hovertemplate=f"%{{y}}{_(': ')}{formats.hover_percent('%{x:.0f}')}<extra></extra>",
        )
    figure.update_xaxes(
        ticksuffix=" %",
        range=[0, min(102.0, 103 * _highest(shown, goal, count))],
        title_text=_("share of runs in which it is on the chain"),
    )
    figure.update_yaxes(type="category", autorange="reversed", tickfont={"color": theme.INK})
    return Card(
        id="paths",
        title=_title(ranked, goal, count),
        reading=(
            _(
                "How to read: in each run, walk back from the goal through whatever held up the step before; a subject "
                "met on the way is critical in that run. Lines are 95 % intervals (N = {count}). What is never "
                "critical can slip without moving the goal."
            ).format(count=formats.number(count))
        ),
        figure=figure,
        table=_table(ranked, goal, count),
        keys=tuple(Key(theme.kind_heading(kind), theme.kind_colour(kind), "dot") for kind in kinds),
        narrow={"yaxis.tickfont.size": 11, "xaxis.title.text": _("share of runs"), "xaxis.nticks": 4},
    )


def rank_bars(findings: Findings, goal: GoalFinding) -> list[Bar]:
    """Return the subjects ever critical for a goal, the most critical first; the goals themselves left out."""
    bars = [b for b in findings.bars if b.kind != "goal" and b.criticality.get(goal.name, 0.0) > 0]
    return sorted(bars, key=lambda bar: (-bar.criticality[goal.name], bar.name))


def _label(bar: Bar) -> str:
    return formats.figure_text(formats.shorten(formats.called(bar), 26))


def _title(ranked: list[Bar], goal: GoalFinding, count: int) -> str:
    if not ranked:
        return _("No subject is ever on the chain that dates the goal")
    first = ranked[0]
    share = first.criticality[goal.name]
    estimate = wilson(round(share * count), count)
    odds = formats.chance(estimate)
    start = _("{name} is on the deciding chain in {odds} of the runs").format(
        name=formats.shorten(formats.called(first), 40), odds=odds
    )
    if len(ranked) == 1:
        return start
    return _("{start}, then {listing}").format(
        start=start, listing=formats.listing([formats.shorten(formats.called(bar), 30) for bar in ranked[1:3]])
    )


def _highest(shown: list[Bar], goal: GoalFinding, count: int) -> float:
    return max((wilson(round(bar.criticality[goal.name] * count), count).high for bar in shown), default=1.0)


def _table(ranked: list[Bar], goal: GoalFinding, count: int) -> Table:
    rows = []
    for bar in ranked:
        estimate = wilson(round(bar.criticality[goal.name] * count), count)
        rows.append(
            (bar.name, term("kind", bar.kind), f"{estimate.value:.4f}", f"{estimate.low:.4f}", f"{estimate.high:.4f}")
        )
    return Table(
        (_("subject"), _("kind"), _("criticality"), _("low 95 %"), _("high 95 %")), tuple(rows), frozenset({2, 3, 4})
    )
