# `make` alone lists what can be made.

PORT ?= 8080
DATA ?= .data

DENY_VERSION := 0.20.2
MACHETE_VERSION := 0.9.2
VENV := .venv
CONFORMANCE := target/conformance
BROWSER := tests/browser/node_modules
# The functions that `test-binaries` and `sam-test` run: target/lambda for what `make build` made.
BINARIES ?= target/debug

.DEFAULT_GOAL := help
.PHONY: help run test test-binaries sam-test lint template conformance browser-test cold-start bench fuzz tools python3-venv

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Build and start the service on localhost (PORT=8080 DATA=.data)
	@cargo run --quiet --package tests --bin klue-scim -- --port $(PORT) --data $(DATA)

test: ## Run every test that needs a Rust toolchain and a C compiler, and nothing else
	cargo build --workspace
	cargo test --workspace

test-binaries: $(VENV)/installed ## Send an event for every route to the binaries under Lambda's emulator (BINARIES=target/debug)
	cargo build --workspace
	$(VENV)/bin/python -B tests/sam/emulator.py $(BINARIES)

sam-test: $(VENV)/installed ## The same by sam local, in Docker, and what Okta sends (ENGINE=optional: no engine is no failure)
	cargo build --workspace
	$(VENV)/bin/python -B tests/sam/local.py $(if $(filter optional,$(ENGINE)),--engine-optional) $(BINARIES)

lint: tools ## Check format, lints, dependencies and licences
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo deny check --hide-inclusion-graph bans licenses sources
	cargo machete --with-metadata

template: $(VENV)/installed ## Check template.yaml, as it is and as CloudFormation sees it
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(VENV)/bin/sam validate --lint
	$(VENV)/bin/python infra/check_template.py

conformance: $(CONFORMANCE)/installed ## Have scim2-tester check the running service
	cargo build --quiet --package tests --bin klue-scim
	$(CONFORMANCE)/bin/python -B tests/conformance/run.py --readme README.md target/debug/klue-scim

browser-test: $(BROWSER)/installed ## Have a browser use the admin console of the running service
	cargo build --quiet --package tests --bin klue-scim
	tests/browser/run.sh target/debug/klue-scim

cold-start: ## Check the CPU of a cold start over TLS, and that the check would notice a slow one
	cargo build --release --package get_user
	cargo test --package tests --test cold_start
	tests/cold_start/with_aws_lc.sh

fuzz: ## Run the fuzz targets on changed seeds for longer than the tests do
	PROPTEST_CASES=5000 cargo test --package fuzz

bench: ## Measure what the budgets are about
	cargo bench --package tests

tools:
	@cargo install --quiet --locked cargo-deny@$(DENY_VERSION) cargo-machete@$(MACHETE_VERSION)

python3-venv:
	@python3 -c 'import ensurepip' || { echo "Python 3 has no venv here; as root: apt-get install -y python3-venv" >&2; exit 1; }

$(VENV)/installed: infra/requirements.txt | python3-venv
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement $<
	@touch $@

$(CONFORMANCE)/installed: tests/conformance/requirements.txt | python3-venv
	python3 -m venv $(CONFORMANCE)
	$(CONFORMANCE)/bin/pip install --quiet --requirement $<
	@touch $@

$(BROWSER)/installed: tests/browser/package-lock.json
	@command -v npm > /dev/null || { echo "There is no npm. Install Node.js 18.19 or later: apt-get install nodejs npm" >&2; exit 1; }
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	@touch $@
