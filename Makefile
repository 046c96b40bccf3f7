# The one door: `make` lists what there is. Everything that is missing is installed on the way; nothing here needs root.
# CI knows only `make test` (.ci/run).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

NODE_WANTED := 20.19.0
BIN := node_modules/.bin
YOBAN := node dist/src/cli/main.js

# Stories that `make pcaps` writes; `make run` replays the first.
STORIES := paper-2021 office-day contradiction
STORY := $(firstword $(STORIES))
GENERATED := pcaps/generated
RUN := run/$(STORY)
# Where `IFACE=eth1 make run` stores.
DATA ?= data

# make test TESTS=test/wire          one folder
# make test TESTS=test/wire/arp.test.ts
# make test TEST_ARGS='--test-name-pattern=ARP'
TESTS := test
TEST_ARGS :=
TEST_FILES = find $(patsubst %.ts,%.js,$(TESTS:%=dist/%)) -name '*.test.js' | sort
# Three at a time on two processors: many wait for processes of their own, for packets, or for a browser.
RUN_TESTS = node --enable-source-maps --test --test-concurrency=3 $(TEST_ARGS)

.PHONY: help install check lint types format build test coverage fuzz soak bench bench-console run screenshots pcaps clean node oracles lab

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: build ## write the story paper-2021, replay it, print the forensic report; IFACE=eth1 make run: observe that interface
ifdef IFACE
	@$(YOBAN) observe --interface $(IFACE) --data $(DATA)
