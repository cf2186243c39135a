#!/usr/bin/env bash
# Install the locked tool chain into .venv. Usage: scripts/toolchain.sh PATH-OF-UV
set -euo pipefail
uv=$1
uv_version=0.13.9

say() { printf '   %s\n' "$*"; }
die() { printf '\nmake: %s\n' "$*" >&2; exit 1; }

need_from_system() { # packages
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        die "please install ${*} with your system's package manager, then type the command again."
    say "installing from the system's packages: $*"
    DEBIAN_FRONTEND=noninteractive apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

command -v python3 >/dev/null || need_from_system python3 python3-venv
command -v ssh >/dev/null || need_from_system openssh-client
if [ ! -x "$uv" ]; then
    python3 -c 'import ensurepip' 2>/dev/null || need_from_system python3-venv
    say "installing uv, which installs the rest"
    python3 -m venv .cache/uv
    .cache/uv/bin/pip --quiet --disable-pip-version-check install "uv==$uv_version"
fi
say "installing the locked tool chain into .venv"
"$uv" sync --quiet --frozen --extra analysis
touch .venv/.ready
