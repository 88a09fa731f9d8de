#!/usr/bin/env bash
# smi.sh MESH SUITE_VERSION REPORT: runs the SMI test set with a stock kuttl, and leaves one report in JSON.
#
# The test set is that of learn-layer5 at the last commit that changed it, which is SMI v0.6.0. Its steps
# that send traffic were functions in Go that only a fork of kuttl ran: a stock kuttl runs the objects and
# the asserts, so what it reports on those steps says that they were reached, and nothing on traffic.
set -euo pipefail

mesh=$1 version=$2 report=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tests_commit=150cab86959d4697616845605eee790a39bdc296
kuttl_version=v0.27.0

[ "$version" = v0.6.0 ] || { echo "only the test set v0.6.0 can be run, not $version" >&2; exit 2; }

work=$(mktemp -d)
GOBIN="$work/bin" go install "github.com/kudobuilder/kuttl/cmd/kubectl-kuttl@$kuttl_version"
git init --quiet "$work/tests"
git -C "$work/tests" fetch --quiet --depth 1 https://github.com/layer5io/learn-layer5 "$tests_commit"
git -C "$work/tests" checkout --quiet FETCH_HEAD

read -r what value < <(bash "$here/meshes/$mesh.sh" namespace) || true
for case in traffic-access traffic-split traffic-spec; do
  namespace="smi-$case"
  kubectl create namespace "$namespace"
  case "${what:-}" in
    label) kubectl label namespace "$namespace" "$value" ;;
    annotation) kubectl annotate namespace "$namespace" "$value" ;;
  esac
  mkdir -p "$work/cases/$case"
  cp -R "$work/tests/smi-conformance/test-gen/test-yamls/$case" "$work/cases/$case/"
  # The fork put the namespace in; a stock kuttl takes it as it stands.
  find "$work/cases/$case" -name '*.yaml' -exec sed -i "s/<NAMESPACE>/$namespace/g" {} +
  "$work/bin/kubectl-kuttl" test "$work/cases/$case" --namespace "$namespace" --timeout 180 --parallel 1 \
    --report json --report-name "$case" --artifacts-dir "$work" || echo "kuttl ended with $?"
  [ -s "$work/$case.json" ] || { echo "kuttl left no report on $case" >&2; exit 1; }
done
jq --slurp '{name: "smi", tests: (map(.tests // 0) | add), failures: (map(.failures // 0) | add),
  time: (map(.time // "0" | tonumber) | add | tostring), testsuite: (map(.testsuite // []) | add)}' \
  "$work"/traffic-access.json "$work"/traffic-split.json "$work"/traffic-spec.json > "$report"
