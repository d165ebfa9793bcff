# `make` alone lists the targets. Extra arguments: `make demo ARGS="--help"`, `make test ARGS="-k codec"`.
.DEFAULT_GOAL := help
.PHONY: help env bench demo test mutants check up clean lock
SHELL := /bin/sh

ARGS ?=
JOBS ?= 3
# pyproject.toml alone says which Pythons: from 3.OLDEST up to, and without, 3.BEYOND.
PYTHONS := $(shell sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)"/\1 \2/p' pyproject.toml)
OLDEST := $(word 1,$(PYTHONS))
BEYOND := $(word 2,$(PYTHONS))
NEWEST := $(shell expr $(BEYOND) - 1)
SUITABLE := import sys; sys.exit(not (3, $(OLDEST)) <= sys.version_info[:2] < (3, $(BEYOND)))
PYTHON ?= $(shell for p in python3 $$(seq -f 'python3.%g' $(NEWEST) -1 $(OLDEST)); do \
	$$p -c '$(SUITABLE)' 2>/dev/null && echo $$p && break; done)
VENV := .venv/bin/python
STAMP := .venv/installed.stamp

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

env: $(STAMP) ## make .venv from requirements.lock (only when the lock has changed)
	@echo ".venv is ready."

demo: $(STAMP) ## a year of a synthetic clinic in a little over a minute, on a real server
	@$(VENV) starter.py demo $(ARGS)

bench: $(STAMP) ## measure beside a floor and other engines (ARGS=--quick: the short run)
	@$(VENV) -m benchmarks $(ARGS)

up: $(STAMP) ## keep a server and a worker running; their data stay in var/
	@$(VENV) starter.py up $(ARGS)

test: $(STAMP) ## run every test on JOBS processes (default 3: some tests only wait)
	@$(VENV) -m pytest -n $(JOBS) $(ARGS)

mutants: $(STAMP) ## which small faults in the rules do the pure tests notice? Some twenty minutes; goes on where it stopped
	@$(VENV) -m tests.mutants $(ARGS)

check: $(STAMP) ## formatting, lint, types, layers and generated docs
	@$(VENV) -m ruff check
	@$(VENV) -m ruff format --check
	@$(VENV) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(VENV) -m cli.docs --check

clean: ## remove .venv and every cache; data in var/ stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## rewrite requirements.lock from pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --generate-hashes --quiet --no-header \
		--no-emit-index-url --no-emit-find-links --output-file requirements.lock

$(VENV):
	@python="$(PYTHON)"; python="$${python:-python3}"; \
	if ! "$$python" -c '$(SUITABLE)' 2>/dev/null; then \
		echo "This needs Python 3.$(OLDEST) to 3.$(NEWEST), but $$python is '$$("$$python" --version 2>&1)': install one, or name it with 'make env PYTHON=/path/to/python3'." >&2; \
		exit 1; \
	fi; \
	rm -rf .venv; \
	if ! "$$python" -m venv .venv >/dev/null 2>&1; then \
		rm -rf .venv; \
		echo "$$python cannot make a virtual environment: install its venv module (on Debian and Ubuntu, 'apt install python3-venv')." >&2; \
		exit 1; \
	fi

$(STAMP): requirements.lock $(VENV)
	@echo "Installing the locked dependencies into .venv (about a minute the first time) ..."
	@$(VENV) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(STAMP)
