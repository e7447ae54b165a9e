"""The page of the validation suite: how many published cases we meet, and each of them with its source."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Section, Table, Tile
from dashboards.figures.reliability_diagram import draw_reliability
from dashboards.picture import write_picture
from dashboards.translation import _, plural, term
from sim.calibration.scores import ForecastReliability
from sim.validation.class_slips import ClassSlips
from sim.validation.hindcasts import Hindcast, HindcastDate
from sim.validation.published import PublishedCase, Value
from sim.validation.suite import Suite

VALIDATION_FILE = "validation.html"
_ROW_PX = 22
_TAIL = 18
"""Letters of a case's name on a phone."""
_WIDEST = 3.0
"""Tolerances beyond which a dot is drawn at the edge."""


def write_validation(suite: Suite, folder: Path, *, runs: int, seed: int) -> Path:
    """Write the page of the suite into `folder` and return its path.

    Raises ValueError when there is no case; OSError when the folder cannot be written.
    """
    if not suite.cases:
        raise ValueError("a validation page needs a case")
    return write_picture(lambda: compose_validation(suite, runs=runs, seed=seed), folder / VALIDATION_FILE)


def compose_validation(suite: Suite, *, runs: int, seed: int) -> Page:
    """Return the page: what is met and missed on top, then every family with ours beside theirs."""
    cases = suite.cases
    missed = [case for case in cases if not case.met]
    kinds = list(dict.fromkeys(case.kind for case in cases))
    sections = [_section(kind, [case for case in cases if case.kind == kind]) for kind in kinds]
    if suite.hindcasts:
        sections.append(
            Section("dates", _("Every date of the hindcasts"), _("Dates"), tuple(map(_draw_dates, suite.hindcasts)))
        )
    if suite.class_slips:
        sections.append(_by_class(suite.class_slips))
    if missed:
        sections.insert(0, _missed(missed))
    return Page(
        title=_("Validation") + " · ilrs",
        headline=_("{met} of {count} published cases are met").format(met=len(cases) - len(missed), count=len(cases)),
        verdict=_("None is missed.")
        if not missed
        else _("{count} are missed; what is known of why stands below.").format(count=len(missed)),
        about=(
            _(
                "Each case is a figure somebody else published, or a date that has come, beside what this simulator "
                "gives. Sampled cases use {runs} replications and seed {seed}."
            ).format(runs=runs, seed=seed)
        ),
        tiles=tuple(_tile(kind, [case for case in cases if case.kind == kind]) for kind in kinds),
        sections=tuple(sections),
        footer=(
            _(
                "A tolerance and its reason stand with every case. Meeting them says that the mechanisms do what their "
                "sources say, not that a scenario's guesses are right; the hindcasts say how such guesses have fared."
            ),
        ),
    )


def _title_of(kind: str) -> str:
    """Return the heading of a family of cases."""
    titles = {
        "replay": _("Replays: masses, speeds and break-even points others published"),
        "schedule risk": _("Schedule risk: textbook networks, indices and intervals"),
        "stochastic": _("What is random: closed forms and counts"),
        "real flight": _("Real flights against the physics layer"),
        "slip": _("Slip by lead time: fitted on one half, judged on the other"),
        "slip by class": _("Slip by class: programmes that the model has not seen"),
        "hindcast": _("Hindcasts: what was known then against what happened"),
    }
    return titles.get(kind, kind)


def _tile(kind: str, cases: Sequence[PublishedCase]) -> Tile:
    met = sum(case.met for case in cases)
    accent = theme.GREEN if met == len(cases) else theme.VERMILLION
    return Tile(term("case", kind), _("{met} of {count}").format(met=met, count=len(cases)), _("met"), accent)


def _missed(cases: Sequence[PublishedCase]) -> Section:
    rows = tuple((case.id, case.quantity, _brief(case.ours), _brief(case.theirs), case.note) for case in cases)
    count = Counter(case.kind for case in cases)
    kinds = formats.listing(
        [_("{number} of {kind}").format(number=number, kind=term("case", kind)) for kind, number in count.most_common()]
    )
    card = Card(
        "missed-cases",
        plural("{count} case is missed: {kinds}", "{count} cases are missed: {kinds}", len(cases)).format(
            count=len(cases), kinds=kinds
        ),
        _(
            "How to read: ours beside what was published or happened, the tolerance's reason, and what is known of why "
            "it is missed. Nothing is taken off the list for being missed; sources stand with each family below."
        ),
        shown=Table(
            (_("case"), _("quantity"), _("ours"), _("theirs"), _("why, as far as known")),
            rows,
            frozenset({2, 3}),
            stacked=True,
        ),
    )
    return Section("missed", _("What is missed, and why"), _("Missed"), (card,))


