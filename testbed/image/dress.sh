#!/bin/sh
# Makes a minimal base image look and behave like a fresh cloud server.
set -eu
export DEBIAN_FRONTEND=noninteractive

# Base images from a registry forbid services to start; a server does not.
rm -f /usr/sbin/policy-rc.d /etc/apt/apt.conf.d/docker-clean
# A desk does not survive a power cut, so dpkg need not wait for the disk.
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/testbed
echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/99testbed

apt-get -qq update
apt-get -qq install -y --no-install-recommends \
    systemd systemd-sysv dbus python3 python3-apt sudo openssh-server iproute2 ca-certificates procps \
    cron needrestart ufw libpam-systemd
apt-get clean

# Each droplet gets its own host key; what the package made would be the same in all of them.
rm -f /etc/ssh/ssh_host_*
install -d -m 700 /root/.ssh
# The trap that cloud images bring along: it is read before any 99-*.conf, and the first value wins.
printf 'PasswordAuthentication yes\n' > /etc/ssh/sshd_config.d/50-cloud-init.conf
rm -f /etc/machine-id && touch /etc/machine-id
