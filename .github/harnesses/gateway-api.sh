#!/usr/bin/env bash
# gateway-api.sh MESH MESH_VERSION SUITE_VERSION REPORT: runs the conformance tests of that exact Gateway API
# release for meshes, with its own custom resource definitions, and leaves the report.
# With `definitions` in place of REPORT it only installs the definitions, which some meshes need first.
set -euo pipefail

mesh=$1 mesh_version=$2 version=$3 report=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
channel=${CHANNEL:-standard}

if [ "$report" = definitions ]; then
  kubectl apply --server-side --filename \
    "https://github.com/kubernetes-sigs/gateway-api/releases/download/$version/$channel-install.yaml"
  exit
fi

work=$(mktemp -d)
git clone --quiet --depth 1 --branch "$version" https://github.com/kubernetes-sigs/gateway-api "$work/gateway-api"
options=(
  "--conformance-profiles=MESH-HTTP,MESH-GRPC"
  --all-features
  "--exempt-features=Gateway,ReferenceGrant${EXEMPT_FEATURES:+,$EXEMPT_FEATURES}"
  --organization="$(bash "$here/meshes/$mesh.sh" organization)"
  --project="$mesh"
  --url="$(bash "$here/meshes/$mesh.sh" url)"
  --contact="$(bash "$here/meshes/$mesh.sh" url)"
  --version="$mesh_version"
  --mode=default
  --report-output="$report"
)
read -r what value < <(bash "$here/meshes/$mesh.sh" namespace) || true
case "${what:-}" in
  label) options+=("--namespace-labels=$value") ;;
  annotation) options+=("--namespace-annotations=$value") ;;
esac
# A failed test is a result, not a failure of this script: what counts is that there is a report.
cd "$work/gateway-api/conformance"
go test . -run TestConformance -v -timeout 60m -args "${options[@]}" || echo "go test ended with $?"
[ -s "$report" ] || { echo "the tests left no report" >&2; exit 1; }
