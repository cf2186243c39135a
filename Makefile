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
FORCED = $(if $(filter 1,$(FORCE)),-e '{"market_hours_force": true$(COMMA) "release_voided_enabled": true}') $(if $(filter 1,$(UNPROVEN)),-e release_unproven_enabled=true)
PLAY = ansible-playbook -i $(INVENTORY) $(FORCED)
# What `make init` made, unless you keep the vault's password elsewhere and Ansible knows where.
VAULT_PASSWORD := $(or $(XDG_CONFIG_HOME),$(HOME)/.config)/darkpool/$(notdir $(INVENTORY))-vault-password
ifneq ($(wildcard $(VAULT_PASSWORD)),)
export ANSIBLE_VAULT_PASSWORD_FILE ?= $(VAULT_PASSWORD)
endif
TOOLS = .venv/.ready

##@ Try it
demo: $(TOOLS) ## Deploy a real server in a container; collect a simulated day
	python -m testbed.demo

demo-down: $(TOOLS) ## End the demo; images and tools are kept for the next time
	python -m testbed down --name demo --engine

##@ Your droplet
init: $(TOOLS) ## Describe your server: asks what only you know, encrypts it
	@python -m laptop.init $(INVENTORY)

doctor: configured $(TOOLS) ## Is everything there? Each failing line says what mends it
	@python scripts/doctor.py $(INVENTORY)

plan: configured $(TOOLS) ## What would change, and what a month costs; changes nothing
	@python scripts/plan.py $(INVENTORY)

droplet: configured $(TOOLS) ## Rent the droplet, or find it: never a second one
	$(PLAY) ansible/playbooks/droplet.yml

deploy: configured $(TOOLS) ## Make the server what the inventory says, release, check it
	@scripts/deploy.sh $(INVENTORY) $(FORCED)

release: configured $(TOOLS) ## Release this checkout's collector, nothing else
	$(PLAY) ansible/playbooks/release.yml

rollback: configured $(TOOLS) ## Go back one release, or to TO=VERSION; what ran is void
	$(PLAY) ansible/playbooks/rollback.yml -e release_back_to="$(or $(TO),previous)"

verify: configured $(TOOLS) ## Check the running server from outside and inside
	scripts/verify.sh $(INVENTORY)/ssh_config

drift: configured $(TOOLS) ## What differs on the server, by whose hand; changes nothing
	@python scripts/drift.py $(INVENTORY)

standby: configured $(TOOLS) ## Let a second server follow the first one's database
	$(PLAY) ansible/playbooks/standby.yml

failover: configured $(TOOLS) ## The standby takes over; FORCE=1 if the droplet is gone
	@python -m laptop.failover $(INVENTORY) $(CONFIRM) $(if $(filter 1,$(FORCE)),--force)

rebuild-standby: configured $(TOOLS) ## Let the server that led before follow; safe to repeat
	$(PLAY) ansible/playbooks/rebuild-standby.yml

upgrade: configured $(TOOLS) ## All packages up to date, a reboot if one is due, verify
	$(PLAY) ansible/playbooks/upgrade.yml
	$(MAKE) --no-print-directory verify

upgrade-postgres: configured $(TOOLS) ## A newer PostgreSQL major (TO=17), or back (BACK=1)
	@scripts/upgrade_postgres.sh $(INVENTORY) "$(TO)" "$(BACK)" "$(CONFIRM)" $(FORCED)

rotate: configured $(TOOLS) ## A new secret: SECRET=analyst, api-key or digitalocean
	@python -m laptop.rotate $(INVENTORY) "$(SECRET)" -- $(FORCED)

backup: configured $(TOOLS) ## A backup now, each kind that is on
	@python -m laptop.backups $(INVENTORY) backup

backups: configured $(TOOLS) ## What can be restored: where, how old, last proven
	@python -m laptop.backups $(INVENTORY) list

drill: configured $(TOOLS) ## Restore the newest backup beside the server and compare
	@python -m laptop.backups $(INVENTORY) drill

restore: configured $(TOOLS) ## Bring data back: FROM=name or AT="...", DRY_RUN=1; asks
	@python -m laptop.backups $(INVENTORY) restore --from "$(FROM)" --at "$(AT)" --into "$(INTO)" $(if $(filter 1,$(DRY_RUN)),--dry-run) $(if $(filter 1,$(ACCEPT_LOSS)),--accept-loss) --confirm "$(CONFIRM)" -- $(FORCED)

