#!/bin/sh
# The first process of the virtual machine: PostgreSQL on the disk that is cut off, and the writer. Nothing else runs.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
mkdir -p /dev/shm
for place in proc:/proc sysfs:/sys tmpfs:/run tmpfs:/tmp tmpfs:/dev/shm; do
    mountpoint -q "${place#*:}" || mount -t "${place%%:*}" none "${place#*:}"
done
mkdir -p /run/postgresql
chown postgres:postgres /run/postgresql
chmod 1777 /tmp /dev/shm
ip link set lo up
# What a boot does: a journal is replayed, and the power may have gone at any moment.
fsck.ext4 -p /dev/vdb
mount /dev/vdb /var/lib/postgresql
pg_ctlcluster "$(ls /etc/postgresql)" main start
runuser -u postgres -- python3 /usr/local/lib/writer.py "$(sed -n 's/.*powercut=\(\S*\).*/\1/p' /proc/cmdline)" >/dev/ttyS1 2>&1
sleep 1000
