"""Studies in the explorer: their S-curves together, and any replication as a bat chart and a story."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from dash import Dash, Input, Output, dcc, html, no_update

from dashboards import formats, theme
from dashboards.card import Key
from dashboards.explorer import door
from dashboards.explorer.address import first_studies, read_address
from dashboards.explorer.layout import PLOT, recolour, save_button
from dashboards.page import variable_of
from dashboards.replay_view import Asked, Shown, Telling, find_parting
from dashboards.study_list import Shelf, Volume
from dashboards.translation import _
from sim.problems import InputError

Tell: TypeAlias = Callable[[Asked], Shown]
"""Makes a replication again and draws it; raises InputError when that cannot be done."""


def job_of(shelf: Shelf) -> Telling:
    """Return the job of telling any replication on a shelf."""
    return Telling({key: volume.teller() for key, volume in shelf.volumes.items()})


def tell_here(shelf: Shelf) -> Tell:
    """Return who tells in this process, one after the other: threads would only get into each other's way."""
    job, turn = job_of(shelf), threading.Lock()

    def run(asked: Asked) -> Shown:
        with turn:
            return job.run(asked)

    return run


def study_cards(shelf: Shelf) -> list[Any]:
    """Return what stands on the page for studies."""
    names = {key: volume.name for key, volume in shelf.volumes.items()}
    first = next(iter(names))
    return [
        html.Div(
            [
                html.H2("How likely is the date?", id="curves-title"),
                html.P(
                    "How to read: each step is one replication. Click a step to open that replication below.",
                    className="reading",
                ),
                html.Fieldset(
                    [
                        html.Legend("Studies"),
                        dcc.Checklist(names, list(first_studies(shelf)), id="studies", inline=True),
                    ]
                ),
                dcc.Store(id="curves-data"),
                dcc.Graph(id="curves", config=PLOT),
                save_button("curves"),
            ],
            className="card",
        ),
        html.Div(
            [
                html.H2("One replication", id="run-title"),
                html.P(id="run-reading", className="reading"),
                html.Div(
                    [
                        html.Div(
                            [
                                html.Label("Study", htmlFor="run-study"),
                                dcc.Dropdown(names, first, id="run-study", clearable=False),
                            ]
                        ),
                        html.Div(
                            [
                                html.Label("Replication, or empty for the nominal run", htmlFor="run-number"),
                                dcc.Input(id="run-number", type="number", min=0, step=1, debounce=True),
                            ]
                        ),
                        html.Div(
                            [
                                html.Label(_("Compare with a run of"), htmlFor="other-study"),
                                dcc.Dropdown(names, None, id="other-study", placeholder=_("nothing")),
                            ]
                        ),
                        html.Div(
                            [
                                html.Label(_("Its replication, or empty for the nominal run"), htmlFor="other-number"),
                                dcc.Input(id="other-number", type="number", min=0, step=1, debounce=True),
                            ]
                        ),
                    ],
                    className="panel",
                ),
                dcc.Store(id="bat-data"),
                html.Div(id="bat-keys"),
                dcc.Graph(id="bat", config=PLOT),
                html.Div(
                    [
                        html.H3(id="other-title"),
                        html.P(id="parting", className="said", **{"aria-live": "polite"}),
                        dcc.Store(id="other-data"),
                        dcc.Graph(id="other", config=PLOT),
                    ],
                    id="other-run",
                    hidden=True,
                ),
                dcc.Store(id="zoom-data"),
                html.H3(id="zoom-title"),
                dcc.Graph(id="zoom", config=PLOT),
                html.H3("Its story", id="story-title"),
                html.Ol(id="story", className="story", tabIndex="0"),
            ],
            className="card",
        ),
    ]


