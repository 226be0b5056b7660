# Two commands do all the set-up: `make demo` and `make test`. Both make the environment first.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PORT ?= 8000
ARGS ?=

# What Python compiled once is kept, even where the machine is told otherwise: every process of a
# run would compile all tests anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-long check bench bench-reading bench-writing bench-growth sbom dist audit clean

PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED = $(PIP) --require-hashes --only-binary :all:

# The environment is made when it is missing, and renewed when the locked requirements change.
$(VENV)/ready: requirements.txt pyproject.toml
	@echo "Making the environment in $(VENV) (a minute or two, once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(LOCKED) -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready requirements-test.txt
	@$(LOCKED) -r requirements-test.txt
	@touch $@

demo: $(VENV)/ready
	@$(BIN)/hub demo --port $(PORT) $(ARGS)

# Three processes on two cores: tests that start servers wait more than they reckon. In the order of
# tests/conftest.py: what takes longest comes first.
test: check
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long"

test-long: check
	$(BIN)/python -m pytest

# Style, types and walls; part of `make test`.
check: $(VENV)/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -n 2
	$(BIN)/lint-imports
	$(BIN)/hub vocabulary check

bench: $(VENV)/ready bench-reading bench-writing
	$(BIN)/python -m benchmarks.disclosure

# Each makes what it needs, in a folder of its own. YEARS=8 releases ten times the cells.
YEARS ?= 1
bench-writing: $(VENV)/ready
	$(BIN)/python -m benchmarks.writing --rounds 6
	$(BIN)/python -m benchmarks.releasing --years $(YEARS)
	$(BIN)/python -m benchmarks.partitioning --releases 10 --rows 50000

# 2.7 million observations are made once, and the peers installed where there is npm. In small:
# make bench-reading BENCH=.small MILLIONS=tiny READING="--twice --seconds 0.2 --rounds 1 --sets 12"
BENCH ?= .bench
MILLIONS ?= 2.7
READING ?= --twice
bench-reading: $(VENV)/ready
	@test -f $(BENCH)/bench.secret || $(BIN)/python -m benchmarks.national $(BENCH) --millions $(MILLIONS)
	@command -v npm >/dev/null || echo "No npm: PostGraphile and mercurius are left out."
	@command -v npm >/dev/null && mkdir -p $(BENCH)-peers && cp benchmarks/peers-node/* $(BENCH)-peers \
		&& cd $(BENCH)-peers && npm install --no-package-lock --no-audit --no-fund --silent || true
	$(BIN)/python -m benchmarks.reading $(BENCH) --millions $(MILLIONS) $(READING) \
		$$(test -d $(BENCH)-peers/node_modules && echo --node $(BENCH)-peers)

# Reading five times as much. Makes 13.5 million observations once: 6 GB and six minutes.
bench-growth: $(VENV)/ready
	@test -f $(BENCH)/bench.secret || $(BIN)/python -m benchmarks.national $(BENCH) --millions 2.7
	@test -f $(BENCH)-large/bench.secret || $(BIN)/python -m benchmarks.national $(BENCH)-large --millions 13.5
	$(BIN)/python -m benchmarks.growth $(BENCH) $(BENCH)-large

# What the hub is made of (CycloneDX), out of the lock.
sbom: $(VENV)/ready
	@mkdir -p dist
	$(BIN)/python -m scripts.sbom > dist/sbom.json

# A wheel that is the same, byte for byte, wherever this commit is built; with KEY=, its provenance.
dist: sbom
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build -t wheel -d dist
	@test -z "$(KEY)" || $(BIN)/python -m scripts.provenance make dist/*.whl dist/sbom.json \
		--key "$(KEY)" > dist/provenance.intoto.json

# Known flaws in what is locked; asks an advisory service. Installs the tool apart from the hub.
audit:
	@test -x $(VENV)-audit/bin/pip-audit || ($(PYTHON) -m venv $(VENV)-audit && \
		$(VENV)-audit/bin/python -m pip install --quiet pip-audit)
	$(VENV)-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.txt

clean:
	rm -rf $(VENV) $(VENV)-audit dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hub
