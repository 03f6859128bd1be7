# Targets are what CI runs. VENV, PYTHON and the like can be set on the command line: make test PYTHON=python3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test lint format bench bench-scan bench-service docs study lock clean

run: $(VENV)/.run
	$(BIN)/petition-risk demo

test: $(VENV)/.dev lint
	$(BIN)/pytest --cov --cov-report=term

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.speed

bench-service: $(VENV)/.dev
	$(BIN)/python -m benchmarks.service

bench-scan: $(VENV)/.dev
	$(BIN)/python -m benchmarks.scan.scale --sizes 10000 100000

# Every figure of docs/study.md; DATA is the folder of the public messages, which are not part of the project.
DATA ?= ../shared/data
study: $(VENV)/.dev
	$(BIN)/python -m benchmarks.quality --data $(DATA) --out out/study --images docs/images

docs: $(VENV)/.dev
	$(BIN)/pytest tests/test_docs.py --no-cov

# Pinned versions with hashes for every platform, and no registry's address in them.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  -q pyproject.toml --extra service --extra scan -o requirements/run.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  -q pyproject.toml --extra dev --extra service --extra scan --extra pg --extra batch --extra sso --extra quality -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .coverage*

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# The lock is complete, so nothing is resolved (--no-deps): older pips otherwise take a newer release for a requirement with
# extras (coverage[toml]) and then refuse it for having no hash.
$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@ $(VENV)/.run
