#!/usr/bin/env bash
# Move PostgreSQL on the server to a newer major, or back to the one that was kept; then check the server.
# Usage: scripts/upgrade_postgres.sh INVENTORY [TO] [BACK] [CONFIRM] [ANSIBLE'S OPTIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
inventory=$1 to=${2:-} back=${3:-} confirm=${4:-}
shift "$(($# < 4 ? $# : 4))"
wanted=(-e '{"postgresql_upgrade_sure": '"$([ "$confirm" = yes ] && echo true || echo false)"'}')
if [ "$back" = 1 ]; then
    wanted+=(-e '{"postgresql_upgrade_back": true, "postgresql_major": 0}')
elif [[ $to =~ ^[0-9]+$ ]]; then
    wanted+=(-e '{"postgresql_major": '"$to"'}')
else
    echo "Which major? make upgrade-postgres TO=17, or BACK=1 for the one before (docs/runbooks/upgrade.md)" >&2
    exit 2
fi
ansible-playbook -i "$inventory" ansible/playbooks/upgrade_postgres.yml "${wanted[@]}" "$@"
scripts/verify.sh "$inventory/ssh_config"
if [ "$back" = 1 ]; then
    echo "Now take postgresql_major out of the inventory, or the next deploy refuses."
else
    echo "Now say postgresql_major: $to in $inventory/group_vars/all/postgresql.yml, so that the next deploy knows it."
fi
