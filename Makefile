# Everything runs from .venv, which is made and filled as needed; stamps keep re-runs quick.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TEST_STAMP := .venv/.installed-tests

.PHONY: help run start test test-all check bench clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(STAMP)  ## Demo on http://127.0.0.1:5000 in its own database; prints the accounts
	@$(BIN)/python app.py --demo

start: $(STAMP)  ## The real thing; the first page makes the administrator
	@$(BIN)/python app.py

test: $(TEST_STAMP)  ## What every change must pass (under 5 minutes on 2 cores)
	@$(BIN)/pytest -q -n 2 --dist loadgroup -m "not slow"

test-all: $(TEST_STAMP)  ## Everything, the slow walks too; rewrites walks.lock
	@HYPOTHESIS_PROFILE=explore $(BIN)/pytest -q -n 2 --dist loadgroup
	@$(BIN)/flask cases walk --lock

check: $(TEST_STAMP)  ## Style, types, content, vendored files
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python scripts/vendor.py --check
	$(BIN)/flask bank check

bench: $(TEST_STAMP)  ## How fast the engine and the pages are
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; PYTHONPATH=. $(BIN)/python $$bench || exit 1; done

clean:  ## Remove caches; databases and uploads stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(STAMP): requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@sh scripts/install.sh requirements.txt
	@touch $@

$(TEST_STAMP): $(STAMP) tests/requirements.txt
	@sh scripts/install.sh tests/requirements.txt
	@touch $@
