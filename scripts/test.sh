#!/usr/bin/env bash
# Everything that CI runs. Stops at the first part that fails, says how long each took, ends what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
systems='debian-12 debian-13 dressed-ubuntu-22.04 dressed-ubuntu-24.04'
part() { # title, command
    local title=$1 started=$SECONDS
    shift
    printf '\n==== %s\n' "$title"
    "$@"
    printf '==== %s: passed in %d s\n' "$title" "$((SECONDS - started))"
}
images() {
    local system
    for system in $systems; do python -m testbed images --system "$system"; done
}
# A line is a title, a system and a command; the longest first, so that nothing long is left over at the end.
servers() {
    printf '%s\n' \
        'the whole machine on debian-13|debian-13|scripts/molecule.sh default' \
        'the whole machine on debian-12|debian-12|scripts/molecule.sh default' \
        'a pair and its failover|debian-12|python -m pytest tests/faults/standby -m not(soak) --quiet --no-header --timeout 900' \
        'the whole life of a droplet|debian-12|python -m pytest tests/faults/droplet_life --quiet --no-header --timeout 900' \
        'an owner and his server|debian-12|python -m pytest tests/faults/owner --quiet --no-header --timeout 900' \
        'the owner locked out|debian-12|python -m pytest tests/faults/lockout --quiet --no-header --timeout 900' \
        'a droplet that is lost|debian-12|python -m pytest tests/faults/lost_droplet --quiet --no-header --timeout 900 -s' \
        'the demo, and its PostgreSQL moved to a newer major|debian-12|python -m pytest tests/faults/major_upgrade --quiet --no-header --timeout 900' \
        'the first boot and its host key|debian-12|python -m pytest tests/faults/first_boot --quiet --no-header --timeout 900' \
        'the branches of Ubuntu 22.04|dressed-ubuntu-22.04|scripts/molecule.sh walk' \
        'the branches of Ubuntu 24.04|dressed-ubuntu-24.04|scripts/molecule.sh walk'
}
finish() {
    python -m testbed down --name demo --engine
}
trap finish EXIT

part 'the fast ring' scripts/check.sh
part 'the slower unit and integration tests' python -m pytest tests/unit tests/integration -m slow -n 5 --dist worksteal --quiet --no-header
part 'the simulator against its contract' python -m pytest tests/simulator -n 3 --dist worksteal --quiet --no-header
part 'drills without a server' python -m pytest tests/faults/test_*.py -n 2 --dist worksteal --quiet --no-header
part 'the collector on other Pythons' scripts/pythons.sh
part 'pages in a browser' python -m pytest tests/pages --quiet --no-header
part 'images' images
part 'whole machines' scripts/side_by_side.sh < <(servers)
