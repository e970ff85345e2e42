# Each target sets up what it needs first; see bootstrap.py.
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test bench check setup lock assets clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: ## set up, then serve http://127.0.0.1:8000 with demo data (stop with Ctrl-C)
	@$(PYTHON) bootstrap.py run $(ARGS)

test: ## set up, then run all tests (some of them: make test ARGS=tests/web)
	@$(PYTHON) bootstrap.py test $(ARGS)

bench: ## measure speed and size, on a quiet machine
	@$(PYTHON) bootstrap.py bench $(ARGS)

check: ## format, lint, types, layers
	@$(PYTHON) bootstrap.py check

setup: ## set up only, the tests' browser too
	@$(PYTHON) bootstrap.py setup

lock: ## pin the newest allowed versions in requirements.lock
	@$(PYTHON) bootstrap.py lock

assets: ## build scripts and styles again
	@$(PYTHON) bootstrap.py assets

clean: ## remove what was built; data in var/ stays
	@$(PYTHON) bootstrap.py clean
