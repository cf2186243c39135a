#!/bin/sh
# Gives the server a host key that nobody but itself has ever seen. Each step may be repeated, and may die anywhere.
# Usage: host_key.sh prepare|show|finish; prints two public keys: the one to forget, then the one to go on with.
set -eu
umask 077
key=/etc/ssh/ssh_host_ed25519_key
# Both stand only as long as this is not finished: the next key, and the public half of the one before.
next=$key.next
retired=$key.retired

# Of the private files alone: their .pub may be behind when a step was cut short.
public_of() {
    public=$(ssh-keygen -y -f "$1" </dev/null)
    echo "$public" | cut -d' ' -f1,2
}

prepare() {
    if [ ! -s "$retired" ] && ! ssh-keygen -y -f "$next" >/dev/null 2>&1 </dev/null; then
        rm -f "$next"
        ssh-keygen -q -t ed25519 -N '' -C "$(hostname)" -f "$next" </dev/null
        rm "$next.pub"
    fi
}

show() {
    if [ -e "$next" ]; then
        public_of "$key" >"$retired.draft"
        sync
        mv "$retired.draft" "$retired"
        sync
        mv "$next" "$key"
    fi
    ssh-keygen -y -f "$key" >"$key.pub.draft"
    chmod 644 "$key.pub.draft"
    mv "$key.pub.draft" "$key.pub"
    sync
    sshd -t
    # With ssh.socket there may be no daemon now: the next connection starts one, which reads the key. Sessions stay.
    systemctl try-reload-or-restart ssh.service
}

# The key in the user data opens nothing any more; its copies of the first boot go. The seed is no copy: without it the
# next boot would be a first one.
finish() {
    copies='/var/lib/cloud/instances /run/cloud-init'
    mkdir -p $copies
    find $copies -type f \( -name 'user-data.txt*' -o -name cloud-config.txt -o -name obj.pkl \
        -o -name combined-cloud-config.json -o -name instance-data-sensitive.json \) -delete
    cut -d' ' -f2 "$retired" | grep -rlFf - $copies | xargs -r rm
}

"$1"
if [ -s "$retired" ]; then cat "$retired"; else public_of "$key"; fi
if [ -e "$next" ]; then public_of "$next"; else public_of "$key"; fi
[ "$1" != finish ] || rm -f "$retired" "$next.pub"
