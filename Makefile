# Everything a person does with this project; each target sets itself up on a machine with Python (3.11 or newer), git and make.
# Another Python: `make test PYTHON=python3.13 VENV=.venv-3.13`. More words for a command: `make demo ARGS=--story`.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BENCHES ?=

BIN := $(VENV)/bin
# Files that say "installed, and from this lock": older than their lock, they are made again.
RUNTIME := $(VENV)/runtime-installed
DEV := $(VENV)/dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
PYTEST := $(BIN)/python -m pytest --quiet --tb=short
# Each process has a PostgreSQL and services of its own, so more of them only stand in each other's way. One by one: ARGS=-n0.
SIDE_BY_SIDE := --numprocesses=auto --maxprocesses=4 --dist=worksteal
LOCK_STRANGER := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
LOCK := $(LOCK_STRANGER) pyproject.toml --extra build
LOCK_TOO = $(LOCK) $(ARGS) --constraint requirements.lock

# Clients of GitLab that others wrote, for the tests of the stand-in; their dependencies would clash with ours.
STRANGERS := .strangers
TOOLS := gitlabform gitlabracadabra graphql check-jsonschema
NODE := tests/strangers/node

.PHONY: help install check test strangers demo bench lock soak generate clean
.DELETE_ON_ERROR:

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Sounding Board needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing what the service needs, from requirements.lock"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "installing what the checks need, from requirements-dev.lock"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

install: $(RUNTIME) ## the command sounding-board, in .venv/bin

check: $(DEV) ## style, types, floors, generated pages
	@$(BIN)/ruff check --quiet . && echo "ruff check    ok"
	@$(BIN)/ruff format --check --quiet . && echo "ruff format   ok"
	@$(BIN)/mypy --no-error-summary && echo "mypy          ok"
	@report=$$($(BIN)/lint-imports --no-logo) && echo "import floors ok" || { echo "$$report"; exit 1; }
	@$(BIN)/python -m app.entrypoints.generate --check && echo "generated     ok"

# The browser has a process of its own: its driver keeps an event loop running, which other tests would trip over.
test: check ## check, then every test but the long ones
	@$(PYTEST) $(SIDE_BY_SIDE) --ignore=tests/browser $(ARGS)
	@$(PYTEST) tests/browser $(ARGS)

strangers: $(TOOLS:%=$(STRANGERS)/%/installed) $(NODE)/node_modules/installed ## other people's clients of GitLab, for `make test`
	@command -v rsync >/dev/null || echo "rsync is missing: apt-get install rsync"
	@ruby -e 'require "gitlab"' 2>/dev/null || echo "ruby-gitlab is missing: apt-get install ruby-gitlab"

$(STRANGERS)/%/installed: tests/strangers/%.lock
	@echo "installing $* in $(@D), from $<"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes --requirement $<
	@touch $@

$(NODE)/node_modules/installed: $(NODE)/package-lock.json $(NODE)/package.json
	@if command -v npm >/dev/null; then echo "installing the Node programs in $(@D), from $<" && \
		npm ci --prefix $(NODE) --ignore-scripts --silent && touch $@; \
	else echo "npm is missing: apt-get install npm"; fi

soak: $(DEV) ## the long suites: random worlds, hostile input, kill -9, a year
	@$(PYTEST) -m soak $(ARGS)

demo: $(RUNTIME) ## a board to drag cards on; ARGS=--story plays it by itself
	@$(BIN)/sounding-board demo $(ARGS)

bench: $(DEV) ## how fast, as ratios measured in one run: docs/benchmarks.md
	@$(BIN)/python -m bench $(BENCHES) -- $(ARGS)

generate: $(DEV) ## write the generated pages again
	@$(BIN)/python -m app.entrypoints.generate
	@$(BIN)/python -m tests.fakegitlab.reference

lock: $(DEV) ## resolve the dependencies again; ARGS=--upgrade takes newer ones
	@$(LOCK) $(ARGS) --output-file requirements.lock
	@$(LOCK_TOO) --extra otel --output-file requirements-otel.lock
	@$(LOCK_TOO) --extra dev --constraint requirements-otel.lock --output-file requirements-dev.lock
	@for tool in $(TOOLS); do $(LOCK_STRANGER) $(ARGS) tests/strangers/$$tool.in --output-file tests/strangers/$$tool.lock || exit 1; done

clean: ## forget the virtual environment and every cache
	rm -rf $(VENV) $(STRANGERS) $(NODE)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
