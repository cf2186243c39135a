# Type `make` alone for help. Recipes are one call each; the work is in the programs that they call.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV ?= $(or $(shell command -v uv),$(CURDIR)/.cache/uv/bin/uv)
export PATH := $(CURDIR)/.venv/bin:$(dir $(UV)):$(PATH)
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
# Compiled once, and not beside the sources; where the surroundings forbid it, everything takes twice as long.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/bytecode
unexport PYTHONDONTWRITEBYTECODE
INVENTORY ?= inventory/production
PORT ?= 5433
COMMA := ,
FORCED = $(if $(filter 1,$(FORCE)),-e '{"market_hours_force": true$(COMMA) "release_voided_enabled": true}')
PLAY = ansible-playbook -i $(INVENTORY) $(FORCED)
# What `make init` made, unless you keep the vault's password elsewhere and Ansible knows where.
VAULT_PASSWORD := $(or $(XDG_CONFIG_HOME),$(HOME)/.config)/darkpool/$(notdir $(INVENTORY))-vault-password
ifneq ($(wildcard $(VAULT_PASSWORD)),)
export ANSIBLE_VAULT_PASSWORD_FILE ?= $(VAULT_PASSWORD)
endif
TOOLS = .venv/.ready

##@ Try it
demo: $(TOOLS) ## Deploy a real server in a local container and collect a simulated trading day
	python -m testbed.demo

demo-down: $(TOOLS) ## End the demo; images and tools are kept for the next time
	python -m testbed down --name demo --engine

##@ Your droplet
init: $(TOOLS) ## Describe your server: asks what only you know, generates passwords, encrypts them
	@python -m laptop.init $(INVENTORY)

doctor: configured $(TOOLS) ## Is everything there for a deploy? Each failing line says what mends it
	@python scripts/doctor.py $(INVENTORY)

plan: configured $(TOOLS) ## What droplet and deploy would change, and the monthly cost now and after; changes nothing
	@python scripts/plan.py $(INVENTORY)

droplet: configured $(TOOLS) ## Rent the droplet that inventory/production describes, or find it: never a second one
	$(PLAY) ansible/playbooks/droplet.yml

deploy: configured $(TOOLS) ## Make the server what inventory/production says, release the collector, check it
	@scripts/deploy.sh $(INVENTORY) $(FORCED)

release: configured $(TOOLS) ## Release this checkout's collector, nothing else
	$(PLAY) ansible/playbooks/release.yml

rollback: configured $(TOOLS) ## Go back to the release before, or to TO=VERSION; what ran is void then
	$(PLAY) ansible/playbooks/rollback.yml -e release_back_to="$(or $(TO),previous)"

verify: configured $(TOOLS) ## Check the running server from outside and inside (testinfra)
	scripts/verify.sh $(INVENTORY)/ssh_config

drift: configured $(TOOLS) ## What differs on the server from the inventory, by whose hand and since when; changes nothing
	@python scripts/drift.py $(INVENTORY)

upgrade: configured $(TOOLS) ## All packages of the server up to date, a reboot if one is due, then verify
	$(PLAY) ansible/playbooks/upgrade.yml
	$(MAKE) --no-print-directory verify

rotate: configured $(TOOLS) ## A new secret in vault and server: SECRET=analyst, api-key or digitalocean
	@python -m laptop.rotate $(INVENTORY) "$(SECRET)" -- $(FORCED)

destroy: configured $(TOOLS) ## Delete the droplet and all that costs money with it; asks for its name (or CONFIRM=name)
	@python scripts/destroy.py $(INVENTORY) $(CONFIRM)

##@ Every day
status: configured $(TOOLS) ## What is collected, what is late, the next run
	@python -m laptop.daily $(INVENTORY) status

logs: configured $(TOOLS) ## The collector's log, of one feed with FEED=darkpool_trades
	@python -m laptop.daily $(INVENTORY) logs --feed "$(FEED)"

ssh: configured $(TOOLS) ## A shell on the server
	@python -m laptop.daily $(INVENTORY) ssh

tunnel: configured $(TOOLS) ## Hold the way to the database open, for any client (PORT=5433)
	@python -m laptop.daily $(INVENTORY) tunnel --port $(PORT)

psql: configured $(TOOLS) ## Ask the database in SQL; opens the tunnel where none is up
	@python -m laptop.daily $(INVENTORY) psql --port $(PORT)

notebook: configured $(TOOLS) ## The notebooks, over the tunnel, in your browser
	@$(UV) run --quiet --frozen --extra analysis --group notebook python -m laptop.daily $(INVENTORY) notebook --port $(PORT)

##@ Check your changes
check: $(TOOLS) ## The fast ring: lint, types, unit and integration tests (under two minutes)
	scripts/check.sh

test: $(TOOLS) ## Everything that CI runs: check, the whole machine in Molecule, faults, the demo
	scripts/test.sh

test-role: $(TOOLS) ## One role alone in Molecule: make test-role ROLE=ssh
	scripts/molecule.sh $(ROLE)

mutate: $(TOOLS) ## Test the server's tests: break a server in each of some hundred ways, each must turn a named test red
	python -m testbed.mutate $(OPTIONS)

soak: $(TOOLS) ## Any interleaving of faults, for about an hour: the tables must equal the truth
	HYPOTHESIS_PROFILE=soak python -m pytest tests/faults/test_any_interleaving.py --timeout 0 --quiet --no-header

bench: $(TOOLS) ## Measure, each number beside its rival
	@scripts/bench.sh $(UV)

format: $(TOOLS) ## Put the Python code in its usual form
	ruff format . && ruff check --fix .

clean: ## Remove the tool chain and caches of this checkout; container images stay
	rm -rf .venv .cache/uv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

help: ## This page
	@scripts/help.sh $(MAKEFILE_LIST)

.venv/.ready: pyproject.toml uv.lock scripts/toolchain.sh
	@scripts/toolchain.sh $(UV)

configured:
	@scripts/configured.sh $(INVENTORY)

.PHONY: demo demo-down init doctor plan droplet deploy release rollback verify drift upgrade rotate destroy status logs ssh tunnel psql notebook check test test-role mutate soak bench format clean help configured
