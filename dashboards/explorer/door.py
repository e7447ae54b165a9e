"""The door of the explorer: who may ask, how much, and in which shape; and what of it is taken for what.

Whatever comes in is a stranger's until it has passed here. A value that is none of those that can be chosen becomes the
first of them, as if nothing had been chosen.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeGuard

from dash import Dash
from dash.exceptions import DependencyException
from flask import Response, abort, request
from werkzeug.exceptions import BadRequest, HTTPException, NotFound

from sim.problems import printable

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
MOST_BYTES: Final = 1_000_000
"""Of a request; a page with every lever of a large sweep asks with some tens of thousands."""
_ASKED_AT: Final = "/_dash-update-component"
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_LOG: Final = logging.getLogger(__name__)


def guard(app: Dash, host: str, scripts: Iterable[str]) -> None:
    """Let in only what the page itself may ask, and tell the browser to run nothing but the page's own `scripts`.

    Call it when all callbacks are known. On a loopback `host` only requests that name this machine are answered.
    """
    server = app.server
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    headers = {**_HEADERS, "Content-Security-Policy": _policy([*app.csp_hashes(), *map(_hash, scripts)])}

    @server.before_request  # type: ignore[untyped-decorator]
    def check() -> None:
        if host in LOOPBACK and request.host.rsplit(":", 1)[0].strip("[]") not in LOOPBACK:
            abort(403)  # a page elsewhere could else read the data by a name that it points here
        _refuse_other_pages()
        if request.method == "POST":
            _refuse_other_questions(app.callback_map)

    @server.after_request  # type: ignore[untyped-decorator]
    def protect(response: Response) -> Response:
        response.headers.update(headers)
        return response

    @server.errorhandler(Exception)  # type: ignore[untyped-decorator]
    def refuse(error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return error
        if isinstance(error, DependencyException):
            return NotFound()  # a file of the page's parts that there is not
        _LOG.warning("a question could not be answered: %s: %.200s", type(error).__name__, printable(str(error)))
        return BadRequest("this cannot be answered")


def _policy(hashes: Iterable[str]) -> str:
    """Return the Content-Security-Policy; Plotly and Dash write style into the page as they draw."""
    return (
        f"default-src 'none'; script-src 'self' {' '.join(hashes)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _refuse_other_pages() -> None:
    """Refuse what another page asks for: the browser says whose page it is."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        abort(403)
    if site not in ("none", "same-origin") and (
        request.method != "GET" or request.headers.get("Sec-Fetch-Mode") != "navigate"
    ):
        abort(403)  # to follow a link to the page is fine


def _refuse_other_questions(known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a body that is too long, or no question that the page can ask, before anything is done with it."""
    if request.path != _ASKED_AT:
        abort(405)
    if request.content_length is None:
        abort(411)
    if request.content_length > MOST_BYTES:
        abort(413)
    try:
        body = request.get_json()
    except RecursionError:
        abort(400)
    if not _is_question(body, known):
        abort(400)


def _is_question(body: object, known: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a body asks for something known, with what that is made of."""
    if not isinstance(body, dict) or not isinstance(output := body.get("output"), str) or output not in known:
        return False
    changed = body.get("changedPropIds", [])
    return (
        isinstance(changed, list)
        and all(isinstance(one, str) for one in changed)
        and _are_outputs(body.get("outputs"), output)
        and _are_parts(body.get("inputs", []), known[output]["inputs"])
        and _are_parts(body.get("state", []), known[output]["state"])
    )


def _are_outputs(given: object, output: str) -> bool:
    """Whether what is to be set are the components and properties that the name of a callback lists."""
    named = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in output.strip(".").split("...")]
    return _are_parts(given if output.startswith("..") else [given], named)


def _are_parts(given: object, wanted: Sequence[Mapping[str, str]]) -> bool:
    """Whether what is given are the wanted components and properties, in their order; a pattern stands for several."""
    if not isinstance(given, list) or len(given) != len(wanted):
        return False
    for part, want in zip(given, wanted, strict=True):
        several = '["ALL"]' in want["id"]
        parts = part if several and isinstance(part, list) else [part]
        if several != isinstance(part, list) or not all(_is_part(one, want) for one in parts):
            return False
    return True


def _is_part(part: object, want: Mapping[str, str]) -> bool:
    if not isinstance(part, dict) or part.get("property") != want["property"]:
        return False
    name = part.get("id")
    if not want["id"].startswith("{"):
        return bool(name == want["id"])
    pattern = json.loads(want["id"])
    return (
        isinstance(name, dict)
        and name.keys() == pattern.keys()
        and name["type"] == pattern["type"]
        and is_place(name["number"])
    )


# --- values ---------------------------------------------------------------------------------------------------------


def one_of(value: object, known: Collection[str]) -> str:
    """Return what was chosen, or the first that can be."""
    return value if isinstance(value, str) and value in known else next(iter(known))


def some_of(value: object, known: Collection[str]) -> tuple[str, ...]:
    """Return those of the known that were chosen, in the order of the known."""
    chosen = {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
    return tuple(one for one in known if one in chosen)


def whole_number(value: object) -> int | None:
    """Return a number that was typed in, cut to a whole one not below 0; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return max(int(value), 0) if isinstance(value, int) or math.isfinite(value) else None


def is_place(value: object) -> TypeGuard[int]:
    """Whether a value is a place on a lever: a whole number from 0 on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_span(value: object) -> TypeGuard[list[int]]:
    """Whether a value is two places on a lever."""
    return isinstance(value, list) and len(value) == 2 and all(is_place(end) for end in value)