recover: configured $(TOOLS) ## A new server with the data of a lost one, from off-site
	@scripts/recover.sh $(INVENTORY) "$(CONFIRM)" $(if $(filter 1,$(ACCEPT_LOSS)),1,"")

destroy: configured $(TOOLS) ## Delete all that costs money; asks for its name (CONFIRM=)
	@python scripts/destroy.py $(INVENTORY) $(CONFIRM)

##@ Every day
status: configured $(TOOLS) ## What is collected, what is late, the next run
	@python -m laptop.daily $(INVENTORY) status

status-page: configured $(TOOLS) ## The same as a page, with charts, in your browser
	@python -m laptop.daily $(INVENTORY) status-page

logs: configured $(TOOLS) ## The collector's log, of one feed: FEED=darkpool_trades
	@python -m laptop.daily $(INVENTORY) logs --feed "$(FEED)"

alert-test: configured $(TOOLS) ## Send one test alert through each of your channels
	@python -m laptop.daily $(INVENTORY) alert-test

ssh: configured $(TOOLS) ## A shell on the server
	@python -m laptop.daily $(INVENTORY) ssh

console: configured $(TOOLS) ## No ssh? The provider's console, what to type, power cycle
	@python scripts/console.py $(INVENTORY) $(CONFIRM)

tunnel: configured $(TOOLS) ## Hold the way to the database open for clients (PORT=5433)
	@python -m laptop.daily $(INVENTORY) tunnel --port $(PORT)

psql: configured $(TOOLS) ## Ask the database in SQL; opens the tunnel if none is up
	@python -m laptop.daily $(INVENTORY) psql --port $(PORT)

notebook: configured $(TOOLS) ## The notebooks, over the tunnel, in your browser
	@$(UV) run --quiet --frozen --extra analysis --group notebook python -m laptop.daily $(INVENTORY) notebook --port $(PORT)

report: configured $(TOOLS) ## A page of a day to read or print: SYMBOL=SPY, DATE=...
	@python -m laptop.daily $(INVENTORY) report --port $(PORT) --symbol "$(SYMBOL)" --date "$(DATE)"

# For cron or launchd: docs/nightly.md
nightly: configured $(TOOLS)
	@python -m laptop.nightly $(INVENTORY) --port $(PORT) --since "$(SINCE)"

dashboard: configured $(TOOLS) ## Browse symbols, days, levels and strikes in your browser
	@python -m laptop.daily $(INVENTORY) dashboard --port $(PORT)

##@ Check your changes
check: $(TOOLS) ## The fast ring: lint, types, unit and integration tests
	scripts/check.sh

test: $(TOOLS) ## Everything that CI runs: whole machines, faults, the demo
	scripts/test.sh

test-role: $(TOOLS) ## One role alone in Molecule: ROLE=ssh, or ROLE=all
	scripts/molecule.sh $(ROLE)

mutate: $(TOOLS) ## Break a server in some hundred ways: do the tests notice?
	python -m testbed.mutate $(OPTIONS)

soak: $(TOOLS) ## Any interleaving of faults, for about an hour
	HYPOTHESIS_PROFILE=soak python -m pytest tests/faults/test_any_interleaving.py --timeout 0 --quiet --no-header
	python -m pytest tests/faults/standby -m soak --timeout 0 --quiet --no-header
	@$(MAKE) --no-print-directory powercut

powercut: $(TOOLS)
	python -m pytest tests/faults/powercut -m soak --timeout 0 --quiet --no-header

bench: $(TOOLS) ## Measure, each number beside its rival
	@scripts/bench.sh $(UV)

format: $(TOOLS) ## Put the Python code in its usual form
	ruff format . && ruff check --fix .

# Remove this checkout's tools and caches; images stay.
clean:
	rm -rf .venv .cache/uv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

help:
	@scripts/help.sh $(MAKEFILE_LIST)

.venv/.ready: pyproject.toml uv.lock scripts/toolchain.sh
	@scripts/toolchain.sh $(UV)

configured:
	@scripts/configured.sh $(INVENTORY)

.PHONY: demo demo-down init doctor plan droplet deploy release rollback verify drift standby failover rebuild-standby upgrade upgrade-postgres rotate backup backups drill restore recover destroy status status-page logs alert-test ssh console tunnel psql notebook report nightly dashboard check test test-role mutate soak powercut bench format clean help configured
