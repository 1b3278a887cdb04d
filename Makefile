# Two commands a newcomer needs: `make demo` and `make test`. Both set up what they use, in .venv.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin
# The pinned torch has a CPU build here; plain torch elsewhere brings CUDA (see README, "Small disks").
PIP_FLAGS ?= -c constraints.txt

.PHONY: demo test check docs lint format bench reproduce generality evidence integrations supply-chain clean
.DEFAULT_GOAL := demo
DATA ?= data/dailydialog
OUT ?= bench

demo: $(VENV)/installed
	$(RUN)/sentemo predict examples/support.txt

test: $(VENV)/installed-dev
	$(RUN)/pytest -n auto

# The inner loop: what is quick, on all cores.
FAST := not (slow or process or browser or export or weights or fuzz or paper)
check: $(VENV)/installed-dev
	$(RUN)/pytest -n auto -m "$(FAST)"

docs: $(VENV)/installed
	$(RUN)/pip install --quiet $(PIP_FLAGS) -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --strict

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
	-$(RUN)/python tools/fetch_runtime.py $(VENV)/onnxruntime-web.tgz
	touch $@

# DATA is the folder of DailyDialog, OUT where the exported models and the table go.
bench: $(VENV)/installed-dev
	$(RUN)/sentemo export default --weights float32 --out $(OUT)/float32
	$(RUN)/sentemo export default --weights int8 --out $(OUT)/int8
	OMP_NUM_THREADS=1 $(RUN)/python benchmarks/throughput.py torch torch-bf16 onnx:$(OUT)/float32 onnx:$(OUT)/int8 \
		static minilm setfit distilroberta smollm2 --data $(DATA) --out $(OUT)

# DATA is the folder of DailyDialog, OUT where tables, figures and all trainings go; hours, and it can be stopped.
reproduce: OUT = runs/paper
reproduce: $(VENV)/installed-dev
	$(RUN)/python -m reproduction all --data $(DATA) --out $(OUT)

# DATA holds a folder for each corpus (see the script); hours for all, PARTS=shipped,multi-label minutes.
generality: $(VENV)/installed-dev
	$(RUN)/python benchmarks/generality.py --data $(DATA) $(if $(PARTS),--parts $(PARTS))

# FULL=1 measures every promise in its full form; ROW=server those rows alone.
evidence: $(VENV)/installed-dev
	$(RUN)/pip install --quiet $(PIP_FLAGS) -e '.[evidence]'
	$(RUN)/pytest -m evidence --timeout 0 $(if $(ROW),--row '$(ROW)') $(if $(FULL),--full --evidence=docs/evidence.json,--evidence=bench/evidence.json)

# What is tested with ConvoKit and Label Studio's own checks, in an environment of its own.
integrations: $(VENV)/installed-dev
	test -x $(VENV)/integrations/bin/pip || $(PYTHON) -m venv $(VENV)/integrations
	$(VENV)/integrations/bin/pip install --quiet $(PIP_FLAGS) -e '.[dev,integrations]'
	$(VENV)/integrations/bin/pytest tests/integrations tests/serve/test_label_studio.py

# Needs the network; without one it says what it could not check.
supply-chain:
	test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && \
		$(VENV)/audit/bin/pip install --quiet --upgrade pip==26.3 pip-audit==2.10.1; } || true
	$(PYTHON) tools/supply_chain.py constraints.txt --bin $(VENV)/audit/bin

clean:
	rm -rf $(VENV)
