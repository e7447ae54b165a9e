"""The explorer: a local page on which studies are compared, replications opened and sweeps brushed.

Everything it can show is read when it starts; a visitor chooses among short keys and never names a file.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from dash import ALL, MATCH, Dash, Input, Output, State, dcc, html, no_update
from flask import abort, request
from werkzeug.serving import BaseWSGIServer, make_server

from dashboards import formats, theme
from dashboards.answers import GoalAnswers, Lever, SweepAnswers, nearest
from dashboards.card import Card
from dashboards.figures.bat import draw_bat, draw_bat_zoom, has_journeys
from dashboards.figures.sweep import calendar_of, draw_parallel, short_path
from dashboards.page import style_text, variable_of
from dashboards.shelf import Shelf, Volume
from sim.problems import InputError

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_NOMINAL: Final = "nominal"
_PLOT: Final = {"displaylogo": False, "displayModeBar": "hover", "responsive": True}
_STYLE: Final = """
:root:root { --Dash-Fill-Inverse-Strong: var(--card); --Dash-Fill-Interactive-Strong: var(--blue);
  --Dash-Fill-Interactive-Weak: var(--page); --Dash-Fill-Primary-Hover: var(--page);
  --Dash-Fill-Primary-Active: var(--page);
  --Dash-Fill-Disabled: var(--edge); --Dash-Text-Strong: var(--ink); --Dash-Text-Primary: var(--ink);
  --Dash-Text-Weak: var(--soft); --Dash-Text-Disabled: var(--soft); --Dash-Stroke-Strong: var(--edge);
  --Dash-Stroke-Weak: var(--grid); }
.dash-dropdown, .dash-input-container, .dash-options-list-option { color: var(--ink); }
.card > h2 { font-size: clamp(17px, 1.6vw, 20px); line-height: 1.3; margin: 0 0 6px; }
.card > label { font-size: 13px; color: var(--soft); }
.panel { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); gap: 12px 24px; }
.panel label, .panel legend { font-size: 13px; color: var(--soft); display: block; padding: 0; }
.panel input[type=number], .panel select { font: inherit; max-width: 100%; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { max-width: 100%; overflow-wrap: anywhere; white-space: normal; }
.lever { padding: 4px 0 12px; }
.said { font-size: 15px; }
.story { padding-left: 1.4em; margin: 8px 0; font-size: 14px; max-height: 420px; overflow: auto; }
.story li { margin: 3px 0; }
.mark { display: inline-block; width: 22px; margin-right: 7px; vertical-align: middle; border-top: 3px solid; }
.lead { padding-bottom: 16px; }
.card { margin-bottom: 16px; }
"""
_MEND: Final = """
const mend = () => {
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);
  each(".dash-checklist[role=listbox]", (node) => { node.setAttribute("role", "group"); });
  each(".dash-checklist:not([aria-label])", (node) => {
    node.setAttribute("aria-label", node.closest("fieldset")?.querySelector("legend")?.textContent ?? "choices");
  });
  each(".dash-checklist label[role]", (node) => {
    node.removeAttribute("role");
    node.removeAttribute("aria-selected");
  });
  each(".dash-dropdown-focus-target[aria-hidden]", (node) => {
    node.removeAttribute("aria-hidden");
    node.setAttribute("aria-label", "choose");
  });
  each("[role=slider]:not([aria-label])", (node) => {
    node.setAttribute("aria-label", node.closest("fieldset")?.querySelector("strong")?.textContent ?? "value");
  });
};
new MutationObserver(mend).observe(document.body, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["role", "aria-hidden"],
});
"""
"""Gives Dash 4's choices and sliders the roles and names that screen readers need and it leaves out."""
_RECOLOUR: Final = """function(figure) {
  const dark = %s;
  if (!figure || !window.matchMedia("(prefers-color-scheme: dark)").matches) return figure;
  const swap = (v) => typeof v === "string" ? (dark[v] ?? v) : Array.isArray(v) ? v.map(swap)
    : v && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, swap(x)])) : v;
  return swap(figure);
}"""


