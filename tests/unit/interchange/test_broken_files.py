"""A file that is broken anywhere is read, or refused in one line that begins with its name; nothing else happens."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.interchange.bringing import Wishes, bring_in
from sim.problems import InputError
from tests.unit.interchange.plans import job, link, mspdi, task, waits, written, xer
from tests.unit.interchange.test_pmxml import CALENDAR, activity
from tests.unit.interchange.test_psplib import SM
from tests.unit.interchange.test_spacenet import JAVA, JSON

PROJECT = f"<Project><ObjectId>1</ObjectId>{activity(1, 'Y10', 8)}</Project>"
PMXML = f"<APIBusinessObjects>{CALENDAR}{PROJECT}</APIBusinessObjects>"
SAMPLES = {
    "a.mspdi": mspdi(task(1, "Dig", 8) + task(2, "Pour", 16, link(1, 3, 4800))),
    "a.xer": xer([job(1, "Y10", 40), job(2, "Y20", 16, act_start_date="2031-03-03 08:00")], [waits(2, 1, "PR_SS", 8)]),
    "a.pmxml": PMXML,
    "a.csv": "id,duration,pred,optimistic,most likely,pessimistic\nA,5d,,4d,5d,9d\nB,2ed,A SS+1d,,,\n",
    "a.sm": SM,
    "a.rcp": "3 1\n3\n0 0 1 2\n6 2 1 3\n0 0 0\n",
    "a.json": json.dumps(JSON),
    "a.net": JAVA,
}
SPLICES = (
    b"<",
    b">",
    b'"',
    b"\0",
    b"-1",
    b"9" * 12,
    b"1e309",
    b"nan",
    b"(",
    b")",
    b"|",
    b"\t",
    b"\n",
    b"%",
    b"",
    b"\xff",
)


def cut(data: bytearray, luck: random.Random) -> None:
    at = luck.randrange(len(data))
    del data[at : at + luck.choice((1, 3, 40, 400))]


def splice(data: bytearray, luck: random.Random) -> None:
    at = luck.randrange(len(data) + 1)
    data[at:at] = luck.choice(SPLICES)


def turn(data: bytearray, luck: random.Random) -> None:
    data[luck.randrange(len(data))] = luck.randrange(256)


def double(data: bytearray, luck: random.Random) -> None:
    at, to = luck.randrange(len(data)), luck.randrange(len(data))
    data[to:to] = data[at : at + luck.choice((5, 60, 600))]


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (cut, splice, turn, double)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    brought = bring_in(written(tmp_path, name, SAMPLES[name]), name, "plan", Wishes())
    assert brought.draft.text().count("\n") > 8


@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_file_is_read_or_refused_in_one_line(tmp_path: Path, name: str) -> None:
    for seed in range(150):
        luck = random.Random(f"{name}{seed}")
        data = bytearray(SAMPLES[name].encode())
        for _ in range(luck.choice((1, 1, 2, 8))):
            luck.choice(CHANGES)(data, luck) if data else data.extend(b"x")
        path = written(tmp_path, name, bytes(data))
        try:
            bring_in(path, name, "plan", Wishes()).draft.text()
        except InputError as error:
            said = str(error)
            assert said.startswith(name), f"seed {seed}: {said}"
            assert "\n" not in said, f"seed {seed}: {said}"
