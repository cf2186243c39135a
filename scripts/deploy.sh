#!/usr/bin/env bash
# A droplet where one is rented from here, then the server, then the collector, then the check of all of it.
# Usage: scripts/deploy.sh INVENTORY [OPTIONS OF ansible-playbook]
set -euo pipefail
inventory=$1
shift
play() { ansible-playbook -i "$inventory" "$@"; }
# One deploy at a time: the server keeps the lock for as long as this connection lives, and tells others who has it.
# A server that lets nobody in yet has no lock; what is wrong with another one site.yml says better.
lock=$(
    cat <<'EOF'
exec sudo -n sh -c '
    exec 9>>/run/darkpool-deploy
    flock --nonblock 9 || exec grep . /run/darkpool-deploy
    echo "$0, since $(date -u +%H:%M) UTC" >/run/darkpool-deploy
    echo taken
    exec cat >/dev/null'
EOF
)
alone() {
    local answer='' who
    who=$(printf %q "${USER:-somebody}@$(uname -n)")
    coproc LOCK { exec ssh -F "$inventory/ssh_config" -o BatchMode=yes -o ConnectTimeout=5 droplet "$lock $who" 2>/dev/null; }
    read -r answer <&"${LOCK[0]}" || true
    case $answer in taken | '') return ;; esac
    printf '\n%s, is deploying to this server: wait until that is done. Nothing was touched.\n' "$answer" >&2
    exit 1
}
if python -m laptop.rented "$inventory"; then play ansible/playbooks/droplet.yml; fi
if [ -f "$inventory/ssh_config" ]; then alone; fi
play "$@" ansible/playbooks/site.yml ansible/playbooks/release.yml
scripts/verify.sh "$inventory/ssh_config"
printf '\nDeployed and checked in %d min %d s. Next: make status\n' $((SECONDS / 60)) $((SECONDS % 60))