def make_app(shelf: Shelf, host: str = "127.0.0.1") -> Dash:
    """Return the application over a shelf; on a loopback `host` it answers only requests that name this machine."""
    app = Dash(
        __name__,
        title="ilrs explore",
        update_title=None,
        assets_folder="no-assets-are-served",
        include_assets_files=False,
        serve_locally=True,
        suppress_callback_exceptions=True,
        index_string=_index(),
    )
    app.layout = _layout(shelf)
    _wire_studies(app, shelf)
    _wire_sweeps(app, shelf)
    if host in LOOPBACK:
        _refuse_other_names(app)
    return app


def listen(shelf: Shelf, host: str, port: int) -> BaseWSGIServer:
    """Return a server that answers many visitors at once, bound and not yet running; port 0 takes any free one.

    Raises OSError when the address cannot be had.
    """
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))  # werkzeug ends the program when it cannot
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else a line for every request
    return make_server(host, port, make_app(shelf, host).server, threaded=True)


def _refuse_other_names(app: Dash) -> None:
    """Answer only under this machine's own names: a page elsewhere could else read the data by a rebound name."""

    @app.server.before_request  # type: ignore[untyped-decorator]
    def check() -> None:
        name = request.host.rsplit(":", 1)[0].strip("[]")
        if name not in LOOPBACK:
            abort(403)


def _index() -> str:
    return f"""<!doctype html>
<html lang="en"><head>{{%metas%}}<title>{{%title%}}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,"><style>{style_text()}{_STYLE}</style>{{%css%}}</head>
<body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer><script>{_MEND}</script></body></html>"""


# --- what stands on the page ------------------------------------------------------------------------------------------


def _layout(shelf: Shelf) -> Any:
    goals = shelf.goals()
    parts: list[Any] = [
        html.Div(
            [
                html.H1("Explore what was run", id="headline"),
                html.P(_inventory(shelf), className="verdict"),
                *(html.P(f"Left out: {reason}", className="note") for reason in shelf.left_out[:5]),
            ],
            className="lead",
        ),
        html.Div(
            [html.Label("Goal", htmlFor="goal"), dcc.Dropdown(list(goals), goals[0], id="goal", clearable=False)],
            className="card",
        ),
    ]
    if shelf.volumes:
        parts += _study_cards(shelf)
    if shelf.sweeps:
        parts += _sweep_cards(shelf)
    return html.Main(parts, className="frame")


def _inventory(shelf: Shelf) -> str:
    studies = [f"{one.name} ({one.findings.replications:,} runs)" for one in shelf.volumes.values()]
    sweeps = [f"a sweep of {one.scenario} ({one.planned} cases)" for one in shelf.sweeps.values()]
    shown = [*studies, *sweeps]
    return f"{formats.listing(shown[:6])}{f' and {len(shown) - 6} more' if len(shown) > 6 else ''}."


def _study_cards(shelf: Shelf) -> list[Any]:
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
                    [html.Legend("Studies"), dcc.Checklist(names, list(names)[:4], id="studies", inline=True)]
                ),
                dcc.Store(id="curves-data"),
                dcc.Graph(id="curves", config=_PLOT),
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
                    ],
                    className="panel",
                ),
                dcc.Store(id="bat-data"),
                html.Div(id="bat-keys"),
                dcc.Graph(id="bat", config=_PLOT),
                dcc.Store(id="zoom-data"),
                html.H3(id="zoom-title"),
                dcc.Graph(id="zoom", config=_PLOT),
                html.H3("Its story", id="story-title"),
                html.Ol(id="story", className="story", tabIndex="0"),
            ],
            className="card",
        ),
    ]


