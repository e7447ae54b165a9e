"""How many of a resource the file's own dates need at once, and what that says of its limit."""

from __future__ import annotations

import datetime

from sim.interchange.foreign import ForeignNetwork

_SLACK = 1e-6


def peaks(network: ForeignNetwork) -> dict[str, float]:
    """Return the most of each resource that is in use at one time by the dates in the file."""
    changes: dict[str, list[tuple[datetime.datetime, int, float]]] = {}
    for task in network.tasks.values():
        if task.start is None or task.finish is None or task.finish <= task.start or task.done:
            continue
        for key, units in task.uses.items():
            changes.setdefault(key, []).extend([(task.start, 1, units), (task.finish, 0, -units)])
    found: dict[str, float] = {}
    for key, events in changes.items():
        held = most = 0.0
        for _, _, units in sorted(events):
            held += units
            most = max(most, held)
        found[key] = most
    return found


def in_per_cent(network: ForeignNetwork) -> set[str]:
    """Return the resources of which an activity needs a part, or of which there is one; they count in per cent."""
    broken = {key for task in network.tasks.values() for key, units in task.uses.items() if not units.is_integer()}
    broken |= {key for key, one in network.resources.items() if one.capacity and not one.capacity.is_integer()}
    return broken & set(network.resources)


def capacities(network: ForeignNetwork) -> dict[str, float | None]:
    """Return the limit that each resource has here: none where the file's own dates need more than it has.

    Primavera and MS Project give dates without regard to who is free, unless they were told to level. A limit that
    these dates break would move every date; one that they keep moves none and holds when work comes late.
    """
    needed = peaks(network)
    limits: dict[str, float | None] = {}
    for resource in network.resources.values():
        used = [task.uses.get(resource.key, 0.0) for task in network.tasks.values() if not task.done]
        most = max([needed.get(resource.key, 0.0), *used])
        limits[resource.key] = resource.capacity
        if resource.capacity is not None and most > resource.capacity + _SLACK:
            limits[resource.key] = None
            said = f"{resource.name}: {resource.capacity:g} there are, {most:g} are in use at once"
            network.notes.changed("a resource that the file's own dates overbook holds nobody back here", said)
    return limits
