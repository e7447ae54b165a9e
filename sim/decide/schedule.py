"""The shortest schedule of work under limited resources: the resource-constrained project scheduling problem.

Source: Brucker, Drexl, Moehring, Neumann, Pesch, European Journal of Operational Research 112 (1999) 3-41 (PS | prec |
Cmax), recalled; instances of Kolisch and Sprecher, PSPLIB, European Journal of Operational Research 96 (1997) 205-216.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sim.decide import cpsat
from sim.decide.explain import SHORTENING, Explanation, Statement, explain
from sim.decide.keyed import Reader
from sim.decide.proof import DEFAULT, Clock, Limits, Listener, Proof
from sim.problems import InputError, suggest


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work without a pause."""

    duration: int
    uses: tuple[int, ...]
    """How much of each resource while it runs."""
    before: tuple[str, ...]
    """Jobs that start only when it is done."""


@dataclass(frozen=True, slots=True)
class Project:
    """Jobs by name, and how much there is of each resource."""

    capacities: tuple[int, ...]
    jobs: Mapping[str, Job]
    deadline: int | None = None
    """By when all must be done; None for no limit."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each job starts, and what is proven of the whole duration; no starts without a plan."""

    proof: Proof
    starts: Mapping[str, int]


def solve_schedule(
    project: Project,
    limits: Limits = DEFAULT,
    on_progress: Listener = lambda _: None,
) -> Schedule:
    """Return a schedule of least duration, in the project's whole units of time."""
    model = cpsat.cp().CpModel()
    horizon = sum(job.duration for job in project.jobs.values())
    if project.deadline is not None:
        horizon = min(horizon, project.deadline)
    earliest, after = _heads(project), _tails(project)
    starts = {}
    for name, job in project.jobs.items():
        latest = horizon - job.duration - after[name]
        if latest < earliest[name]:
            return Schedule(Proof("infeasible", None, None, 0.0), {})
        starts[name] = model.new_int_var(earliest[name], latest, name)
    for name, job in project.jobs.items():
        for later in job.before:
            model.add(starts[later] >= starts[name] + job.duration)
    tasks = [Task(starts[name], job.duration, job.uses) for name, job in project.jobs.items()]
    for number, capacity in enumerate(project.capacities):
        share(model, tasks, number, capacity)
    end = model.new_int_var(0, horizon, "end")
    for name, job in project.jobs.items():
        model.add(end >= starts[name] + job.duration + after[name])
    solved = cpsat.solve(model, end, list(starts.values()), limits, on_progress)
    return Schedule(solved.proof, dict(zip(starts, solved.values, strict=True)) if solved.values else {})


@dataclass(frozen=True, slots=True)
class Task:
    """A job inside a model: its start variable, how long it lasts, what it uses of each resource."""

    start: Any
    duration: int
    uses: Sequence[int]


def share(model: Any, tasks: Iterable[Task], resource: int, capacity: int) -> None:
    """Let tasks use together no more of a resource than there is, at every time."""
    using = [task for task in tasks if task.duration and task.uses[resource]]
    if sum(task.uses[resource] for task in using) <= capacity:
        return
    intervals = [
        model.new_fixed_size_interval_var(task.start, task.duration, f"r{resource}.{number}")
        for number, task in enumerate(using)
    ]
    demands = [task.uses[resource] for task in using]
    if capacity == 1 and set(demands) == {1}:
        model.add_no_overlap(intervals)
    else:
        model.add_cumulative(intervals, demands, capacity)


def statements_of(project: Project) -> tuple[Statement, ...]:
    """Return what the user said that takes possibilities away: the deadline and the capacities."""
    found = [
        Statement(f"capacities.{number}", capacity, sum(job.uses[number] for job in project.jobs.values()), whole=True)
        for number, capacity in enumerate(project.capacities)
    ]
    if project.deadline is not None:
        longest = sum(job.duration for job in project.jobs.values())
        found.append(Statement("deadline", project.deadline, longest, whole=True))
    return tuple(one for one in found if one.value != one.free)


def explain_schedule(project: Project, *, seconds: float = 10.0) -> Explanation | None:
    """Return why no schedule exists and what would help."""
    clock = Clock(Limits(seconds))

    def price(one: Project) -> Proof:
        return solve_schedule(one, clock.rest()).proof

    def exists(one: Project) -> bool | None:
        status = price(one).status
        return None if status == "unknown" else status != "infeasible"

    return explain(project, statements_of(project), exists, price, seconds=seconds * SHORTENING)


def read_project(said: object) -> Project:
    """Read a project from a mapping as it stands in a file.

    Raises:
        InputError: with the key that is wrong.
    """
    reader = Reader(said)
    capacities = reader.wholes("capacities")
    jobs = {
        name: Job(one.whole("duration"), one.wholes("uses"), one.words("before", ()))
        for name, one in reader.several("jobs").items()
    }
    for name, job in jobs.items():
        if len(job.uses) != len(capacities):
            raise InputError(f"jobs.{name}.uses: {len(capacities)} numbers are wanted, one for each of `capacities`")
        for later in job.before:
            if later not in jobs:
                raise InputError(f"jobs.{name}.before: there is no job '{later:.60}'; {suggest(later, jobs)}")
    deadline = reader.whole("deadline") if "deadline" in reader.said else None
    project = Project(capacities, jobs, deadline)
    order(project.jobs)
    return project


def order(jobs: Mapping[str, Job]) -> tuple[str, ...]:
    """Return the jobs so that each stands after all it waits for.

    Raises:
        InputError: if jobs wait for each other in a circle.
    """
    waits: dict[str, list[str]] = {name: [] for name in jobs}
    for name, job in jobs.items():
        for later in job.before:
            waits[later].append(name)
    try:
        return tuple(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise InputError(f"jobs wait for each other in a circle: {' -> '.join(error.args[1])}") from None


def _heads(project: Project) -> dict[str, int]:
    """Return the earliest start of each job with resources without limit."""
    heads = dict.fromkeys(project.jobs, 0)
    for name in order(project.jobs):
        job = project.jobs[name]
        for later in job.before:
            heads[later] = max(heads[later], heads[name] + job.duration)
    return heads


def _tails(project: Project) -> dict[str, int]:
    """Return how much time the jobs after each one need at least."""
    tails = dict.fromkeys(project.jobs, 0)
    for name in reversed(order(project.jobs)):
        job = project.jobs[name]
        tails[name] = max((tails[later] + project.jobs[later].duration for later in job.before), default=0)
    return tails


def check_schedule(project: Project, starts: Mapping[str, int]) -> Iterator[str]:
    """Say every rule that a schedule breaks; written apart from the model, to judge it."""
    for name, job in project.jobs.items():
        for later in job.before:
            if starts[later] < starts[name] + job.duration:
                yield f"{later} starts before {name} is done"
    for moment in sorted(set(starts.values())):
        running = [job for name, job in project.jobs.items() if starts[name] <= moment < starts[name] + job.duration]
        for number, capacity in enumerate(project.capacities):
            if sum(job.uses[number] for job in running) > capacity:
                yield f"more of resource {number} is used at {moment} than there is"
