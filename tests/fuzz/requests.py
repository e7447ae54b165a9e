"""Forged requests to the explorer: none may end in a traceback, hang, or get an answer that is no answer.

    python -m tests.fuzz.requests --count 5000 --seed 1

The callbacks are read from the page itself. A request is one that the page could send, with values that may be chosen
or may not; two of three are then changed in their shape, their bytes, their headers or their path.
"""

from __future__ import annotations

import copy
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fuzz.mutations import FILLINGS, ODD, change
from tests.fuzz.tally import Tally, from_command_line

TESTS = Path(__file__).parents[1]
ASK = "/_dash-update-component"
ANSWERS = frozenset({200, 204, 301, 302, 304, 308, 400, 403, 404, 405, 411, 413, 415})
LONGEST_S = 30.0
CHOSEN: tuple[Any, ...] = (
    "s0", "w0", "s1", ["s0"], ["s0", "s0"], [], "hut-stands", "both", 0, 1, 5, 19, None, [0, 1], [1, 0], {"number": 0},
    {"number": 1}, {"points": [{"customdata": ["s0", 3]}]}, {"points": []},
)  # fmt: skip
"""What the page itself sends for one component or another."""
MARK = "<img src=x onerror=alert(1)>"
STRANGE: tuple[Any, ...] = (*ODD, MARK, [MARK], {MARK: MARK}, ["s0"] * 5_000, [[[[[]]]]] * 50, 10**4000, -1e308)
HEADERS = (
    ("Host", ("localhost", "127.0.0.1:8050", "[::1]", "evil.example", "localhost.evil.example", "", "x" * 9000)),
    (
        "Origin",
        ("http://localhost", "null", "http://evil.example", "", "file://", "http://[", "http://localhost:99999"),
    ),
    ("Sec-Fetch-Site", ("same-origin", "same-site", "cross-site", "none", "", "\u00e9")),
    ("Sec-Fetch-Mode", ("navigate", "cors", "")),
    ("Content-Type", ("application/json", "text/plain", "", "application/json; charset=utf-7", "multipart/form-data")),
    ("Transfer-Encoding", ("chunked", "gzip", "")),
    ("Accept-Encoding", ("gzip", "br", "*;q=0", "")),
    ("Cookie", ("a=b", "=" * 500, "\u00e9")),
    ("Range", ("bytes=0-", "bytes=5-1", "x")),
)
PATHS = (
    "/", ASK, "/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/_favicon.ico", "/assets/../../etc/passwd",
    "/assets/%2e%2e/%2e%2e/etc/passwd", "/_dash-component-suites/dash/../../app.py", "/_dash-component-suites/x/y.js",
    "/\u0000", "/%00", "//evil.example/", "/" + "a" * 5_000, "/.git/config", "/_dash-component-suites/os/environ",
)  # fmt: skip
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "X")


class Listener(logging.Handler):
    """Keeps what the server complained of while a request was answered."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note a traceback, or a question that could not be answered."""
        if record.exc_info or "could not be answered" in record.getMessage():
            self.heard.append(record.getMessage()[:300])


def callbacks(visitor: Any) -> list[dict[str, Any]]:
    """Return the callbacks of the page that ask the server."""
    found = json.loads(visitor.get("/_dash-dependencies").text)
    return [one for one in found if not one["clientside_function"]]


