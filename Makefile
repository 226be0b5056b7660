# Two commands do all the set-up: `make demo` and `make test`. Both make the environment first.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PORT ?= 8000
ARGS ?=

.PHONY: demo test test-long check bench clean

# The environment is made anew when the locked requirements change.
$(VENV)/ready: requirements.txt requirements-test.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(VENV)/ready
	@$(BIN)/hub demo --port $(PORT) $(ARGS)

test: check
	$(BIN)/python -m pytest -m "not long"

test-long: check
	$(BIN)/python -m pytest

# Style, types and walls; part of `make test`.
check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hub vocabulary check

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks.disclosure

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hub
