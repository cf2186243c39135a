#!/usr/bin/env bash
# Run one Molecule scenario from nothing to nothing, on the system that SYSTEM names (debian-12 if none).
# Usage: scripts/molecule.sh SCENARIO [MOLECULE'S COMMAND, test if none]; SCENARIO all: each role alone, side by side.
set -euo pipefail
cd "$(dirname "$0")/.."
scenario=${1:-}
export SYSTEM=${SYSTEM:-debian-12}
roles=$(cd molecule && ls -d */ | tr -d / | grep -vxE 'shared|default|walk')
if [ "$scenario" = all ]; then
    for role in $roles; do echo "the role $role|$SYSTEM|scripts/molecule.sh $role"; done | scripts/side_by_side.sh
    exit
fi
if [ ! -f "molecule/$scenario/molecule.yml" ]; then
    echo "make test-role needs ROLE, one of: all default walk $(tr '\n' ' ' <<<"$roles")" >&2
    exit 2
fi
# Molecule keeps what it knows about a scenario in one folder: two systems side by side need two.
export MOLECULE_EPHEMERAL_DIRECTORY=$PWD/.cache/molecule/$scenario-$SYSTEM
python -m testbed images --system "$SYSTEM"
[ "${2:-test}" = test ] || exec molecule "$2" --scenario-name "$scenario"
# Its two destroy steps start Ansible for one command of ours each: forgetting first and ending after take a moment.
rm -rf "$MOLECULE_EPHEMERAL_DIRECTORY"
trap 'python -m testbed down --name "molecule-$scenario-$SYSTEM"' EXIT
molecule test --destroy never --scenario-name "$scenario"
