"""Arrays go to Parquet and back as they are, and neither a worker nor a reader loads pandas for it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from sim.campaign.plan import Campaign
from sim.study.runner import run_study
from sim.study.tables import read_table, to_arrow, to_numpy

ARRAYS = {
    "doubles": np.array([1.5, np.inf, -0.0]),
    "whole numbers": np.array([1, -2, 2**62]),
    "truth values": np.arange(11) % 3 == 0,
    "every second": np.arange(20.0)[::2],
    "lists of doubles": np.arange(12.0).reshape(4, 3),
    "lists of truth values": np.arange(12).reshape(4, 3) % 5 == 0,
    "a column of a block": np.arange(12.0).reshape(4, 3)[:, 1],
    "none": np.empty(0),
}


@pytest.mark.parametrize("values", ARRAYS.values(), ids=ARRAYS)
def test_an_array_comes_back_as_it_went(values: NDArray[np.generic]) -> None:
    found = to_numpy(pa.chunked_array([to_arrow(values)]))
    assert found.dtype == values.dtype
    assert np.array_equal(found, values)


@pytest.mark.parametrize("values", ARRAYS.values(), ids=ARRAYS)
def test_arrow_reads_the_same_values(values: NDArray[np.generic]) -> None:
    """The truth is Arrow's own conversion."""
    assert to_arrow(values).to_pylist() == values.tolist()


@pytest.mark.parametrize("values", [ARRAYS["truth values"], ARRAYS["doubles"], ARRAYS["lists of truth values"]])
def test_a_slice_begins_where_it_should(values: NDArray[np.generic]) -> None:
    parts = pa.chunked_array([to_arrow(values).slice(1, 1), to_arrow(values).slice(2)])
    assert np.array_equal(to_numpy(parts), values[1:])


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        to_numpy(pa.chunked_array([[1.0, None]]))


def test_one_column_is_read_of_a_file() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1.0, 2.0], "b": [3.0, 4.0]}), sink)
    assert read_table(io.BytesIO(sink.getvalue()), ["b"]).to_pydict() == {"b": [3.0, 4.0]}


PROGRAM = """
import sys
from pathlib import Path
from sim.study import engines, store
from sim.study.chunks import ChunkSpan
{call}
print(sorted({{"pandas", "pydantic", "yaml", "astropy", "plotly"}} & set(sys.modules)))
"""


def loaded_by(call: str) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(call=call)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_worker_loads_neither_pandas_nor_the_scenario_language(campaign: Campaign, tmp_path: Path) -> None:
    from sim.analysis.outline import outline_of
    from sim.model.simulate import simulate_nominal
    from sim.study import engines
    from sim.study.chunks import Work

    engines._write(tmp_path / "parcel", Work(campaign, outline_of(campaign, simulate_nominal(campaign)), 7))
    assert loaded_by(f"engines.received(Path({str(tmp_path / 'parcel')!r})).run(ChunkSpan(0, 3))") == "[]"


def test_reading_a_study_loads_no_pandas(campaign: Campaign, tmp_path: Path) -> None:
    run_study(campaign, replications=3, seed=7, jobs=1, folder=tmp_path / "run")
    assert loaded_by(f"store.read_study(Path({str(tmp_path / 'run')!r}))") == "[]"


def test_the_measure_sees_pandas() -> None:
    """Were this empty too, the tests above could not fail."""
    assert loaded_by("import pandas") == "['pandas']"
