#!/usr/bin/env bash
# Kuma, by its Helm chart, which has the version of Kuma, such as 2.11.2.
set -euo pipefail

case "$1" in
  organization) echo kumahq ;;
  url) echo https://kuma.io ;;
  cluster) ;;
  namespace) echo "label kuma.io/sidecar-injection=enabled" ;;
  install)
    version=$2
    helm repo add kuma https://kumahq.github.io/charts
    helm install kuma kuma/kuma --version "$version" --namespace kuma-system --create-namespace --wait --timeout 10m
    ;;
  *) echo "kuma.sh: unknown word $1" >&2; exit 2 ;;
esac
