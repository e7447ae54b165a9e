"""What `simpy.Resource` and `simpy.Container` cost in the place of our slots and tanks (decision 7)."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeAlias

import simpy

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign, TankPlan
from sim.model import world
from sim.model.resources import Slots, Tank
from sim.model.simulate import simulate_chunk
from sim.scenario.load import load_scenario

REPEATS, CHUNK, USES = 24, 25, 4000

TANK = TankPlan(0, "", 1, 1e9, 0.0, 1.0, 0, (), None, None, (), -1, -1)

Process: TypeAlias = Generator[simpy.Event, Any, Any]


class Resource:
    """`simpy.Resource` with the face of `Slots`: what is requested in one function is released in another."""

    def __init__(self, env: simpy.Environment, count: int) -> None:
        self._resource = simpy.Resource(env, count)
        self._held: deque[Any] = deque()

    def take(self) -> Process:
        """Wait for a slot and take it."""
        request = self._resource.request()
        yield request
        self._held.append(request)

    def put(self) -> None:
        """Return a slot."""
        self._resource.release(self._held.popleft())


def turn_about(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """Return the medians of two timings, taken in turn."""
    pairs: list[tuple[float, float]] = []
    for number in range(REPEATS):
        pairs.append((ours(), theirs()) if number % 2 else (theirs(), ours())[::-1])
    first, second = zip(*pairs, strict=True)
    return statistics.median(first), statistics.median(second)


def spend_s(run: Callable[[], object]) -> float:
    """Return the processor time of a call."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def queue_us(make: type[Slots] | type[Resource], users: int) -> float:
    """Return the microseconds of taking one of two slots for a day and returning it."""
    env = simpy.Environment()
    slots = make(env, 2)

    def use() -> Process:
        for _ in range(USES // users):
            yield from slots.take()
            yield env.timeout(1.0)
            slots.put()

    for _ in range(users):
        env.process(use())
    return spend_s(env.run) / USES * 1e6


def own_tank_us() -> float:
    """Return the microseconds of a delivery to our tank and of a withdrawal by somebody who waits."""
    env = simpy.Environment()
    tank = Tank(TANK, traced=False)

    def fill() -> Process:
        for _ in range(USES):
            yield env.timeout(1.0)
            tank.move(env.now, 1.0)

    def draw() -> Process:
        for _ in range(USES):
            while tank.level_kg(env.now) < 1.0:
                more = env.event()
                tank.waiting.append(more)
                yield more
            tank.move(env.now, -1.0)

    env.process(fill())
    env.process(draw())
    return spend_s(env.run) / USES * 1e6


def container_us() -> float:
    """Return the microseconds of the same with a container, which cannot boil off."""
    env = simpy.Environment()
    tank = simpy.Container(env, capacity=TANK.capacity_kg)

    def fill() -> Process:
        for _ in range(USES):
            yield env.timeout(1.0)
            yield tank.put(1.0)

    def draw() -> Process:
        for _ in range(USES):
            yield tank.get(1.0)

    env.process(fill())
    env.process(draw())
    return spend_s(env.run) / USES * 1e6


def chunk_ms(make: type[Slots] | type[Resource], campaign: Campaign) -> float:
    """Return the milliseconds of a replication with these slots."""
    world.Slots = make  # type: ignore[misc, assignment]
    return spend_s(lambda: simulate_chunk(campaign, 1, 0, CHUNK)) / CHUNK * 1e3


def main() -> None:
    """Print what both cost."""
    for users in (1, 4):
        own, library = turn_about(partial(queue_us, Slots, users), partial(queue_us, Resource, users))
        print(f"two slots, {users} in turn: ours {own:.2f} us, SimPy {library:.2f} us")
    own, library = turn_about(own_tank_us, container_us)
    print(f"a tank: ours {own:.2f} us, SimPy {library:.2f} us")
    for name in ("ilrs-2035", "artemis-now"):
        campaign = compile_campaign(load_scenario(name))
        chunk_ms(Slots, campaign)  # tables of quantiles are made on first use
        own, library = turn_about(partial(chunk_ms, Slots, campaign), partial(chunk_ms, Resource, campaign))
        print(f"{name}: ours {own:.2f} ms a replication, SimPy {library:.2f} ms ({library / own - 1.0:+.1%})")


if __name__ == "__main__":
    main()
