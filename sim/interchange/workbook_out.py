"""A plan of ours as a workbook (XLSX): activities with bars, goals, launches, assumptions, and what it is."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, Final

from sim.interchange.out_plan import Moment, OutPlan
from sim.interchange.plan_draft import one_line
from sim.interchange.tables_out import COLUMNS, plan_row
from sim.problems import InputError
from sim.scenario.writing import flow

_LONGEST_TEXT: Final = 1000
_MOST_BARS: Final = 520
"""Columns of the grid: ten years of weeks; a longer plan has bars of several weeks."""
_WEEK: Final = datetime.timedelta(days=7)
_GOALS: Final = ("goal", "title", "wanted by", "plan", "P50", "P50 low", "P50 high", "P80", "P80 low", "P80 high",
                 "chance", "chance low", "chance high")  # fmt: skip
_LAUNCHES: Final = ("mission", "launch", "launcher", "carries", "mass kg", "plan", "P50", "P80")
_FIGURES: Final = ("figure", "value", "confidence", "guess", "access", "source")
_ABOUT: Final = (
    ("plan_start, plan_finish", "when nothing slips and nothing fails"),
    ("p50_finish, p80_finish", "half, and four in five, of the replications have it by then; of each on its own"),
    ("total_float", "working days of the activity's own calendar, against the end of the plan and its own dates"),
    ("criticality", "share of the replications in which it lies on the chain that dates a goal"),
    ("low, high", "interval at 95 %: sampling error only, not what the model leaves out"),
    ("bars", "dark: the plan; light: from there to the P80 finish"),
)


def xlsx_bytes(plan: OutPlan) -> bytes:
    """Return a plan as a workbook. Every text is a string cell, never a formula; the same plan gives the same bytes."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise InputError("a workbook needs openpyxl: pip install 'ilrs[export]', or export csv") from None
    book = Workbook()
    book.properties.created = book.properties.modified = plan.as_of or plan.start
    sheet = book.active
    assert sheet is not None
    sheet.title = "Plan"
    _fill(sheet, COLUMNS, (plan_row(plan, one) for one in plan.activities))
    sheet.auto_filter.ref = sheet.dimensions
    _bars(sheet, plan)
    _fill(book.create_sheet("Goals"), _GOALS, _goals(plan))
    _fill(book.create_sheet("Manifest"), _LAUNCHES, _launches(plan))
    _fill(book.create_sheet("Assumptions"), _FIGURES, _assumptions(plan))
    head = (("scenario", plan.scenario), ("what it is", plan.about), ("made of", plan.run))
    _fill(book.create_sheet("About"), ("key", "text"), ([*pair] for pair in (*head, *_ABOUT)))
    return _settled(book)


def _fill(sheet: Any, head: Iterable[str], rows: Iterable[list[object]]) -> None:
    for number, cells in enumerate([list[object](head), *rows], 1):
        for column, value in enumerate(cells, 1):
            _put(sheet.cell(row=number, column=column), value)
    sheet.freeze_panes = "A2"


def _put(cell: Any, value: object) -> None:
    if isinstance(value, str):
        cell.value = one_line(value, _LONGEST_TEXT)
        cell.data_type = "s"  # whatever it begins with
    elif value is not None:
        cell.value = value
    if isinstance(value, datetime.datetime | datetime.date):
        cell.number_format = "yyyy-mm-dd"


def _goals(plan: OutPlan) -> Iterator[list[object]]:
    for one in plan.goals:
        spans = one.spans or ((None, None),) * 2
        dates = [cell for at, span in zip(one.likely, spans, strict=True) for cell in (at, *span)]
        yield [one.name, one.title, one.by, one.plan, *dates, one.chance, *(one.chance_span or ())]


def _launches(plan: OutPlan) -> Iterator[list[object]]:
    for one in plan.launches:
        yield [one.mission, one.launch, one.launcher, one.payload, one.mass_kg, one.plan, *one.likely]


def _assumptions(plan: OutPlan) -> Iterator[list[object]]:
    for figure in plan.assumptions:
        leaf, note = figure.leaf, figure.note
        guess = "yes" if note.is_guess else "no"
        yield [leaf.name, flow(leaf.value), note.confidence, guess, note.access, note.source]


def _bars(sheet: Any, plan: OutPlan) -> None:
    """Add a grid of weeks, in which the cells of an activity are coloured by its own dates."""
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles import PatternFill
    from openpyxl.styles.differential import DifferentialStyle
    from openpyxl.utils import get_column_letter

    weeks = _mondays(plan)
    if not weeks:
        return
    first = len(COLUMNS) + 2
    for column, monday in enumerate(weeks, first):
        _put(sheet.cell(row=1, column=column), monday)
        sheet.column_dimensions[get_column_letter(column)].width = 3
    start, finish, late = (
        get_column_letter(COLUMNS.index(name) + 1) for name in ("plan_start", "plan_finish", "p80_finish")
    )
    week, last = get_column_letter(first), get_column_letter(first + len(weeks) - 1)
    span_d = (weeks[1] - weeks[0]).days if len(weeks) > 1 else _WEEK.days
    grid = f"{week}2:{last}{len(plan.activities) + 1}"
    begun = f"AND(ISNUMBER(${start}2),{week}$1+{span_d}>${start}2"
    for end, colour in ((finish, "1F4E79"), (late, "BDD7EE")):
        style = DifferentialStyle(fill=PatternFill(bgColor=colour, fill_type="solid"))
        formula = [f"{begun},{week}$1<=${end}2)"]
        rule = Rule(type="expression", dxf=style, formula=formula, stopIfTrue=end == finish)
        sheet.conditional_formatting.add(grid, rule)


def _mondays(plan: OutPlan) -> list[datetime.date]:
    """Return the first days of the weeks, or of so many weeks together, that the plan and its P80 dates cover."""
    starts = [one.start for one in plan.activities if one.start is not None]
    ends: list[Moment] = [one.finish for one in plan.activities if one.finish is not None]
    ends += [pair[1] for one in plan.activities for pair in one.likely if pair is not None]
    if not starts or not ends:
        return []
    monday = min(starts).date() - datetime.timedelta(days=min(starts).weekday())
    weeks = (max(ends).date() - monday).days // 7 + 1
    step = ceil(weeks / _MOST_BARS)
    return [monday + number * step * _WEEK for number in range(ceil(weeks / step))]


def _settled(book: Any) -> bytes:
    """Return the bytes of a workbook with the time of no clock in them."""
    raw, settled = io.BytesIO(), io.BytesIO()
    created = book.properties.created
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "docProps/core.xml":
                said = created.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + said, data)
            new.writestr(zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0)), data)
    return settled.getvalue()
