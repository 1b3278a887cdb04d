# Two commands a newcomer needs: `make demo` and `make test`. Both set up what they use, in .venv.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin
# The pinned torch has a CPU build here; plain torch elsewhere brings CUDA (see README, "Small disks").
PIP_FLAGS ?= -c constraints.txt

.PHONY: demo test lint format clean
.DEFAULT_GOAL := demo

demo: $(VENV)/installed
	$(RUN)/sentemo predict examples/support.txt

test: $(VENV)/installed-dev
	$(RUN)/pytest

lint: $(VENV)/installed-dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

format: $(VENV)/installed-dev
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet $(PIP_FLAGS) -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(RUN)/pip install --quiet $(PIP_FLAGS) -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV)
