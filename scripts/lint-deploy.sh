#!/usr/bin/env bash
# Checks deploy/ and samples/ without a container engine or a cluster: linters, schemas, and the rules between files.
# Everything is installed below target/lint, with pinned versions. Needs python3 (3.11 or later) and, for kustomize and
# the compose loader, Go; what could not be checked is said at the end and, with --strict, fails the run.
set -uo pipefail

cd "$(dirname "$0")/.." || exit 2
strict=no
case "${1-}" in
  "") ;;
  --strict) strict=yes ;;
  *)
    echo "usage: scripts/lint-deploy.sh [--strict]" >&2
    exit 2
    ;;
esac

lint="$PWD/target/lint"
python="$lint/venv/bin"
built="$lint/built"
kustomize_module=sigs.k8s.io/kustomize/kustomize/v5
kustomize_version=v5.8.1
compose_module=github.com/compose-spec/compose-go/v2/cmd
compose_version=v2.16.2
# The oldest and the newest Kubernetes that the manifests are for.
kubernetes_versions=(1.31 1.37)

failed=()
unchecked=()

# check NAME COMMAND...: runs it; its output is shown only where it fails.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    printf '%s\n' "$output" | sed 's/^/        /'
    failed+=("$name")
  fi
}

skip() {
  echo "not run $1: $2"
  unchecked+=("$1")
}

install_python_tools() {
  local wanted=scripts/lint-deploy-requirements.txt mark="$lint/venv/requirements.installed"
  if cmp --silent "$wanted" "$mark"; then
    return 0
  fi
  python3 -m venv "$lint/venv" \
    && "$python/pip" install --quiet --disable-pip-version-check --requirement "$wanted" \
    && cp "$wanted" "$mark"
}

# install_go_tool BINARY MODULE VERSION: each version has a folder of its own, so that a changed pin is noticed.
install_go_tool() {
  local folder="$lint/go/$1-$3"
  if [ ! -x "$folder/$1" ]; then
    command -v go > /dev/null || return 1
    GOBIN="$folder" GOFLAGS=-mod=mod go install -p 2 "$2@$3" > "$lint/go.log" 2>&1 || return 1
  fi
  echo "$folder/$1"
}

# In the folder of the compose file, as the engine resolves its paths.
load_compose() {
  (cd deploy && "$1" -format json compose.yaml > "$built/compose.json")
}

build_kustomization() {
  "$1" build "deploy/kubernetes/$2" > "$built/$3.yaml"
}

mkdir -p "$lint" "$built"
if ! install_python_tools; then
  echo "the linters could not be installed: python3 with venv and access to a package index are needed" >&2
  exit 2
fi

check "shell scripts (shellcheck)" "$python/shellcheck" scripts/*.sh
check "samples are what their script writes" python3 samples/make.py --check
check "Python files compile" python3 -c \
  'import sys; [compile(open(path, encoding="utf-8").read(), path, "exec") for path in sys.argv[1:]]' \
  samples/make.py deploy/feeder/feed.py scripts/lint-deploy.py
for dockerfile in deploy/Dockerfile deploy/feeder/Dockerfile; do
  check "$dockerfile (hadolint)" "$python/hadolint" "$dockerfile"
done
yaml_rules='line-length: {max: 130}, document-start: disable, comments: {min-spaces-from-content: 1}'
check "YAML style (yamllint)" "$python/yamllint" --strict --config-data "{extends: default, rules: {$yaml_rules}}" deploy
check "compose file, schema (compose-spec)" "$python/check-jsonschema" \
  --builtin-schema vendor.compose-spec deploy/compose.yaml

if compose=$(install_go_tool cmd "$compose_module" "$compose_version"); then
  check "compose file, loaded (compose-go)" load_compose "$compose"
else
  skip "compose file, loaded (compose-go)" "Go is missing or the module could not be built; see target/lint/go.log"
fi

if kustomize=$(install_go_tool kustomize "$kustomize_module" "$kustomize_version"); then
  check "kustomize build base" build_kustomization "$kustomize" base base
  check "kustomize build overlays/example" build_kustomization "$kustomize" overlays/example example
  for version in "${kubernetes_versions[@]}"; do
    check "manifests, schema of Kubernetes $version (strict)" "$python/kubernetes-validate" --strict --quiet --no-warn \
      --kubernetes-version "$version" "$built/base.yaml" "$built/example.yaml" \
      deploy/kubernetes/overlays/example/secret.example.yaml
  done
  check "KEDA objects, schema and rules between the files" "$python/python" scripts/lint-deploy.py \
    "$built/base.yaml" "$built/example.yaml"
else
  skip "kustomize build, schemas, rules between the files" \
    "Go is missing or the module could not be built; see target/lint/go.log"
fi

skip "image build, compose up, a cluster's admission" "they need a container engine or a cluster"
echo
echo "${#failed[@]} failed, ${#unchecked[@]} not run"
[ ${#failed[@]} -eq 0 ] || exit 1
# The last one above can't be run here by anybody; any other is for --strict to refuse.
[ "$strict" = no ] || [ ${#unchecked[@]} -eq 1 ] || exit 1
