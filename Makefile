PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
LOCAL := requirements.txt local/requirements.txt policies/requirements.txt
TESTS := tests/requirements.txt app/requirements.txt bootstrap/requirements.txt

.PHONY: help local local-down rehearse plan test check bench clean
.DEFAULT_GOAL := help

help: ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

local: $(VENV)/local ## bring the stack up on this machine: image, service, balancer, URL
	@$(RUN) -m local up

rehearse: $(VENV)/local ## roll what runs here to this version while clients ask, and tell what they noticed
	@$(RUN) -m local rehearse $(MARKDOWN:%=--markdown %)

local-down: $(VENV)/local ## remove it again: no container, process or image stays
	@$(RUN) -m local down

plan: $(VENV)/local ## show what each stack file declares, with nothing but Python
	@$(RUN) -m local plan

test: check ## everything: format, lint, types, unit, program and, with Docker, the local stack
	$(RUN) -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/tests ## format, lint and types alone
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/basedpyright --pythonpath $(RUN)

bench: $(VENV)/local ## how fast and how large, each row beside its rival
	@test -d $(VENV)-bench || $(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet -r bench/requirements.txt
	$(RUN) -m bench

clean: ## remove what make made (not the local stack: `make local-down`)
	rm -rf $(VENV) $(VENV)-bench .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Slipway needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/local: $(LOCAL) | $(VENV)/bin/python
	$(RUN) -m pip install --quiet $(LOCAL:%=-r %)
	@touch $@

$(VENV)/tests: $(TESTS) $(VENV)/local
	$(RUN) -m pip install --quiet -r tests/requirements.txt
	@touch $@
