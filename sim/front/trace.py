"""The events of one replication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sim.problems import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.campaign.plan import Campaign
    from sim.clock import Calendar
    from sim.model.tracing import Event

Row: TypeAlias = "tuple[str, float, str, str, str, float | None, str]"
EVENT_COLUMNS: Final = ("date", "t_d", "subject", "verb", "place", "mass_kg", "detail")


@dataclass(frozen=True, slots=True, repr=False)
class Events:
    """What happened in one replication, in order of time."""

    replication: int | None
    """None for the plan."""
    events: tuple[Event, ...]
    calendar: Calendar
    outdated: str = ""
    """That the program has changed since the study was made; empty when it has not."""

    @property
    def rows(self) -> list[Row]:
        """The events as tuples: date, day since the calendar's start, subject, verb, place, mass and detail."""
        from sim.analysis.story import detail_of, said_of

        iso = self.calendar.iso
        return [
            (iso(one.t_d), one.t_d, one.subject, said_of(one), one.place, one.mass_kg, detail_of(one))
            for one in self.events
        ]

    @property
    def frame(self) -> pd.DataFrame:
        """The events as a DataFrame with the columns of `rows`."""
        import numpy as np

        from sim.front.data_frames import TableColumn, dates_of, frame_of

        rows = self.rows
        known: dict[str, Any] = {name: [row[n] for row in rows] for n, name in enumerate(EVENT_COLUMNS)}
        t_d = np.array(known["t_d"], dtype=np.float64)
        masses = [np.nan if mass_kg is None else mass_kg for mass_kg in known["mass_kg"]]
        known |= {
            "date": dates_of(self.calendar.start, t_d),
            "t_d": t_d,
            "mass_kg": np.array(masses, dtype=np.float64),
        }
        return frame_of([TableColumn((name,), known[name]) for name in EVENT_COLUMNS])

    def __repr__(self) -> str:
        which = "the plan" if self.replication is None else f"replication {self.replication}"
        return f"<ilrs.Events: {counted(len(self.events), 'event')} of {which}; .frame has them>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return html_of(self.frame)


def events_of_campaign(campaign: Campaign, replication: int | None, seed: int) -> Events:
    """Simulate one replication, or the plan, and return its events."""
    import datetime

    from sim.clock import Calendar
    from sim.model.simulate import simulate, simulate_nominal

    number = replication
    outcome = simulate_nominal(campaign) if number is None else simulate(campaign, seed, number, traced=True)
    start = datetime.datetime.fromisoformat(campaign.start_iso)
    calendar = Calendar(start, start + datetime.timedelta(days=campaign.end_d))
    return Events(replication, outcome.trace.events if outcome.trace is not None else (), calendar)
