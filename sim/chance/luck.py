"""Luck that random values share: draws that move together, and figures that are drawn once a replication."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Together:
    """Streams whose draws are correlated: score = offset + weights @ scores of the sources, draw by draw.

    The scores are normal quantiles of the draws, so every draw stays uniform unless an offset says what is known.
    """

    members: tuple[int, ...]
    sources: tuple[int, ...]
    """Streams whose independent draws are mixed; members may be among them."""
    offsets: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    """Shape (members, sources)."""


@dataclass(frozen=True, slots=True)
class FigureName:
    """What a drawn figure is: location or spread of the slips of a class."""

    law: str
    what: str
    agency: str
    kind: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that are drawn once a replication, jointly normal: figure = best + weights @ scores of the streams."""

    streams: tuple[int, ...] = ()
    best: tuple[float, ...] = ()
    weights: tuple[tuple[float, ...], ...] = ()
    """Shape (figures, streams)."""
    names: tuple[FigureName, ...] = ()


@dataclass(frozen=True, slots=True)
class JointDraws:
    """All that the streams of a campaign share."""

    together: tuple[Together, ...] = ()
    figures: Figures = field(default_factory=Figures)
