"""People on the Moon in one replication: how many, where and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural
from sim.analysis.findings import Findings
from sim.clock import Calendar
from sim.model.tracing import Move, Trace

_ROOM_D = 20.0
"""Days that are shown before the first landing and after the last departure."""
_COLOURS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE, theme.SKY)


@dataclass(frozen=True, slots=True)
class Visit:
    """One crew's time on the surface."""

    mission: str
    place: str
    start_d: float
    end_d: float
    people: int


def find_visits(findings: Findings, trace: Trace) -> tuple[Visit, ...]:
    """Return the times from each crewed landing to the departure of the same mission, or the calendar's end."""
    surface = {one.name for one in findings.places if one.body == "moon" and one.surface}
    visits = []
    for landing in (move for move in trace.moves if _lands(move, surface)):
        leaves = [
            move.start_d
            for move in trace.moves
            if move.subject == landing.subject
            and move.origin == landing.destination != move.destination
            and move.start_d >= landing.end_d - 1e-6
        ]
        end_d = min(leaves, default=findings.end_d)
        visits.append(Visit(landing.subject, landing.destination, landing.end_d, end_d, landing.crew))
    return tuple(sorted(visits, key=lambda visit: visit.start_d))


def draw_crew(findings: Findings, trace: Trace) -> Card:
    """Return the number of people at each place on the surface, as steps."""
    calendar = findings.calendar
    visits = find_visits(findings, trace)
    places = tuple(dict.fromkeys(visit.place for visit in visits))
    figure = theme.draft_figure(300)
    for index, place in enumerate(places):
        times, people = _steps([visit for visit in visits if visit.place == place])
        colour = _COLOURS[index % len(_COLOURS)]
        figure.add_scatter(
            x=[formats.iso_time(calendar, t) for t in times],
            y=people,
            mode="lines",
            line={"shape": "hv", "color": colour, "width": 2.5},
            fill="tozeroy",
            fillcolor=theme.tint(colour),
            hovertemplate=_("{place}: {people} people from {day}<extra></extra>").format(
                place=formats.figure_text(place), people="%{y}", day=formats.hover_day()
            ),
        )
    figure.update_yaxes(
        title_text=_("people on the surface"), rangemode="tozero", dtick=1 if _most(visits) < 8 else None
    )
    first, last = visits[0].start_d, max(visit.end_d for visit in visits)
    room = max(_ROOM_D, 0.04 * (last - first))
    figure.update_xaxes(type="date", range=[calendar.iso(max(first - room, 0.0)), calendar.iso(last + room)])
    return Card(
        id="crew",
        title=_title(calendar, visits, trace),
        reading=(
            _(
                "How to read: one run only, the {run}. A step up is a crew that lands, a step down one that leaves; "
                "short visits are thin."
            ).format(run=formats.run_name(trace))
        ),
        figure=figure,
        table=Table(
            (_("mission"), _("place"), _("lands"), _("leaves"), _("days"), _("people")),
            tuple(
                (
                    visit.mission,
                    visit.place,
                    calendar.iso(visit.start_d),
                    calendar.iso(visit.end_d),
                    f"{visit.end_d - visit.start_d:.1f}",
                    str(visit.people),
                )
                for visit in visits
            ),
            frozenset({4, 5}),
        ),
        keys=tuple(Key(place, _COLOURS[i % len(_COLOURS)]) for i, place in enumerate(places)),
        wide=False,
    )


def _title(calendar: Calendar, visits: Sequence[Visit], trace: Trace) -> str:
    days = sum(visit.people * (visit.end_d - visit.start_d) for visit in visits)
    crews = plural("One crew lands", "{count} crews land", len(visits)).format(count=len(visits))
    first = formats.month(calendar, visits[0].start_d)
    return _("{crews} in the {run}, from {first} on: {days} person-days on the surface").format(
        crews=crews, run=formats.run_name(trace), first=first, days=formats.number(days)
    )


def _lands(move: Move, surface: set[str]) -> bool:
    return move.crew > 0 and move.outcome == "ok" and move.destination in surface and move.origin != move.destination


def _steps(visits: Sequence[Visit]) -> tuple[list[float], list[int]]:
    """Return when the number of people changes, and what it is from then on."""
    changes = sorted([(v.start_d, v.people) for v in visits] + [(v.end_d, -v.people) for v in visits])
    times: list[float] = []
    people: list[int] = []
    now = 0
    for time_d, change in changes:
        now += change
        times.append(time_d)
        people.append(now)
    return [times[0], *times], [0, *people]


def _most(visits: Sequence[Visit]) -> int:
    return max(_steps(visits)[1])