def _sweep_cards(shelf: Shelf) -> list[Any]:
    names = {key: f"{one.scenario}, {one.design}, {one.planned} cases" for key, one in shelf.sweeps.items()}
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
                html.Label("Sweep", htmlFor="sweep"),
                dcc.Dropdown(names, next(iter(names)), id="sweep", clearable=False),
                html.Div(id="levers"),
                html.P(id="nearest", className="said", **{"aria-live": "polite"}),
                html.P(id="kept", className="said", **{"aria-live": "polite"}),
                dcc.Store(id="cases-data"),
                dcc.Graph(id="cases", config=_PLOT),
            ],
            className="card",
        )
    ]


# --- studies and their replications -----------------------------------------------------------------------------------


def _wire_studies(app: Dash, shelf: Shelf) -> None:
    if not shelf.volumes:
        return
    _recolour(app, "curves")
    _recolour(app, "bat")
    _recolour(app, "zoom")

    @lru_cache(maxsize=256)
    def curves(keys: tuple[str, ...], goal: str) -> tuple[Mapping[str, Any], str]:
        return draw_curves({key: shelf.volumes[key] for key in keys}, list(shelf.volumes), goal)

    turn = threading.Lock()

    @lru_cache(maxsize=64)
    def run(key: str, replication: int | None, goal: str) -> tuple[Any, ...]:
        with turn:  # one after the other: threads that compute at once only get into each other's way
            return tell_run(shelf.volumes[key], replication, goal)

    @app.callback(
        Output("curves-data", "data"),
        Output("curves-title", "children"),
        Input("studies", "value"),
        Input("goal", "value"),
    )  # type: ignore[untyped-decorator]
    def show_curves(chosen: Sequence[str] | None, goal: str) -> Any:
        keys = tuple(key for key in shelf.volumes if key in (chosen or ()))
        return curves(keys, goal if goal in shelf.goals() else shelf.goals()[0])

    @app.callback(
        Output("run-study", "value"),
        Output("run-number", "value"),
        Input("curves", "clickData"),
        prevent_initial_call=True,
    )  # type: ignore[untyped-decorator]
    def pick_run(click: Mapping[str, Any] | None) -> Any:
        point = (click or {}).get("points", [{}])[0].get("customdata")
        if not isinstance(point, list) or len(point) != 2 or point[0] not in shelf.volumes:
            return no_update, no_update
        return point[0], int(point[1])

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
    def show_run(key: str, number: float | None, goal: str) -> Any:
        key = key if key in shelf.volumes else next(iter(shelf.volumes))
        replication = None if number is None else min(max(int(number), 0), shelf.volumes[key].last)
        try:
            return run(key, replication, goal)
        except InputError as error:  # the program or the folder has changed since the study was made
            nothing = (no_update, no_update, no_update)
            return (*nothing, f"{shelf.volumes[key].name}: this run cannot be shown again", str(error), [], [], "")


def tell_run(volume: Volume, replication: int | None, goal: str) -> tuple[Any, ...]:
    """Return what the page shows of one replication, None being the nominal run.

    That is the bat chart, its zoom and the zoom's title, the title, how to read it, its key, the story and its title.
    Raises InputError when the run cannot be made again.
    """
    told = volume.told(replication, goal)
    card = draw_bat(volume.findings, told.trace)
    zoom = draw_bat_zoom(volume.findings, told.trace) if has_journeys(told.trace) else card
    name = _NOMINAL if replication is None else f"replication {replication}"
    lines = [] if told.tale is None else [html.Li(one.text) for one in told.tale.stretches]
    return (
        _json(card),
        _json(zoom),
        zoom.title,
        f"{volume.name}, {name}: {card.title}",
        card.reading,
        _key_list(card),
        lines or [html.Li(f"{volume.name} has no goal {goal}.")],
        _story_title(volume, told.tale.reached_d if told.tale else None, goal),
    )


