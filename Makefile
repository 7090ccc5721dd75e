# `make` alone lists what can be made.

PORT ?= 8080
DATA ?= .data

DENY_VERSION := 0.20.2
MACHETE_VERSION := 0.9.2
CARGO_LAMBDA_VERSION := 1.9.2
MINISTACK_VERSION := 1.5.33
VENV := .venv
CONFORMANCE := target/conformance
BROWSER := tests/browser/node_modules
# The functions that `test-binaries` and `sam-test` run: target/lambda for what `make build` made.
BINARIES ?= target/debug

# Tools that are not Rust's, each in a virtual environment of its own: they disagree on what they need.
LAMBDA := .tools/cargo-lambda
MOTO := .tools/moto
MINISTACK := .tools/ministack

# The processor of the binaries, as Lambda calls it: this machine's unless said otherwise.
HOST := $(patsubst aarch64,arm64,$(shell uname -m))
ARCH ?= $(HOST)

# Stops with the command that installs what is missing: $(call need,program,command).
need = $(if $(shell command -v $(1)),,$(error $(1) is missing; install it with: $(2)))
need_python = $(call need,python3,apt-get install python3)\
	$(if $(shell python3 -c 'import ensurepip, venv; print(1)' 2>/dev/null),,$(error \
	python3 cannot make virtual environments; install that with: apt-get install python3-venv))
