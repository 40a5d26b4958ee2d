#!/bin/sh
# Tells everything that this machine lacks, at once, before anything is built: preflight.sh demo|test
# "demo" is what building and running needs; "test" adds what the tests need.
set -u

purpose=${1:-}
case $purpose in
    demo | test) ;;
    *)
        echo "usage: preflight.sh demo|test" >&2
        exit 2
        ;;
esac
cd "$(dirname "$0")/.." || exit 1

JAVA_VERSION_MIN=17
# A build of everything for debugging takes about this much, in GiB; the tests add their programs and the broker's data.
case $purpose in
    demo) DISK_GIB_MIN=3 ;;
    test) DISK_GIB_MIN=5 ;;
esac

missing=''
apt=''
brew=''
apple_tools=false
hints=''
newline='
'

lack() { # what, apt package, brew formula
    missing="$missing  - $1$newline"
    if [ -n "$2" ]; then
        apt="$apt${apt:+ }$2"
    fi
    case $3 in
        apple-tools) apple_tools=true ;;
        *) brew="$brew${brew:+ }$3" ;;
    esac
}

hint() {
    hints="$hints  - $1$newline"
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# Whether this system's package lists know the package; apt-cache itself ends well either way.
apt_knows() {
    has apt-cache && [ -n "$(apt-cache show "$1" 2>/dev/null)" ]
}

# The first of the packages that the package lists know, else the first.
apt_choice() {
    for package in "$@"; do
        if apt_knows "$package"; then
            echo "$package"
            return
        fi
    done
    echo "$1"
}

# Whether a version is as new as that: version_is 1.95.0 1 95
version_is() {
    echo "$1" | awk -F. -v major="$2" -v minor="$3" '{ exit !($1 > major || ($1 == major && $2 >= minor)) }'
}

lack_rust() { # what
    if has apt-cache && ! apt_knows rustup; then
        lack "$1" '' rustup
    else
        lack "$1" rustup rustup
    fi
    hint "Rust: where the package manager has no rustup, https://rustup.rs has an installer; open a new shell after it."
}

check_rust() {
    wanted=$(sed -n 's/^channel *= *"\([0-9.]*\)".*/\1/p' rust-toolchain.toml)
    if ! has cargo || ! has rustc; then
        lack_rust "Rust $wanted or newer: cargo and rustc"
        return
    fi
    # Where rustup has to fetch the pinned version first, this is the moment; what it says is for the reader.
    if ! found=$(rustc --version); then
        missing="$missing  - Rust $wanted: rustc does not start$newline"
        hint "Rust: run \`rustup toolchain install $wanted --profile minimal --component rustfmt,clippy\`."
        return
    fi
    found=$(echo "$found" | awk '{ sub(/-.*/, "", $2); print $2 }')
    if ! version_is "$found" "$(echo "$wanted" | cut -d. -f1)" "$(echo "$wanted" | cut -d. -f2)"; then
        lack_rust "Rust $wanted or newer (found $found)"
    fi
    [ "$purpose" = test ] || return 0
    if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
        missing="$missing  - rustfmt and clippy: the tests begin with format and lints$newline"
        hint "rustfmt and clippy: run \`rustup component add rustfmt clippy\`."
    fi
}

# Compilers are judged by what they can do: on a bare system they may be there without their headers or linker.
check_compilers() {
    scratch=$(mktemp -d) || exit 1
    printf '#include <stdio.h>\nint main(void) { return puts("ok") < 0; }\n' >"$scratch/probe.c"
    printf '#include <string>\nint main() { return static_cast<int>(std::string("").size()); }\n' >"$scratch/probe.cc"
    if ! ${CC:-cc} -o "$scratch/c" "$scratch/probe.c" >/dev/null 2>&1; then
        lack "a C compiler with headers (\`${CC:-cc}\` builds no program)" "gcc libc6-dev" apple-tools
    fi
    if ! ${CXX:-c++} -o "$scratch/cc" "$scratch/probe.cc" >/dev/null 2>&1; then
        lack "a C++ compiler (\`${CXX:-c++}\` builds no program), for librdkafka" g++ apple-tools
    fi
    rm -rf "$scratch"
}

check_build_tools() {
    has make || lack "make, for librdkafka and OpenSSL" make apple-tools
    has bash || lack "bash, for librdkafka" bash bash
    if ! perl -MFindBin -MIPC::Cmd -MFile::Compare -MFile::Copy -e 1 >/dev/null 2>&1; then
        lack "perl with its standard modules, for OpenSSL" perl perl
    fi
}

java_version() {
    java=java
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
        java=$JAVA_HOME/bin/java
    fi
    "$java" -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9][0-9]*\).*/\2/p' | head -n 1
}

check_broker() {
    if [ -n "${KHABAR_TEST_BROKER:-}" ]; then
        return 0
    fi
    version=$(java_version)
    if [ "${version:-0}" -lt "$JAVA_VERSION_MIN" ]; then
        lack "Java $JAVA_VERSION_MIN or newer (\`java -version\`: ${version:-none}), for the Kafka broker of the tests" \
            "$(apt_choice openjdk-17-jre-headless openjdk-21-jre-headless openjdk-25-jre-headless)" openjdk@17
        if [ "$(uname)" = Darwin ]; then
            # shellcheck disable=SC2016 # It is for the reader's shell.
            hint 'Java: Homebrew keeps it off the path; then run export JAVA_HOME="$(brew --prefix openjdk@17)"'
        fi
        hint "Java: or set KHABAR_TEST_BROKER=host:port to a running Apache Kafka 4.x; then tests that stop their broker still need Java."
    fi
    if ! mvn -v >/dev/null 2>&1; then
        lack "Maven (\`mvn -v\`), which fetches the Kafka broker of the tests" maven maven
    fi
}

warn_of_small_disk() {
    free_kib=$(df -Pk . 2>/dev/null | awk 'NR == 2 { print $4 }')
    case $free_kib in '' | *[!0-9]*) return 0 ;; esac
    free_gib=$((free_kib / 1048576))
    if [ "$free_gib" -lt "$DISK_GIB_MIN" ]; then
        echo "warning: $free_gib GiB are free here, and a first build takes about $DISK_GIB_MIN" >&2
    fi
}

check_rust
check_compilers
check_build_tools
if [ "$purpose" = test ]; then
    check_broker
fi
warn_of_small_disk

if [ -z "$missing" ]; then
    exit 0
fi
{
    echo "This machine lacks what \`make $purpose\` needs:"
    printf '%s' "$missing"
    [ -z "$apt" ] || echo "Debian, Ubuntu: sudo apt-get update && sudo apt-get install -y $apt"
    if [ "$apple_tools" = true ]; then
        echo "macOS:          xcode-select --install${brew:+ && brew install $brew}"
    elif [ -n "$brew" ]; then
        echo "macOS:          brew install $brew"
    fi
    printf '%s' "$hints"
} >&2
exit 1
