#!/usr/bin/env bash
# Copy the example inventory, never over an existing one. Usage: scripts/init.sh INVENTORY
set -euo pipefail
target=$1
if [ -e "$target" ]; then
    echo "$target exists already and was left alone; edit the files in it." >&2
    exit 2
fi
mkdir -p "$target"
chmod 700 "$target"
cp -R inventory/example/. "$target"
chmod 600 "$target"/group_vars/all/vault.yml
cat <<EOF

$target is written. Four things are yours to fill in:

  $target/hosts.yml                       the droplet's address
  $target/known_hosts                     its host key, one line
  $target/group_vars/all/users.yml        your public ssh key
  $target/group_vars/all/vault.yml        the API key and a password; then: ansible-vault encrypt it

Each file says where its values come from. Then type: make deploy
EOF
