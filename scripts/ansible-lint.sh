#!/usr/bin/env bash
# ansible-lint, unless it has passed on exactly these files before: it takes half a minute and most changes are not Ansible's.
# The key is the content of every file that it or a syntax check could read, and of the locked tools.
set -euo pipefail
cd "$(dirname "$0")/.."
not_read=(':!*.md' ':!*.sql' ':!*.ipynb' ':!*.json')
for folder in analysis bench collector simulator testbed tests; do not_read+=(":!$folder/*.py"); done
key=$(git ls-files --cached --others --exclude-standard -z -- . "${not_read[@]}" | sort -z |
    { xargs -0 sha256sum 2>/dev/null || true; } | sha256sum) # a file that was removed has no sum, which is another key
passed=.cache/ansible-lint-passed
if [ -f "$passed" ] && [ "$(<"$passed")" = "$key" ]; then
    echo "ansible-lint: passed before on the same files"
    exit 0
fi
# Its syntax checks connect to nothing, so an interpreter that stays would only start and end.
ANSIBLE_STRATEGY=linear ansible-lint --offline --strict
printf '%s\n' "$key" >"$passed"
