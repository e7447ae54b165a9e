"""Problems of research as plans: PSPLIB (.sm) and Patterson (.rcp), jobs with durations, links and shared resources.

Source: Kolisch and Sprecher, "PSPLIB - a project scheduling problem library", European Journal of Operational Research
96 (1996), and the library's own description of its files; the format of Patterson (1984) as that library gives it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.interchange.foreign import ForeignNetwork, ForeignResource, ForeignTask, Relation, refused
from sim.interchange.weeks import DAY_MIN
from sim.problems import Problem
from sim.scenario.tree import read_bytes

_MOST_JOBS: Final = 100_000
_LONGEST_D: Final = 70_000


def read_psplib(path: Path, shown: str) -> ForeignNetwork:
    """Read a file of PSPLIB with one mode for each job."""
    lines = _text(path, shown).splitlines()
    network = ForeignNetwork("PSPLIB single-mode file", shown, path.stem)
    head = " ".join(lines[:20])
    if _count(head, r"nonrenewable\s*:\s*(\d+)"):
        network.notes.left_out("resources that are used up")
    jobs, links = _section(lines, "PRECEDENCE RELATIONS", shown), _section(lines, "REQUESTS/DURATIONS", shown)
    capacities = [value for _, row in _section(lines, "RESOURCEAVAILABILITIES", shown)[:1] for value in row]
    renewable = _count(head, r"-\s*renewable\s*:\s*(\d+)") or len(capacities)
    if len(capacities) < renewable:
        raise refused(shown, 0, f"{renewable} resources, but {len(capacities)} numbers say how many there are of them")
    _add_resources(network, capacities[:renewable])
    needs: dict[int, list[int]] = {}
    for line, row in jobs:
        if len(row) < 3 or len(row) != 3 + row[2]:
            raise refused(shown, line, "a row of links has a job, its modes, how many follow, and those that follow")
        if row[1] != 1:
            raise refused(
                shown, line, f"job {row[0]} has {row[1]} modes", "only files with one mode for each job are read"
            )
        for after in row[3:]:
            needs.setdefault(after, []).append(row[0])
    for line, row in links:
        if len(row) < 3 + renewable:
            raise refused(
                shown, line, "a row of requests has a job, its mode, its duration and a number for each resource"
            )
        _add_job(network, line, row[0], row[2], row[3 : 3 + renewable], needs.get(row[0], []))
    return _checked(network, needs)


def read_patterson(path: Path, shown: str) -> ForeignNetwork:
    """Read a file of Patterson's format: numbers alone, whatever lines they stand in."""
    text = _text(path, shown)
    numbers = [(line, word) for line, row in enumerate(text.splitlines(), 1) for word in row.split()]
    if len(numbers) > 50 * _MOST_JOBS:
        raise refused(shown, 0, "there are too many numbers in it")
    network = ForeignNetwork("Patterson file", shown, path.stem)
    at = 0

    def take() -> int:
        nonlocal at
        if at >= len(numbers):
            raise refused(shown, numbers[-1][0] if numbers else 1, "the file ends before its last job")
        line, word = numbers[at]
        at += 1
        if not re.fullmatch(r"\d{1,9}", word):
            raise refused(shown, line, f"'{word[:40]}' is no whole number")
        return int(word)

    jobs, kinds = take(), take()
    if not 0 < jobs <= _MOST_JOBS or kinds > 1000:
        raise refused(shown, 1, f"{jobs} jobs and {kinds} resources cannot be read")
    _add_resources(network, [take() for _ in range(kinds)])
    needs: dict[int, list[int]] = {}
    for job in range(1, jobs + 1):
        line = numbers[at][0] if at < len(numbers) else 0
        duration, uses = take(), [take() for _ in range(kinds)]
        for _ in range(take()):
            needs.setdefault(take(), []).append(job)
        _add_job(network, line, job, duration, uses, [])
    for after, before in needs.items():
        if str(after) in network.tasks:
            network.tasks[str(after)].needs += [Relation(str(one)) for one in before]
    if at < len(numbers):
        raise refused(shown, numbers[at][0], "there are more numbers than the jobs take")
    return _checked(network, needs)


def _text(path: Path, shown: str) -> str:
    data = read_bytes(path, shown)
    if isinstance(data, Problem):
        raise refused(shown, 0, data.message, data.hint)
    return data.decode("latin-1")


def _count(text: str, pattern: str) -> int:
    found = re.search(pattern, text, re.IGNORECASE)
    return int(found[1][:6]) if found else 0


def _section(lines: Sequence[str], heading: str, shown: str) -> list[tuple[int, list[int]]]:
    """Return the rows of whole numbers below a heading, each with its line."""
    start = next((at for at, line in enumerate(lines) if line.strip().upper().startswith(heading)), None)
    if start is None:
        raise refused(shown, 0, f"there is no part {heading}", "a PSPLIB file has one")
    rows: list[tuple[int, list[int]]] = []
    for at, line in enumerate(lines[start + 1 :], start + 2):
        if re.fullmatch(r"[\d\s]+", line) and line.strip():
            rows.append((at, [int(word[:9]) for word in line.split()]))
        elif line.startswith("***"):
            break
    return rows


def _add_resources(network: ForeignNetwork, capacities: Sequence[int]) -> None:
    for number, capacity in enumerate(capacities, 1):
        network.resources[f"R{number}"] = ForeignResource(f"R{number}", f"R{number}", float(capacity))


def _add_job(
    network: ForeignNetwork, line: int, job: int, duration_d: int, uses: Sequence[int], needs: Sequence[int]
) -> None:
    if duration_d > _LONGEST_D:
        raise refused(network.file, line, f"job {job} takes {duration_d} days; at most {_LONGEST_D}")
    if str(job) in network.tasks:
        raise refused(network.file, line, f"job {job} stands twice")
    task = ForeignTask(str(job), str(job), f"Job {job}", f"job {job}, line {line}")
    task.duration_min, task.elapsed = duration_d * float(DAY_MIN), True
    task.milestone = duration_d == 0
    task.uses = {f"R{number}": float(units) for number, units in enumerate(uses, 1) if units}
    for name, units in task.uses.items():
        if units > (network.resources[name].capacity or 0.0):
            raise refused(network.file, line, f"job {job} needs {units:g} of {name}, of which there are fewer")
    task.needs = [Relation(str(one)) for one in needs]
    network.tasks[str(job)] = task


def _checked(network: ForeignNetwork, needs: dict[int, list[int]]) -> ForeignNetwork:
    for after, before in needs.items():
        for one in (after, *before):
            if str(one) not in network.tasks:
                raise refused(network.file, 0, f"job {one} is named in the links and stands nowhere")
    network.notes.taken("the unit of time is a day of 24 hours; work rests on no day")
    return network
