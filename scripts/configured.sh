#!/usr/bin/env bash
# Refuse to reach for a server that nobody described. Usage: scripts/configured.sh INVENTORY
set -euo pipefail
[ -f "$1/hosts.yml" ] && exit 0
cat >&2 <<EOF

There is no server described in $1 yet, so there is nothing to deploy to.

  make init    writes it from the example and says what to fill in
  make demo    shows everything on this machine first, without a server

EOF
exit 2
