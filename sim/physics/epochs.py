"""Dates in TDB as days since J2000.0, and back; a date with a time zone is UTC, and its leap seconds are added."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from sim.physics.limits import PhysicsError

_J2000 = datetime(2000, 1, 1, 12)
_TT_LESS_TAI_S = 32.184  # TDB is within 2 ms of TT
_LEAPS = (
    ("1965-01", 4.0), ("1966-01", 4.8), ("1967-01", 5.7), ("1968-01", 6.6), ("1969-01", 7.5), ("1970-01", 8.5),
    ("1971-01", 9.4), ("1972-01", 10), ("1972-07", 11), ("1973-01", 12), ("1974-01", 13), ("1975-01", 14),
    ("1976-01", 15), ("1977-01", 16), ("1978-01", 17), ("1979-01", 18), ("1980-01", 19), ("1981-07", 20),
    ("1982-07", 21), ("1983-07", 22), ("1985-07", 23), ("1988-01", 24), ("1990-01", 25), ("1991-01", 26),
    ("1992-07", 27), ("1993-07", 28), ("1994-07", 29), ("1996-01", 30), ("1997-07", 31), ("1999-01", 32),
    ("2006-01", 33), ("2009-01", 34), ("2012-07", 35), ("2015-07", 36), ("2017-01", 37),
)  # fmt: skip
"""TAI - UTC in s from a month on. Source: IERS Bulletin C; the values before 1972 are the middle of each year's."""


def epoch_from_iso(text: str | date) -> float:
    """Return the TDB days since J2000.0 of an ISO date or date-time: TDB, or, with a Z or an offset, UTC.

    >>> epoch_from_iso("2000-01-02T00:00:00")
    0.5

    Raises PhysicsError when the text is not a date.
    """
    moment = _read(text)
    if moment.tzinfo is None:
        return (moment - _J2000) / timedelta(days=1)
    utc_d = (moment.astimezone(timezone.utc).replace(tzinfo=None) - _J2000) / timedelta(days=1)
    return utc_d + (_tai_less_utc_s(utc_d) + _TT_LESS_TAI_S) / 86_400.0


def utc_from_epoch(epoch_d: float) -> datetime:
    """Return the UTC of a TDB epoch, to a millisecond, without a time zone.

    >>> utc_from_epoch(epoch_from_iso("2033-03-01T06:00:00Z")).isoformat()
    '2033-03-01T06:00:00'
    """
    utc_d = epoch_d - (_tai_less_utc_s(epoch_d - 1e-3) + _TT_LESS_TAI_S) / 86_400.0
    return _J2000 + timedelta(milliseconds=round(utc_d * 86_400e3))


def _tai_less_utc_s(utc_d: float) -> float:
    """Return TAI - UTC in s; before 1972, when UTC was steered in fractions of a second, to half a second."""
    month = (_J2000 + timedelta(days=utc_d)).strftime("%Y-%m")
    return float(max((leap for leap in _LEAPS if leap[0] <= month), default=_LEAPS[0])[1])


def iso_from_epoch(epoch_d: float) -> str:
    """Return the ISO text of a TDB epoch, rounded to a second.

    >>> iso_from_epoch(0.5)
    '2000-01-02T00:00:00'
    """
    moment = _J2000 + timedelta(seconds=round(epoch_d * 86_400.0))
    return moment.isoformat(timespec="seconds")


def _read(text: str | date) -> datetime:
    if isinstance(text, datetime):
        return text
    if isinstance(text, date):
        return datetime(text.year, text.month, text.day)
    try:
        said = text.strip()
        return datetime.fromisoformat(f"{said[:-1]}+00:00" if said.endswith("Z") else said)
    except ValueError:
        raise PhysicsError(f"'{text}' is not a date; write it as 2035-03-01 or 2035-03-01T06:00:00") from None
