#!/bin/sh
# Runs fuzz targets one after the other, each for FUZZ_SECONDS: fuzz.sh TARGET...
# Without a sanitizer: khabar has no unsafe code, and librdkafka can't be linked with one.
# What a target has found interesting stays in fuzz/corpus/, a finding in fuzz/artifacts/; neither is committed.
set -eu

seconds=${FUZZ_SECONDS:-60}
# Larger inputs find no other branches, and cost speed.
INPUT_BYTES_MAX=16384
# A target that needs more has found something.
MEMORY_MIB_MAX=2048
# One input must not take longer, in seconds.
INPUT_SECONDS_MAX=10

cd "$(dirname "$0")/.."
if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "a nightly compiler and cargo-fuzz are needed: rustup toolchain install nightly; cargo install --locked cargo-fuzz" >&2
    exit 1
fi

seed() { # target
    mkdir -p "fuzz/corpus/$1"
    case $1 in
        raw_record)
            cp samples/src/* "fuzz/corpus/$1/"
            # Each sample's line is itself a JSON value, with envelopes and base64 in it.
            split -l 1 samples/articles.jsonl "fuzz/corpus/$1/line-"
            ;;
        page) cp samples/src/*.html "fuzz/corpus/$1/" ;;
        dump) cp samples/src/*.txt "fuzz/corpus/$1/" ;;
        configuration) cp config/khabar.toml config/sources.toml "fuzz/corpus/$1/" ;;
        lexicon) cp config/lexicon/* "fuzz/corpus/$1/" ;;
    esac
    if [ -d "fuzz/seeds/$1" ]; then
        cp "fuzz/seeds/$1/"* "fuzz/corpus/$1/"
    fi
}

for target in "$@"; do
    echo "== $target, $seconds s"
    seed "$target"
    cargo +nightly fuzz run --fuzz-dir fuzz --sanitizer none "$target" -- \
        -max_total_time="$seconds" -max_len="$INPUT_BYTES_MAX" \
        -rss_limit_mb="$MEMORY_MIB_MAX" -timeout="$INPUT_SECONDS_MAX" -print_final_stats=1
done
