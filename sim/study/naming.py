"""What studies are called: by the label somebody gave one, or by scenario and variants; by more where two are alike.

A hash is the last thing that tells two apart: before it come the values that were set, the day of knowledge, the seed,
the number of replications and the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from sim.problems import InputError, counted, printable
from sim.study.manifest import Manifest

MOST_LABEL: Final = 80
"""Letters of a label: it has to fit beside a curve."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a study is to be called, and what was chosen beside its file."""

    label: str = ""
    variants: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    """`path=value` of each value that was set."""
    as_of: str = ""
    """The day whose knowledge counts; empty for today's."""


def read_label(text: str | None) -> str:
    """Return a label as it is kept: one line, without blanks at its ends; empty for none.

    Raises:
        InputError: if it is too long, or holds what does not print.
    """
    label = " ".join((text or "").split())
    if len(label) > MOST_LABEL:
        raise InputError(f"a label has at most {MOST_LABEL} letters, not {len(label)}")
    if printable(label) != label:
        raise InputError("a label holds letters that print, and no others")
    return label


def with_names(fresh: Manifest, named: Named, found: Manifest | None = None) -> Manifest:
    """Return a manifest with its names; what is not said now is as the folder `found` it."""
    values = {field.name: getattr(named, field.name) for field in fields(Named)}
    kept = {name: value or getattr(found, name, value) for name, value in values.items()}
    return replace(fresh, **kept)


def name_of(manifest: Manifest) -> str:
    """Return what a study is called where no other stands beside it: its label, or `scenario@one+other`.

    A study whose values were set, or that knows less than today, says so.
    """
    return printable(manifest.label) or "".join(part(manifest) for part in (_scenario, _sets, _as_of))


def names_apart(manifests: Sequence[Manifest], folders: Sequence[Path]) -> tuple[str, ...]:
    """Return a name for each study that tells it from the others, with as little as does it.

    Studies of one scenario go by their variants alone; one without any by the name of the scenario.
    """
    names = [printable(one.label) or _scenario(one) for one in manifests]
    plain = [one for one in manifests if not one.label]
    if len({one.scenario for one in plain}) == 1:
        short = [printable(one.label) or _variants(one) for one in manifests]
        names = short if len(set(short)) == len(set(names)) else names
    alike = [_scenario(one) for one in manifests]
    for part in (_sets, _as_of):  # beside a study of the same scenario with a label, too: it is not that one
        told = _told_apart(alike, [part(one) for one in manifests])
        parts = [word[len(key) :] for word, key in zip(told, alike, strict=True)]
        names = [name if one.label else name + said for name, said, one in zip(names, parts, manifests, strict=True)]
    for part in (_seed, _replications):
        names = _told_apart(names, [part(one) for one in manifests])
    names = _told_apart(names, [f" in {printable(folder.name)}" for folder in folders])
    return tuple(_told_apart(names, [f" {one.key[:6]}" for one in manifests]))


def _told_apart(names: Sequence[str], parts: Sequence[str]) -> list[str]:
    """Add its part to each name that others have too, where that tells some of them apart."""
    groups: dict[str, set[str]] = {}
    for name, part in zip(names, parts, strict=True):
        groups.setdefault(name, set()).add(part)
    return [name + part if len(groups[name]) > 1 else name for name, part in zip(names, parts, strict=True)]


def _scenario(one: Manifest) -> str:
    return printable(f"{one.scenario}@{'+'.join(one.variants)}") if one.variants else one.scenario


def _variants(one: Manifest) -> str:
    return printable("+".join(one.variants)) or one.scenario


def _sets(one: Manifest) -> str:
    if not one.sets:
        return ""
    first = printable(one.sets[0])
    return f" with {first if len(first) <= 60 else first[:59] + '…'}" + (
        f" and {counted(len(one.sets) - 1, 'other value')}" if len(one.sets) > 1 else ""
    )


def _as_of(one: Manifest) -> str:
    return f" as of {printable(one.as_of)}" if one.as_of else ""


def _seed(one: Manifest) -> str:
    return f", seed {one.seed}"


def _replications(one: Manifest) -> str:
    return f", {counted(one.replications, 'replication')}"
