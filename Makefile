# What one does with this repository; `make` alone lists it.
# The targets are few and plain: cargo does the work, and knows by itself what is up to date.

.DEFAULT_GOAL := help
.PHONY: help demo test test-tools chaos bench bench-dedup quality-parse quality-dedup quality-tag quality-replicas fuzz lint-deploy deny clean

help:
	@echo "make demo         build khabar and run it on an embedded broker with sample articles"
	@echo "make test         format, lints and all tests, on a genuine Kafka broker too"
	@echo "make test-tools   the same for the programs beside khabar: benchmarks of quality, lexicons, models, fuzz targets"
	@echo "make chaos        a long run with faults of every kind, and the verdict about it (20 minutes and the build)"
	@echo "make bench        throughput and latency beside a bare loop, on a genuine Kafka broker"
	@echo "make bench-dedup  how fast claims are judged, and the memory that they take, at up to ten million in the window"
	@echo "make quality-parse DATA=folder  how well pages are read, beside other libraries"
	@echo "make quality-dedup DATA=folder  how well repeats are told from news, beside MinHash"
	@echo "make quality-tag DATA=folder  how well articles are tagged: names, countries, subjects, keywords, quotes"
	@echo "make quality-replicas DATA=folder  whether replicas give one verdict, on a genuine Kafka broker"
	@echo "make fuzz         each fuzz target for FUZZ_SECONDS (60); needs a nightly compiler and cargo-fuzz"
	@echo "make lint-deploy  check what lies under deploy/ with linters and schemas"
	@echo "make deny         check the dependencies' licences, sources and known vulnerabilities"
	@echo "make clean        remove all that was built or fetched"

# Built for debugging: that takes half the time of a release build, and the samples are few.
demo:
	@scripts/preflight.sh demo
	cargo run --locked -- demo

test:
	@scripts/preflight.sh test
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked

# Packages of their own, which a build of khabar never needs. In its target folder, so that what is equal is built once.
TOOLS = benches/quality tools/lexicon tools/train

test-tools: export CARGO_TARGET_DIR ?= $(CURDIR)/target
test-tools:
	@scripts/preflight.sh demo
	@set -e; for package in $(TOOLS) fuzz; do \
		echo "--- $$package"; \
		cargo fmt --check --manifest-path $$package/Cargo.toml; \
		cargo clippy --locked --all-targets --manifest-path $$package/Cargo.toml -- -D warnings; \
	done
	@set -e; for package in $(TOOLS); do \
		echo "--- $$package"; \
		cargo test --locked --manifest-path $$package/Cargo.toml; \
	done

# Its size by KHABAR_CHAOS_MINUTES, KHABAR_CHAOS_RECORDS and KHABAR_CHAOS_SEED.
chaos:
	@scripts/preflight.sh test
	KHABAR_CHAOS_MINUTES=$${KHABAR_CHAOS_MINUTES:-22} KHABAR_CHAOS_RECORDS=$${KHABAR_CHAOS_RECORDS:-220000} \
		cargo test --locked --profile chaos --test suite chaos_loses -- --nocapture

# DATA names a folder of labelled pages; benches/quality/README.md says where to get some.
quality-parse:
	@scripts/preflight.sh demo
	cargo run --locked --release --manifest-path benches/quality/Cargo.toml -- "$(DATA)"

# DATA names a folder with articles and labelled pairs; see there too.
quality-dedup:
	@scripts/preflight.sh demo
	cargo run --locked --release --manifest-path benches/quality/Cargo.toml --bin khabar-quality-dedup -- "$(DATA)"

# DATA names a folder with labelled texts; see there too.
quality-tag:
	@scripts/preflight.sh demo
	cargo run --locked --release --manifest-path benches/quality/Cargo.toml --bin khabar-quality-tag -- "$(DATA)"

# The same folder; xz unpacks the articles.
quality-replicas:
	@scripts/preflight.sh test
	cargo bench --locked --bench replicas -- "$(DATA)"

bench:
	@scripts/preflight.sh test
	cargo bench --locked --bench throughput

bench-dedup:
	@scripts/preflight.sh demo
	cargo bench --locked --bench dedup

FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= raw_record claim configuration lexicon lexicon_tools page dump date

fuzz:
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" scripts/fuzz.sh $(FUZZ_TARGETS)

lint-deploy:
	scripts/lint-deploy.sh

deny:
	@if cargo deny --version >/dev/null 2>&1; then \
		cargo deny --locked check; \
	else \
		echo "cargo-deny is not installed: cargo install --locked cargo-deny"; exit 1; \
	fi

clean:
	cargo clean
