#!/usr/bin/env bash
# Ask a running server whether it is what it should be. Usage: scripts/verify.sh INVENTORY
set -euo pipefail
inventory=$1
exec python -m pytest tests/infra --quiet --no-header -p no:cacheprovider \
    --ansible-inventory "$inventory" --hosts 'ansible://droplets' --connection ansible
