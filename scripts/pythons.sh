#!/usr/bin/env bash
# The collector's unit tests on every Python that a droplet may have and that this machine has.
set -euo pipefail
find_python() { # version; pyenv keeps its own out of PATH, and its stand-ins in PATH may lead nowhere
    local python
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python "$(command -v "python$1")"; do
        [ -x "$python" ] && timeout 10 "$python" -c '' 2>/dev/null && echo "$python" && return
    done
    return 1
}
found=0
for version in 3.10 3.12 3.13; do
    python=$(find_python "$version") || continue
    printf 'Python %s: ' "$version"
    uv run --quiet --frozen --isolated --no-default-groups --python "$python" --with pytest --with pytest-timeout --with hypothesis \
        python -m pytest tests/unit/collector --quiet --no-header -p no:cacheprovider | tail -n 1
    found=$((found + 1))
done
echo "$found of 3 other Pythons are on this machine"
