#!/usr/bin/env bash
# fetch.sh URL FILE [SHA256]: downloads a file and holds it against a digest, given or beside it as URL.sha256.
set -euo pipefail

url=$1 file=$2
curl --proto '=https' --tlsv1.2 --silent --show-error --fail --location --retry 3 --output "$file" "$url"
wanted=${3:-$(curl --proto '=https' --tlsv1.2 --silent --show-error --fail --location --retry 3 "$url.sha256" | cut -d ' ' -f 1)}
echo "$wanted  $file" | sha256sum --check --quiet -
