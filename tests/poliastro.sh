#!/usr/bin/env bash
# Run the physics tests on poliastro itself, which needs Python 3.10; everywhere else its continuation boinor is used.
set -euo pipefail

cd "$(dirname "$0")/.."
venv=${POLIASTRO_VENV:-.venv-poliastro}

is_3_10() {
  "$1" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null
}

find_python() {
  local found
  for found in "${POLIASTRO_PYTHON:-}" "$(command -v python3.10 || true)" \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python; do
    if [ -n "$found" ] && is_3_10 "$found"; then
      echo "$found"
      return
    fi
  done
}

python=$(find_python)
if [ -z "$python" ]; then
  echo "skipped: no Python 3.10 with venv was found; poliastro 0.17 runs on no later one." \
    "Install python3.10, or name one: POLIASTRO_PYTHON=/path/to/python3.10 make test-poliastro" >&2
  exit 0
fi

if [ ! -e "$venv/.installed" ] || [ pyproject.toml -nt "$venv/.installed" ]; then
  echo "making $venv with $("$python" --version) and poliastro (a few minutes the first time)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e . pytest hypothesis
  touch "$venv/.installed"
fi

"$venv/bin/python" -c 'from sim.physics.orbits import package_name; name = package_name(); print("physics on", name);
assert name.startswith("poliastro "), name'
exec "$venv/bin/python" -m pytest tests/physics tests/unit/physics "$@"
