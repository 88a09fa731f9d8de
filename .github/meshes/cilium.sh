#!/usr/bin/env bash
# Cilium, by its Helm chart, which has the version of Cilium, such as 1.17.4. It is the cluster's network too.
set -euo pipefail

case "$1" in
  organization) echo cilium ;;
  url) echo https://cilium.io ;;
  cluster) printf 'networking:\n  disableDefaultCNI: true\n  kubeProxyMode: none\n' ;;
  namespace) ;;
  install)
    version=$2
    helm repo add cilium https://helm.cilium.io
    helm install cilium cilium/cilium --version "$version" --namespace kube-system --wait --timeout 10m \
      --set kubeProxyReplacement=true --set gatewayAPI.enabled=true \
      --set k8sServiceHost=kind-control-plane --set k8sServicePort=6443
    ;;
  *) echo "cilium.sh: unknown word $1" >&2; exit 2 ;;
esac
