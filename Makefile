# The one door. Needs python3 (3.11 or newer) with venv, make and, for the tests, git.
#
#   make run             set everything up and serve on port 8000 (HOST, PORT, LINGKAR_DATA)
#   make run LAN=1       the same over TLS for phones on this network
#   make demo            a living demonstration circle
#   make test            lint, types, contracts, unit tests, main journeys, budgets: some minutes
#   make test LONG=1     every test there is, as continuous integration runs it
#   make test-py ARGS=…  only pytest          make test-web   only the browser's unit tests
#   make test-pg         the tests of the pages again, on PostgreSQL
#   make screens         every screen in every size, theme and language: pictures and checks
#   make prove-privacy   say everything with a canary, then look for it everywhere
#   make faults          kill, stop, cut and flood real processes: what people see (ARGS=name, LONG=1)
#   make fuzz ARGS=600   junk of every kind at a real server, for ten minutes
#   make mutants         break the rules one by one: every breakage has to be caught
#   make soak STEPS=…    random meetings, a million steps     make bench-stick, -chat, -pages, -sound
#   make audit           known flaws in what we build on     make sbom   what it is made of
#   make release         the same built twice, with hashes and bills of materials; refuses what is not ready
#   make wheel           the wheel and the sdist, with the page in them, into dist/
#   make rehearsal       all of docker-compose.yml, started by hand, with a meeting in it (ARGS=hosts, upgrade)
#   make lock            work out the lock files again (ARGS=--upgrade for newer versions)
#   make clean           remove what make made; ./data stays
#
# Every step leaves a stamp, so that a second call starts at once. No Node, Redis or Docker
# of the machine's own is used.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
UV_READY := .tools/.ready
RUN_READY := .venv/.ready-run
DEV_READY := .venv/.ready-dev
BROWSER_READY := .venv/.ready-browser
POSTGRES := command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
NODE_READY := web/node_modules/.ready
BUILT := server/static/built/.vite/manifest.json
WEB := $(BIN)/python scripts/web.py
WEB_SOURCES := $(shell find web/src web/locales -type f 2>/dev/null) web/vite.config.ts
INSTALL := $(UV) pip install -q --no-config --python $(BIN)/python
COMPILE := $(UV) pip compile -q --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header $(ARGS)
# The suite runs on one process more than there are cores; much of its time is waiting. What failed
# beside others is tried once more by itself, and told. What ARGS names runs on one: workers take
# longer to start than a file takes. What is marked `long` runs where it is asked for.
TEST_WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -lt 6 ] || n=5; expr $$n + 1)
at_once = { $(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal $(1) || { \
	echo "Once more, by themselves: those that failed beside others"; \
	$(BIN)/pytest --last-failed --last-failed-no-failures none $(1); }; }
LONG ?=
ALL := $(filter-out 0,$(LONG))
MARKED := $(if $(ALL),,-m "not long")
export LONG := $(or $(ALL),0)
export UV_PYTHON_DOWNLOADS := never
# Compiled modules are kept wherever make runs: without them every start costs seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: fuzz help run demo test lint types contracts wire test-web build budgets test-py test-pg screens bench-pages bench-stick bench-sound bench-loss bench-moves soak mutants prove-privacy audit sbom faults release wheel rehearsal lock clean bench-chat
help:
	@sed -n '3,22s/^# *//p' Makefile

run: $(RUN_READY) $(BUILT)
	@exec $(BIN)/lingkar serve $(if $(filter-out 0,$(LAN)),--lan) $(ARGS)
demo: $(RUN_READY) $(BUILT)
	@exec $(BIN)/lingkar demo $(if $(filter-out 0,$(LAN)),--lan) $(ARGS)

# Cheapest first: a slip of the pen is told in seconds.
test: lint types contracts wire test-web budgets test-py $(if $(ALL),test-pg)
lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: $(DEV_READY)
	$(BIN)/mypy
contracts: $(DEV_READY)
	$(BIN)/lint-imports --no-cache
wire: $(DEV_READY)
	$(BIN)/python -m realtime.export_types --check
	$(BIN)/python -m scripts.openapi --check
test-web: $(NODE_READY)
	$(WEB) run --silent check
	$(WEB) run --silent test
build: $(BUILT)
budgets: $(RUN_READY) $(BUILT)
	$(BIN)/python scripts/budgets.py
# No test of the rules, the room or the pages opens a browser: whoever asks for some waits for none.
BROWSERLESS := tests/realtime% tests/server%
test-py: $(DEV_READY) $(BUILT) $(if $(filter-out $(BROWSERLESS),$(or $(ARGS),all)),$(BROWSER_READY))
	@command -v git >/dev/null || { echo "The tests need git. On Debian: apt-get install git" >&2; exit 1; }
	export PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)"; $(if $(ARGS),$(BIN)/pytest $(ARGS),$(call at_once,$(MARKED)))
