"""Sweeps in the explorer: levers among the cases that were run, and a brush over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, dcc, html, no_update

from dashboards import formats
from dashboards.answers import GoalAnswers, LeverAxis, SweepAnswers, nearest
from dashboards.explorer import door
from dashboards.explorer.layout import PLOT, recolour, save_button
from dashboards.figures.parallel import calendar_of, draw_parallel, short_path
from dashboards.study_list import LiveSweeps, Shelf
from sim.problems import counted

LOOK_MS = 5_000
"""Between two looks at a sweep that is running."""


def sweep_cards(shelf: Shelf) -> list[Any]:
    """Return what stands on the page for sweeps."""
    names = {key: f"{one.called}, {one.design}, {counted(one.planned, 'case')}" for key, one in shelf.sweeps.items()}
    return [
        html.Div(
            [
                html.H2("A sweep: pull its levers"),
                html.P(
                    "How to read: the left sliders choose values that were tried; the case that was run nearest to "
                    "them is named and shown, nothing is interpolated. The right sliders keep the cases between two "
                    "values; the others lose their colour.",
                    className="reading",
                ),
                dcc.Store(id="sweep-version"),
                dcc.Interval(id="sweep-tick", interval=LOOK_MS, disabled=not is_unfinished(shelf)),
                html.Label("Sweep", htmlFor="sweep"),
                dcc.Dropdown(names, next(iter(names)), id="sweep", clearable=False),
                html.Div(id="levers"),
                html.P(id="nearest", className="said", **{"aria-live": "polite"}),
                html.P(id="kept", className="said", **{"aria-live": "polite"}),
                dcc.Store(id="cases-data"),
                dcc.Graph(id="cases", config=PLOT),
                save_button("cases"),
            ],
            className="card",
        )
    ]


def wire_sweeps(app: Dash, shelf: Shelf) -> None:
    """Let the page answer what is pulled and brushed in a sweep."""
    if not shelf.sweeps:
        return
    recolour(app, "cases")

    @lru_cache(maxsize=512)
    def cases(key: str, goal: str, kept: frozenset[int], _version: tuple[int, int]) -> Mapping[str, Any]:
        sweep = shelf.sweeps[key]
        figure = draw_parallel(sweep, goal_of(sweep, goal), kept).figure
        return {} if figure is None else figure.to_plotly_json()

    @app.callback(Output("sweep-version", "data"), Input("sweep-tick", "n_intervals"), Input("sweep", "value"))  # type: ignore[untyped-decorator]
    def look_again(_ticks: object, chosen: object) -> Any:
        key = door.one_of(chosen, shelf.sweeps)
        return [key, *version_of(shelf, key)]

    @app.callback(Output("levers", "children"), Input("sweep-version", "data"), State("sweep", "value"))  # type: ignore[untyped-decorator]
    def show_levers(_version: object, chosen: object) -> Any:
        sweep = shelf.sweeps[door.one_of(chosen, shelf.sweeps)]
        return [_lever(number, lever, sweep) for number, lever in enumerate(sweep.levers)]

    @app.callback(
        Output({"type": "chosen", "number": MATCH}, "children"),
        Input({"type": "lever", "number": MATCH}, "value"),
        Input({"type": "brush", "number": MATCH}, "value"),
        State({"type": "lever", "number": MATCH}, "id"),
        State("sweep", "value"),
    )  # type: ignore[untyped-decorator]
    def show_values(place: Any, span: Any, name: object, chosen: object) -> str:
        sweep = shelf.sweeps[door.one_of(chosen, shelf.sweeps)]
        number = name.get("number") if isinstance(name, dict) else None
        if (
            not door.is_place(number)
            or number >= len(sweep.levers)
            or not door.is_place(place)
            or not door.is_span(span)
        ):
            return ""
        return say_lever(sweep.levers[number], place, span)

    @app.callback(
        Output("nearest", "children"),
        Input({"type": "lever", "number": ALL}, "value"),
        Input("goal", "value"),
        State("sweep", "value"),
    )  # type: ignore[untyped-decorator]
    def show_nearest(places: Sequence[Any], goal: object, chosen: object) -> Any:
        sweep = shelf.sweeps[door.one_of(chosen, shelf.sweeps)]
        if len(places) != len(sweep.levers) or not all(map(door.is_place, places)):
            return no_update
        return name_nearest(sweep, goal_of(sweep, goal), places)

    @app.callback(
        Output("cases-data", "data"),
        Output("kept", "children"),
        Input({"type": "brush", "number": ALL}, "value"),
        Input("goal", "value"),
        State("sweep", "value"),
    )  # type: ignore[untyped-decorator]
    def show_kept(spans: Sequence[Any], goal: object, chosen: object) -> Any:
        key = door.one_of(chosen, shelf.sweeps)
        sweep = shelf.sweeps[key]
        if len(spans) != len(sweep.levers) or not all(map(door.is_span, spans)):
            return no_update, no_update
        found = goal_of(sweep, goal)
        kept = keep_cases(sweep, found, [(low, high) for low, high in spans])
        return cases(key, found.goal, kept, version_of(shelf, key)), _kept_words(sweep, found, kept)


def is_unfinished(shelf: Shelf) -> bool:
    """Tell whether a sweep on the shelf may still get answers."""
    return isinstance(shelf.sweeps, LiveSweeps) and shelf.sweeps.unfinished


def version_of(shelf: Shelf, key: str) -> tuple[int, int]:
    """Look whether a sweep has new answers, and return what tells its states apart."""
    return shelf.sweeps.refresh(key) if isinstance(shelf.sweeps, LiveSweeps) else (0, 0)


def name_nearest(sweep: SweepAnswers, goal: GoalAnswers, places: Sequence[int]) -> str:
    """Return in words the case that was run nearest to levers at these places, and what it says."""
    pairs = list(zip(sweep.levers, places, strict=True))
    wanted = {lever.path: lever.values[min(max(place, 0), len(lever.values) - 1)] for lever, place in pairs}
    found, exact = nearest(goal.answers, sweep.levers, wanted)
    calendar = calendar_of(sweep)
    answer = (
        f"{goal.called}, {formats.chance(found.chance)} chance by {formats.day(calendar, goal.by_d)}, even odds by "
        f"{formats.month(calendar, found.p50_d)}, 80 % by {formats.month(calendar, found.p80_d)}."
    )
    if exact:
        return f"Case {found.number} was run with exactly these values: {answer}"
    other = [
        f"{short_path(path, names=sweep.names)} {found.values[path]} instead of {value}"
        for path, value in wanted.items()
        if found.values[path] != value
    ]
    return f"Nearest case that was run: {found.number}, with {formats.listing(other)}: {answer}"


def keep_cases(sweep: SweepAnswers, goal: GoalAnswers, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return the cases whose every lever lies within its span of places, both ends included."""
    kept = set()
    for one in goal.answers:
        places = [lever.values.index(one.values[lever.path]) for lever in sweep.levers]
        if all(low <= place <= high for place, (low, high) in zip(places, spans, strict=True)):
            kept.add(one.number)
    return frozenset(kept)


