"""Problems of research: PSPLIB and Patterson. Source of the forms: Kolisch and Sprecher, PSPLIB (1996)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.interchange.foreign import ForeignError
from sim.interchange.psplib import read_patterson, read_psplib
from tests.unit.interchange.plans import written

SM = """************************************************************************
file with basedata            : made up
jobs (incl. supersource/sink ):  3
RESOURCES
  - renewable                 :  1   R
  - nonrenewable              :  0   N
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          1           2
   2        1          1           3
   3        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1
------------------------------------------------------------------------
  1      1     0       0
  2      1     6       2
  3      1     0       0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1
    3
************************************************************************
"""


def test_a_job_of_psplib_has_duration_need_and_request(tmp_path: Path) -> None:
    network = read_psplib(written(tmp_path, "a.sm", SM), "a.sm")
    job = network.tasks["2"]
    assert (job.duration_min / 1440.0, job.needs[0].before, job.uses) == (6.0, "1", {"R1": 2.0})


def test_several_modes_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match=r"a\.sm:11:1: job 2 has 3 modes"):
        read_psplib(
            written(tmp_path, "a.sm", SM.replace("   2        1          1 ", "   2        3          1 ")), "a.sm"
        )


def test_numbers_of_patterson_may_stand_in_any_lines(tmp_path: Path) -> None:
    network = read_patterson(written(tmp_path, "a.rcp", "3 1\n3 0 0 1\n2 6 2 1 3 0 0 0"), "a.rcp")
    assert network.tasks["2"].uses == {"R1": 2.0}
    assert network.resources["R1"].capacity == 3.0


def test_a_file_of_patterson_that_ends_early_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match="the file ends before its last job"):
        read_patterson(written(tmp_path, "a.rcp", "3 1\n3\n0 0 1 2\n6 2 1 3\n"), "a.rcp")
