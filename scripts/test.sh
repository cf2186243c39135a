#!/usr/bin/env bash
# Everything that CI runs. Stops at the first part that fails, says how long each took, ends what it started.
set -euo pipefail
part() { # title, command
    local title=$1 started=$SECONDS
    shift
    printf '\n==== %s\n' "$title"
    "$@"
    printf '==== %s: passed in %d s\n' "$title" "$((SECONDS - started))"
}
roles() {
    local role
    for role in $(cd molecule && ls -d */ | tr -d /); do
        [ "$role" = shared ] || [ "$role" = default ] || printf '%s\n' "$role"
    done | xargs -P 2 -I{} scripts/quietly.sh "molecule {}" molecule test --scenario-name {}
}
finish() {
    python -m testbed down --name demo --engine
}
trap finish EXIT

part 'the fast ring' scripts/check.sh
part 'the simulator against its contract' python -m pytest tests/simulator -n 3 --dist worksteal --quiet --no-header
part 'drills without a server' python -m pytest tests/faults --ignore tests/faults/droplet --ignore tests/faults/owner -n 2 --dist worksteal --quiet --no-header
part 'the collector on other Pythons' scripts/pythons.sh
part 'images' python -m testbed images
part 'the whole machine in Molecule' molecule test --scenario-name default
part 'an owner deploys, twice' python -m pytest tests/faults/owner --quiet --no-header --timeout 900
part 'each role alone in Molecule' roles
part 'the demo' python -m testbed.demo
