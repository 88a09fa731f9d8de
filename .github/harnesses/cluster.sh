#!/usr/bin/env bash
# cluster.sh MESH KUBERNETES: starts a kind cluster of that exact version, as the mesh needs it.
set -euo pipefail

mesh=$1 kubernetes=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kind_version=v0.32.0
kind_sha256=50030de23cf40a18505f20426f6a8506bedf13c6e509244bd1fa9463721b0f54

work=$(mktemp -d)
bash "$here/harnesses/fetch.sh" \
  "https://github.com/kubernetes-sigs/kind/releases/download/$kind_version/kind-linux-amd64" "$work/kind" "$kind_sha256"
chmod +x "$work/kind"
{
  printf 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'
  bash "$here/meshes/$mesh.sh" cluster
} > "$work/cluster.yaml"
# A mesh that brings the network makes the node ready only once it is installed, so nothing waits here.
"$work/kind" create cluster --name kind --image "kindest/node:$kubernetes" --config "$work/cluster.yaml"