need_rust = $(call need,cargo,curl --proto =https -sSf https://sh.rustup.rs | sh)\
	$(call need,cc,apt-get install gcc libc6-dev)
need_stage = $(if $(filter $(STAGE),dev staging prod),,$(error say which stage: STAGE=dev, staging or prod))

.DEFAULT_GOAL := help
.PHONY: help run audit test test-second-engine test-binaries sam-test lint advisories template conformance browser-test \
	smoke cold-start bench load fuzz build deploy-test deploy rollback tools

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: ## Build and start the service on localhost (PORT=8080 DATA=.data)
	@cargo run --quiet --package tests --bin klue-scim -- --port $(PORT) --data $(DATA)

audit: ## Check that the items of a table agree (DATA=.data, or TABLE=name REGION=region)
	@cargo run --quiet --package tests --bin klue-scim-audit -- \
		$(if $(TABLE),--table $(TABLE) $(addprefix --region ,$(REGION)),--data $(DATA))

test: ## Run every test that needs a Rust toolchain and a C compiler, and nothing else
	cargo build --workspace
	@# What the functions use of AWS is noted by the tests, and compared with the template.
	rm -rf target/access
	cargo test --workspace
	cargo test --package tests --test permissions

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

advisories: tools ## Check the dependencies against the database of advisories, which is fetched
	cargo deny check --hide-inclusion-graph advisories

test-second-engine: $(MINISTACK)/installed ## Run tests of the store against another DynamoDB than the embedded one
	@$(need_rust)
	cargo build --package tests --tests
	python3 -B tests/second_engine/run.py $(MINISTACK)/bin/ministack

template: $(VENV)/installed ## Check the templates, as they are and as CloudFormation sees them, and the workflows
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(VENV)/bin/sam validate --lint
	$(VENV)/bin/python -B infra/check_template.py
	$(VENV)/bin/python -B -m unittest infra/test_expectations.py infra/test_check_binaries.py
	$(VENV)/bin/actionlint

conformance: $(CONFORMANCE)/installed ## Have scim2-tester check the running service
	cargo build --quiet --package tests --bin klue-scim
	$(CONFORMANCE)/bin/python -B tests/conformance/run.py --readme README.md target/debug/klue-scim

browser-test: $(BROWSER)/installed ## Have a browser use the admin console of the running service
	cargo build --quiet --package tests --bin klue-scim
	tests/browser/run.sh target/debug/klue-scim

smoke: ## Play Okta with one user: against make run's code, or a deployed stage (STAGE=dev, key in SCIM_API_KEY)
ifdef STAGE
	@$(need_stage)
	@test -n "$$SCIM_API_KEY" || { echo "SCIM_API_KEY is not set: a key of the stage's instance for smoke tests" >&2; exit 1; }
	$(MAKE) --silent $(VENV)/installed
	SCIM_BASE_URL=$$($(VENV)/bin/python -B infra/stack.py $(STAGE) output ScimBaseUrl) python3 -B tests/smoke/smoke.py
else
	@$(need_rust)
	cargo build --quiet --package tests --bin klue-scim
	python3 -B tests/smoke/smoke.py target/debug/klue-scim
endif

build: $(LAMBDA)/installed ## Build every function as it is deployed (ARCH=x86_64 or arm64), and list the sizes
	@$(need_rust)
	$(if $(filter $(ARCH),$(HOST)),CARGO_LAMBDA_COMPILER=cargo) PATH="$(CURDIR)/$(LAMBDA)/bin:$$PATH" \
		cargo lambda build --release $(if $(filter $(ARCH),arm64),--arm64)
	python3 -B infra/check_binaries.py $(ARCH)

deploy-test: $(VENV)/installed $(MOTO)/installed ## Deploy every stage into moto, and read back what is there; the pepper from moto
	$(VENV)/bin/python -B infra/check_template.py
	$(MOTO)/bin/python -B infra/deploy_test.py $(VENV)/bin/sam
	cargo build --workspace
	$(VENV)/bin/python -B tests/sam/secrets_manager.py $(MOTO)/bin/moto_server $(BINARIES)

deploy: $(VENV)/installed ## Deploy what make build has built (STAGE=dev, staging or prod), with your AWS credentials
	@$(need_stage)
	python3 -B infra/check_binaries.py $$($(VENV)/bin/python -B infra/stack.py $(STAGE) architecture)
	$(VENV)/bin/python -B infra/stack.py $(STAGE) remember
	SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam deploy --config-env $(STAGE) --template-file template.yaml --no-confirm-changeset \
		--no-fail-on-empty-changeset

rollback: $(VENV)/installed ## Deploy again what was there before the last make deploy on this machine (STAGE=…)
	@$(need_stage)
	SAM_CLI_TELEMETRY=0 $(VENV)/bin/python -B infra/stack.py $(STAGE) restore

cold-start: ## Check the CPU of a cold start over TLS, and that the check would notice a slow one
	cargo build --release --package get_user
	cargo test --package tests --test cold_start
	tests/cold_start/with_aws_lc.sh

fuzz: ## Run the fuzz targets on changed seeds for longer than the tests do
	PROPTEST_CASES=5000 cargo test --package fuzz

bench: ## Measure everything and write docs/benchmarks.md (QUICK=1: less, in two minutes once it is built; ONLY=warm: one section)
	cargo build --release
	cargo build --release --package bare
	$(if $(QUICK)$(ONLY),,cargo bench --package tests --bench budgets --bench bulk)
	$(if $(QUICK)$(filter-out choices,$(ONLY)),,tests/benches/variants.sh)
	cargo bench --package tests --bench figures -- $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

load: ## Send what Okta sends for a minute at full speed: no error, no memory that grows
	cargo bench --package tests --bench figures -- --only load

tools:
	@cargo install --quiet --locked cargo-deny@$(DENY_VERSION) cargo-machete@$(MACHETE_VERSION)

$(VENV)/installed: infra/requirements.txt
	@$(need_python)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement $<
	@touch $@

$(CONFORMANCE)/installed: tests/conformance/requirements.txt
	@$(need_python)
	python3 -m venv $(CONFORMANCE)
	$(CONFORMANCE)/bin/pip install --quiet --requirement $<
	@touch $@

$(BROWSER)/installed: tests/browser/package-lock.json
	@command -v npm > /dev/null || { echo "There is no npm. Install Node.js 18.19 or later: apt-get install nodejs npm" >&2; exit 1; }
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	@touch $@

# zig, which cargo-lambda's package brings along for cross builds, is 400 MB.
$(LAMBDA)/installed: Makefile
	@$(need_python)
	python3 -m venv $(LAMBDA)
	$(LAMBDA)/bin/pip install --quiet $(if $(filter $(ARCH),$(HOST)),--no-deps) cargo-lambda==$(CARGO_LAMBDA_VERSION)
	@touch $@

$(MOTO)/installed: infra/requirements-moto.txt
	@$(need_python)
	python3 -m venv $(MOTO)
	$(MOTO)/bin/pip install --quiet --requirement $<
	@touch $@

$(MINISTACK)/installed: Makefile
	@$(need_python)
	python3 -m venv $(MINISTACK)
	$(MINISTACK)/bin/pip install --quiet ministack==$(MINISTACK_VERSION)
	@touch $@
