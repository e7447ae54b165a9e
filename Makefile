# make run and make test are all a newcomer needs; make help lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= scenarios/ilrs-2035.yaml
PYTEST_ARGS ?= -n auto --dist loadfile

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
INPUTS := pyproject.toml constraints.txt sim/__init__.py

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: run
run: $(VENV)/.installed ## install, simulate the ILRS 2035 plan and write its dashboard
	@$(BIN)/ilrs run $(SCENARIO)

.PHONY: test
test: $(VENV)/.installed-test ## install what tests need, then lint, type-check and test
	@bash tests/ensure_chromium.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest $(PYTEST_ARGS)

.PHONY: test-stress
test-stress: $(VENV)/.installed-test ## the long tests: kills, large studies, the built wheel
	@bash tests/ensure_chromium.sh
	$(BIN)/pytest -m stress

.PHONY: golden
golden: $(VENV)/.installed-test ## write the golden results of the shipped scenarios anew and print what changed
	@$(BIN)/python -m tests.golden_results

.PHONY: docs
docs: $(VENV)/.installed ## build the documentation into build/site, warnings are errors
	@$(PIP) install -c constraints.txt -e '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "build/site/index.html"

.PHONY: test-poliastro
test-poliastro: ## the physics tests on poliastro itself, where a Python 3.10 is found
	@bash tests/poliastro.sh

.PHONY: clean
clean: ## remove the environment and the caches, never a study
	rm -rf $(VENV) .venv-poliastro build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "ilrs needs Python 3.10 or newer: make PYTHON=python3.11 ...")'
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv: install your system's python3-venv package" >&2; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.created $(INPUTS)
	@echo "installing ilrs with the versions of constraints.txt (a few minutes the first time)"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "installing what the tests need"
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@
