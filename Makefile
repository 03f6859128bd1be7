# Targets are what CI runs. VENV, PYTHON and the like can be set on the command line: make test PYTHON=python3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run desk test cover browser screenshots lint format bench bench-desk bench-scan bench-service drill docs study lock clean

# On a terminal the desk stays open until Ctrl-C; elsewhere (CI, a pipe) only the result is printed.
run: $(VENV)/.run
	$(BIN)/petition-risk demo
	@if [ -t 0 ] && [ -t 1 ]; then $(MAKE) --no-print-directory desk; \
	else echo "工作台（示例来信）：make desk"; fi

desk: $(VENV)/.run
	PETITION_RISK_AUTH=off $(BIN)/petition-risk serve --example

test: $(VENV)/.dev browser lint
	$(BIN)/pytest -n 2 --dist loadfile

cover: $(VENV)/.dev browser
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term

# The browser that the tests of the desk drive. Where it cannot be installed, they say so and fail.
browser:
	@if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq || echo "package lists are as they were"; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk \
	  || echo "chromium could not be installed"; fi

# Pictures of every page for the staff manual.
screenshots: $(VENV)/.dev browser
	$(BIN)/python -m tests.browser.screenshots

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

# The inbox from 1,000 to 100,000 petitions on both databases.
bench-desk: $(VENV)/.dev
	$(BIN)/python -m benchmarks.desk

bench-service: $(VENV)/.dev
	$(BIN)/python -m benchmarks.service

# A server is killed in the middle of an upload of twenty thousand letters: afterwards each is registered exactly once.
drill: $(VENV)/.dev
	PETITION_RISK_DRILL_ROWS=20000 $(BIN)/pytest tests/service/test_uploads.py -k killed_server

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