def _section(kind: str, cases: Sequence[PublishedCase]) -> Section:
    key = kind.replace(" ", "-")
    columns = (_("case"), _("quantity"), _("ours"), _("theirs"), _("tolerance"), _("met"), _("reason"), _("source"))
    rows = tuple(
        (
            case.id,
            case.quantity,
            write_value(case.ours),
            write_value(case.theirs),
            f"{case.tolerance:.4g}",
            _("yes") if case.met else _("MISSED"),
            case.note,
            case.source,
        )
        for case in cases
    )
    table = Table(columns, rows, frozenset({2, 3, 4}), frozenset({0}))
    single = [case for case in cases if _distance(case) is not None]
    met = sum(case.met for case in cases)
    card = Card(
        f"{key}-cases",
        _("All {count} are met").format(count=len(cases))
        if met == len(cases)
        else _("{met} of {count} are met; {missed}").format(met=met, count=len(cases), missed=_name_missed(cases)),
        _(
            "How to read: each dot is the distance of ours from theirs in units of the tolerance: inside the lines the "
            "case is met. Cases without a single figure or without a tolerance stand in the table only."
        ),
        figure=_draw(single) if single else None,
        table=table,
        keys=(Key(_("met"), theme.BLUE, "dot"), Key(_("missed"), theme.VERMILLION, "cross")) if single else (),
        narrow={"yaxis.ticktext": [_tail(case.id) for case in reversed(single)], "xaxis.title.text": _("tolerances")},
    )
    return Section(key, _title_of(kind), term("case", kind).capitalize(), (card,))


def _by_class(found: ClassSlips) -> Section:
    """Return the forecasters on programmes they had not seen, and where the model by class is reliable."""
    whole, agencies, kinds = (found.reliability[name] for name in ("all", "agency", "kind"))
    cards = (
        _forecasters(found),
        draw_reliability(
            "all",
            _("P10 to P90 holds {share} of all {rows} rows").format(
                share=formats.percent(whole[0].inside), rows=whole[0].rows
            ),
            whole,
        ),
        draw_reliability("agency", _tell_off(_("agency"), agencies), agencies),
        draw_reliability("kind", _tell_off(_("kind"), kinds), kinds),
    )
    return Section("unseen", _("Slip by class: how reliable on programmes it has not seen"), _("Reliability"), cards)


def _tell_off(column: str, classes: Sequence[ForecastReliability]) -> str:
    off = [one.name for one in classes if one.far_off]
    if not off:
        return _("No {column} is off by more than chance explains").format(column=column)
    return _("Off by more than chance explains: {listing}").format(listing=formats.listing(off))


def _forecasters(found: ClassSlips) -> Card:
    rows = tuple(
        (
            one.name,
            *(
                formats.percent_exact(float(share.mean()))
                for share in (one.judged.inside, one.judged.below, one.judged.above)
            ),
            f"{one.judged.crps_d.mean():.0f}",
            f"{one.excess.value_d:+.0f} ± {one.excess.error_d:.0f}" if number else "",
        )
        for number, one in enumerate(found.compared)
    )
    columns = (
        _("forecaster"),
        _("inside P10 to P90"),
        _("below"),
        _("above"),
        _("CRPS, d"),
        _("above the class model's, d"),
    )
    return Card(
        "unseen-table",
        _("No forecaster scores better than the model by class, {days} d").format(days=rows[0][4])
        if min(one.excess.value_d for one in found.compared) >= 0.0
        else _("Some forecasters score better than the model by class"),
        _(
            "How to read: each programme is forecast by forecasters fitted without any of its rows, worked out afresh "
            "for this page. CRPS is a proper score in days, 0 is perfect; the error of a difference is that of "
            "resampled programmes. A row still open is inside until it is proved outside."
        ),
        shown=Table(columns, rows, frozenset(range(1, 6)), frozenset({0})),
    )


def _draw(cases: Sequence[PublishedCase]) -> go.Figure:
    figure = theme.draft_figure(90 + _ROW_PX * len(cases), left=8)
    for met, colour, symbol in ((True, theme.BLUE, "circle"), (False, theme.VERMILLION, "x")):
        chosen = [case for case in cases if case.met == met]
        figure.add_trace(
            go.Scatter(
                x=[max(-_WIDEST, min(_WIDEST, _distance(case) or 0.0)) for case in chosen],
                y=[case.id for case in chosen],
                mode="markers",
                marker={"color": colour, "size": 9, "symbol": symbol},
                text=[
                    _("ours {ours}, theirs {theirs}").format(
                        ours=write_value(case.ours), theirs=write_value(case.theirs)
                    )
                    for case in chosen
                ],
                hovertemplate="%{y}: %{text}<extra></extra>",
            )
        )
    for limit in (-1.0, 0.0, 1.0):
        dash = "solid" if limit == 0.0 else "dash"
        figure.add_vline(x=limit, line={"color": theme.GREY, "width": 1, "dash": dash})
    order = [case.id for case in reversed(cases)]
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=order,
        tickvals=order,
        ticktext=order,
        tickfont={"size": 11},
        range=[-0.7, len(order) - 0.3],
    )
    figure.update_xaxes(range=[-_WIDEST - 0.2, _WIDEST + 0.2], title_text=_("distance, in tolerances"))
    return figure


