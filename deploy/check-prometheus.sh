#!/usr/bin/env bash
# `npm run check:prometheus`: the alerts of deploy/prometheus/ with promtool, against series that it plays. Needs promtool, which comes
# with the package `prometheus` of Debian and others.
set -euo pipefail
cd "$(dirname "$0")/prometheus"
promtool check rules tidemark-alerts.yaml
promtool test rules alerts-test.yaml
echo "PROMETHEUS rules=$(grep -c '^ *- alert:' tidemark-alerts.yaml) tests=$(grep -c '^  - name:' alerts-test.yaml) promtool=ok"
