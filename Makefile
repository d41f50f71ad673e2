# `make run` to try it, `make test` to test it; `make` lists the rest.
CARGO ?= cargo
export CARGO

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do \
		printf '%-14s %s\n' "$$target" "$$text"; done

run: ## serve the founding timeline on http://127.0.0.1:8080
	$(CARGO) run --release --locked -- serve --demo

test: ## all tests: SQLite and PostgreSQL, the OpenAPI document, generated clients
	$(CARGO) test --locked
	$(CARGO) test --release --locked --test it -- --ignored
	scripts/lint-openapi
	scripts/schemathesis
	scripts/check-breaking
	scripts/test-clients

check: ## what CI runs: formatting, lints, documentation, then all tests
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items
	$(MAKE) test

# Not part of `test`, which runs the same tests for seconds. Two at once: each has servers and a database of its own.
soak: ## the proofs of writing at length, on both databases, for about twenty minutes
	TEST_SOAK=1 $(CARGO) test --release --locked --test it soak:: -- --nocapture --test-threads=2

# Not part of `test`: it takes a C++ compiler. CI runs it.
fuzz: ## look for bytes that importers cannot bear, for a minute each
	scripts/fuzz-import

# Not part of `check`: it takes an hour, and a machine that does nothing else.
EVENTS ?= 1000000
bench: ## measure speed and memory on made-up events into bench/RESULTS.md; EVENTS=10000000 for all of it
	bench/run --events $(EVENTS)

# Through a second file, so that a failed build leaves the committed document as it was.
openapi: ## write openapi/openapi.json and openapi/openapi-3.0.json anew
	$(CARGO) run --locked -- openapi > openapi/new.json || { rm openapi/new.json; exit 1; }
	mv openapi/new.json openapi/openapi.json
	$(CARGO) run --locked -- openapi --version 3.0 > openapi/new.json || { rm openapi/new.json; exit 1; }
	mv openapi/new.json openapi/openapi-3.0.json

# Not part of `check`: it fetches the list of advisories, which changes without any commit here.
deny: ## licences, advisories and sources of the dependencies
	@$(CARGO) deny --version >/dev/null 2>&1 || \
		{ echo "cargo-deny is missing: $(CARGO) install --locked cargo-deny" >&2; exit 1; }
	$(CARGO) deny --locked check

.PHONY: help run test check soak fuzz bench openapi deny
