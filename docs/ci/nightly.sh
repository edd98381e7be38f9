#!/usr/bin/env bash
# One night of a collection, for cron: 17 2 * * * /path/to/assay/docs/ci/nightly.sh /path/to/collection
# Base, renderer and suite come from an assay.yaml in Assay's folder, or from ASSAY_BASE, ASSAY_RENDERER, ASSAY_SUITE.
# Two at once are safe: the second ends and says so. A night that is cut off goes on where it stopped.
set -euo pipefail
collection=$(realpath "${1:?which collection? nightly.sh DIR}")
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
if command -v assay >/dev/null; then
  assay nightly --collection "$collection" >"$log" 2>&1 || code=$?
else # a checkout without the command
  mvn -B -ntp verify -Pnightly -Dassay.collection="$collection" >"$log" 2>&1 || code=$?
fi
if [ "$code" != 0 ]; then
  cat "$log" # cron mails what a job prints: a good night prints nothing
fi
exit "$code"
