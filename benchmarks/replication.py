"""How long a replication of the baseline takes, beside bare SimPy with as many events, and where its events come from.

Run: python benchmarks/replication.py [scenario] [--long REPLICATIONS | --beside CHECKOUT]

Times are of this process's CPU, the best of several runs, since other work on the machine only ever adds to them.
`--long` runs many replications instead and prints what memory they hold. `--beside` takes turns with the code of
another checkout, say of an older commit, and prints the ratio; name a scenario by a path that both can read.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import simpy

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.chance import DrawTable
from sim.model.programme import settle_partners, settle_risks
from sim.model.simulate import simulate_chunk, start
from sim.model.world import World
from sim.scenario.load import load_scenario

SEED = 2035
CHUNK = 200
ROUNDS = 7
TURNS = 25
"""Chunks that each of two checkouts simulates: single ones differ by a tenth on a busy machine."""
TAKE_TURNS = """
import sys, time
from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_chunk
from sim.scenario.load import load_scenario
campaign, seed, count = compile_campaign(load_scenario(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
simulate_chunk(campaign, seed, 0, count)
for _ in sys.stdin:
    begin = time.process_time()
    simulate_chunk(campaign, seed, 0, count)
    print((time.process_time() - begin) / count, flush=True)
"""
"""What each checkout runs: calls that all versions have."""
PROCESSES = 100
"""Processes of the yardstick: about as many as a replication of the baseline has."""


def time_model_s(campaign: Campaign) -> tuple[float, float]:
    """Return CPU seconds and events of one replication in a chunk."""
    begin = time.process_time()
    outcomes = simulate_chunk(campaign, SEED, 0, CHUNK)
    return (time.process_time() - begin) / CHUNK, float(outcomes.events.mean())


def time_bare_s(events: int) -> float:
    """Return CPU seconds of bare SimPy for so many events, with its environments and processes made anew."""

    def wait(timeouts: int) -> Generator[simpy.Event, None, None]:
        for number in range(timeouts):
            yield env.timeout(1.0 + number)

    begin = time.process_time()
    for _ in range(CHUNK):
        env = simpy.Environment()
        for number in range(PROCESSES):
            timeouts = (events - 2 * PROCESSES) // PROCESSES + (number < events % PROCESSES)
            env.process(wait(timeouts))
        env.run()
    return (time.process_time() - begin) / CHUNK


def count_events(campaign: Campaign, replications: int) -> Counter[str]:
    """Count the events of some replications by the process they wake, or by what they end or call."""
    counts: Counter[str] = Counter()
    table = DrawTable(SEED, campaign.streams, 0, replications)
    for number in range(replications):
        world = World(campaign, table.replication(number), traced=False)
        settle_partners(world)
        settle_risks(world)
        start(world)
        while world.env.peek() < campaign.end_d:
            counts[_woken(world.env._queue[0][3])] += 1
            world.env.step()
    return counts


def _woken(event: simpy.Event) -> str:
    """Name what an event wakes."""
    for callback in event.callbacks or []:
        owner = getattr(callback, "__self__", None)
        if isinstance(owner, simpy.Process):
            return _name(owner)
        return "called back"
    return f"end of {_name(event)}" if isinstance(event, simpy.Process) else "heard by nobody"


def _name(process: simpy.Process) -> str:
    return str(getattr(process._generator, "__name__", "process"))


def report_speed(campaign: Campaign) -> None:
    """Print what a replication takes, what bare SimPy takes, and whose events there are."""
    simulate_chunk(campaign, SEED, 0, CHUNK)  # tables of quantiles are made on first use
    rounds = []
    for _ in range(ROUNDS):
        model_s, events = time_model_s(campaign)
        rounds.append((model_s, events, time_bare_s(round(events))))
    model_s, bare_s, events = min(r[0] for r in rounds), min(r[2] for r in rounds), rounds[0][1]
    print(f"{campaign.scenario}: {1e3 * model_s:.2f} ms a replication, {1 / model_s:.0f} replications/s on one core")
    print(f"  {events:.0f} events a replication, {1e6 * model_s / events:.2f} us each")
    print(f"  bare SimPy, as many events in {PROCESSES} processes: {1e3 * bare_s:.2f} ms; ratio {model_s / bare_s:.2f}")
    for name, count in count_events(campaign, 50).most_common():
        print(f"  {count / 50:8.1f}  {name}")


def report_memory(campaign: Campaign, replications: int) -> None:
    """Print the greatest memory held after each tenth of a long run."""
    for tenth in range(10):
        for chunk in range(max(replications // 10 // CHUNK, 1)):
            simulate_chunk(campaign, SEED, (tenth * (replications // 10 // CHUNK) + chunk) * CHUNK, CHUNK)
        held_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  after {(tenth + 1) * replications // 10} replications: at most {held_mb:.1f} MB")


def report_beside(checkout: str, scenario: str) -> None:
    """Print what a replication takes here and in another checkout, taking turns."""
    workers = [take_turns(Path(__file__).parents[1], scenario), take_turns(Path(checkout), scenario)]
    times = [[one_turn_s(worker) for worker in workers] for _ in range(TURNS)]
    ours, theirs = (1e3 * min(column) for column in zip(*times, strict=True))
    ratio = statistics.median(here / there for here, there in times)
    print(f"{scenario}: {ours:.2f} ms a replication here, {theirs:.2f} there; median of {TURNS} ratios {ratio:.3f}")
    for worker in workers:
        worker.communicate()


def take_turns(checkout: Path, scenario: str) -> subprocess.Popen[str]:
    """Start a process that simulates a chunk with the code of a checkout for every line it is sent."""
    command = [sys.executable, "-c", TAKE_TURNS, scenario, str(SEED), str(CHUNK)]
    paths = {**os.environ, "PYTHONPATH": str(checkout)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=checkout, env=paths, stdin=pipe, stdout=pipe, text=True)


def one_turn_s(worker: subprocess.Popen[str]) -> float:
    """Let a process take its turn; return CPU seconds of a replication."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def main(arguments: list[str]) -> None:
    """Run the benchmark on the baseline or on another scenario."""
    values = {
        option: arguments[arguments.index(option) + 1] for option in ("--long", "--beside") if option in arguments
    }
    names = [word for word in arguments if not word.startswith("--") and word not in values.values()]
    scenario = names[0] if names else "ilrs-2035"
    if "--beside" in values:
        report_beside(values["--beside"], scenario)
        return
    campaign = compile_campaign(load_scenario(scenario))
    if "--long" in values:
        report_memory(campaign, int(values["--long"]))
    else:
        report_speed(campaign)


if __name__ == "__main__":
    main(sys.argv[1:])
