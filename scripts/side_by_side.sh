#!/usr/bin/env bash
# Run what standard input lists, JOBS lines at a time; the first that fails ends it. A line is a title, a system and a command: a|b|c.
# 2 at a time unless told: a droplet has one CPU and Ansible wants the other.
set -euo pipefail
tr '\n' '\0' | xargs -0 -P "${JOBS:-2}" -I{} bash -c \
    'IFS="|" read -r title system command <<<"$1"; export SYSTEM=$system; exec scripts/quietly.sh "$title" $command' - {}
