"""The page of the validation suite: how many published cases we meet, and each of them with its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go

from dashboards import theme
from dashboards.card import Card, Key, Page, Section, Table, Tile
from dashboards.picture import write_picture
from sim.validation.case import Case, Value

VALIDATION_FILE = "validation.html"
_TITLES = {
    "replay": "Replays: masses, speeds and break-even points others published",
    "schedule risk": "Schedule risk: textbook networks, indices and intervals",
    "stochastic": "What is random: closed forms and counts",
    "real flight": "Real flights against the physics layer",
    "slip": "Slip by lead time: fitted on one half, judged on the other",
    "hindcast": "Hindcasts: what was known then against what happened",
}
_ROW_PX = 22
_WIDEST = 3.0
"""Tolerances beyond which a dot is drawn at the edge."""


def write_validation(cases: Sequence[Case], folder: Path, *, runs: int, seed: int) -> Path:
    """Write the page of the suite into `folder` and return its path.

    Raises ValueError when there is no case; OSError when the folder cannot be written.
    """
    if not cases:
        raise ValueError("a validation page needs a case")
    return write_picture(compose_validation(cases, runs=runs, seed=seed), folder / VALIDATION_FILE)


def compose_validation(cases: Sequence[Case], *, runs: int, seed: int) -> Page:
    """Return the page: what is met and missed on top, then every family with ours beside theirs."""
    missed = [case for case in cases if not case.met]
    kinds = list(dict.fromkeys(case.kind for case in cases))
    sections = [_section(kind, [case for case in cases if case.kind == kind]) for kind in kinds]
    if missed:
        sections.insert(0, _missed(missed))
    return Page(
        title="Validation · ilrs",
        headline=f"{len(cases) - len(missed)} of {len(cases)} published cases are met",
        verdict="None is missed." if not missed else f"{len(missed)} are missed; what is known of why stands below.",
        about=(
            "Each case is a figure somebody else published, or a date that has come, beside what this simulator gives. "
            f"Sampled cases use {runs} replications and seed {seed}."
        ),
        tiles=tuple(_tile(kind, [case for case in cases if case.kind == kind]) for kind in kinds),
        sections=tuple(sections),
        footer=(
            "A tolerance and its reason stand with every case. Meeting them says that the mechanisms do what their "
            "sources say, not that a scenario's guesses are right; the hindcasts say how such guesses have fared.",
        ),
    )


def _tile(kind: str, cases: Sequence[Case]) -> Tile:
    met = sum(case.met for case in cases)
    accent = theme.GREEN if met == len(cases) else theme.VERMILLION
    return Tile(kind, f"{met} of {len(cases)}", "met", accent)


def _missed(cases: Sequence[Case]) -> Section:
    rows = tuple(
        (case.id, case.quantity, write_value(case.ours), write_value(case.theirs), case.note, case.source)
        for case in cases
    )
    table = Table(("case", "quantity", "ours", "theirs", "why, as far as known", "source"), rows, frozenset({2, 3}))
    card = Card("missed-cases", "What we miss", "Nothing is taken off the list for being missed.", shown=table)
    return Section("missed", "What is missed, and why", "Missed", (card,))


def _section(kind: str, cases: Sequence[Case]) -> Section:
    key = kind.replace(" ", "-")
    columns = ("case", "quantity", "ours", "theirs", "tolerance", "met", "reason", "source")
    rows = tuple(
        (
            case.id,
            case.quantity,
            write_value(case.ours),
            write_value(case.theirs),
            f"{case.tolerance:.4g}",
            "yes" if case.met else "MISSED",
            case.note,
            case.source,
        )
        for case in cases
    )
    table = Table(columns, rows, frozenset({2, 3, 4}))
    single = [case for case in cases if _distance(case) is not None]
    met = sum(case.met for case in cases)
    card = Card(
        f"{key}-cases",
        f"{met} of {len(cases)} are met",
        "Each dot is the distance of ours from theirs in units of the tolerance: inside the lines the case is met. "
        "Cases without a single figure or without a tolerance stand in the table only.",
        figure=_draw(single) if single else None,
        table=table,
        keys=(Key("met", theme.BLUE, "dot"), Key("missed", theme.VERMILLION, "cross")) if single else (),
    )
    return Section(key, _TITLES.get(kind, kind), kind.capitalize(), (card,))


def _draw(cases: Sequence[Case]) -> go.Figure:
    figure = theme.draft_figure(90 + _ROW_PX * len(cases), left=8)
    for met, colour, symbol in ((True, theme.BLUE, "circle"), (False, theme.VERMILLION, "x")):
        chosen = [case for case in cases if case.met == met]
        figure.add_trace(
            go.Scatter(
                x=[max(-_WIDEST, min(_WIDEST, _distance(case) or 0.0)) for case in chosen],
                y=[case.id for case in chosen],
                mode="markers",
                marker={"color": colour, "size": 9, "symbol": symbol},
                text=[f"ours {write_value(case.ours)}, theirs {write_value(case.theirs)}" for case in chosen],
                hovertemplate="%{y}: %{text}<extra></extra>",
            )
        )
    for limit in (-1.0, 0.0, 1.0):
        dash = "solid" if limit == 0.0 else "dash"
        figure.add_vline(x=limit, line={"color": theme.GREY, "width": 1, "dash": dash})
    order = [case.id for case in reversed(cases)]
    figure.update_yaxes(categoryorder="array", categoryarray=order, tickfont={"size": 11})
    figure.update_xaxes(range=[-_WIDEST - 0.2, _WIDEST + 0.2], title_text="distance, in tolerances")
    return figure


def _distance(case: Case) -> float | None:
    """Give how far ours lies from theirs in tolerances, where both are one figure."""
    if isinstance(case.ours, tuple) or isinstance(case.theirs, tuple) or case.tolerance <= 0.0:
        return None
    return (case.ours - case.theirs) / case.tolerance


def write_value(value: Value) -> str:
    """Return a figure, or several, as a reader wants them."""
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{one:.6g}" for one in values)
