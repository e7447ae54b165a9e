"""Forged requests to the explorer: each is refused or answered as if the first had been chosen, none with a traceback.

Whoever is on this machine, or can make a browser on it ask, may send anything.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("dash", reason="the explorer needs the extra [explore]")

from flask.testing import FlaskClient

from dashboards.explorer import make_app
from dashboards.explorer.door import MOST_BYTES
from dashboards.study_list import Shelf, open_shelf
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.runner import run_study
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan

TESTS = Path(__file__).resolve().parents[2]
SMALL, SWEEPING = TESTS / "cli" / "small.yaml", TESTS / "unit" / "study" / "sweeping.yaml"
GOAL = "hut-stands"
ASK = "/_dash-update-component"
CURVES = ("..curves-data.data...curves-title.children..", ("studies.value", "goal.value"), ())
RUN = (
    "..bat-data.data...zoom-data.data...zoom-title.children...run-title.children...run-reading.children...bat-keys."
    "children...story.children...story-title.children..",
    ("run-study.value", "run-number.value", "goal.value"),
    (),
)
PICK = ("..run-study.value...run-number.value..", ("curves.clickData", "address.search"), ())
LEVERS = ("sweep-version.data", ("sweep-tick.n_intervals", "sweep.value"), ())
ADDRESS = (
    "..goal.value...studies.value...other-study.value...other-number.value..",
    ("address.search",),
    (),
)
NO_NUMBERS: list[object] = [None, "5; ls", [1], {}, "", True, [[]], {"a": 1}, "NaN", "5"]
SMALL_NUMBERS, LARGE_NUMBERS = [-5, 0.5, -1e308], [19.9, 1e308, 10**4000]
NUMBERS = [
    *((value, "nominal") for value in NO_NUMBERS),
    *((value, "replication 0") for value in SMALL_NUMBERS),
    *((value, "replication 19") for value in LARGE_NUMBERS),
]
NOT_NAMES: list[object] = [
    None, 5, [1], {}, True, "", "../../etc/passwd", "x" * 100_000, ["hut-stands"], "<script>alert(1)</script>",
]  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("runs")
    run_study(compile_campaign(load_scenario(SMALL)), replications=20, seed=3, jobs=1, folder=folder / "study")
    plan = read_plan(load_scenario(SWEEPING), cases=4, replications=10)
    run_sweep(Start(SWEEPING), plan, jobs=1, folder=folder / "sweep")
    return open_shelf([folder])


@pytest.fixture(scope="module")
def visitor(shelf: Shelf) -> FlaskClient:
    return make_app(shelf).server.test_client()


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No request leaves a traceback on stderr."""
    yield
    assert [record for record in caplog.records if record.exc_info] == []


def part(name: str, value: object) -> dict[str, object]:
    key, _, word = name.rpartition(".")
    return {"id": json.loads(key) if key.startswith("{") else key, "property": word, "value": value}


def question(kind: tuple[str, tuple[str, ...], tuple[str, ...]], *values: object) -> dict[str, Any]:
    """Return the body that the page would send, with these values for its inputs."""
    output, inputs, _ = kind
    names = output.strip(".").split("...")
    outputs = [{"id": name.rpartition(".")[0], "property": name.rpartition(".")[2]} for name in names]
    return {
        "output": output,
        "outputs": outputs if len(outputs) > 1 else outputs[0],
        "inputs": [part(name, value) for name, value in zip(inputs, values, strict=True)],
        "changedPropIds": [inputs[0]],
    }


def lever_part(kind: str, value: object, number: object = 0) -> dict[str, object]:
    return {"id": {"type": kind, "number": number}, "property": "value", "value": value}


def ask_levers(places: list[object], goal: object, sweep: object) -> dict[str, Any]:
    return {
        "output": "nearest.children",
        "outputs": {"id": "nearest", "property": "children"},
        "inputs": [[lever_part("lever", place, i) for i, place in enumerate(places)], part("goal.value", goal)],
        "state": [part("sweep.value", sweep)],
        "changedPropIds": ["goal.value"],
    }


def ask_brushes(spans: list[object], goal: object, sweep: object) -> dict[str, Any]:
    return {
        "output": "..cases-data.data...kept.children..",
        "outputs": [{"id": "cases-data", "property": "data"}, {"id": "kept", "property": "children"}],
        "inputs": [[lever_part("brush", span, i) for i, span in enumerate(spans)], part("goal.value", goal)],
        "state": [part("sweep.value", sweep)],
        "changedPropIds": ["goal.value"],
    }


