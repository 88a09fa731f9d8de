#!/usr/bin/env bash
# Istio, by istioctl of the exact version, such as 1.26.1.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "$1" in
  organization) echo istio ;;
  url) echo https://istio.io ;;
  cluster) ;;
  namespace) echo "label istio-injection=enabled" ;;
  install)
    version=$2
    work=$(mktemp -d)
    bash "$here/harnesses/fetch.sh" \
      "https://github.com/istio/istio/releases/download/$version/istioctl-$version-linux-amd64.tar.gz" "$work/istioctl.tar.gz"
    tar -C "$work" -xzf "$work/istioctl.tar.gz" istioctl
    "$work/istioctl" install --skip-confirmation --set profile=minimal
    ;;
  *) echo "istio.sh: unknown word $1" >&2; exit 2 ;;
esac