# Where it can be installed it is; elsewhere the run says aloud what it left out.
test-pg: $(DEV_READY) $(BUILT)
	@{ $(POSTGRES); } || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		echo "Setting up: PostgreSQL" && apt-get update -qq </dev/null && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		postgresql </dev/null >/dev/null; } || true
	@if $(POSTGRES); then export LINGKAR_TEST_DATABASE=postgresql; \
	$(if $(ARGS),$(BIN)/pytest $(ARGS),$(call at_once,tests/server)); \
	else echo "NOT RUN on PostgreSQL: it is not installed. On Debian: apt-get install postgresql" >&2; fi
screens: $(DEV_READY) $(BUILT) $(BROWSER_READY)
	PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)" $(BIN)/python -m tests.screens $(ARGS)

# What a page costs among 5,000 circles and 50,000 memberships.
bench-pages: $(DEV_READY) $(BUILT)
	$(BIN)/python -m tests.bench.pages $(ARGS)
bench-stick: $(DEV_READY)
	$(BIN)/python -m tests.bench.stick $(ARGS)
# Beside Node's Socket.IO and others, installed into .peers; ARGS=--idle for 10,000 who are silent.
bench-chat: $(DEV_READY)
	$(BIN)/python -m tests.bench.chat $(ARGS)
# Beside Janus, which it installs where it may, and aiortc; some minutes on two cores.
bench-sound: $(DEV_READY)
	$(BIN)/python -m tests.bench.sound $(ARGS)

# What a listener notices of lost packets, with and without repair inside the voice.
bench-loss: $(DEV_READY) $(BUILT) $(BROWSER_READY)
	PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)" $(BIN)/python -m tests.sound.loss $(ARGS)

# Fifty moves of the stick in browsers, on a quiet machine: lost, concealed, silent.
bench-moves: $(DEV_READY) $(BUILT) $(BROWSER_READY)
	PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)" $(BIN)/pytest -q -s tests/sound/moves.py $(ARGS)

# Minutes, not seconds: STEPS=100000 for fewer.
soak: $(DEV_READY)
	$(BIN)/python -m tests.soak $(if $(STEPS),--steps $(STEPS)) $(ARGS)

# A whole meeting in four worlds, with a canary in everything said; ARGS=--quick for one world.
prove-privacy: $(DEV_READY) $(BUILT) $(BROWSER_READY)
	@command -v redis-server >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends redis-server </dev/null >/dev/null; } || true
	PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)" $(BIN)/python -m tests.privacy.prove $(ARGS)

# What happens to servers, to real ones in mid-round; LONG=1 for the slow rows too.
faults: $(DEV_READY) $(BUILT)
	$(BIN)/python -m tests.faults.run $(ARGS)

# Junk of every kind at a real server: ARGS=600 for ten minutes, ARGS='60 --postgres'.
fuzz: $(DEV_READY) $(BUILT)
	$(BIN)/python -m tests.fuzz $(ARGS)

