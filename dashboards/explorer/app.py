"""The explorer: a local page on which studies are compared, replications opened and sweeps brushed.

Everything it can show is read when it starts; a visitor chooses among short keys and never names a file.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from typing import Any

from dash import Dash, dcc, html
from werkzeug.serving import BaseWSGIServer, make_server

from dashboards import formats
from dashboards.explorer.address import address_parts, wire_address
from dashboards.explorer.brush import sweep_cards, wire_sweeps
from dashboards.explorer.door import guard
from dashboards.explorer.layout import MEND, STYLE
from dashboards.explorer.saving import wire_saving
from dashboards.explorer.studies import Tell, study_cards, tell_here, wire_studies
from dashboards.page import style_text
from dashboards.study_list import Shelf
from sim.problems import counted


def make_app(shelf: Shelf, host: str = "127.0.0.1", tell: Tell | None = None) -> Dash:
    """Return the application over a shelf; on a loopback `host` it answers only requests that name this machine.

    `tell` makes replications again; without it this process does, one at a time.
    """
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
    wire_studies(app, shelf, tell or tell_here(shelf))
    wire_sweeps(app, shelf)
    wire_address(app, shelf)
    wire_saving(app, shelf)
    guard(app, host, [MEND])
    return app


def listen(shelf: Shelf, host: str, port: int, tell: Tell | None = None) -> BaseWSGIServer:
    """Return a server that answers many visitors at once, bound and not yet running; port 0 takes any free one.

    Raises OSError when the address cannot be had.
    """
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))  # werkzeug ends the program when it cannot
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else a line for every request
    return make_server(host, port, make_app(shelf, host, tell).server, threaded=True)


def _index() -> str:
    return f"""<!doctype html>
<html lang="en"><head>{{%metas%}}<title>{{%title%}}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,"><style>{style_text()}{STYLE}</style>{{%css%}}</head>
<body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer><script>{MEND}</script></body></html>"""


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
            [html.Label("Goal", htmlFor="goal"), dcc.Dropdown(goals, next(iter(goals)), id="goal", clearable=False)],
            className="card",
        ),
    ]
    if shelf.volumes:
        parts += [*address_parts(shelf), *study_cards(shelf)]
    if shelf.sweeps:
        parts += sweep_cards(shelf)
    return html.Main(parts, className="frame")


def _inventory(shelf: Shelf) -> str:
    studies = [f"{one.name} ({one.findings.replications:,} runs)" for one in shelf.volumes.values()]
    sweeps = [f"a sweep of {one.called} ({counted(one.planned, 'case')})" for one in shelf.sweeps.values()]
    shown = [*studies, *sweeps]
    return f"{formats.listing(shown[:6])}{f' and {len(shown) - 6} more' if len(shown) > 6 else ''}."
