# Skein. `make run` opens it, `make test` proves it. Both install what they need and repeat no finished work.

SHELL := /bin/bash
.DEFAULT_GOAL := help

UI_SOURCES := $(shell find ui/src ui/public -type f 2>/dev/null) $(wildcard ui/*.ts ui/*.js ui/*.json ui/index.html)
HAS_DISPLAY := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin Windows_NT,$(shell uname -s) $(OS)))

.PHONY: help run test lint fuzz bench bundle screenshots generate clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-13s %s\n", $$1, $$2 }'

run: ## Install what is missing, build, and open the window (or the terminal, where there is no display)
ifneq ($(HAS_DISPLAY),)
	@.ci/setup window
	@$(MAKE) --no-print-directory ui/dist/index.html
	cargo build --release -p skein-window -p skein-cli
	cd src-tauri/pdf && cargo build --release
	@# A display that is named and does not answer is told by the program alone, with 69.
	@target/release/skein $(ARGS) || { code=$$?; [ $$code = 69 ] || exit $$code; target/release/skein $(ARGS) chat; }
else
	@echo "There is no display here, so the conversation opens in the terminal: skein chat"
	@.ci/setup terminal
	cargo build --release -p skein-cli
	cd src-tauri/pdf && cargo build --release
	@target/release/skein $(ARGS) chat
endif

test: ## Set everything up and run every test
	@.ci/setup test
	@$(MAKE) --no-print-directory ui/dist/index.html target/schemathesis/bin/schemathesis
	@.ci/test

lint: ui/dist/index.html ## Formatting, clippy and documentation, without a warning
	cargo fmt --all -- --check
	cargo fmt --manifest-path src-tauri/pdf/Cargo.toml -- --check
	cargo clippy --workspace --all-targets -- -D warnings
	@# Clippy on what is built anyway: a check alone would go through the whole typesetter once more.
	cd src-tauri/pdf && RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings cargo build --all-targets
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

fuzz: ## Give ten million inputs to each reader of what servers send (INPUTS=... for another number)
	SKEIN_FUZZ=$(or $(INPUTS),10000000) cargo test --release --workspace --test endpoint fuzz

bench: ## Measure, each figure beside its bare limit in the same run
	@.ci/setup test
	@$(MAKE) --no-print-directory ui/dist/index.html
	@.ci/bench

bundle: ## Make the .deb and the .rpm
	@.ci/setup window
	@$(MAKE) --no-print-directory ui/dist/index.html
	@.ci/bundle

screenshots: ## Take the pictures of docs/ from the running program
	@.ci/setup test
	@$(MAKE) --no-print-directory ui/dist/index.html
	@.ci/screenshots

generate: ## Write the window's types anew from the wire shapes
	SKEIN_WRITE=1 cargo test --workspace --test house bindings

clean: ## Remove everything that was built
	cargo clean
	rm -rf ui/dist ui/node_modules gen

# Checks the local API against its own description.
target/schemathesis/bin/schemathesis:
	python3 -m venv target/schemathesis
	target/schemathesis/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5

ui/node_modules/.installed: ui/package.json ui/package-lock.json
	npm --prefix ui ci --no-audit --no-fund --loglevel=error
	@touch $@

ui/dist/index.html: ui/node_modules/.installed $(UI_SOURCES)
	npm --prefix ui run build --silent
	@touch $@
