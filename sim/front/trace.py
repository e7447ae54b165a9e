"""The events of one replication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.problems import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sim.campaign.plan import Campaign
    from sim.clock import Calendar
    from sim.model.tracing import Event

EVENT_COLUMNS = ("date", "t_d", "subject", "verb", "place", "mass_kg", "detail")


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
    def frame(self) -> pd.DataFrame:
        """The events as a DataFrame: date, day since the calendar's start, subject, verb, place, mass and detail."""
        import numpy as np

        from sim.analysis.story import detail_of, said_of
        from sim.front.data_frames import Field, dates_of, frame_of

        t_d = np.array([event.t_d for event in self.events], dtype=np.float64)
        masses = [np.nan if event.mass_kg is None else event.mass_kg for event in self.events]
        said: dict[str, Callable[[Event], str]] = {
            "subject": lambda event: event.subject,
            "verb": said_of,
            "place": lambda event: event.place,
            "detail": detail_of,
        }
        texts = {word: Field((word,), [say(event) for event in self.events]) for word, say in said.items()}
        mass = Field(("mass_kg",), np.array(masses, dtype=np.float64))
        date = Field(("date",), dates_of(self.calendar.start, t_d))
        known = {**texts, "mass_kg": mass, "date": date, "t_d": Field(("t_d",), t_d)}
        return frame_of([known[name] for name in EVENT_COLUMNS])

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
