#!/bin/sh
# Makes a Debian droplet say that it is Ubuntu, and start sshd as that Ubuntu does. Packages and sources stay Debian's.
# Usage: dress-ubuntu.sh 22.04|24.04
set -eu
version=$1
case $version in
22.04) name=jammy title='Jammy Jellyfish' ;;
24.04) name=noble title='Noble Numbat' ;;
*) echo "no such Ubuntu: $version" >&2 && exit 2 ;;
esac

# What Ansible's facts, unattended-upgrades and people read.
rm -f /etc/os-release
cat >/etc/os-release <<END
PRETTY_NAME="Ubuntu $version LTS"
NAME="Ubuntu"
VERSION_ID="$version"
VERSION="$version LTS ($title)"
VERSION_CODENAME=$name
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
UBUNTU_CODENAME=$name
END
cat >/etc/lsb-release <<END
DISTRIB_ID=Ubuntu
DISTRIB_RELEASE=$version
DISTRIB_CODENAME=$name
DISTRIB_DESCRIPTION="Ubuntu $version LTS"
END

# Ubuntu's cloud images bring these along, and needrestart asks questions in the middle of apt's work there.
echo "\$nrconf{restart} = 'i';" >/etc/needrestart/conf.d/50-ubuntu-asks.conf
systemctl enable ufw.service

[ "$version" = 24.04 ] || exit 0
# The socket listens and starts the daemon at the first connection; a generator gives it sshd_config's port.
cat >/etc/systemd/system/ssh.socket <<'END'
[Unit]
Description=OpenBSD Secure Shell server socket
Before=sockets.target ssh.service
ConditionPathExists=!/etc/ssh/sshd_not_to_be_run

[Socket]
ListenStream=0.0.0.0:22
ListenStream=[::]:22
BindIPv6Only=ipv6-only
Accept=no
FreeBind=yes

[Install]
WantedBy=sockets.target
RequiredBy=ssh.service
END
install -d /etc/systemd/system-generators
cat >/etc/systemd/system-generators/sshd-socket-generator <<'END'
#!/bin/sh
ports=$(sed -n 's/^[[:space:]]*[Pp]ort[[:space:]]\+\([0-9]\+\).*/\1/p' /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config)
[ -n "$ports" ] && [ "$ports" != 22 ] || exit 0
mkdir -p "$1/ssh.socket.d"
exec >"$1/ssh.socket.d/addresses.conf"
echo '[Socket]'
echo 'ListenStream='
for port in $ports; do printf 'ListenStream=0.0.0.0:%s\nListenStream=[::]:%s\n' "$port" "$port"; done
END
chmod 755 /etc/systemd/system-generators/sshd-socket-generator
systemctl disable ssh.service
systemctl enable ssh.socket