def wire_studies(app: Dash, shelf: Shelf, tell: Tell) -> None:
    """Let the page answer what is chosen among studies and replications."""
    if not shelf.volumes:
        return
    recolour(app, "curves")
    recolour(app, "bat")
    recolour(app, "zoom")
    recolour(app, "other")
    goals = shelf.goals()

    @lru_cache(maxsize=256)
    def curves(keys: tuple[str, ...], goal: str) -> tuple[Mapping[str, Any], str]:
        return draw_curves({key: shelf.volumes[key] for key in keys}, list(shelf.volumes), goal)

    @lru_cache(maxsize=64)
    def told(key: str, replication: int | None, goal: str) -> Shown:
        return tell(shelf.volumes[key].ask(key, replication, goal))

    @app.callback(
        Output("curves-data", "data"),
        Output("curves-title", "children"),
        Input("studies", "value"),
        Input("goal", "value"),
    )  # type: ignore[untyped-decorator]
    def show_curves(chosen: object, goal: object) -> Any:
        return curves(door.some_of(chosen, shelf.volumes), door.one_of(goal, goals))

    @app.callback(
        Output("run-study", "value"),
        Output("run-number", "value"),
        Input("curves", "clickData"),
        Input("address", "search"),
    )  # type: ignore[untyped-decorator]
    def pick_run(click: object, search: object) -> Any:
        if click is None:
            wanted = read_address(search, shelf)
            return wanted.run or door.one_of(None, shelf.volumes), wanted.number
        match click:
            case {"points": [{"customdata": [str(key), number]}, *_]} if key in shelf.volumes:
                return key, door.whole_number(number)
        return no_update, no_update

    @app.callback(
        Output("bat-data", "data"),
        Output("zoom-data", "data"),
        Output("zoom-title", "children"),
        Output("run-title", "children"),
        Output("run-reading", "children"),
        Output("bat-keys", "children"),
        Output("story", "children"),
        Output("story-title", "children"),
        Input("run-study", "value"),
        Input("run-number", "value"),
        Input("goal", "value"),
    )  # type: ignore[untyped-decorator]
    def show_run(chosen: object, number: object, goal: object) -> Any:
        key = door.one_of(chosen, shelf.volumes)
        try:
            shown = told(key, door.whole_number(number), door.one_of(goal, goals))
        except InputError as error:  # the program or the folder has changed since the study was made
            nothing = (no_update, no_update, no_update)
            return (*nothing, f"{shelf.volumes[key].name}: this run cannot be shown again", str(error), [], [], "")
        lines = [html.Li(line) for line in shown.story]
        keys = _key_list(shown.keys)
        return (
            shown.bat, shown.zoom, shown.zoom_title, shown.title, shown.reading, keys, lines, shown.story_title
        )  # fmt: skip

    @app.callback(
        Output("other-data", "data"),
        Output("other-title", "children"),
        Output("parting", "children"),
        Output("other-run", "hidden"),
        Input("run-study", "value"),
        Input("run-number", "value"),
        Input("other-study", "value"),
        Input("other-number", "value"),
        Input("goal", "value"),
    )  # type: ignore[untyped-decorator]
    def show_other(chosen: object, number: object, other: object, second: object, goal: object) -> Any:
        if not isinstance(other, str) or other not in shelf.volumes:
            return no_update, "", "", True
        name = door.one_of(goal, goals)
        try:
            one = told(door.one_of(chosen, shelf.volumes), door.whole_number(number), name)
            two = told(other, door.whole_number(second), name)
        except InputError as error:
            return no_update, _("These runs cannot be shown again"), str(error), False
        return _on_axis_of(two.bat, one.bat), two.title, say_parting(one, two), False


def say_parting(one: Shown, two: Shown) -> str:
    """Return in words when two replications part, and what comes next in each."""
    found = find_parting(one, two)
    if found is None:
        return _("All {count} events are the same in both runs.").format(count=len(one.events))
    shared, first, second = found
    after = [
        _("{event} on {date}").format(event=event[1], date=event[0][:10]) if event is not None else _("nothing more")
        for event in (first, second)
    ]
    return _("Both runs share their first {count} events; then they part. Above: {first}. Below: {second}.").format(
        count=shared, first=after[0], second=after[1]
    )


def _on_axis_of(figure: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a figure over the dates of both, so that one lies under the other."""
    spans = [one["layout"].get("xaxis", {}).get("range") for one in (figure, other)]
    if not all(spans):
        return figure
    span = [min(ends[0] for ends in spans), max(ends[1] for ends in spans)]
    layout = {**figure["layout"], "xaxis": {**figure["layout"]["xaxis"], "range": span}}
    return {**figure, "layout": layout}


def draw_curves(chosen: Mapping[str, Volume], order: Sequence[str], goal: str) -> tuple[Mapping[str, Any], str]:
    """Return the figure of the S-curves as plain JSON, each point with its study and replication, and its title.

    `order` fixes the colours: a study keeps its colour whichever others are shown.
    """
    figure = theme.draft_figure(420, x={"type": "date"}, y={"range": [0, 104], "ticksuffix": " %", "dtick": 20})
    said: list[str] = []
    without: list[str] = []
    titles: dict[str, None] = {}
    for key, volume in chosen.items():
        found = volume.goal(goal)
        if found is None:
            without.append(formats.shorten(volume.name, 40))
            continue
        titles[found.called] = None
        colour, dash = theme.goal_style(order.index(key))
        steps, calendar = volume.steps(goal), volume.findings.calendar
        figure.add_scatter(
            x=[formats.iso_time(calendar, t) for t in steps.t_d],
            y=list(steps.percent),
            mode="lines+markers",
            line={"shape": "hv", "color": colour, "dash": dash, "width": 2},
            marker={"size": 6, "color": colour},
            customdata=[[key, number] for number in steps.replication],
            name=formats.figure_text(formats.shorten(volume.name, 40)),
            hovertemplate="%{fullData.name}: %{y:.0f} % by %{x|%b %Y}<br>replication %{customdata[1]}<extra></extra>",
        )
        said.append(f"{formats.shorten(volume.name, 40)} {formats.chance(found.probability)}")
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": -0.12, "yanchor": "top"},
        margin={"b": 70},
        hovermode="closest",
        clickmode="event",
    )
    called = next(iter(titles)) if len(titles) == 1 else goal
    title = f"{called} by its date: {formats.listing(said[:4])}" if said else f"No chosen study has the goal {called}"
    missing = (
        f"; {formats.listing(without[:4])} {'has' if len(without) == 1 else 'have'} no such goal" if without else ""
    )
    return figure.to_plotly_json(), title + (missing if said else "")


def _key_list(keys: Sequence[Key]) -> Any:
    return html.Ul([html.Li([_swatch(key), key.label]) for key in keys], className="keys")


def _swatch(key: Key) -> Any:
    colour = f"var(--{variable_of(key.colour)})"
    if key.shape == "cross":
        return html.Strong("✕", style={"color": colour})
    return html.Span(className="mark", style={"borderColor": colour, "borderTopStyle": _border(key.dash)})


def _border(dash: str) -> str:
    return {"solid": "solid", "dot": "dotted"}.get(dash, "dashed")