def ask_lever(place: object, span: object, name: object, sweep: object = "w0", number: object = 0) -> dict[str, Any]:
    output = '{"number":["MATCH"],"type":"chosen"}.children'
    return {
        "output": output,
        "outputs": {"id": {"number": number, "type": "chosen"}, "property": "children"},
        "inputs": [lever_part("lever", place, number), lever_part("brush", span, number)],
        "state": [
            {"id": {"type": "lever", "number": number}, "property": "id", "value": name},
            part("sweep.value", sweep),
        ],
        "changedPropIds": [],
    }


def answer(visitor: FlaskClient, body: object) -> Any:
    """Return what comes back: new properties by the component that has them; nothing where nothing changes."""
    done = visitor.post(ASK, data=json.dumps(body), content_type="application/json")
    assert done.status_code == 200, done.text
    return json.loads(done.text)["response"]


@pytest.mark.parametrize("goal", NOT_NAMES)
def test_an_unknown_goal_becomes_the_first(visitor: FlaskClient, goal: object) -> None:
    for kind, values in ((CURVES, (["s0"],)), (RUN, ("s0", 5))):
        first = question(kind, *values, GOAL)
        assert answer(visitor, question(kind, *values, goal)) == answer(visitor, first)


@pytest.mark.parametrize("study", NOT_NAMES)
def test_an_unknown_study_becomes_the_first(visitor: FlaskClient, study: object) -> None:
    assert answer(visitor, question(RUN, study, 5, GOAL)) == answer(visitor, question(RUN, "s0", 5, GOAL))


@pytest.mark.parametrize("chosen", [None, "s0", {}, 5, [], [None], [["s0"]], [{}], ["s0"] * 50_000, ["../s0"]])
def test_studies_that_are_none_are_not_drawn(visitor: FlaskClient, chosen: object) -> None:
    drawn = answer(visitor, question(CURVES, chosen, GOAL))["curves-data"]["data"]["data"]
    assert len(drawn) == (1 if isinstance(chosen, list) and "s0" in chosen else 0)


@pytest.mark.parametrize(("number", "shown"), NUMBERS, ids=lambda value: str(value)[:20])
def test_what_is_no_number_is_the_nominal_run_and_any_number_is_one_there_is(
    visitor: FlaskClient, number: object, shown: str
) -> None:
    title = answer(visitor, question(RUN, "s0", number, GOAL))["run-title"]["children"]
    assert title.startswith(f"small, {shown}: ")


@pytest.mark.parametrize("text", ["Infinity", "-Infinity", "NaN"])
def test_numbers_that_json_does_not_have_are_the_nominal_run(visitor: FlaskClient, text: str) -> None:
    body = json.dumps(question(RUN, "s0", "HERE", GOAL)).replace('"HERE"', text)
    done = visitor.post(ASK, data=body, content_type="application/json")
    assert "nominal" in json.loads(done.text)["response"]["run-title"]["children"]


@pytest.mark.parametrize(
    "click",
    [5, [], "x", {}, {"points": 5}, {"points": []}, {"points": [None]}, {"points": [{"customdata": 5}]},
     {"points": [{"customdata": ["s0"]}]}, {"points": [{"customdata": [["s0"], 1]}]},
     {"points": [{"customdata": ["s9", 1]}]}],
)  # fmt: skip
def test_a_click_on_nothing_opens_nothing(visitor: FlaskClient, click: object) -> None:
    assert answer(visitor, question(PICK, click, "")) == {}


def test_a_click_with_words_for_its_number_opens_the_nominal_run(visitor: FlaskClient) -> None:
    said = answer(visitor, question(PICK, {"points": [{"customdata": ["s0", "x"]}]}, ""))
    assert said == {"run-study": {"value": "s0"}, "run-number": {"value": None}}


def test_an_address_opens_the_replication_that_it_names(visitor: FlaskClient) -> None:
    said = answer(visitor, question(PICK, None, "?run=small&n=7"))
    assert said == {"run-study": {"value": "s0"}, "run-number": {"value": 7}}


