# Everything a person types. Needs make and Python 3.11 or newer, nothing else; `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
NOTEBOOK ?= notebooks/00_start_here.ipynb
LAB_ARGS ?=
# a process a core; whoever has nothing left to do takes over from the others
TEST_ARGS ?= -n auto --maxprocesses 4 --dist worksteal

# uv does not read pip's find-links; so both see the same wheels, wherever they are. Empty is fine.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# With every core busy, OpenMP threads that spin while they wait make training steps 7 to 13 times slower.
# Read once, when torch is first imported.
export GOMP_SPINCOUNT ?= 0

# constraints.txt pins torch without CUDA's several GB, which Linux would otherwise resolve.
define install
	if [ -x $(BIN)/uv ]; then \
		$(BIN)/uv pip install --python $(BIN)/python -e '.[$(1)]' -c constraints.txt; \
	else \
		$(BIN)/python -m pip install -e '.[$(1)]' -c constraints.txt; \
	fi
endef

.PHONY: help
help:  ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(VENV)/.made:
	@[ -n "$(PYTHON)" ] || { echo "zclust_explore needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv || echo "uv can't be had: pip installs, more slowly"
	@touch $@

$(VENV)/.installed-%: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,$*)
	@touch $@

.PHONY: lab
lab: $(VENV)/.installed-lab  ## Install, then open JupyterLab on the first notebook (LAB_ARGS=--no-browser on servers)
	$(BIN)/zclust-explore lab $(NOTEBOOK) $(LAB_ARGS)

.PHONY: lint
lint: $(VENV)/.installed-test  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: format
format: $(VENV)/.installed-test  ## Let ruff put the source text into the form that lint wants
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: chromium
chromium: $(VENV)/.installed-test  # found, or installed where that is allowed, or a loud failure
	$(BIN)/python -m tests.harness.chromium --install

.PHONY: test
test: lint chromium  ## Everything: lint, types, unit, doctest, property, notebooks, real browser
	$(BIN)/python -m pytest $(TEST_ARGS)

.PHONY: traps
traps: $(VENV)/.installed-test  ## The traps of deep embedded clustering, the tests of each, and their results
	$(BIN)/python -m tests.traps

.PHONY: bench
bench: $(VENV)/.installed-test  ## Print the benchmark tables; of the clustering study the quick part
	BENCH_JOBS=$${BENCH_JOBS:-2} $(BIN)/python -m tests.benchmarks

.PHONY: bench-full
bench-full: $(VENV)/.installed-test  ## The whole clustering study, MNIST and a peer included: hours, can be stopped and continued
	BENCH=full $(BIN)/python -m tests.benchmarks clustering

.PHONY: first-paint
first-paint: chromium  ## Seconds from `make lab` in a fresh clone of HEAD to the painted explorer
	$(BIN)/python -m tests.benchmarks first_paint

.PHONY: novelty
novelty: $(VENV)/.installed-test  ## Which windows are flagged as unlike the training, each kind left out in turn (minutes)
	$(BIN)/python -m tests.benchmarks novelty

.PHONY: layouts
layouts: $(VENV)/.installed-test  ## How real motion and neighbours are on maps: PCA; UMAP joint, chained, independent (minutes)
	$(BIN)/python -m tests.benchmarks layouts

.PHONY: streaming
streaming: $(VENV)/.installed-test  ## A million windows from disk through Run.label: time and memory (6 GB in TMPDIR)
	$(BIN)/python -m tests.benchmarks streaming

.PHONY: panel-cost
panel-cost: $(VENV)/.installed-test  ## CPU time of training with the panel open against headless, in a real kernel (minutes)
	$(BIN)/python -m tests.benchmarks panel_cost

.PHONY: kernels
kernels: chromium  ## The training panel on ipykernel 6.31, 7.3 and 7.4, with subshells and without (minutes)
	$(BIN)/python -m tests.harness.kernels tests/browser/test_training_panel_lab.py

.PHONY: lesson-dec
lesson-dec: chromium  ## Milliseconds of one iteration of the lessons' DEC, in the browser
	$(BIN)/python -m tests.benchmarks lesson_dec

.PHONY: wheel
wheel: $(VENV)/.installed-test  ## Build dist/*.whl
	$(BIN)/python -m build --wheel

.PHONY: constraints
constraints: $(VENV)/.made  ## Pin the newest versions that fit pyproject.toml
	$(BIN)/python tests/harness/constraints.py $(BIN)/uv > constraints.new
	mv constraints.new constraints.txt

.PHONY: workshop
workshop: $(VENV)/.installed-test  ## Make the exercise and solution versions of the lessons from notebooks/workshop/sources
	$(BIN)/python notebooks/workshop/versions.py

.PHONY: binder-check
binder-check: chromium  ## Build Binder's environment from PyPI, run its postBuild and two lessons in 1 GB, one core (minutes)
	$(BIN)/python -m tests.harness.binder

.PHONY: clean
clean:  ## Remove the environment, builds and caches
	rm -rf $(VENV) build dist tests/artefacts .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