def draw_curves(chosen: Mapping[str, Volume], order: Sequence[str], goal: str) -> tuple[Mapping[str, Any], str]:
    """Return the figure of the S-curves as plain JSON, each point with its study and replication, and its title.

    `order` fixes the colours: a study keeps its colour whichever others are shown.
    """
    figure = theme.draft_figure(420)
    said = []
    for key, volume in chosen.items():
        found = volume.goal(goal)
        if found is None:
            continue
        colour, dash = theme.goal_style(order.index(key))
        steps, calendar = volume.steps(goal), formats.calendar_of(volume.findings)
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
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.15}, hovermode="closest")
    figure.update_layout(clickmode="event")
    figure.update_xaxes(type="date")
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=20)
    title = f"{goal} by its date: {formats.listing(said[:4])}" if said else f"No chosen study has the goal {goal}"
    return json.loads(figure.to_json()), title


def _story_title(volume: Volume, reached_d: float | None, goal: str) -> str:
    calendar = formats.calendar_of(volume.findings)
    if reached_d is None:
        return f"Its story: {goal} is not reached"
    return f"Its story: {goal} is reached on {formats.day(calendar, reached_d)}"


# --- sweeps -----------------------------------------------------------------------------------------------------------


def _wire_sweeps(app: Dash, shelf: Shelf) -> None:
    if not shelf.sweeps:
        return
    _recolour(app, "cases")

    @lru_cache(maxsize=512)
    def cases(key: str, goal: str, kept: frozenset[int]) -> Mapping[str, Any]:
        sweep = shelf.sweeps[key]
        return _json(draw_parallel(sweep, _goal_of(sweep, goal), kept))

    @app.callback(Output("levers", "children"), Input("sweep", "value"))  # type: ignore[untyped-decorator]
    def show_levers(key: str) -> Any:
        sweep = shelf.sweeps.get(key) or next(iter(shelf.sweeps.values()))
        return [_lever(number, lever) for number, lever in enumerate(sweep.levers)]

    @app.callback(
        Output({"type": "chosen", "number": MATCH}, "children"),
        Input({"type": "lever", "number": MATCH}, "value"),
        Input({"type": "brush", "number": MATCH}, "value"),
        State({"type": "lever", "number": MATCH}, "id"),
        State("sweep", "value"),
    )  # type: ignore[untyped-decorator]
    def show_values(place: int, span: Sequence[int], name: Mapping[str, int], key: str) -> str:
        sweep = shelf.sweeps.get(key) or next(iter(shelf.sweeps.values()))
        return say_lever(sweep.levers[name["number"]], place, span) if name["number"] < len(sweep.levers) else ""

    @app.callback(
        Output("nearest", "children"),
        Input({"type": "lever", "number": ALL}, "value"),
        Input("goal", "value"),
        State("sweep", "value"),
    )  # type: ignore[untyped-decorator]
    def show_nearest(places: Sequence[int | None], goal: str, key: str) -> Any:
        sweep = shelf.sweeps.get(key) or next(iter(shelf.sweeps.values()))
        if len(places) != len(sweep.levers) or None in places:
            return no_update
        return name_nearest(sweep, _goal_of(sweep, goal), [int(place or 0) for place in places])

    @app.callback(
        Output("cases-data", "data"),
        Output("kept", "children"),
        Input({"type": "brush", "number": ALL}, "value"),
        Input("goal", "value"),
        State("sweep", "value"),
    )  # type: ignore[untyped-decorator]
    def show_kept(spans: Sequence[Sequence[int] | None], goal: str, key: str) -> Any:
        key = key if key in shelf.sweeps else next(iter(shelf.sweeps))
        sweep = shelf.sweeps[key]
        if len(spans) != len(sweep.levers) or None in spans:
            return no_update, no_update
        found = _goal_of(sweep, goal)
        kept = keep_cases(sweep, found, [(int(span[0]), int(span[1])) for span in spans if span])
        return cases(key, found.goal, kept), _kept_words(found, kept)


