"""What keyed draws cost: one generator a stream and replication against a table for a chunk (decision 3)."""

from __future__ import annotations

import time

import numpy as np

from sim.chance import DrawTable

STREAMS, CHUNK, DRAWS = 1000, 100, 4


def main() -> None:
    names = [f"stream/{number}" for number in range(STREAMS)]
    start = time.process_time()
    table = DrawTable(1, names, 0, CHUNK)
    for number in range(CHUNK):
        draws = table.replication(number)
        for stream in range(STREAMS):
            draws.u(stream)
    keyed = (time.process_time() - start) / (STREAMS * CHUNK)
    start = time.process_time()
    for stream in range(STREAMS):
        np.random.Generator(np.random.Philox(key=np.array([1, stream], dtype=np.uint64))).random(DRAWS)
    single = (time.process_time() - start) / STREAMS
    print(f"table of a chunk, per stream and replication, one draw read: {keyed * 1e6:.2f}")
    print(f"a generator for each stream and replication:                 {single * 1e6:.2f}")
    print(f"ratio: {single / keyed:.0f}")


if __name__ == "__main__":
    main()
