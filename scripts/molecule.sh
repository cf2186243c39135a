#!/usr/bin/env bash
# Run one Molecule scenario from nothing to nothing. Usage: scripts/molecule.sh SCENARIO
set -euo pipefail
scenario=${1:-}
if [ ! -f "molecule/$scenario/molecule.yml" ]; then
    echo "make test-role needs ROLE, one of: $(cd molecule && ls -d */ | tr -d / | grep -v shared | tr '\n' ' ')" >&2
    exit 2
fi
python -m testbed images
exec molecule test --scenario-name "$scenario"
