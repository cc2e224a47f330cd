PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check bench clean help
help: ## List the commands
	@grep -E '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@echo "Installing empla and what it needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

demo: $(READY) ## Install, then play the first morning of a digital assistant
	@$(BIN)/empla demo $(ARGS)

test: $(READY) ## Install, then run the tests
	@$(BIN)/python -m pytest -m 'not soak' $(ARGS)

crash-all: $(READY) ## The full crash matrix: every kill point, and every pair of them
	@EMPLA_CRASH_ALL=1 $(BIN)/python -m pytest tests/crash $(ARGS)

check: $(READY) ## Lint, types and the direction of dependencies
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## All benchmarks
	@for f in tests/bench/bench_*.py; do $(BIN)/python $$f || exit 1; done

bench-%: $(READY) ## One benchmark, e.g. make bench-office
	@$(BIN)/python tests/bench/bench_$*.py

clean: ## Remove what was built
	rm -rf build .mypy_cache .ruff_cache .pytest_cache
