"""Problems with known answers, solved by the code that `ilrs optimise` and `ilrs seek` use.

    python benchmarks/optimise.py FILE... [--json] [--time 60] [--seed 2035]

A file holds the data of a network, a manifest, a schedule or a frontier, and its answer if it likes; the answer is
not read by the solvers. With `--json` the answer of the only file, or of each by its name.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import yaml

from sim.decide.instances import Document, answer
from sim.decide.proof import Limits
from sim.problems import InputError


def main(arguments: list[str]) -> int:
    """Answer every file; 1 when one cannot be read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--time", type=float, default=60.0, metavar="SECONDS", help="for one problem")
    parser.add_argument("--seed", type=int, default=2035, help="of solvers and of simulated luck")
    chosen = parser.parse_args(arguments)
    limits = Limits(seconds=chosen.time, seed=chosen.seed)
    answers: dict[str, Document] = {}
    for file in chosen.files:
        try:
            answers[file.stem] = answer(_read(file), limits)
        except InputError as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 1
        if not chosen.json:
            _print(file.stem, answers[file.stem])
    if chosen.json:
        print(json.dumps(next(iter(answers.values())) if len(answers) == 1 else answers, indent=1))
    return 0


def _read(file: Path) -> object:
    try:
        said: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(str(error).replace("\n", " ")) from None
    return said


def _print(name: str, found: Document) -> None:
    cases = found.get("cases")
    if isinstance(cases, dict):
        for case, one in cases.items():
            _print(case, one)
        return
    print(f"{name}:")
    for key, value in found.items():
        if isinstance(value, list):
            print(f"  {key}:", *(f"\n    {one}" for one in value), sep="")
        else:
            print(f"  {key}: {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
