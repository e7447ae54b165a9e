"""What the page shows as a table to keep: curves, two replications and the cases of a sweep, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards import formats
from dashboards.answers import SweepAnswers
from dashboards.explorer import door
from dashboards.explorer.brush import goal_of, keep_cases
from dashboards.figures.parallel import calendar_of, cases_table
from dashboards.study_list import Shelf

_RISKY: Final = "=+-@\t\r"
"""Letters with which a spreadsheet starts a formula."""


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out).writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(tuple(_RISKY)):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value


def curve_rows(shelf: Shelf, studies: Sequence[str], goal: str) -> list[Sequence[object]]:
    """Return the steps of the curves that are shown, each with its study and replication."""
    rows: list[Sequence[object]] = [("study", "goal", "date", "share of the runs, %", "replication")]
    for key in studies:
        volume = shelf.volumes[key]
        if volume.goal(goal) is None:
            continue
        steps, calendar = volume.steps(goal), volume.findings.calendar
        rows += [
            (volume.name, goal, formats.iso(calendar, day), share, number)
            for day, share, number in zip(steps.t_d, steps.percent, steps.replication, strict=True)
        ]
    return rows


def wire_saving(app: Dash, shelf: Shelf) -> None:
    """Let the page save what it shows."""
    goals = shelf.goals()
    if shelf.volumes:

        @app.callback(
            Output("curves-file", "data"),
            Input("curves-save", "n_clicks"),
            State("studies", "value"),
            State("goal", "value"),
            prevent_initial_call=True,
        )  # type: ignore[untyped-decorator]
        def save_curves(_clicks: object, chosen: object, goal: object) -> Any:
            rows = curve_rows(shelf, door.some_of(chosen, shelf.volumes), door.one_of(goal, goals))
            return {"content": csv_text(rows), "filename": "curves.csv", "type": "text/csv"}

    if shelf.sweeps:

        @app.callback(
            Output("cases-file", "data"),
            Input("cases-save", "n_clicks"),
            State({"type": "brush", "number": ALL}, "value"),
            State("goal", "value"),
            State("sweep", "value"),
            prevent_initial_call=True,
        )  # type: ignore[untyped-decorator]
        def save_cases(_clicks: object, spans: Sequence[Any], goal: object, chosen: object) -> Any:
            sweep = shelf.sweeps[door.one_of(chosen, shelf.sweeps)]
            if len(spans) != len(sweep.levers) or not all(map(door.is_span, spans)):
                return no_update
            rows = case_rows(sweep, goal, [(low, high) for low, high in spans])
            return {"content": csv_text(rows), "filename": "cases.csv", "type": "text/csv"}


def case_rows(sweep: SweepAnswers, goal: object, spans: Sequence[tuple[int, int]]) -> list[Sequence[object]]:
    """Return the cases of a sweep that a brush keeps, with their values and dates."""
    found = goal_of(sweep, goal)
    kept = keep_cases(sweep, found, spans)
    table = cases_table(sweep, found, calendar_of(sweep))
    return [table.columns, *(row for row in table.rows if int(row[0]) in kept)]
