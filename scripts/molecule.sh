#!/usr/bin/env bash
# Run one Molecule scenario from nothing to nothing, on the system that SYSTEM names (debian-12 if none).
# Usage: scripts/molecule.sh SCENARIO [MOLECULE'S COMMAND, test if none; `once` is `test` without its second run]
set -euo pipefail
cd "$(dirname "$0")/.."
scenario=${1:-}
export SYSTEM=${SYSTEM:-debian-12}
if [ ! -f "molecule/$scenario/molecule.yml" ]; then
    echo "make test-role needs ROLE, one of: $(cd molecule && ls -d */ | tr -d / | grep -v shared | tr '\n' ' ')" >&2
    exit 2
fi
# Molecule keeps what it knows about a scenario in one folder: two systems side by side need two.
export MOLECULE_EPHEMERAL_DIRECTORY=$PWD/.cache/molecule/$scenario-$SYSTEM
python -m testbed images --system "$SYSTEM"
case ${2:-test} in test | once) ;; *) exec molecule "$2" --scenario-name "$scenario" ;; esac
# Its two destroy steps start Ansible for one command of ours each: forgetting first and ending after take a moment.
rm -rf "$MOLECULE_EPHEMERAL_DIRECTORY"
trap 'python -m testbed down --name "molecule-$scenario-$SYSTEM"' EXIT
if [ "${2:-}" = once ]; then
    molecule converge --scenario-name "$scenario"
    molecule verify --scenario-name "$scenario"
else
    molecule test --destroy never --scenario-name "$scenario"
fi
