# The only doors. Each says what it does while it does it.

.PHONY: run test bench lint dev web
.DEFAULT_GOAL := run

# Build the page and the server, fetch the demonstration model once, and start. ARGS="--listen 0.0.0.0:8080" passes on.
run:
	@scripts/run $(ARGS)

# Every check: the page, the crates, the suite on SQLite and on PostgreSQL, journeys in a browser.
test:
	@scripts/test

# Speed and memory, as ratios taken side by side; writes docs/benchmarks.md.
bench:
	@scripts/bench

# Formatting and lints of both halves.
lint:
	@scripts/lint

# The page with hot reload at :5173 before a debug server at :8080.
dev:
	@scripts/dev

# The page alone.
web:
	@scripts/web
