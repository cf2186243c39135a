#!/bin/bash
# In that container: power on. Usage: power_on.sh CACHE-OF-THE-DISK SYNCHRONOUS-COMMIT
# The disk has a cache that is lost with the power, and obeys what it is told to flush; qemu passes that on.
set -euo pipefail
rm -f /vm/nbd.sock
nbdkit --unix /vm/nbd.sock --pidfile /vm/nbdkit.pid --filter=cache file /vm/data.raw cache="$1"
exec qemu-system-x86_64 -pidfile /vm/qemu.pid -machine q35,accel=tcg -cpu max -m 768 -smp 1 -nodefaults -nographic -no-reboot \
    -kernel "$(echo /boot/vmlinuz-*)" -initrd "$(echo /boot/initrd.img-*)" \
    -append "root=/dev/vda rw console=ttyS0 quiet panic=1 init=/sbin/first_process powercut=$2" \
    -drive file=/vm/root.raw,format=raw,if=virtio,snapshot=on \
    -drive file=nbd:unix:/vm/nbd.sock,format=raw,if=virtio,cache=writeback \
    -serial file:/vm/console -serial file:/vm/said