@pytest.mark.parametrize(
    "search", [None, 5, [], "", "?", "?run=../../etc&n=x&goal=<script>&study=none", "?" + "a=1&" * 500]
)
def test_an_address_that_names_nothing_opens_the_first_of_all(visitor: FlaskClient, search: object) -> None:
    said = answer(visitor, question(ADDRESS, search))
    assert said["goal"] == {"value": GOAL}
    assert said["studies"] == {"value": ["s0"]}
    assert said["other-study"] == {"value": None}


@pytest.mark.parametrize("sweep", NOT_NAMES)
def test_an_unknown_sweep_becomes_the_first(visitor: FlaskClient, sweep: object) -> None:
    assert answer(visitor, question(LEVERS, 0, sweep)) == answer(visitor, question(LEVERS, 0, "w0"))


@pytest.mark.parametrize("place", [None, "1", [], {}, 1.5, -1, True, 1e9])
def test_a_lever_that_stands_nowhere_changes_nothing(visitor: FlaskClient, place: object) -> None:
    assert answer(visitor, ask_levers([place, 0], "both", "w0")) == {}


@pytest.mark.parametrize("span", [None, 5, "01", [], [1], [1, 2, 3], ["0", "1"], [None, 1], [{}, []], {"0": 1}])
def test_a_brush_over_nothing_changes_nothing(visitor: FlaskClient, span: object) -> None:
    assert answer(visitor, ask_brushes([span, [0, 1]], "both", "w0")) == {}


def test_places_beyond_the_last_are_the_last(visitor: FlaskClient) -> None:
    assert answer(visitor, ask_levers([10**6, 10**30], "both", "w0"))["nearest"]["children"]
    assert "4 of 4 cases" in answer(visitor, ask_brushes([[0, 10**9], [0, 10**9]], "both", "w0"))["kept"]["children"]


@pytest.mark.parametrize(
    ("place", "span", "name"),
    [("x", [0, 1], {"number": 0}), (0, "x", {"number": 0}), (0, [0, 1], None), (0, [0, 1], {"number": "0"}),
     (0, [0, 1], {"number": 99}), (0, [0, 1], {"number": -1}), (0, [0, 1], [0]), (0, [0, 1], {})],
)  # fmt: skip
def test_a_lever_that_is_not_there_says_nothing(
    visitor: FlaskClient, place: object, span: object, name: object
) -> None:
    said = answer(visitor, ask_lever(place, span, name))
    assert [list(one.values()) for one in said.values()] == [[""]]


GOOD = question(CURVES, ["s0"], GOAL)
SHAPES: list[object] = [
    [], {}, None, 5, "x", [[]],
    {**GOOD, "output": "nothing.data"}, {**GOOD, "output": 5}, {**GOOD, "output": ["x"]}, {**GOOD, "output": "__doc__"},
    {key: value for key, value in GOOD.items() if key != "output"},
    {key: value for key, value in GOOD.items() if key != "outputs"},
    {key: value for key, value in GOOD.items() if key != "inputs"},
    {**GOOD, "outputs": "x"}, {**GOOD, "outputs": None}, {**GOOD, "outputs": 5},
    {**GOOD, "inputs": {}}, {**GOOD, "inputs": []}, {**GOOD, "inputs": [None, None]},
    {**GOOD, "inputs": GOOD["inputs"][:1]},
    {**GOOD, "inputs": GOOD["inputs"] * 2}, {**GOOD, "inputs": GOOD["inputs"][::-1]}, {**GOOD, "inputs": [[], []]},
    {**GOOD, "inputs": [{**GOOD["inputs"][0], "id": {"type": "x"}}, GOOD["inputs"][1]]},
    {**GOOD, "inputs": [{**GOOD["inputs"][0], "property": "children"}, GOOD["inputs"][1]]},
    {**GOOD, "state": "x"}, {**GOOD, "state": [part("goal.value", GOAL)]}, {**GOOD, "state": None},
    {**GOOD, "changedPropIds": "x"}, {**GOOD, "changedPropIds": [5]}, {**GOOD, "changedPropIds": {}},
    {**ask_lever(0, [0, 1], {}), "outputs": {"id": {"number": 0, "type": "lever"}, "property": "children"}},
    {**ask_lever(0, [0, 1], {}), "outputs": {"id": {"number": 0, "type": "chosen", "x": 1}, "property": "children"}},
    ask_lever(0, [0, 1], {}, number="0"), ask_lever(0, [0, 1], {}, number=[]), ask_lever(0, [0, 1], {}, number=None),
]  # fmt: skip


