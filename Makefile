# The two commands of the README: `make demo` and `make test`. Both can be run again at any time.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test slow lint clean

demo: $(VENV)/ready-grade
	$(BIN)/course demo

test: $(VENV)/ready-dev lint
	$(BIN)/python -m pytest -m "not slow" -q -n auto --dist loadfile
	$(BIN)/course dev check --files
	$(BIN)/course dev check --topic routing

slow: $(VENV)/ready-dev
	$(BIN)/python -m pytest -m slow -q -n auto --dist loadfile
	$(BIN)/course dev check

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/ready-%: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) build dist .course .mypy_cache .ruff_cache .pytest_cache
