"""What every block of a scenario has: known keys only, and where its figures come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["high", "medium", "low"]
Access = Literal["read", "computed", "recalled", "estimate"]
EventName = Annotated[str, Field(min_length=1, max_length=200)]
"""Something that happens, without time before or after it: `ilrs-1.landed`."""
PadName = Annotated[str, Field(pattern=r"^[^.\s]+\.[^.\s]+$", max_length=120)]
OneLine = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Block(BaseModel):
    """A mapping whose keys are all known; the docstrings below the fields say what they mean.

    A model is built when it is first used, and then with all that stand in it: that is once, for the whole scenario.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class SourceNote(Block):
    """Where one figure comes from."""

    source: str
    """Address or title, publisher and year; `estimate` when nobody has published it."""
    confidence: Confidence | None = None
    """How far the figure can be trusted."""
    access: Access | None = None
    """Whether the source was read, computed from a data set, recalled, or the figure is an estimate."""


class Sourced(Block):
    """A block of figures that says where they come from."""

    about: str | None = None
    """What this is, in a sentence."""
    source: str | None = None
    """Where the figures of this block come from; `estimate` when nobody has published them."""
    confidence: Confidence | None = None
    """How far the figures of this block can be trusted."""
    access: Access | None = None
    """Whether the source was read, computed from a data set, recalled, or the figures are estimates."""
    sources: dict[str, SourceNote] = {}
    """Sources of single keys of this block, where they differ from `source`."""


class Titled(Sourced):
    """A block that pages can call by something better than its key."""

    title: OneLine | None = None
    """What pages call it; commands keep to its key."""
