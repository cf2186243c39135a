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

$target is written. Two files are yours to fill in:

  $target/group_vars/all/users.yml        your public ssh key
  $target/group_vars/all/vault.yml        the API key, a password, a DigitalOcean token;
                                          then: ansible-vault encrypt it

Then type: make droplet, which rents the server, and make deploy.
For a server that you have already: its address goes into hosts.yml, its host key into known_hosts; then make deploy.
EOF
