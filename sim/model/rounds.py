"""Rounds: repetitions are counted, so that one in which no time passes ends with an error that names it."""

from __future__ import annotations

import datetime

from sim.campaign.plan import Campaign
from sim.problems import InputError

MOST_A_DAY = 100_000
"""Rounds of all repetitions within one day of the calendar: less than a second for each."""
MOST = 3_000_000
"""Rounds within one replication; each leaves a mark in the ledger."""


class StandstillError(InputError):
    """Time stands still, or all but: something is repeated without end."""


class Rounds:
    """Counts the rounds of every repetition in one replication."""

    __slots__ = ("_all", "_campaign", "_day_ends_d", "_today")

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._all = self._today = 0
        self._day_ends_d = 0.0

    def count(self, now_d: float, subject: int, doing: str, way_out: str) -> None:
        """Count one round more of what a subject is doing; raises StandstillError when there are too many."""
        self._all += 1
        if now_d >= self._day_ends_d:
            self._day_ends_d, self._today = now_d + 1.0, 0
        self._today += 1
        if self._today > MOST_A_DAY or self._all > MOST:
            count, span = (MOST_A_DAY, "within a day") if self._today > MOST_A_DAY else (MOST, "in one replication")
            who = self._campaign.subjects[subject]
            start = datetime.datetime.fromisoformat(self._campaign.start_iso)
            raise StandstillError(
                f"{self._campaign.scenario}: time stands still on {start + datetime.timedelta(now_d):%Y-%m-%d}: "
                f"{who.kind} {who.name} {doing}, and this is round {count:,} {span}; {way_out}"
            )
