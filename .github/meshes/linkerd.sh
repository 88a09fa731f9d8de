#!/usr/bin/env bash
# Linkerd, by its own command line of the exact version: edge-26.6.3, or stable-2.14.10 and older.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "$1" in
  organization) echo Linkerd ;;
  url) echo https://github.com/linkerd/linkerd2 ;;
  cluster) ;;
  namespace) echo "annotation linkerd.io/inject=enabled" ;;
  install)
    version=$2 suite=$3
    work=$(mktemp -d)
    bash "$here/harnesses/fetch.sh" \
      "https://github.com/linkerd/linkerd2/releases/download/$version/linkerd2-cli-$version-linux-amd64" "$work/linkerd"
    chmod +x "$work/linkerd"
    "$work/linkerd" install --crds | kubectl apply --filename -
    "$work/linkerd" install | kubectl apply --filename -
    "$work/linkerd" check
    if [ "$suite" = smi ]; then
      # TrafficSplit is served by an extension, whose last release this is.
      git clone --quiet --depth 1 --branch v0.2.6 https://github.com/linkerd/linkerd-smi "$work/linkerd-smi"
      helm install linkerd-smi "$work/linkerd-smi/charts/linkerd-smi" \
        --namespace linkerd-smi --create-namespace --wait --timeout 10m
    fi
    ;;
  *) echo "linkerd.sh: unknown word $1" >&2; exit 2 ;;
esac