def name_nearest(sweep: SweepAnswers, goal: GoalAnswers, places: Sequence[int]) -> str:
    """Return in words the case that was run nearest to levers at these places, and what it says."""
    pairs = list(zip(sweep.levers, places, strict=True))
    wanted = {lever.path: lever.values[min(max(place, 0), len(lever.values) - 1)] for lever, place in pairs}
    found, exact = nearest(goal.answers, sweep.levers, wanted)
    calendar = calendar_of(sweep)
    answer = (
        f"{formats.chance(found.chance)} chance by {formats.day(calendar, goal.by_d)}, even odds by "
        f"{formats.month(calendar, found.p50_d)}, 80 % by {formats.month(calendar, found.p80_d)}."
    )
    if exact:
        return f"Case {found.number} was run with exactly these values: {answer}"
    other = [
        f"{short_path(path)} {found.values[path]} instead of {value}"
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


def _kept_words(goal: GoalAnswers, kept: frozenset[int]) -> str:
    chosen = [one for one in goal.answers if one.number in kept]
    if not chosen:
        return f"None of the {len(goal.answers)} cases lies between these values."
    low, high = (pick(one.chance.value for one in chosen) for pick in (min, max))
    best = min(chosen, key=lambda one: (-one.chance.value, one.mean_d))
    return (
        f"{len(chosen)} of {len(goal.answers)} cases are kept: {formats.percent(low)} to {formats.percent(high)} "
        f"chance, the best is case {best.number}."
    )


def _lever(number: int, lever: Lever) -> Any:
    """Return a lever's two sliders; their places are those of the values that were tried, in order."""
    last = len(lever.values) - 1
    plain = {"marks": None, "allow_direct_input": False}
    slider = dcc.Slider(0, last, 1, value=last // 2, included=False, id={"type": "lever", "number": number}, **plain)
    brush = dcc.RangeSlider(0, last, 1, value=[0, last], id={"type": "brush", "number": number}, **plain)
    said = html.Span(id={"type": "chosen", "number": number}, className="reading", **{"aria-live": "polite"})
    return html.Fieldset(
        [html.Legend([html.Strong(lever.path), " ", said]), html.Div([slider, brush], className="panel")],
        className="lever",
    )


def say_lever(lever: Lever, place: int, span: Sequence[int]) -> str:
    """Return in words what a lever's two sliders stand at."""
    last = len(lever.values) - 1
    low, high = (lever.values[min(max(int(end), 0), last)] for end in span)
    return f"at {lever.values[min(max(place, 0), last)]}; kept from {low} to {high}"


def _goal_of(sweep: SweepAnswers, name: str) -> GoalAnswers:
    return next((goal for goal in sweep.goals if goal.goal == name), sweep.goals[0])


# --- figures ----------------------------------------------------------------------------------------------------------


def _recolour(app: Dash, name: str) -> None:
    """Draw what the server sends, in the colours of the reader's theme."""
    script = _RECOLOUR % json.dumps(dict(theme.DARK))
    app.clientside_callback(script, Output(name, "figure"), Input(f"{name}-data", "data"))


def _json(card: Card) -> Mapping[str, Any]:
    assert card.figure is not None
    found: Mapping[str, Any] = card.figure.to_plotly_json()
    return found


def _key_list(card: Card) -> Any:
    items = [
        html.Li(
            [
                html.Span(
                    className="mark",
                    style={"borderColor": f"var(--{variable_of(key.colour)})", "borderTopStyle": _border(key.dash)},
                ),
                key.label,
            ]
        )
        for key in card.keys
    ]
    return html.Ul(items, className="keys")


def _border(dash: str) -> str:
    return {"solid": "solid", "dot": "dotted"}.get(dash, "dashed")


__all__ = ["draw_curves", "keep_cases", "listen", "make_app", "name_nearest"]
