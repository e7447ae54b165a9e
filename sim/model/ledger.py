"""The ledger: who waited for what, from when to when, and who released whom.

Every process keeps a :class:`Span`: the moment it was released, the span that released it (the last of what it
needed), and the moments at which the cause of its days changed. Walking back from a goal through these links
partitions the whole time from day 0 to the goal by cause. Nothing has to be estimated, and no day is left over.

A goal that is not reached is walked back from what is still missing at the calendar's end.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.campaign.causes import FAILURE, PLAN
from sim.model.tracing import Segment


class Span:
    """One contiguous stretch of one subject's time, from its release to its end."""

    __slots__ = ("binding", "end", "marks", "needs", "part", "start", "subject")

    def __init__(self, subject: int, part: str, needs: tuple[int, ...]) -> None:
        self.subject = subject
        self.part = part
        self.needs = needs
        """Milestones it waits for until it is released."""
        self.start = -1.0
        """Day of release; negative until then."""
        self.end = -1.0
        """Day of the end; negative while open."""
        self.binding: Span | None = None
        """The span that released it; None when nothing did, at day 0."""
        self.marks: list[tuple[float, int]] = []
        """(day, cause) from which its days count under that cause."""


class Ledger:
    """All spans of one replication."""

    __slots__ = ("by_subject", "released_by", "watched")

    def __init__(self, subjects: int, milestones: int) -> None:
        self.by_subject: list[list[Span]] = [[] for _ in range(subjects)]
        self.released_by: list[Span | None] = [None] * milestones
        """The span that reached each milestone."""
        self.watched: dict[int, Span] = {}
        """The span that is to reach a milestone, where its subject has several open at once."""

    def open(self, subject: int, part: str = "", needs: tuple[int, ...] = (), milestone: int = -1) -> Span:
        """Begin to watch a subject (or one part of it) that waits for `needs` and is to reach a milestone."""
        span = Span(subject, part, needs)
        self.by_subject[subject].append(span)
        if milestone >= 0:
            self.watched[milestone] = span
        return span

    def split(self, span: Span, now: float, binding: Span) -> None:
        """Let a span go on from now as released by another: what it waited for is told by the other's days."""
        before = Span(span.subject, span.part, ())
        before.start, before.end, before.binding, before.marks = span.start, now, span.binding, span.marks
        self.by_subject[span.subject].append(before)
        span.start, span.binding, span.marks = now, binding, []

    def walk(self, milestone: int, subject_of: list[int], end_d: float) -> Iterator[tuple[Span, int, float, float]]:
        """Return (span, cause, from, to) backwards in time from a milestone, or from the calendar's end, to day 0."""
        span, until = self.released_by[milestone], end_d
        if span is None:
            span = self._missing(milestone, subject_of)
        elif span.end >= 0.0:
            until = span.end
        while span is not None:
            yield from _parts(span, until)
            until = min(until, span.start)  # what leads another may have been released after it
            span = span.binding

    def _missing(self, milestone: int, subject_of: list[int]) -> Span:
        """Find the released, unfinished span behind a milestone that is not reached: what everything waits for."""
        seen: set[int] = set()
        while milestone not in seen:
            seen.add(milestone)
            spans = self._towards(milestone, subject_of[milestone])
            for span in spans:
                if span.start >= 0.0 and span.end < 0.0:
                    return span
            waiting = [n for span in spans if span.start < 0.0 for n in span.needs if self.released_by[n] is None]
            if not waiting:
                return self._never(subject_of[milestone])
            milestone = waiting[0]
        return self._never(subject_of[milestone])

    def _towards(self, milestone: int, subject: int) -> list[Span]:
        """Return the spans that lead to a milestone: its own, or those of its subject that lead to no other."""
        if milestone in self.watched:
            return [self.watched[milestone]]
        others = list(self.watched.values())
        return [span for span in self.by_subject[subject] if span not in others]

    def _never(self, subject: int) -> Span:
        """Return a span from the last that a subject did to the calendar's end: nobody works on it any more."""
        done = [span for span in self.by_subject[subject] if span.end >= 0.0]
        last = max(done, key=lambda span: span.end, default=None)
        rest = Span(subject, "never", ())
        rest.binding, rest.start = last, last.end if last is not None else 0.0
        rest.marks.append((rest.start, FAILURE if last is not None else PLAN))
        return rest


def _parts(span: Span, until: float) -> Iterator[tuple[Span, int, float, float]]:
    """Return the marked stretches of a span up to `until`, latest first."""
    for start, cause in reversed(span.marks):
        if start < until:
            yield span, cause, start, until
            until = start


def tell(
    steps: list[tuple[Span, int, float, float]], names: tuple[str, ...], causes: tuple[str, ...]
) -> tuple[Segment, ...]:
    """Put a walk into words, earliest first."""
    return tuple(
        Segment(names[span.subject], span.part, causes[cause], start, end)
        for span, cause, start, end in reversed(steps)
    )
