"""Ask the public database for known vulnerabilities of every locked package: `make audit`.

Ends with 0 when every package was looked up and none is known to be vulnerable, with 1 when one is, and with 2 when any
could not be looked up: silence is not safety.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

LOCK = "requirements-test.lock"
"""The larger of the locks; it names all that the other one does."""


def main(auditor: str) -> int:
    """Run pip-audit, the program `auditor`, on the lock, print what it found and return the exit code."""
    asked = [auditor, "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    ran = subprocess.run([*asked, "--requirement", LOCK], capture_output=True, text=True, check=False)
    try:
        dependencies = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(ran.stderr, file=sys.stderr)
        dependencies = []
    lines, code = judge(dependencies)
    print("\n".join(lines))
    return code


def judge(dependencies: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """Return what pip-audit's answer says, in lines, and the exit code."""
    skipped = [one for one in dependencies if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version'}"
        for one in dependencies
        for found in one.get("vulns", ())
    ]
    audited = len(dependencies) - len(skipped)
    if audited and not lines:
        lines.append(f"No known vulnerability in {audited} locked packages.")
    if skipped:
        first = skipped[0]
        lines.append(f"Not audited: {len(skipped)} of {len(dependencies)} packages ({first['skip_reason']}, ...).")
    if skipped or not dependencies:
        lines.append("The database of vulnerabilities did not answer for them; run make audit where it can be reached.")
    vulnerable = any(one.get("vulns") for one in dependencies)
    return lines, 1 if vulnerable else 2 if skipped or not dependencies else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
