#!/usr/bin/env bash
# A droplet where one is rented from here, then the server, then the collector, then the check of all of it.
# Usage: scripts/deploy.sh INVENTORY [OPTIONS OF ansible-playbook]
set -euo pipefail
inventory=$1
shift
play() { ansible-playbook -i "$inventory" "$@"; }
if python -m laptop.rented "$inventory"; then play ansible/playbooks/droplet.yml; fi
play "$@" ansible/playbooks/site.yml ansible/playbooks/release.yml
scripts/verify.sh "$inventory/ssh_config"
printf '\nDeployed and checked in %d min %d s. Next: make status\n' $((SECONDS / 60)) $((SECONDS % 60))
