"""How much later or likelier one study is than another, pair by pair under the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _
from sim.analysis.compare import PairedDifference, ProbabilityDifference
from sim.analysis.estimates import Quantile


@dataclass(frozen=True, slots=True)
class Paired:
    """One study against the first, over the replications that both have."""

    name: str
    mean: PairedDifference
    chance: ProbabilityDifference
    medians: Quantile
    index: int
    """Place of the study in the comparison, for its colour."""
    same_seed: bool
    same: bool = False
    """Whether both reach the goal within a day of each other in every pair."""


def draw_forest(base: str, paired: Sequence[Paired]) -> Card:
    """Return the paired differences of dates in days, with their intervals, around the line of no difference."""
    figure = theme.draft_figure(96 + 52 * len(paired))
    for level, one in enumerate(paired):
        colour, _dash = theme.goal_style(one.index)
        if one.mean.mean is not None:
            mean = one.mean.mean
            _add_line(figure, (mean.low, mean.value, mean.high), level - 0.14, colour, "circle", _("mean of pairs"))
        if one.medians.value is not None:
            low, high = one.medians.low, one.medians.high
            value = one.medians.value
            span = (low if low is not None else value, value, high if high is not None else value)
            _add_line(figure, span, level + 0.14, colour, "diamond", _("P50 less P50"))
    names = [formats.figure_text(formats.shorten(one.name, 28)) for one in paired]
    figure.update_xaxes(range=_range(paired))
    figure.update_xaxes(
        title_text=_("days later than {base}").format(base=formats.figure_text(formats.shorten(base, 40)))
    )
    figure.update_xaxes(zeroline=True, zerolinecolor=theme.INK, zerolinewidth=1.5)
    theme.name_rows(figure, names)
    return Card(
        id="forest",
        title=_title(base, paired),
        reading=(
            _(
                "How to read: dots are the mean of the differences to {base}, replication by replication, over the "
                "pairs in which both reach the goal; diamonds are the difference of the P50 dates over all pairs. "
                "Lines are 95 % intervals; one that crosses the upright line leaves the sign open."
            ).format(base=formats.shorten(base, 40))
        ),
        figure=figure,
        table=_table(base, paired),
        keys=(
            Key(_("mean of paired differences"), theme.SOFT, "dot"),
            Key(_("difference of P50"), theme.SOFT, "diamond"),
        ),
        note=_note(base, paired),
        narrow={"yaxis.tickfont.size": 11, "yaxis.ticktext": [formats.shorten(name, 14) for name in names]},
    )


def _add_line(
    figure: go.Figure, span: tuple[float, float, float], level: float, colour: str, symbol: str, word: str
) -> None:
    low, value, high = (round(edge, 2) for edge in span)
    figure.add_scatter(
        x=[low, high],
        y=[level, level],
        mode="lines",
        line={"color": colour, "width": 3},
        opacity=0.6,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[value],
        y=[level],
        mode="markers",
        marker={"symbol": symbol, "size": 11, "color": colour, "line": {"color": theme.CARD, "width": 1.5}},
        hovertemplate=_("{word}: {days} ({interval})<extra></extra>").format(
            word=word,
            days=_("{number} d").format(number=formats.signed(value)),
            interval=formats.between(formats.signed(low), formats.signed(high)),
        ),
    )


def _range(paired: Sequence[Paired]) -> list[float] | None:
    """Return the span of all intervals with some room at both ends; None, Plotly's own, where there is none."""
    means = [one.mean.mean for one in paired if one.mean.mean is not None]
    edges = [edge for mean in means for edge in (mean.low, mean.high)]
    medians = [one.medians for one in paired]
    edges += [edge for one in medians for edge in (one.low, one.value, one.high) if edge is not None]
    if not edges:
        return None
    low, high = min(0.0, *edges), max(0.0, *edges)
    room = max((high - low) / 20.0, 1.0)
    return [low - room, high + room]


def _title(base: str, paired: Sequence[Paired]) -> str:
    told = [(one.mean.mean, one) for one in paired if one.mean.mean is not None]
    if not told:
        return _("No study reaches the goal together with {base} often enough for a paired difference").format(
            base=formats.shorten(base, 40)
        )
    mean, one = max(told, key=lambda pair: abs(pair[0].value))
    sure = "" if mean.low > 0 or mean.high < 0 else "; " + _("this may be chance")
    said = {
        "study": formats.shorten(one.name, 40),
        "base": formats.shorten(base, 40),
        "low": formats.signed(mean.low),
        "high": formats.signed(mean.high),
    }
    if round(mean.value) == 0:
        text = _(
            "{study} comes on the same day as {base} on average, in the pairs that both reach the goal ({low} to "
            "{high} "
            "days)"
        )
        return text.format(**said) + sure
    text = _(
        "{study} comes {lateness} than {base} on average, in the pairs that both reach the goal ({low} to {high} days)"
    )
    return text.format(**said, lateness=formats.lateness(mean.value)) + sure


def _note(base: str, paired: Sequence[Paired]) -> str:
    notes = []
    strangers = [one.name for one in paired if not one.same_seed]
    if strangers:
        notes.append(
            _(
                "{listing}: run with another seed than {base}, so pairs share no luck and the intervals are as wide as "
                "those of separate studies."
            ).format(listing=formats.listing(strangers), base=base)
        )
    for one in paired:
        if one.same_seed and one.mean.correlation is not None and one.mean.correlation < 0.05:
            notes.append(
                _(
                    "{name}: dates of pairs hardly go together (correlation {correlation}), so pairing gains little."
                ).format(name=one.name, correlation=formats.number(one.mean.correlation, 2))
            )
    return " ".join(notes)


def _table(base: str, paired: Sequence[Paired]) -> Table:
    columns = (
        _("study against {base}").format(base=base),
        _("pairs"),
        _("both reach it"),
        _("only it"),
        _("only the other"),
        _("mean, d"),
        _("low 95 %"),
        _("high 95 %"),
        "P50, d",
        _("low"),
        _("high"),
        _("chance"),
        _("low %"),
        _("high %"),
        "p",
        _("correlation"),
    )
    return Table(columns, tuple(_row(one) for one in paired), frozenset(range(1, 16)))


def _row(one: Paired) -> tuple[str, ...]:
    mean = one.mean.mean
    edges = (mean.value, mean.low, mean.high) if mean is not None else (None, None, None)
    return (
        one.name,
        str(one.mean.n),
        str(one.mean.pairs),
        str(one.mean.only_first),
        str(one.mean.only_second),
        *(formats.trim(edge, 1) for edge in edges),
        *(formats.trim(edge, 1) for edge in (one.medians.value, one.medians.low, one.medians.high)),
        *(f"{100 * share:.1f}" for share in (one.chance.value, one.chance.low, one.chance.high)),
        f"{one.chance.p_value:.2g}",
        formats.trim(one.mean.correlation, 2),
    )
