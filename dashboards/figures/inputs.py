"""What differs between the inputs of studies: for two each value beside the other, for more what each changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dashboards import formats
from dashboards.card import Card, Table
from dashboards.translation import _, plural
from sim.study.differences import ChangedBlock, Input, InputChange, changed_blocks, single_changes

_MOST = 40
"""Rows that stand open; whole catalogues differ in thousands of values."""
_MOST_DATA = 2_000
_LONGEST = 90
_LINE = 40
"""Letters of a path that fit on a line of a phone."""


def draw_inputs(names: Sequence[str], inputs: Sequence[Mapping[str, Input]]) -> Card:
    """Return the table of what differs from the first study; `inputs` are in the order of `names`."""
    changed = [changed_blocks(inputs[0], other) for other in inputs[1:]]
    return _draw_two(names, changed[0]) if len(names) == 2 else _draw_many(names, changed)


def _draw_two(names: Sequence[str], blocks: Sequence[ChangedBlock]) -> Card:
    columns = (_("value"), *names, *(_("source in {study}").format(study=name) for name in names))
    rows = _two_rows(blocks, fold=sum(1 for _one in single_changes(blocks)) > _MOST)
    single = [change for block in blocks for change in block.changes]
    data = tuple(
        (one.name, *map(_text, (one.before, one.after)), *map(_source, (one.before, one.after))) for one in single
    )
    return Card(
        id="inputs",
        title=_title(blocks),
        reading=_(
            "How to read: one line for each value of the resolved scenarios that is not the same in both, with the "
            "source that each rests on. A block that only one of them has is one line; titles and remarks are left out."
        ),
        shown=Table(columns, tuple(rows[:_MOST]), unbroken=_kept_whole(rows), stacked=True) if rows else None,
        note=_more(len(rows)),
        table=Table(columns, data[:_MOST_DATA]) if len(rows) > _MOST or len(data) > len(rows) else None,
    )


def _two_rows(blocks: Sequence[ChangedBlock], *, fold: bool) -> list[tuple[str, ...]]:
    """Return a line for each value of blocks that both have, then one for each other block, or each kind of them."""
    singles = list(single_changes(blocks))
    rows: list[tuple[str, ...]] = [
        (_path(one), *_values(one), *_sources(one)) for one in singles if one.way == "changed"
    ]
    alone = [one for one in singles if one.way != "changed"]
    if not fold:
        return [*rows, *((_path(one), *_values(one), *_sources(one)) for one in alone)]
    groups: dict[tuple[str, str], list[ChangedBlock]] = {}
    for one in alone:
        groups.setdefault((str(one.path[0]), one.way), []).append(one)
    for (kind, way), some in groups.items():
        names = formats.listing([".".join(map(str, one.path[1:])) for one in some[:4]])
        text = plural("{count} block: {names}", "{count} blocks, among them {names}", len(some))
        told = text.format(count=len(some), names=names)
        rows.append((kind, *((formats.NONE, told) if way == "added" else (told, formats.NONE)), *[formats.NONE] * 2))
    return rows


def _kept_whole(rows: Sequence[tuple[str, ...]]) -> frozenset[int]:
    """Return the column of paths where they fit on a line of a phone."""
    return frozenset({0}) if all(len(row[0]) <= _LINE for row in rows) else frozenset()


def _draw_many(names: Sequence[str], changed: Sequence[Sequence[ChangedBlock]]) -> Card:
    base = names[0]
    columns = (_("study"), _("value"), _("in {study}").format(study=base), _("in it"), _("source in it"))
    rows = [
        (name, _path(one), *_values(one), _sources(one)[1])
        for name, blocks in zip(names[1:], changed, strict=True)
        for one in single_changes(blocks)
    ]
    data = tuple(
        (name, one.name, _text(one.before), _text(one.after), _source(one.after))
        for name, blocks in zip(names[1:], changed, strict=True)
        for block in blocks
        for one in block.changes
    )
    counts = [
        _("{study} {count}").format(study=name, count=sum(len(block.changes) for block in blocks))
        for name, blocks in zip(names[1:], changed, strict=True)
    ]
    title = _("Values that differ from {study}: {counts}").format(study=base, counts=formats.listing(counts))
    return Card(
        id="inputs",
        title=title if rows else _("The inputs are the same"),
        reading=_(
            "How to read: one line for each value in which a study differs from {study}, with its source. A block that "
            "only one of the two has is one line; titles and remarks are left out."
        ).format(study=base),
        shown=Table(columns, tuple(rows[:_MOST]), unbroken=frozenset({0}), stacked=True) if rows else None,
        note=_more(len(rows)),
        table=Table(columns, data[:_MOST_DATA]) if len(rows) > _MOST or len(data) > len(rows) else None,
    )


def _title(blocks: Sequence[ChangedBlock]) -> str:
    count = sum(len(block.changes) for block in blocks)
    if not count:
        return _("The inputs are the same")
    subjects: Counter[str] = Counter()
    for block in blocks:
        subjects[str(block.path[0])] += len(block.changes)
    most = formats.listing([f"{number:,} in {subject}" for subject, number in subjects.most_common(3)])
    text = plural(
        "{count} value differs between the inputs: {most}", "{count} values differ between the inputs: {most}", count
    )
    return text.format(count=f"{count:,}", most=most)


def _more(rows: int) -> str:
    if rows <= _MOST:
        return ""
    return _("{shown} of {count} lines stand open; the data table has them all.").format(shown=_MOST, count=f"{rows:,}")


def _path(one: ChangedBlock) -> str:
    return one.name


def _values(one: ChangedBlock) -> tuple[str, str]:
    """Return what stands before and after: of a block that came or went how much it holds."""
    if one.way == "changed":
        change = one.changes[0]
        return _text(change.before), _text(change.after)
    held = plural("{count} value", "{count} values", len(one.changes)).format(count=len(one.changes))
    return (formats.NONE, held) if one.way == "added" else (held, formats.NONE)


def _sources(one: ChangedBlock) -> tuple[str, str]:
    change: InputChange = one.changes[0]
    return _source(change.before), _source(change.after)


def _text(one: Input | None) -> str:
    return formats.NONE if one is None else formats.shorten(one.text, _LONGEST)


def _source(one: Input | None) -> str:
    return formats.NONE if one is None or not one.source else formats.shorten(one.source, _LONGEST)