def ask(rng: random.Random, callback: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a request that the page could send, with any values."""
    number = rng.choice([0, 0, 0, 1, *rng.sample(STRANGE, 1)])
    outputs = [_part(name, number, None) for name in callback["output"].strip(".").split("...")]
    for one in outputs:
        del one["value"]
    body = {
        "output": callback["output"],
        "outputs": outputs if len(outputs) > 1 else outputs[0],
        "inputs": [_parts(rng, one, number) for one in callback["inputs"]],
        "changedPropIds": [],
    }
    if callback["state"]:
        body["state"] = [_parts(rng, one, number) for one in callback["state"]]
    return body


def _parts(rng: random.Random, one: dict[str, Any], number: object) -> Any:
    name = f"{one['id']}.{one['property']}"
    if '"ALL"' in name:
        return [_part(name, place, _value(rng)) for place in range(rng.choice((0, 1, 2, 2, 2, 3)))]
    return _part(name, number, _value(rng))


def _part(name: str, number: object, value: object) -> dict[str, Any]:
    key, _, word = name.rpartition(".")
    part = json.loads(key) if key.startswith("{") else key
    if isinstance(part, dict):
        part["number"] = number
    return {"id": part, "property": word, "value": value}


def _value(rng: random.Random) -> Any:
    return copy.deepcopy(rng.choice(CHOSEN if rng.random() < 0.6 else STRANGE))


def requests(rng: random.Random, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one forged request, as the arguments of `FlaskClient.open`."""
    document: Any = ask(rng, rng.choice(asked))
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        document, _ = change(rng, document)
    data = json.dumps(document).encode()
    if rng.random() < 0.15:
        data = _bytes(rng, data)
    request: dict[str, Any] = {"path": ASK, "method": "POST", "data": data, "content_type": "application/json"}
    headers = {}
    if rng.random() < 0.2:
        for name, values in rng.sample(HEADERS, rng.choice((1, 1, 2))):
            headers[name] = rng.choice(values)
    request["content_type"] = headers.pop("Content-Type", request["content_type"])
    request["headers"] = headers
    if rng.random() < 0.1:
        request |= {"path": rng.choice(PATHS), "method": rng.choice(METHODS)}
    return request


def _bytes(rng: random.Random, data: bytes) -> bytes:
    how = rng.randrange(5)
    if how == 0:
        return data[: rng.randrange(len(data))]
    if how == 1:
        spot = rng.randrange(len(data))
        return data[:spot] + bytes([rng.randrange(256)]) + data[spot + 1 :]
    if how == 2:
        return rng.choice(FILLINGS)
    if how == 3:
        return data.replace(b"null", rng.choice((b"NaN", b"Infinity", b"-Infinity", b"1e999", b'"\\ud800"')))
    return data + rng.choice((data, b"\0", b"]"))


def try_request(visitor: Any, listener: Listener, request: dict[str, Any]) -> tuple[int, str]:
    """Send a request; return the status of its answer, and what must not be."""
    listener.heard.clear()
    start = time.process_time()
    try:
        done = visitor.open(**request)
        text = done.get_data().decode("utf-8", "replace")
    except Exception as error:
        return 0, f"{type(error).__name__}: {error}"
    took_s = time.process_time() - start
    return done.status_code, listener.heard[0] if listener.heard else _fault(done, text, took_s)


def _fault(done: Any, text: str, took_s: float) -> str:
    """Say what must not be in an answer."""
    if done.status_code not in ANSWERS:
        return text[:300]
    if "Traceback" in text:
        return "a traceback in the answer"
    if done.headers.get("X-Content-Type-Options") != "nosniff" or "Content-Security-Policy" not in done.headers:
        return "an answer that does not tell the browser what it may do"
    if "html" in done.headers.get("Content-Type", "") and MARK in text:
        return "the text of others in a page"
    return f"{took_s:.0f} s of processor" if took_s > LONGEST_S else ""


def forge(count: int, seed: int, first: int = 0) -> Iterator[tuple[int, dict[str, Any], int, str]]:
    """Send so many requests to an explorer of one study and one sweep; yield what came of each."""
    listener = Listener()
    logging.getLogger().addHandler(listener)
    try:
        with tempfile.TemporaryDirectory(prefix="ilrs-fuzz-") as top:
            visitor = open_explorer(Path(top))
            asked = callbacks(visitor)
            for number in range(first, first + count):
                request = requests(random.Random(f"{seed}/{number}"), asked)
                yield number, request, *try_request(visitor, listener, request)
    finally:
        logging.getLogger().removeHandler(listener)


def open_explorer(top: Path) -> Any:
    """Return a client of an explorer that shows a study and a sweep."""
    from dashboards.explorer import make_app
    from dashboards.study_list import open_shelf
    from sim.campaign.compile import compile_campaign
    from sim.scenario.load import load_scenario
    from sim.study.runner import run_study
    from sim.study.sweep import Start, run_sweep
    from sim.study.sweep_plan import read_plan

    sweeping = TESTS / "unit" / "study" / "sweeping.yaml"
    small = load_scenario(TESTS / "cli" / "small.yaml")
    run_study(compile_campaign(small), replications=20, seed=3, jobs=1, folder=top / "study")
    plan = read_plan(load_scenario(sweeping), cases=4, replications=10)
    run_sweep(Start(sweeping), plan, jobs=1, folder=top / "sweep")
    return make_app(open_shelf([top])).server.test_client()


def run(count: int, seed: int, first: int = 0) -> Tally:
    """Try requests; return what came of them."""
    tally = Tally()
    for number, request, status, fault in forge(count, seed, first):
        tally.count[status] += 1
        if fault:
            said = f"{number}: {status}: {fault}\n    {str(request)[:600]}"
            tally.findings.append(said)
            sys.stderr.write(f"{said}\n")
    return tally


if __name__ == "__main__":
    sys.exit(from_command_line(__doc__, "requests", 2_000, run))
