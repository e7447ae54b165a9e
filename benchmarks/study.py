"""How much of a study is not simulating: chunks, worker processes, Dask, reading back.

    python benchmarks/study.py [SCENARIO] [--replications 2000] [--rounds 3] [--large 10000] [--dask] [--column]

Times are walls of whole studies (nominal run, chunks, traces, reading back; compiling not among them), taken in
rounds that alternate so that a slow minute of the machine hits all alike. Read the ratios.
"""

from __future__ import annotations

if __name__ == "__main__":  # worker processes read this file again, and the program's own main module imports little
    import argparse
    import os
    import pickle
    import platform
    import statistics
    import tempfile
    import time
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    import numpy as np

    from sim.analysis.outline import outline_of
    from sim.campaign.compile import compile_campaign
    from sim.campaign.plan import Campaign
    from sim.model.simulate import simulate_nominal
    from sim.scenario.load import load_scenario
    from sim.study import engines, tables
    from sim.study.chunks import ChunkSpan, Work, spans_of
    from sim.study.cluster import cluster
    from sim.study.engines import choose, run_all, warm_up
    from sim.study.runner import run_study


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="ilrs-2035")
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--column", action="store_true")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, {processor()}")
    warm_up()
    campaign = compile_campaign(load_scenario(asked.scenario))
    report_chunks(campaign)
    report_parcel(campaign)
    report_overhead(with_dask=asked.dask)
    report_engines(campaign, asked.replications, asked.rounds, with_dask=asked.dask)
    if asked.large:
        wall_s = study_s(campaign, asked.large, choose(2))
        print(f"{asked.large} replications with two workers: {wall_s:.1f} s")
    if asked.column:
        report_column()


def processor() -> str:
    """Name the processor where Linux says it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor unknown"
    )


def report_chunks(campaign: Campaign) -> None:
    """Say what making a table costs beside simulating it, in processor time."""
    work = Work(campaign, outline_of(campaign, simulate_nominal(campaign)), 1)
    work.outcomes(ChunkSpan(0, 10))
    spent = {}
    for size in (50, 100, 250):
        simulate_s, outcomes = least(lambda size=size: work.outcomes(ChunkSpan(0, size)), 3)
        encode_s, data = least(lambda outcomes=outcomes: tables.encode(outcomes, work.outline), 7)
        spent[size] = encode_s
        print(
            f"chunk of {size}: {1e3 * simulate_s / size:.2f} ms a replication, table {1e3 * encode_s:.1f} ms "
            f"({encode_s / simulate_s:.1%}), {len(data) / size:.0f} bytes a replication"
        )
    spans = list(spans_of(2000))
    whole_s = 2000 * simulate_s / 250
    tables_s = sum(spent[span.count] for span in spans)
    print(f"2000 replications in {len(spans)} chunks: tables are {tables_s / whole_s:.2%} of the simulating")


def report_parcel(campaign: Campaign) -> None:
    """Say what sending a campaign to a worker costs."""
    plain_s, data = least(lambda: pickle.dumps(campaign, protocol=5), 3)
    load_s, _ = least(lambda: pickle.loads(data), 3)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "parcel"
        write_s, _ = least(lambda: engines._write(file, campaign), 3)
        read_s, _ = least(lambda: engines.received(file), 3)
    print(
        f"campaign of {len(data) / 1e6:.1f} MB: pickled {1e3 * plain_s:.0f} + {1e3 * load_s:.0f} ms for each worker; "
        f"as a parcel {1e3 * write_s:.0f} ms once, {1e3 * read_s:.0f} ms for each worker"
    )


class Nothing:
    """Work that takes no time and gives so many bytes."""

    def __init__(self, size: int) -> None:
        self.size = size

    def run(self, item: int) -> bytes:
        return bytes(self.size)


def report_overhead(*, with_dask: bool) -> None:
    """Say what a chunk costs an engine beside its work, with nothing and with a table's bytes to bring back."""
    with choose(2) as engine:
        report_items("pool of two", engine)
    if with_dask:
        since = time.perf_counter()
        with cluster(None, 2) as engine:
            print(f"two Dask workers of this machine are there after {time.perf_counter() - since:.1f} s")
            report_items("Dask with two workers over TCP", engine)


def report_items(name: str, engine: Executor, count: int = 1000) -> None:
    first_s, spent = 0.0, []
    for size in (0, 500_000):
        since = time.perf_counter()
        for number, _ in enumerate(run_all(engine, Nothing(size), range(count))):
            first_s = first_s or time.perf_counter() - since
            if number == 0:
                begun = time.perf_counter()
        spent.append(1e3 * (time.perf_counter() - begun) / count)
    print(f"{name}: first result after {first_s:.2f} s, then {spent[0]:.2f} ms a chunk, {spent[1]:.2f} ms with 500 kB")


def report_engines(campaign: Campaign, replications: int, rounds: int, *, with_dask: bool) -> None:
    """Say how long whole studies take with one worker, with two, and with Dask."""
    walls: dict[str, list[float]] = {"one": [], "two": [], "dask": []}
    for _ in range(rounds):
        for name, jobs in (("one", 1), ("two", 2)):
            with choose(jobs) as engine:
                walls[name].append(study_s(campaign, replications, engine))
        if with_dask:
            with cluster(None, 2) as engine:
                study_s(campaign, 100, engine)  # the workers import what they need
                walls["dask"].append(study_s(campaign, replications, engine))
    one, two = (statistics.median(walls[name]) for name in ("one", "two"))
    print(f"{replications} replications: one worker {one:.2f} s, two {two:.2f} s, ratio {one / two:.2f}")
    print(f"  rounds: {', '.join(f'{a:.2f}/{b:.2f}' for a, b in zip(walls['one'], walls['two'], strict=True))}")
    if with_dask:
        dask = statistics.median(walls["dask"])
        print(f"  Dask with two workers over TCP {dask:.2f} s, {dask / two:.2f} of the pool")


def report_column() -> None:
    """Say how long one column of a million replications of 60 milestones takes to read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, columns = np.random.default_rng(1), [f"reached.m{number}" for number in range(60)]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for span in spans_of(1_000_000):
            days = np.cumsum(rng.gamma(2.0, 30.0, (60, span.count)), axis=0)
            table = pa.table(dict(zip(columns, days, strict=True)))
            files.append(f"{folder}/part-{span.first:07d}.parquet")
            pq.write_table(
                table, files[-1], compression="lz4", use_dictionary=False, use_byte_stream_split=columns,
                row_group_size=span.count, write_statistics=False,
            )  # fmt: skip
        wall_s, _ = least(lambda: np.asarray(pq.ParquetDataset(files).read(columns=["reached.m7"])[0]), 3, wall=True)
        size = sum(Path(file).stat().st_size for file in files)
    print(f"10^6 x 60 milestones in {len(files)} files, {size / 1e6:.0f} MB: one column in {wall_s:.2f} s")


def study_s(campaign: Campaign, replications: int, engine: Executor) -> float:
    """Run a whole study in a folder of its own; give its wall time."""
    with tempfile.TemporaryDirectory() as folder:
        since = time.perf_counter()
        run_study(campaign, replications=replications, seed=1, folder=Path(folder) / "run", engine=engine)
        return time.perf_counter() - since


def least(function: Callable[[], object], times: int, *, wall: bool = False) -> tuple[float, object]:
    """Return the least processor (or wall) time of some calls, and the last result."""
    clock = time.perf_counter if wall else time.process_time
    spent = []
    for _ in range(times):
        since = clock()
        result = function()
        spent.append(clock() - since)
    return min(spent), result


if __name__ == "__main__":
    main()
