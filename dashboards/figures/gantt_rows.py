"""Rows of the Gantt chart: which stand in a view of it, in which order, and under which headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from dashboards import formats, theme
from dashboards.card import Menu, RowViews
from dashboards.translation import _
from sim.analysis.findings import Bar, Findings

GOAL: Final = "goal"
MATTERS: Final = 0.01
"""Share of the runs in which a row decides a goal, from which on it matters."""
MOST_ROWS: Final = 300
"""Rows of one view; more make a chart of several metres."""
_LABEL: Final = 34
_LABEL_NARROW: Final = 16
_FAR_D: Final = 1e9
Grouping: TypeAlias = Callable[[Bar], str]


def row_of(number: int) -> str:
    """Return the name that a row has on the axis, which is none of the scenario's."""
    return f"r{number}"


def order_rows(findings: Findings) -> RowViews:
    """Return the views of the chart: grouped by kind, partner or goal; what matters, what lies ahead, or all."""
    groupings = _groupings(findings)
    kept = {key: [n for n, bar in enumerate(findings.bars) if keep(bar)] for key, keep in _FILTERS.items()}
    filters = {key: rows for key, rows in kept.items() if rows}
    labels = {row_of(n): label_of(bar, _LABEL) for n, bar in enumerate(findings.bars)}
    short = {row_of(n): label_of(bar, _LABEL_NARROW) for n, bar in enumerate(findings.bars)}
    views: dict[str, tuple[str, ...]] = {}
    headings: dict[str, str] = {}
    for group, (_name, order, heading_of) in groupings.items():
        for only, numbers in filters.items():
            rows = _arrange(findings.bars, numbers, order, heading_of, headings)
            views[f"{group}|{only}"] = tuple(rows)
    bold = {name: f"<b>{formats.figure_text(text)}</b>" for text, name in headings.items()}
    brief = {
        name: f"<b>{formats.figure_text(formats.shorten(text, _LABEL_NARROW + 2))}</b>"
        for text, name in headings.items()
    }
    words = {"matters": _("what decides a goal"), "ahead": _("all that lies ahead"), "all": _("all, history too")}
    return RowViews(
        menus=(
            Menu(_("Group by"), tuple((key, grouping[0]) for key, grouping in groupings.items())),
            Menu(_("Show"), tuple((key, words[key]) for key in filters)),
        ),
        labels=labels | bold,
        short=short | brief,
        views=views,
    )


def label_of(bar: Bar, length: int) -> str:
    """Return what a row is called beside the chart, as Plotly must be given it."""
    return formats.figure_text(formats.shorten(formats.called(bar), length))


def _groupings(findings: Findings) -> dict[str, tuple[str, list[str], Grouping]]:
    """Return by key of a grouping: what the menu calls it, its headings in order, and the heading of a row."""
    bars = findings.bars
    kinds = {kind: theme.kind_heading(kind) for kind in theme.BAR_KINDS}
    kinds |= {bar.kind: bar.kind for bar in bars if bar.kind not in kinds}
    found: dict[str, tuple[str, list[str], Grouping]] = {
        "kind": (_("kind"), list(kinds.values()), lambda bar: kinds[bar.kind])
    }
    partners = dict.fromkeys(bar.led_by for bar in bars if bar.led_by)
    if len(partners) > 1:
        nobody, goals = _("No partner named"), kinds[GOAL]
        found["partner"] = (
            _("partner"),
            [*partners, nobody, goals],
            lambda bar: goals if bar.kind == GOAL else bar.led_by or nobody,
        )
    if len(findings.goals) > 1:
        called = {goal.name: formats.shorten(formats.called(goal), 60) for goal in findings.goals}
        none = _("No goal needs it")
        found["goal"] = (
            _("goal"),
            [*called.values(), none],
            lambda bar: next((called[name] for name in called if name in bar.serves), none),
        )
    return found


def _arrange(
    bars: Sequence[Bar], numbers: Iterable[int], order: Sequence[str], heading_of: Grouping, headings: dict[str, str]
) -> list[str]:
    """Return the names of rows under those of their headings; a heading that is new is added to `headings`."""
    groups: dict[str, list[int]] = {heading: [] for heading in order}
    for number in numbers:
        groups[heading_of(bars[number])].append(number)
    rows: list[str] = []
    for heading, members in groups.items():
        if members and len(rows) < MOST_ROWS:
            rows.append(headings.setdefault(heading, f"h{len(headings)}"))
            rows += [row_of(n) for n in sorted(members, key=lambda n: _when(bars[n]))]
    return rows[:MOST_ROWS]


def _when(bar: Bar) -> tuple[float, float, str]:
    begins_d, ends_d = (_FAR_D if day is None else day for day in (bar.work_p50_d, bar.finish_p50_d))
    return begins_d, ends_d, bar.name


def matters(bar: Bar) -> bool:
    """Tell whether a row is a goal, or decides one in some runs, or cannot be later in the plan without harm."""
    if bar.kind == GOAL:
        return True
    decides = max(bar.criticality.values(), default=0.0) >= MATTERS
    held = bool(bar.serves) and bar.planned is not None and bar.planned.critical
    return not bar.fact and (decides or held)


def _lies_ahead(bar: Bar) -> bool:
    return not bar.fact


def _any(_bar: Bar) -> bool:
    return True


_FILTERS: Final = {"matters": matters, "ahead": _lies_ahead, "all": _any}
