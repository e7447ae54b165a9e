"""Colours, dashes and plot styling: the same thing looks the same in every figure of every page.

Figures are built in the light theme. The page swaps each light colour for its dark twin (`DARK`), so a figure
exported from Python is always light and the page needs no second copy of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from dashboards.translation import term
from sim.campaign.causes import CAUSE_FAMILY

# Okabe-Ito, told apart by people with the common forms of colour blindness; its yellow is left out because it
# cannot be read as a line on white. Source: Okabe & Ito, "Color Universal Design", 2008.
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
ORANGE: Final = "#E69F00"
VERMILLION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
INK: Final = "#1C2430"
SOFT: Final = "#566070"
GREY: Final = "#98A2AF"
GRID: Final = "#E4E8ED"
CARD: Final = "#FFFFFF"

_TWINS: Final[Mapping[str, str]] = {
    BLUE: "#4AA8E8",
    SKY: "#9BD6F7",
    GREEN: "#2CC79C",
    ORANGE: "#F2B632",
    VERMILLION: "#FF8A47",
    PURPLE: "#E39AC6",
    INK: "#EEF2F6",
    SOFT: "#A9B4C0",
    GREY: "#77828F",
    GRID: "#2B333D",
    CARD: "#171C23",
}

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

AWAY: Final[Mapping[str, Any]] = {"ticks": "outside", "ticklen": 7, "tickcolor": "rgba(0,0,0,0)"}
"""Of an axis: keeps its labels away from what is drawn up to its edge."""
TARGET_DASH: Final = "dash"
NOMINAL_DASH: Final = "dot"

FAMILY_COLOUR: Final[Mapping[str, str]] = {
    "partners and money": PURPLE,
    "making": ORANGE,
    "launching": SKY,
    "losses": VERMILLION,
    "flying": BLUE,
    "building": GREEN,
    "the plan itself": GREY,
}
"""Colour of each family of causes."""

BAR_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "activity": ("Activities", ORANGE),
    "mission": ("Missions", BLUE),
    "element": ("Base elements", GREEN),
    "station": ("Orbital stations", PURPLE),
    "goal": ("Goals", INK),
    "group": ("Groups of work", GREY),
}
"""Kind of a Gantt bar -> its heading and colour, in the order of the chart."""

VEHICLE_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "launcher": (GREY, "solid"),
    "transfer-stage": (GREY, "dash"),
    "orbiter": (SKY, "solid"),
    "relay": (PURPLE, "dash"),
    "station": (PURPLE, "solid"),
    "tanker": (ORANGE, "dashdot"),
    "lander": (VERMILLION, "solid"),
    "sample-return": (GREEN, "dash"),
    "ship": (BLUE, "solid"),
}
"""Vehicle class -> colour and dash, in the order of the key."""

_GOAL_STYLES: Final = (
    (BLUE, "solid"),
    (VERMILLION, "dash"),
    (GREEN, "dashdot"),
    (PURPLE, "solid"),
    (ORANGE, "dash"),
    (SKY, "dashdot"),
    (SOFT, "solid"),
)


def tint(colour: str, alpha: float = 0.2) -> str:
    """Return a palette colour (`#RRGGBB`) made transparent: `alpha` 0 is clear, 1 opaque."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


TINTS: Final = (0.12, 0.2, 0.35, 0.6)
"""The only strengths of `tint` that have a dark twin."""


def _dark_twins() -> dict[str, str]:
    tints = {tint(light, a): tint(dark, a) for light, dark in _TWINS.items() for a in TINTS}
    return {**_TWINS, **tints}


DARK: Final[Mapping[str, str]] = _dark_twins()
"""Every colour a figure may use -> what stands for it on a dark page."""


def name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Give each row of a figure its name, the first on top."""
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": INK},
    )


def kind_heading(kind: str) -> str:
    """Return the heading of a kind of Gantt bars in the language of the page; an unknown kind names itself."""
    return term("kinds", BAR_KINDS[kind][0]) if kind in BAR_KINDS else kind


def kind_colour(kind: str) -> str:
    """Return the colour of a kind of Gantt bars; grey for an unknown one."""
    return BAR_KINDS.get(kind, ("", GREY))[1]


def cause_colour(cause: str) -> str:
    """Return the colour of a cause's family; grey for one outside the closed list."""
    return FAMILY_COLOUR.get(CAUSE_FAMILY.get(cause, ""), GREY)


def goal_style(index: int) -> tuple[str, str]:
    """Return colour and dash of the goal that stands at `index` in the scenario."""
    return _GOAL_STYLES[index % len(_GOAL_STYLES)]


def vehicle_style(kind: str) -> tuple[str, str]:
    """Return colour and dash of a vehicle class; soft and dotted for an unknown one."""
    return VEHICLE_KINDS.get(kind, (SOFT, "dot"))


def draft_figure(
    height: int,
    *,
    left: int = 56,
    right: int = 16,
    x: Mapping[str, Any] | None = None,
    y: Mapping[str, Any] | None = None,
) -> go.Figure:
    """Return an empty figure in the house style: `height` in px, titles and keys are left to the page.

    `x` and `y` say what is special about its axes; said here it costs nothing, as an update milliseconds.
    """
    layout = draft_layout(height, left=left, right=right, x=x, y=y)
    return go.Figure(
        layout={"template": go.layout.Template(), **layout}
    )  # ten times faster than to update an empty one


def as_figure(drawn: Mapping[str, Any]) -> go.Figure:
    """Return a figure that was drawn as plain values, with a layout of `draft_layout`."""
    return go.Figure(data=drawn["data"], layout={"template": go.layout.Template(), **drawn["layout"]})


def draft_layout(
    height: int,
    *,
    left: int = 56,
    right: int = 16,
    x: Mapping[str, Any] | None = None,
    y: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the layout of an empty figure in the house style, as plain values."""
    axis: dict[str, Any] = {
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "fixedrange": False,
        "tickfont": {"color": SOFT, "size": 12},
        "title": {"font": {"color": SOFT, "size": 12}, "standoff": 8},
    }
    return {
        "height": height,
        "margin": {"l": left, "r": right, "t": 16, "b": 28},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": CARD, "bordercolor": GREY, "font": {"color": INK, "family": FONT, "size": 13}},
        "dragmode": "zoom",
        "xaxis": axis | dict(x or {}),
        "yaxis": axis | dict(y or {}),
    }


def mark_date(figure: go.Figure, date: str, text: str, *, dash: str, colour: str = INK, **place: Any) -> None:
    """Draw a vertical line at an ISO date over the whole plot, with a word at its top; `place` moves the word."""
    line = {"color": colour, "width": 1.5, "dash": dash}
    figure.add_shape(type="line", xref="x", yref="paper", x0=date, x1=date, y0=0, y1=1, line=line, layer="below")
    note: dict[str, Any] = {"xanchor": "left", "yanchor": "top", "xshift": 4, "y": 1, **place}
    figure.add_annotation(
        x=date, text=text, xref="x", yref="paper", showarrow=False, font={"size": 12, "color": colour}, **note
    )


def add_notes(figure: go.Figure, notes: Iterable[Mapping[str, Any]]) -> None:
    """Write many annotations at once, under those that are there; one by one, Plotly reads all again for each."""
    figure.layout.annotations = (*notes, *figure.layout.annotations)