def _draw_dates(hindcast: Hindcast) -> Card:
    """Return the card of one hindcast: the forecast interval of each date, the plan, and what happened."""
    decided = [one for one in hindcast.forecasts if one.decided]
    inside = sum(one.inside for one in decided)
    names = [one.name for one in hindcast.forecasts]
    figure = theme.draft_figure(80 + 26 * len(names), left=8)
    for one in hindcast.forecasts:
        span = [_iso(hindcast, one.quantile_d(share)) for share in (0.1, 0.9)]
        figure.add_trace(go.Scatter(x=span, y=[one.name] * 2, mode="lines", line={"color": theme.SKY, "width": 8}))
    for values, colour, symbol in (
        ([one.quantile_d(0.5) for one in hindcast.forecasts], theme.BLUE, "circle"),
        ([one.planned_d for one in hindcast.forecasts], theme.GREY, "diamond"),
        ([one.actual_d if one.flown else None for one in hindcast.forecasts], theme.VERMILLION, "x"),
    ):
        dates = [None if value is None else _iso(hindcast, value) for value in values]
        marker = {"color": colour, "size": 9, "symbol": symbol}
        figure.add_trace(
            go.Scatter(x=dates, y=names, mode="markers", marker=marker, hovertemplate="%{x}<extra></extra>")
        )
    figure.update_yaxes(autorange="reversed", tickfont={"size": 11})
    columns = (_("date"), _("planned"), _("plan plus mean slip"), "P10", "P50", "P90", _("came"), _("inside"))
    rows = tuple(_date_row(hindcast, one) for one in hindcast.forecasts)
    return Card(
        f"dates-{hindcast.id}",
        _("{id}: P10 to P90 holds {inside} of {count} dates").format(id=hindcast.id, inside=inside, count=len(decided)),
        _("How to read: bars run from P10 to P90. Known then: {known}. Where it misses: {why}.").format(
            known=hindcast.known, why=hindcast.why
        ),
        figure=figure,
        table=Table(columns, rows),
        keys=(
            Key(_("P10 to P90"), theme.SKY, "band"),
            Key("P50", theme.BLUE, "dot"),
            Key(_("plan"), theme.GREY, "diamond"),
            Key(_("what happened"), theme.VERMILLION, "cross"),
        ),
    )


def _date_row(hindcast: Hindcast, one: HindcastDate) -> tuple[str, ...]:
    days = (one.planned_d, one.slipped_d, *(one.quantile_d(share) for share in (0.1, 0.5, 0.9)))
    came = _iso(hindcast, one.actual_d) if one.flown else _("not by {iso}").format(iso=_iso(hindcast, one.actual_d))
    verdict = (_("yes") if one.inside else _("no")) if one.decided else _("open")
    return (one.name, *(_iso(hindcast, day) for day in days), came, verdict)


def _iso(hindcast: Hindcast, day: float) -> str:
    return (hindcast.start + datetime.timedelta(days=round(day))).isoformat()


def _distance(case: PublishedCase) -> float | None:
    """Return how far ours lies from theirs in tolerances, where both are one figure."""
    if isinstance(case.ours, tuple) or isinstance(case.theirs, tuple) or case.tolerance <= 0.0:
        return None
    return (case.ours - case.theirs) / case.tolerance


def _name_missed(cases: Sequence[PublishedCase]) -> str:
    names = [case.id for case in cases if not case.met]
    more = [_("{count} more").format(count=len(names) - 3)] if len(names) > 4 else []
    return _("missed: {listing}").format(listing=formats.listing([*(names[:3] if more else names), *more]))


def _tail(text: str) -> str:
    """Return the end of a name, which is what tells cases of one family apart."""
    return text if len(text) <= _TAIL else f"…{text[1 - _TAIL :]}"


def _brief(value: Value) -> str:
    """Return a figure to four digits; several on lines that may break."""
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{one:.4g}" for one in values)


def write_value(value: Value) -> str:
    """Return a figure, or several, as a reader wants them."""
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{one:.6g}" for one in values)
