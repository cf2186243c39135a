#!/usr/bin/env bash
# Install the rivals beside the tool chain and run every program of bench/. Usage: scripts/bench.sh PATH-OF-UV
set -euo pipefail
"$1" sync --quiet --frozen --extra analysis --group bench
missed=0
for program in bench/[a-z]*.py; do
    printf '\n%s\n\n' "$program"
    python "$program" || missed=1
done
exit "$missed"
