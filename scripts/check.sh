#!/usr/bin/env bash
# The fast ring: lint, types, floors, unit and integration tests. The two halves run side by side.
set -uo pipefail
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

lint() {
    set -e
    ruff check .
    ruff format --check .
    mypy
    lint-imports
    yamllint --strict .
    # Its syntax checks connect to nothing, so an interpreter that stays would only start and end.
    ANSIBLE_STRATEGY=linear ansible-lint --offline --strict
}
(lint) >"$log/lint" 2>&1 &
lint=$!

python -m pytest tests/unit tests/integration -n 5 --dist worksteal --quiet --no-header
tests=$?
wait "$lint"
linted=$?
[ "$linted" = 0 ] && echo "lint: clean" || { echo "lint: failed"; cat "$log/lint"; }
[ "$tests" = 0 ] && [ "$linted" = 0 ]
