#!/usr/bin/env bash
# Print the Makefile's targets from their ## comments, in their ##@ groups.
set -euo pipefail
echo "Dark-pool prints and options flow, collected on a server you own."
awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($0, 5)} /^[a-z-]+:.*## /{printf "  make %-11s %s\n", $1, $2}' "$@"

