#!/usr/bin/env bash
# The fast ring: lint, types, floors, the quick unit and integration tests. The two halves run side by side.
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
    scripts/ansible-lint.sh
}
(lint) >"$log/lint" 2>&1 &
lint=$!

python -m pytest tests/unit tests/integration -m "not slow" -n 5 --dist worksteal --quiet --no-header
tests=$?
wait "$lint"
linted=$?
[ "$linted" = 0 ] && echo "lint: clean" || { echo "lint: failed"; cat "$log/lint"; }
[ "$tests" = 0 ] && [ "$linted" = 0 ]