def _kept_words(sweep: SweepAnswers, goal: GoalAnswers, kept: frozenset[int]) -> str:
    chosen = [one for one in goal.answers if one.number in kept]
    left = sweep.planned - len(goal.answers) - len(sweep.failed)
    running = f" {counted(left, 'case')} of the sweep have no answer yet." if left > 0 else ""
    if not chosen:
        return f"None of the {len(goal.answers)} cases lies between these values.{running}"
    low, high = (pick(one.chance.value for one in chosen) for pick in (min, max))
    best = min(chosen, key=lambda one: (-one.chance.value, one.mean_d))
    return (
        f"{len(chosen)} of {len(goal.answers)} cases are kept: {formats.percent(low)} to {formats.percent(high)} "
        f"chance, the best is case {best.number}.{running}"
    )


def _lever(number: int, lever: LeverAxis, sweep: SweepAnswers) -> Any:
    """Return a lever's two sliders; their places are those of the values that were tried, in order."""
    last = len(lever.values) - 1
    plain = {"marks": None, "allow_direct_input": False}
    slider = dcc.Slider(0, last, 1, value=last // 2, included=False, id={"type": "lever", "number": number}, **plain)
    brush = dcc.RangeSlider(0, last, 1, value=[0, last], id={"type": "brush", "number": number}, **plain)
    name = html.Strong(short_path(lever.path, 80, sweep.names), title=sweep.meanings.get(lever.path, ""))
    said = html.Span(id={"type": "chosen", "number": number}, className="reading", **{"aria-live": "polite"})
    return html.Fieldset(
        [
            html.Legend(
                [
                    name,
                    " ",
                    said,
                ]
            ),
            html.Div([slider, brush], className="panel"),
        ],
        className="lever",
    )


def say_lever(lever: LeverAxis, place: int, span: Sequence[int]) -> str:
    """Return in words what a lever's two sliders stand at."""
    last = len(lever.values) - 1
    low, high = (lever.values[min(max(int(end), 0), last)] for end in span)
    return f"at {lever.values[min(max(place, 0), last)]}; kept from {low} to {high}"


def goal_of(sweep: SweepAnswers, name: object) -> GoalAnswers:
    """Return a goal of a sweep by its name, or its first."""
    return next((goal for goal in sweep.goals if goal.goal == name), sweep.goals[0])
