"""Work whose tables the workers lay down in a shared folder themselves; what comes back is a receipt."""

from __future__ import annotations

from dataclasses import dataclass

from sim.study import files
from sim.study.chunks import Span, Work
from sim.study.place import Place


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a worker says of a table that it has written."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """Work, and where its tables go."""

    work: Work
    place: Place

    def run(self, span: Span) -> Receipt:
        """Simulate a span, write its table, and give the receipt."""
        return deposit(self.place, span, self.work.run(span))


def deposit(place: Place, span: Span, data: bytes) -> Receipt:
    """Write the table of a span, and give the receipt; written twice, it is the same file."""
    place.write(span.name, data)
    return Receipt(files.digest(data))
