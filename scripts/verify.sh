#!/usr/bin/env bash
# Ask a running server whether it is what it should be. Usage: scripts/verify.sh SSH_CONFIG [PYTEST OPTIONS]
set -euo pipefail
ssh_config=$1
shift
exec python -m pytest tests/infra --quiet --no-header -p no:cacheprovider \
    --hosts ssh://droplet --ssh-config "$ssh_config" --sudo "$@"
