#!/usr/bin/env bash
# Run what standard input lists, JOBS lines at a time; the first that fails ends it. A line is a title, a system and a command: a|b|c.
# 3 at a time unless told: on 2 cores two whole machines left a quarter of the time idle.
set -euo pipefail
tr '\n' '\0' | xargs -0 -P "${JOBS:-3}" -I{} bash -c \
    'IFS="|" read -r title system command <<<"$1"; export SYSTEM=$system; exec scripts/quietly.sh "$title" $command' - {}
