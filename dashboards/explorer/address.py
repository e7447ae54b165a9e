"""What is shown as an address: the page takes it up when it opens, and writes it as the reader chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from dash import Dash, Input, Output, dcc, html

from dashboards.explorer import door
from dashboards.study_list import Shelf

MOST_FIELDS: Final = 64
"""Words of an address that are read; what has more is taken for none."""
WRITE: Final = """function(goal, studies, run, number, other, second, names) {
  const named = (key) => names[key] ?? "";
  const words = new URLSearchParams();
  if (goal) words.append("goal", goal);
  (studies ?? []).forEach((key) => words.append("study", named(key)));
  if (run) words.append("run", named(run));
  if (number !== null && number !== undefined) words.append("n", number);
  if (other) words.append("other", named(other));
  if (other && second !== null && second !== undefined) words.append("m", second);
  window.history.replaceState(null, "", `?${words}`);
  return "";
}"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for, by the keys of the shelf; None where it says nothing that there is."""

    goal: str | None
    studies: tuple[str, ...]
    run: str | None
    number: int | None
    other: str | None
    second: int | None


def read_address(search: object, shelf: Shelf) -> Wanted:
    """Return what the part of an address after `?` asks for; whatever is not on the shelf counts as not said."""
    try:
        said = parse_qs(search.lstrip("?"), max_num_fields=MOST_FIELDS) if isinstance(search, str) else {}
    except ValueError:
        said = {}
    keys = {volume.name: key for key, volume in shelf.volumes.items()}
    found = [keys[name] for name in said.get("study", []) if name in keys]
    goal = said.get("goal", [""])[0]
    return Wanted(
        goal=goal if goal in shelf.goals() else None,
        studies=tuple(dict.fromkeys(found)),
        run=keys.get(said.get("run", [""])[0]),
        number=_number(said.get("n", [""])[0]),
        other=keys.get(said.get("other", [""])[0]),
        second=_number(said.get("m", [""])[0]),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def address_parts(shelf: Shelf) -> list[Any]:
    """Return what the page needs to read and write its address."""
    return [
        dcc.Location(id="address", refresh=False),
        dcc.Store(id="names", data={key: volume.name for key, volume in shelf.volumes.items()}),
        html.Span(id="written", hidden=True),
    ]


def wire_address(app: Dash, shelf: Shelf) -> None:
    """Let the page take up what its address says, and write what is chosen into it."""
    if not shelf.volumes:
        return
    goals = shelf.goals()

    @app.callback(
        Output("goal", "value"),
        Output("studies", "value"),
        Output("other-study", "value"),
        Output("other-number", "value"),
        Input("address", "search"),
    )  # type: ignore[untyped-decorator]
    def take_up(search: object) -> Any:
        wanted = read_address(search, shelf)
        studies = wanted.studies or first_studies(shelf)
        return wanted.goal or door.one_of(None, goals), list(studies), wanted.other, wanted.second

    app.clientside_callback(
        WRITE,
        Output("written", "children"),
        Input("goal", "value"),
        Input("studies", "value"),
        Input("run-study", "value"),
        Input("run-number", "value"),
        Input("other-study", "value"),
        Input("other-number", "value"),
        Input("names", "data"),
        prevent_initial_call=True,
    )


def first_studies(shelf: Shelf, most: int = 6) -> tuple[str, ...]:
    """Return the studies shown at first: those that have the first goal, as many as have a colour of their own."""
    goals: Mapping[str, str] = shelf.goals()
    first = next(iter(goals), "")
    having = [key for key, volume in shelf.volumes.items() if volume.goal(first) is not None]
    return tuple(having[:most]) or tuple(shelf.volumes)[:1]
