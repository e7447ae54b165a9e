"""Work that kills its worker; a small module, because every worker imports it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from sim.study.chunks import ChunkSpan, Work

DEADLY = 100
"""First replication of the span on which the worker dies."""


class Deadly(Work):
    """Kills its worker on one span, as long as the file that the campaign's `about` names is not there."""

    def run(self, span: ChunkSpan, *, goals_only: bool = False) -> bytes:
        marker = Path(self.campaign.about)
        if span.first == DEADLY and not marker.exists():
            if marker.parent.exists():
                marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Work.run(self, span, goals_only=goals_only)