else
	@rm -rf $(RUN) && mkdir -p $(RUN)
	@$(YOBAN) scenario $(STORY) --seed 1 --out $(GENERATED)/$(STORY) >&2
	@$(YOBAN) replay $(GENERATED)/$(STORY)/*.pcapng --logs $(GENERATED)/$(STORY)/*.xml --data $(RUN) >&2
	@$(YOBAN) report --data $(RUN)
	@$(YOBAN) console --data $(RUN) --on-terminal
endif

test: oracles lint build ## check, build, run all tests (TESTS=test/wire for some, TEST_ARGS=… for node --test)
	@files=$$($(TEST_FILES)); [ -n "$$files" ] || { echo 'make: there is no test in $(TESTS): name a folder or a .test.ts file below test/' >&2; exit 2; }; \
	$(RUN_TESTS) $$files

coverage: oracles build ## run all tests and show how much of src/ they reach (coverage/lcov.info)
	@$(BIN)/c8 --all --src src --include 'src/**' --exclude-after-remap --reporter=text --reporter=lcov --reports-dir=coverage \
	  $(RUN_TESTS) --test-reporter=dot $$($(TEST_FILES))

fuzz: build ## hostile input for minutes: a hundred times the cases of `make test`
	@YOBAN_FUZZ_RUNS=25000 YOBAN_FUZZ_SECONDS=600 $(RUN_TESTS) $$(find dist/test/hostile dist/test/logs -name '*.test.js')

soak: build ## 20 times what happens to interfaces (root), 200 orders of arrival, 100 kills in mid-replay, 100 seeds of office-day, 12 of each tunnel, 20 of each other trap
	@YOBAN_ORDERS=200 YOBAN_KILL_MOMENTS=100 YOBAN_SEEDS=100 YOBAN_TUNNEL_SEEDS=12 YOBAN_TRAP_SEEDS=20 $(RUN_TESTS) dist/test/casework/casework.test.js \
	  dist/test/cli/interrupted.test.js dist/test/cli/officeDay.test.js dist/test/cli/envelope.test.js \
	  dist/test/cli/officeTraps.test.js dist/test/casework/arrival.test.js
	@YOBAN_LAB_LONG=1 YOBAN_INTERFACE_ROUNDS=20 $(RUN_TESTS) dist/test/lab/observe.test.js dist/test/lab/interfaces.test.js

lab: oracles build ## as root: dark addresses at full size, in network namespaces (LAB_ARGS='--only paper' for one experiment)
	@$(YOBAN) lab run dark $(LAB_ARGS)

# Ratios against peers of the same run; asks for a quiet machine, and for root where interfaces are needed.
# make bench BENCH='cpu --rounds 5'          some parts of it (loss, cpu, stall, latency)
BENCH :=
bench: oracles build ## live capture beside tcpdump and dumpcap: losses, processor time, latency; a report meanwhile; EVTX beside libevtx; memory of a replay
	@node --enable-source-maps dist/test/bench/live.js $(BENCH)
	@$(if $(BENCH),:,node --enable-source-maps dist/test/bench/reportUnderLoad.js)
	@$(if $(BENCH),:,node --enable-source-maps dist/test/bench/replayMemory.js)
	@$(if $(BENCH),:,node --enable-source-maps dist/test/bench/evtx.js)

check: lint types ## format, lint, layer rules, types

lint: install
	@$(BIN)/biome check --diagnostic-level=warn .

types: install
	@$(BIN)/tsc --project tsconfig.json --noEmit
	@$(BIN)/tsc --project src/console/client/tsconfig.json --noEmit

format: install ## mend format and order of imports
	@$(BIN)/biome check --write .

# Into an empty folder: a test whose source is gone must not run on.
build: install ## compile into dist/
	@rm -rf dist
	@$(BIN)/tsc --project tsconfig.json
	@$(BIN)/tsc --project src/console/client/tsconfig.json

bench-console: build ## server time of every page of the console over ten million flows
	@node --enable-source-maps dist/test/bench/console.js

screenshots: build ## renew the pictures of the README (docs/)
	@node --enable-source-maps dist/test/browser/screenshots.js docs

pcaps: build ## write every generated story into pcaps/generated/
	@for story in $(STORIES); do $(YOBAN) scenario $$story --seed 1 --out $(GENERATED)/$$story; done

clean: ## remove what was made: dist/, coverage/, run/, pcaps/generated/
	@rm -rf dist coverage run $(GENERATED)

install: node node_modules/.package-lock.json ## install what package-lock.json names, if it is not there yet

# npm writes this file when it is done, so that an installation that was cut off counts as none. `npm ci` refuses a lock file that
# was written where the registry lacks the packages of other platforms; `npm install` keeps to its versions and takes what fits here.
node_modules/.package-lock.json: package-lock.json | node
	@echo 'installing the packages of package-lock.json …' >&2
	@npm ci --no-progress --loglevel=silent >/dev/null 2>&1 || npm install --no-save --no-progress --loglevel=error >&2 || \
	  { echo 'make: npm could not install: see above; it needs a package registry (npm config get registry)' >&2; exit 1; }
	@touch $@

node:
	@command -v node >/dev/null || { echo 'make: Node.js is missing: install Node $(NODE_WANTED) or newer with npm (https://nodejs.org)' >&2; exit 2; }
	@command -v npm >/dev/null || { echo 'make: npm is missing: install the npm that belongs to Node' >&2; exit 2; }
	@found=$$(node --version); [ "$$(printf '%s\n' $(NODE_WANTED) "$${found#v}" | sort -V | head -n 1)" = $(NODE_WANTED) ] || \
	  { echo "make: Node $$found is too old: install Node $(NODE_WANTED) or newer (https://nodejs.org)" >&2; exit 2; }

# Debian packages that tests want: independent programs that Yoban is compared with, a browser, what makes labs of network namespaces,
# and the header files that npm's `cap` is built with. Each as program-or-file:package. Where one is missing and may not be installed,
# the tests that need it are skipped and say so.
ORACLES := tshark:tshark dumpcap:wireshark-common tcpdump:tcpdump evtxexport:libevtx-utils chromium:chromium ip:iproute2 ethtool:ethtool \
  nft:nftables zstd:zstd ping:iputils-ping /usr/include/pcap/pcap.h:libpcap-dev tc:iproute2
oracles:
	@wanted=; for pair in $(ORACLES); do \
	  thing=$${pair%%:*}; command -v $$thing >/dev/null || [ -e $$thing ] || wanted="$$wanted $${pair#*:}"; \
	done; \
	[ -n "$$wanted" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing$$wanted, which tests want …" >&2; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { timeout 120 apt-get -qq update && timeout 600 apt-get -qq install --yes --no-install-recommends $$wanted; } >/dev/null 2>&1 && exit 0; \
	fi; \
	echo "the tests that want them are skipped: apt-get install$$wanted" >&2
