#!/usr/bin/env bash
# Ask a running server whether it is what it should be. Usage: scripts/verify.sh SSH_CONFIG [PYTEST OPTIONS]
set -euo pipefail
ssh_config=$1
shift
# Who gives no options of his own wants to know of the whole machine: then every file must have run.
tests=(tests/infra)
[ $# -gt 0 ] || set -- --census machine
for word in "$@"; do
    case $word in tests/*) tests=() ;; esac
done
exec python -m pytest "${tests[@]}" --quiet --no-header -p no:cacheprovider \
    --hosts ssh://droplet --ssh-config "$ssh_config" --sudo "$@"
