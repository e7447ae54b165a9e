"""When stacks can leave: the open share of each month, by geometry, mass and tracking together."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from itertools import pairwise

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.formats import DAYS_PER_YEAR
from dashboards.setting import SHOWN_YEARS, Openings, Setting
from dashboards.translation import _, plural
from sim.campaign.sky import STEP_D
from sim.clock import Calendar

_ROWS = 14
"""Rows that are drawn; stacks that can leave on fewest days come first."""
_SHORT_D = 1.0
"""Longest wait that holds nobody up."""
_FULL_PERCENT = 90.0
"""Open share of a month from which on its colour is that of one always open, to the eye."""
_NEARLY = 0.995
"""Share of the time from which on a departure is open nearly always."""


def draw_openings(calendar: Calendar, setting: Setting) -> Card:
    """Return a heat map: a row for each kind of stack, a column for each month, the share that is open."""
    rows = sorted(setting.openings, key=lambda one: len(one.t_d))[:_ROWS]
    months = _months(calendar, setting.first_d)
    if rows and all(_holds_nobody_up(calendar, row, months) for row in rows):
        return Card("openings", _title(calendar, rows), _decides(setting))
    names = [_name(row) for row in rows]
    cells = [_shares(calendar, row, months) for row in rows]
    hidden = len(setting.openings) - _ROWS
    figure = theme.draft_figure(84 + 26 * len(rows), left=170)
    figure.add_heatmap(
        x=[f"{year}-{month:02d}-15" for year, month in months],
        y=list(range(len(rows))),
        z=cells,
        zmin=0,
        zmax=100,
        colorscale=[[0.0, theme.VERMILLION], [0.15, theme.ORANGE], [0.4, theme.SKY], [1.0, theme.BLUE]],
        showscale=False,
        xgap=1,
        ygap=2,
        customdata=[[formats.figure_text(name)] * len(months) for name in names],
        hovertemplate=_("{name}: {share} open in {month}<extra></extra>").format(
            name="%{customdata}", share=formats.hover_percent("%{z:.0f}"), month=formats.hover_month()
        ),
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[formats.figure_text(formats.shorten(name, 22)) for name in names],
        autorange="reversed",
        showgrid=False,
        **theme.AWAY,
        tickfont={"color": theme.INK},
    )
    figure.update_xaxes(type="date", showgrid=False)
    return Card(
        id="openings",
        title=_title(calendar, rows),
        reading=(
            _(
                "How to read: one row for each set of missions that can leave on the same days, {shown_years} years "
                "from the scenario's date; a cell is the share of a month's departures, one every {step_d} hours, that "
                "close in mass and geometry with their critical events seen from the ground. Tight rows stand first."
            ).format(shown_years=SHOWN_YEARS, step_d=formats.number(24 * STEP_D))
            + (" " + _("{hidden} wider rows are left out.").format(hidden=hidden) if hidden > 0 else "")
            + f" {_decides(setting)}"
        ),
        figure=figure,
        table=Table(
            (_("missions"), *(f"{year}-{month:02d}" for year, month in months)),
            tuple(
                (", ".join(row.missions), *(f"{share:.0f}" for share in line))
                for row, line in zip(rows, cells, strict=True)
            ),
            frozenset(range(1, len(months) + 1)),
        ),
        keys=(
            Key(_("never open"), theme.VERMILLION, "box"),
            Key(formats.percent(0.15), theme.ORANGE, "box"),
            Key(formats.percent(0.4), theme.SKY, "box"),
            Key(_("always open"), theme.BLUE, "box"),
        ),
        narrow={
            "yaxis.tickfont.size": 11,
            "yaxis.ticktext": [formats.figure_text(_brief(row)) for row in rows],
            "xaxis.nticks": 4,
        },
    )


def _longest_gap(row: Openings) -> tuple[float, float]:
    """Return the longest wait between two open departures, in days, and the day on which it begins."""
    return max((later - earlier, earlier) for earlier, later in pairwise(row.t_d))


def _is_always_open(row: Openings) -> bool:
    """Tell whether every departure is open, so that there is nothing to draw."""
    return len(row.t_d) > 1 and _longest_gap(row)[0] <= STEP_D + 1e-6


def _holds_nobody_up(calendar: Calendar, row: Openings, months: list[tuple[int, int]]) -> bool:
    """Tell whether a picture would say nothing: no wait of a day, and every month of one colour."""
    if len(row.t_d) < 2 or _longest_gap(row)[0] > _SHORT_D:
        return False
    return min(_shares(calendar, row, months), default=0.0) >= _FULL_PERCENT


def _decides(setting: Setting) -> str:
    """Say what decides when stacks can leave: the inclinations of the parking orbits that the scenario chose."""
    orbits = {orbit: inclination for row in setting.openings for orbit, inclination in row.orbits if inclination}
    if not orbits:
        return _(
            "What decides it: the parking orbit, the launcher's lift and the propellant, as the scenario has them."
        )
    said = formats.listing(
        [_("{orbit} at {inclination}").format(orbit=orbit, inclination=angle) for orbit, angle in orbits.items()]
    )
    return _(
        "What decides it are the parking orbits that the scenario chose: {orbits}. The Moon's declination reaches 18.3 "
        "to 28.6 degrees over 18.6 years; an orbit inclined less than it then cannot leave on some days of each month. "
        "`ilrs windows` lists the departures for another inclination."
    ).format(orbits=said)


def _months(calendar: Calendar, first_d: float) -> list[tuple[int, int]]:
    """Return the whole months (year, month) inside the shown years."""
    start = calendar.to_date(first_d)
    last = calendar.to_date(min(first_d + SHOWN_YEARS * DAYS_PER_YEAR, calendar.length_d))
    begun = 12 * start.year + start.month - 1 + (start.day > 1)
    count = 12 * last.year + last.month - 1 - begun
    return [((begun + i) // 12, (begun + i) % 12 + 1) for i in range(max(count, 1))]


def _shares(calendar: Calendar, row: Openings, months: list[tuple[int, int]]) -> list[float]:
    """Return the open share of each month in percent."""
    dates = (calendar.to_date(time_d) for time_d in row.t_d)
    count = Counter((date.year, date.month) for date in dates)
    steps = [monthrange(*month)[1] / STEP_D for month in months]
    return [round(100.0 * count[month] / step, 1) for month, step in zip(months, steps, strict=True)]


def _name(row: Openings) -> str:
    if len(row.missions) == 1:
        return row.missions[0]
    return _("{mission} + {count} more").format(mission=row.missions[0], count=len(row.missions) - 1)


def _brief(row: Openings) -> str:
    more = f" +{len(row.missions) - 1}" if len(row.missions) > 1 else ""
    return f"{formats.shorten(row.missions[0], 10)}{more}"


def _say(row: Openings) -> str:
    others = len(row.missions) - 1
    name = formats.shorten(row.missions[0], 40)
    if not others:
        return name
    text = plural("{mission} and {count} other mission", "{mission} and {count} other missions", others)
    return text.format(mission=name, count=others)


def _title(calendar: Calendar, rows: list[Openings]) -> str:
    if not rows:
        return _("Nothing that is still to fly waits for a computed departure")
    tight = rows[0]
    name = _say(tight)
    if len(tight.t_d) < 2:
        text = (
            _("{name}: one departure open in {years} years")
            if tight.t_d
            else _("{name}: no departure open in {years} years")
        )
        return text.format(name=name, years=SHOWN_YEARS)
    gap, start = _longest_gap(tight)
    if _is_always_open(tight):
        return _(
            "Every mission can leave at any time in the {shown_years} years: geometry and mass never hold it up"
        ).format(shown_years=SHOWN_YEARS)
    share = min(len(tight.t_d) * STEP_D / (SHOWN_YEARS * DAYS_PER_YEAR), 1.0)
    since = calendar.to_date(start)
    often = (
        _("at least {share} of the time").format(share=formats.percent(share))
        if share < _NEARLY
        else _("nearly always")
    )
    wait = _("{time} from {day}").format(time=formats.days(gap, 1), day=formats.day_of(since.date()))
    return _("Departures are open {often}; the longest wait, {wait}, is that of {name}").format(
        often=often, wait=wait, name=name
    )
