"""Small plans of other tools, written for the tests: a yard of three jobs on a week of five days."""

from __future__ import annotations

from pathlib import Path

WEEK = "".join(
    f"<WeekDay><DayType>{day}</DayType><DayWorking>{int(1 < day < 7)}</DayWorking>"
    + (
        "<WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime>"
        "<WorkingTime><FromTime>13:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime></WorkingTimes>"
        if 1 < day < 7
        else ""
    )
    + "</WeekDay>"
    for day in range(1, 8)
)


def mspdi(tasks: str, calendars: str = "", head: str = "", tail: str = "") -> str:
    """Return MS Project XML that starts on Monday, 3 March 2031."""
    own = f"<Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><WeekDays>{WEEK}</WeekDays>"
    return (
        '<?xml version="1.0"?>\n<Project xmlns="http://schemas.microsoft.com/project">\n'
        f"<Title>Yard</Title><StartDate>2031-03-03T08:00:00</StartDate><CalendarUID>1</CalendarUID>{head}\n"
        f"<Calendars>{own}</Calendar>{calendars}</Calendars>\n<Tasks>\n{tasks}\n</Tasks>\n{tail}</Project>\n"
    )


def task(uid: int, name: str, hours: float, *links: str, level: int = 1, more: str = "") -> str:
    """Return a task of MS Project with its links."""
    return (
        f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>{name}</Name><OutlineLevel>{level}</OutlineLevel>"
        f"<Duration>PT{hours:g}H0M0S</Duration><DurationFormat>7</DurationFormat>{more}{''.join(links)}</Task>\n"
    )


def link(uid: int, kind: int = 1, lag: int = 0, lag_format: int = 7) -> str:
    """Return a link of MS Project; the lag is in tenths of a minute."""
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type><LinkLag>{lag}</LinkLag>"
        f"<LagFormat>{lag_format}</LagFormat></PredecessorLink>"
    )


FIVE_DAY_DATA = (
    "(0||CalendarData()((0||DaysOfWeek()((0||1()())"
    + "".join(f"(0||{day}()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))" for day in range(2, 7))
    + "(0||7()())))(0||Exceptions()((0||0(d|47969)())(0||1(d|47970)((0||0(s|08:00|f|12:00)())))))))"
)
"""No work on 2031-05-01, day 47969 of spreadsheets; half a day on 2031-05-02."""


def xer(tasks: list[dict[str, str]], links: list[dict[str, str]] | None = None, **tables: list[dict[str, str]]) -> str:
    """Return an XER of one project on a week of five days; each table as its rows."""
    every: dict[str, list[dict[str, str]]] = {
        "PROJECT": [{"proj_id": "1", "proj_short_name": "YARD", "clndr_id": "9", "plan_start_date": "2031-03-03 08:00",
                     "last_recalc_date": "2031-03-03 08:00"}],
        "CALENDAR": [{"clndr_id": "9", "default_flag": "Y", "clndr_name": "five-day", "day_hr_cnt": "8",
                      "clndr_data": FIVE_DAY_DATA}],
        **tables,
        "TASK": [{"proj_id": "1", "clndr_id": "9", "task_type": "TT_Task"} | one for one in tasks],
        "TASKPRED": links or [],
    }  # fmt: skip
    lines = ["ERMHDR\t19.12\t2031-02-28\tProject\tplanner"]
    for name, rows in every.items():
        fields = list(dict.fromkeys(field for row in rows for field in row))
        lines += [f"%T\t{name}", "%F\t" + "\t".join(fields)] if fields else []
        lines += ["%R\t" + "\t".join(row.get(field, "") for field in fields) for row in rows]
    return "\r\n".join([*lines, "%E", ""])


def job(number: int, code: str, hours: float, **more: str) -> dict[str, str]:
    """Return a row of the table TASK."""
    hours_ = f"{hours:g}"
    return {"task_id": str(number), "task_code": code, "task_name": f"Job {code}", "target_drtn_hr_cnt": hours_,
            "remain_drtn_hr_cnt": hours_} | more  # fmt: skip


def waits(after: int, before: int, kind: str = "PR_FS", lag_h: float = 0.0) -> dict[str, str]:
    """Return a row of the table TASKPRED."""
    return {"task_id": str(after), "pred_task_id": str(before), "pred_type": kind, "lag_hr_cnt": f"{lag_h:g}"}


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