# 0: nothing known; 1: something is; 3: a service could not be reached, so nobody knows.
audit: $(DEV_READY) $(NODE_READY)
	$(BIN)/python scripts/audit.py $(ARGS)
# CycloneDX, from the lock files alone.
sbom: $(DEV_READY) $(NODE_READY)
	@mkdir -p sbom
	$(BIN)/python -W ignore -m cyclonedx_py requirements --output-reproducible --pyproject pyproject.toml \
		--output-file sbom/python.cdx.json requirements.txt
	$(WEB) sbom --silent --sbom-format cyclonedx --package-lock-only > sbom/web.cdx.json

# Everything of one version into dist/, built twice; refuses what is not ready. Tags and sends nothing.
release: $(DEV_READY) $(NODE_READY)
	$(BIN)/python -m scripts.release

# The sdist first and the wheel out of it; the page that lies there is carried, not built again.
wheel: $(RUN_READY) $(BUILT)
	@rm -rf dist
	LINGKAR_SKIP_WEB=1 $(UV) build -q --no-config --no-build-isolation --python $(BIN)/python --out-dir dist

# Needs root on Debian; ARGS=--again does not build the image anew.
rehearsal: $(DEV_READY) $(BUILT) $(BROWSER_READY)
	PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)" $(BIN)/python -m \
		tests.rehearsal$(if $(filter hosts upgrade,$(firstword $(ARGS))),.$(firstword $(ARGS)) $(wordlist 2,9,$(ARGS)), $(ARGS))

# Each rule broken on purpose, and which test notices: ARGS='offer' for some of them.
mutants: $(DEV_READY)
	$(BIN)/python -m tests.mutants $(ARGS)

$(UV_READY): requirements-tools.txt
	@command -v $(PYTHON) >/dev/null || { \
		echo "Lingkar needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Lingkar needs Python 3.11 or newer; '$(PYTHON)' is older. Name another: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python has no venv here. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up: tools"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-tools.txt
	@touch $@
.venv/.made: $(UV_READY)
	@$(UV) venv -q --no-config --allow-existing --python "$$(command -v $(PYTHON))" .venv
	@touch $@
# One of the two installs is a part of the other, so either may come first.
$(RUN_READY): requirements.txt pyproject.toml scripts/hatch_build.py .venv/.made
	@echo "Setting up: Python packages"
	@$(INSTALL) --only-binary :all: --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@
$(DEV_READY): requirements-dev.txt $(RUN_READY)
	@echo "Setting up: what the tests need"
	@$(INSTALL) --only-binary :all: --require-hashes -r requirements-dev.txt
	@touch $@
$(NODE_READY): web/package-lock.json web/package.json web/.npmrc | $(RUN_READY)
	@echo "Setting up: browser packages"
	@$(WEB) ci --silent
	@touch $@
$(BUILT): $(NODE_READY) $(WEB_SOURCES)
	@echo "Building the page"
	@$(WEB) run --silent build -- --logLevel warn
	@touch $@
$(BROWSER_READY): | $(DEV_READY)
	@{ command -v chromium && command -v chromium-headless-shell; } >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Setting up: Chromium"; \
			apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium \
			chromium-headless-shell </dev/null >/dev/null; \
		elif command -v chromium >/dev/null; then :; \
		else PLAYWRIGHT_NODEJS_PATH="$$($(WEB) where)" $(BIN)/playwright install chromium; fi; } || { \
		echo "The browser tests need Chromium. On Debian: apt-get install chromium" >&2; exit 1; }
	@touch $@

lock: $(UV_READY)
	echo 'uv==$(shell $(UV) --version 2>/dev/null | cut -d" " -f2)' | $(COMPILE) --no-annotate - -o requirements-tools.txt
	$(COMPILE) --group build pyproject.toml -o requirements.txt
	$(COMPILE) --group build --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(MAKE) $(RUN_READY)
	$(WEB) install --package-lock-only
clean:
	rm -rf .venv .tools web/node_modules server/static/built .hypothesis .mypy_cache .ruff_cache
