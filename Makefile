# Everything here sets itself up on a machine that has Python 3.11 or newer, make and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test fast kill soak tamper mutants ui celery lint bench performance fuzz fuzz-ci bom licences audit-dependencies clean

demo: $(READY)  ## One business day of the sample bank through the real DAGs.
	@$(BIN)/python -m sepa.orchestration.demo

test: $(READY) lint  ## Style, types, import contracts, then every test; those with a real Airflow one after the other.
	$(BIN)/python -m pytest -n 2 --ignore=tests/dags
	$(BIN)/python -m pytest tests/dags

fast: $(READY)  ## Everything but the slow tests (a real Airflow, whole days).
	$(BIN)/python -m pytest -m "not slow"

soak: $(READY)  ## Ten thousand simulated days with faults; DAYS says how many, SEED where to begin.
	SIMULATED_DAYS=$(or $(DAYS),10000) SIMULATED_FROM=$(or $(SEED),1) $(BIN)/python -m pytest tests/simulation/test_days.py -k whatever

tamper: $(READY)  ## Ten thousand random tamperings with a journal, each of which an audit must find.
	TAMPERINGS=10000 $(BIN)/python -m pytest tests/store/test_tampering.py

mutants: $(READY)  ## Each guard of the desk switched off, one at a time; the test beside it must fail. Then the table of the promises.
	$(BIN)/python -m tests.mutants --write

kill: $(READY)  ## A small day, killed at every system call by which it changes something: more than an hour of one core.
	$(BIN)/python -m tests.kills

ui: $(READY)  ## Airflow with the DAGs, on http://127.0.0.1:8080, or on SEPA_UI_PORT.
	@$(BIN)/python -m sepa.orchestration.airflow_ui

celery: $(READY)  ## One large file on two Celery workers, one killed half way, compared with one stream; ORDERS says how large.
	@$(BIN)/python -m deploy.celery.show $(ORDERS)

lint: $(READY)
	$(BIN)/ruff check sepa dags tests bench tools deploy
	$(BIN)/ruff format --check sepa dags tests bench tools deploy
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(READY)  ## Our cost beside a plain pass of the parser over the same file: make bench BENCH="intake --sizes 1000000"
	$(BIN)/python -m bench $(BENCH)

performance: $(READY)  ## docs/performance.md, from what the bench measured.
	$(BIN)/python -m bench --page

TARGETS ?= gate message original lexers tables profile signatures told
SECONDS ?= 600
FUZZ_SEED ?= 0
RUNS ?= -1

fuzz: $(READY)  ## Look for inputs that break what must hold: make fuzz TARGETS="gate message" SECONDS=3600
	@printf '%s\n' $(TARGETS) | xargs -P 2 -I TARGET $(BIN)/python -m tests.fuzz.run TARGET --seconds $(SECONDS) --runs $(RUNS) --seed $(FUZZ_SEED)

fuzz-ci: $(READY)  ## Each target for a minute from one seed, so that it turns red after a change rather than by chance.
	@PYTHONHASHSEED=0 $(MAKE) --no-print-directory fuzz SECONDS=60 FUZZ_SEED=20260402

bom: $(READY)  ## What a desk runs with, as CycloneDX JSON: var/bom.json.
	@mkdir -p var
	@$(BIN)/python -m tools.bom var/bom.json

licences: $(READY)  ## docs/licences.md, after the lock changed.
	@$(BIN)/python -m tools.licences

audit-dependencies: $(READY)  ## Known holes in what is locked; says what could not be asked.
	@$(BIN)/python -m tools.audit

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "Setting up $(VENV): a minute or two, once."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

clean:
	rm -rf $(VENV) var .airflow .cache
