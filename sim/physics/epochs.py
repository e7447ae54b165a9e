"""Dates in TDB as days since J2000.0, and back; no leap seconds, no time zones."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from sim.physics.constants import J2000_JD
from sim.physics.limits import PhysicsError

_J2000 = datetime(2000, 1, 1, 12)


def epoch_from_iso(text: str | date) -> float:
    """Return the TDB days since J2000.0 of an ISO date or date-time; a trailing Z is read as TDB too.

    >>> epoch_from_iso("2000-01-02T00:00:00")
    0.5

    Raises PhysicsError when the text is not a date.
    """
    return (_read(text) - _J2000) / timedelta(days=1)


def iso_from_epoch(epoch_d: float) -> str:
    """Return the ISO text of a TDB epoch, rounded to a second.

    >>> iso_from_epoch(0.5)
    '2000-01-02T00:00:00'
    """
    moment = _J2000 + timedelta(seconds=round(epoch_d * 86_400.0))
    return moment.isoformat(timespec="seconds")


def jd_from_epoch(epoch_d: float) -> float:
    """Return the TDB Julian date of an epoch."""
    return epoch_d + J2000_JD


def epoch_from_jd(jd_tdb: float) -> float:
    """Return the epoch of a TDB Julian date."""
    return jd_tdb - J2000_JD


def _read(text: str | date) -> datetime:
    if isinstance(text, datetime):
        return _naive(text)
    if isinstance(text, date):
        return datetime(text.year, text.month, text.day)
    try:
        return _naive(datetime.fromisoformat(text.strip().removesuffix("Z")))
    except ValueError:
        raise PhysicsError(f"'{text}' is not a date; write it as 2035-03-01 or 2035-03-01T06:00:00") from None


def _naive(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(timezone.utc).replace(tzinfo=None)
