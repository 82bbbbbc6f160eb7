#!/bin/sh
# sshd.sh FOLDER SSHD PORT UID: in a mount namespace of its own, OpenSSH with the drop-ins of the host's
# packages and the user tunnel, whose number and that of caddy's group are given. FOLDER takes what the
# host has in /run, /var/lib, /etc.
set -eu
folder=$1 sshd=$2 port=$3 uid=$4
host=$(cd "$(dirname "$0")/../../../host" && pwd)

mkdir -p "$folder/run/sshd" "$folder/lib/padlock/tunnels" "$folder/ssh/sshd_config.d"
cat >"$folder/passwd" <<END
root:x:0:0::/root:/bin/sh
sshd:x:$((uid + 1)):65534::/run/sshd:/usr/sbin/nologin
tunnel:x:$uid:$uid::/run/padlock-tunnels:/usr/sbin/nologin
END
printf 'root:x:0:\ntunnel:x:%s:\ncaddy:x:%s:\n' "$uid" $((uid + 2)) >"$folder/group"
# "*" for a user that has no password, as without PAM "!" would lock it.
printf '%s:*:1::::::\n' root sshd tunnel >"$folder/shadow"
for name in passwd group shadow; do mount --bind "$folder/$name" "/etc/$name"; done
mount --bind "$folder/run" /run
mount --bind "$folder/lib" /var/lib
for name in host tunnels; do
  cp "$host/padlock-$name/files/usr/share/padlock-$name/etc/ssh/sshd_config.d/"* "$folder/ssh/sshd_config.d"
done
# OpenSSH before 9.9 does not know this one.
ssh -Q kex | grep -qx mlkem768x25519-sha256 ||
  sed -i 's/mlkem768x25519-sha256,//' "$folder/ssh/sshd_config.d/10-padlock.conf"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$folder/ssh/ssh_host_ed25519_key"
mount --bind "$folder/ssh" /etc/ssh
cat >/etc/ssh/sshd_config <<END
Include /etc/ssh/sshd_config.d/*.conf
ListenAddress 127.0.0.1
Port $port
UsePAM no
Subsystem sftp internal-sftp
END
systemd-tmpfiles --create "$host/padlock-tunnels/files/usr/lib/tmpfiles.d/padlock-tunnels.conf"
exec "$sshd" -D -e
