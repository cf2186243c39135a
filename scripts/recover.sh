#!/usr/bin/env bash
# A server with the data of one that is lost, from this laptop and the copies off-site alone; safe to repeat.
# Usage: scripts/recover.sh INVENTORY CONFIRM-OR-NOTHING ACCEPT-LOSS-OR-NOTHING
set -euo pipefail
cd "$(dirname "$0")/.."
inventory=$1 confirm=$2 loss=$3
# Nothing is collected anyway: it does not wait for the close.
now=(-e '{"market_hours_force": true}')
play() { ansible-playbook -i "$inventory" "$@"; }
if python -m laptop.rented "$inventory"; then play ansible/playbooks/droplet.yml; fi
play "${now[@]}" ansible/playbooks/site.yml
python -m laptop.backups "$inventory" restore ${confirm:+--confirm "$confirm"} ${loss:+--accept-loss} -- "${now[@]}"
# Passwords and rights of this inventory again, then the collector.
play "${now[@]}" ansible/playbooks/site.yml ansible/playbooks/release.yml
scripts/verify.sh "$inventory/ssh_config"
printf '\nBack in %d min %d s. Next: make status\n' $((SECONDS / 60)) $((SECONDS % 60))
