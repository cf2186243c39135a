#!/usr/bin/env bash
# Run a command, keep its output, and show it only if it fails. Usage: scripts/quietly.sh TITLE COMMAND...
set -uo pipefail
title=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
started=$SECONDS
if "$@" >"$log" 2>&1; then
    printf '%s: passed in %d s\n' "$title" "$((SECONDS - started))"
else
    code=$?
    cat "$log"
    printf '%s: FAILED with %d\n' "$title" "$code"
    exit 255 # tells xargs to stop
fi
