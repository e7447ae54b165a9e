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
INPUTS := pyproject.toml constraints.txt requirements.lock sim/__init__.py
TOOLS := .venv-tools
LOCK := $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-config --custom-compile-command 'make lock' -c constraints.txt
# Each file that is installed is compared with the lock; on Python 3.10, which the lock leaves out, the pins alone hold.
HASHED := $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'

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

.PHONY: lock
lock: $(TOOLS)/.installed ## write the locks anew: every pin of constraints.txt with the hashes of its files
	@for part in '' test; do \
		$(TOOLS)/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		| $(LOCK) $${part:+--extra $$part} pyproject.toml - -o requirements$${part:+-$$part}.lock; \
	done

.PHONY: audit
audit: $(TOOLS)/.installed ## ask the public database for known vulnerabilities of what is locked; needs a network
	@$(TOOLS)/bin/python tests/audit.py $(TOOLS)/bin/pip-audit

.PHONY: clean
clean: ## remove the environment and the caches, never a study
	rm -rf $(VENV) $(TOOLS) .venv-poliastro build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "ilrs needs Python 3.10 or newer: make PYTHON=python3.11 ...")'
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv: install your system's python3-venv package" >&2; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.created $(INPUTS)
	@echo "installing ilrs and what requirements.lock names (a few minutes the first time)"
	@if $(HASHED); then \
		$(PIP) install --require-hashes -r requirements.lock; \
		$(PIP) install --no-deps --no-build-isolation -e .; \
	else \
		$(PIP) install -c constraints.txt -e .; \
	fi
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	@echo "installing what the tests need"
	@if $(HASHED); then \
		$(PIP) install --require-hashes -r requirements-test.lock; \
	else \
		$(PIP) install -c constraints.txt -e '.[test]'; \
	fi
	@touch $@

$(TOOLS)/.installed: Makefile
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip --quiet --quiet --disable-pip-version-check install uv==0.13.9 pip-audit==2.10.1
	@touch $@