@pytest.mark.parametrize("body", SHAPES)
def test_a_body_of_another_shape_is_refused(visitor: FlaskClient, body: object) -> None:
    done = visitor.post(ASK, data=json.dumps(body), content_type="application/json")
    assert done.status_code == 400


@pytest.mark.parametrize(
    "outputs",
    [[{}, {}], [[], []], [], {}, [{"id": "x", "property": "y"}], [5, 5], [{"id": [], "property": {}}] * 2,
     GOOD["outputs"][:1], GOOD["outputs"] * 2, GOOD["outputs"][::-1], GOOD["outputs"][0],
     [{"property": "data"}, GOOD["outputs"][1]], [{**GOOD["outputs"][0], "property": "children"}, GOOD["outputs"][1]]],
)  # fmt: skip
def test_outputs_that_are_not_those_of_the_question_are_refused_at_the_door(
    visitor: FlaskClient, outputs: object, caplog: pytest.LogCaptureFixture
) -> None:
    done = visitor.post(ASK, data=json.dumps({**GOOD, "outputs": outputs}), content_type="application/json")
    assert done.status_code == 400
    assert caplog.records == []


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"\x00" * 100, b'{"a":' * 50_000, b"9" * 900_000, b'"\\ud800"']
)
def test_what_is_no_json_is_refused(visitor: FlaskClient, data: bytes) -> None:
    assert visitor.post(ASK, data=data, content_type="application/json").status_code in (400, 411)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_another_page_is_refused(visitor: FlaskClient, kind: str) -> None:
    assert visitor.post(ASK, data=json.dumps(GOOD), content_type=kind).status_code in (400, 415)


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 200_000_000, 10**18])
def test_a_body_that_is_too_long_is_refused_unread(visitor: FlaskClient, size: int) -> None:
    done = visitor.post(
        ASK, data=b"x", content_type="application/json", environ_overrides={"CONTENT_LENGTH": str(size)}
    )
    assert done.status_code == 413


def test_a_body_of_no_stated_length_is_refused(visitor: FlaskClient) -> None:
    done = visitor.post(ASK, data=b"{}", content_type="application/json", headers={"Transfer-Encoding": "chunked"})
    assert done.status_code == 411


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://localhost"}, {"Origin": ""},
     {"Origin": "http://localhost:9999"}, {"Origin": "http://localhost.evil.example"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}, {"Host": "evil.example"}, {"Host": "localhost.evil.example"},
     {"Host": "127.0.0.1.evil.example:8050"}, {"Host": "[::2]"}],
)  # fmt: skip
def test_what_another_page_asks_is_refused(visitor: FlaskClient, headers: dict[str, str]) -> None:
    done = visitor.post(ASK, data=json.dumps(GOOD), content_type="application/json", headers=headers)
    assert done.status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_what_the_page_itself_asks_is_answered(visitor: FlaskClient, headers: dict[str, str]) -> None:
    done = visitor.post(ASK, data=json.dumps(GOOD), content_type="application/json", headers=headers)
    assert done.status_code == 200


def test_a_link_from_elsewhere_leads_to_the_page(visitor: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert visitor.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_reload-hash", "/anything/else"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST"])
def test_nothing_else_can_be_done(visitor: FlaskClient, path: str, method: str) -> None:
    assert visitor.open(path, method=method, data=b"{}").status_code in (400, 405)


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/assets/none", ASK, "/_favicon.ico"])
def test_every_answer_tells_the_browser_what_it_may_do(visitor: FlaskClient, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "'unsafe-eval'" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["dash/../../app.py", "x/y.js", "dash/none.js", "os/environ", "dash/%2e%2e/app.py"])
def test_a_part_of_the_page_that_there_is_not_is_not_found(
    visitor: FlaskClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert visitor.get(f"/_dash-component-suites/{path}").status_code == 404
    assert caplog.records == []


def test_an_error_of_ours_is_one_line_and_no_traceback(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def tell(_: object) -> Any:
        raise ZeroDivisionError("of\nours")

    done = make_app(shelf, tell=tell).server.test_client().post(ASK, json=question(RUN, "s0", 5, GOAL))
    assert (done.status_code, "Traceback" in done.text) == (400, False)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "a question could not be answered: ZeroDivisionError: of\\nours"
    ]
