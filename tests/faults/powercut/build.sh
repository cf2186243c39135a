#!/bin/bash
# In a container: what the virtual machine and its two disks are made of. Usage: build.sh FOLDER-OF-THE-SCRIPTS
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
packages='postgresql python3-psycopg2 linux-image-cloud-amd64 initramfs-tools qemu-system-x86 nbdkit e2fsprogs iproute2 kmod'
mkdir -p /etc/postgresql-common /vm
echo "initdb_options = '--data-checksums'" >/etc/postgresql-common/createcluster.conf
apt-get -qq update
# shellcheck disable=SC2086 # a list
apt-get -qq -y --no-install-recommends install $packages >/dev/null
install -m 0755 "$1/first_process.sh" /sbin/first_process
install -m 0644 "$1/writer.py" /usr/local/lib/writer.py
major=$(ls /etc/postgresql)
pg_ctlcluster "$major" main start
as='runuser -u postgres --'
cd /
$as createdb numbers
$as psql -Xq -d numbers -c 'create table numbered (n int primary key, filler text)'
pg_ctlcluster "$major" main stop
mkdir /vm/root
tar -C / --one-file-system --exclude=./vm --exclude=./var/cache --exclude=./var/lib/apt --exclude=./usr/share/doc \
    --exclude='./usr/share/qemu' --exclude='./var/lib/postgresql/*' --exclude='./proc/*' --exclude='./sys/*' -cf - . | tar -C /vm/root -xf -
mke2fs -q -t ext4 -d /vm/root /vm/root.partial 3G
mke2fs -q -t ext4 -d /var/lib/postgresql /vm/data.fresh 1G
rm -r /vm/root
mv /vm/root.partial /vm/root.raw
