#!/bin/sh
# Turns a fresh Debian root into the base image of a droplet. mmdebstrap runs it as its last
# customize hook: $1 is the root; it may be root in a user namespace only, so that whatever must
# come out is written over files that the caller made beforehand and opened to all.
# Environment: OUT_IMAGE, OUT_KERNEL, OUT_TRUST (files that exist), IMAGE_MIB, DISK_SIGNATURE
# (8 hex digits).
set -eu
root=$1

# The machine boots its kernel directly, with no initrd.
echo 'update_initramfs=no' > "$root/etc/initramfs-tools/update-initramfs.conf"
rm -f "$root"/boot/initrd.img-* "$root"/initrd.img*
cat "$root"/boot/vmlinuz-*-cloud-amd64 > "$OUT_KERNEL"
cat "$root/etc/ssl/certs/ca-certificates.crt" > "$OUT_TRUST"

# The package sources in the form that Debian's own images have: one deb822 file.
awk '/^deb / {
  printf "%sTypes: deb\nURIs: %s\nSuites: %s\nComponents:", (n++ ? "\n" : ""), $2, $3
  for (i = 4; i <= NF; i++) printf " %s", $i
  printf "\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
}' "$root/etc/apt/sources.list" > "$root/etc/apt/sources.list.d/debian.sources"
rm -f "$root/etc/apt/sources.list" "$root/etc/apt/apt.conf.d/99mmdebstrap"
# Translated descriptions are nothing but download and index time.
echo 'Acquire::Languages "none";' > "$root/etc/apt/apt.conf.d/99no-translations"
# dpkg syncs every file otherwise; the disk behind is a file of the sandbox anyway.
echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
rm -f "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap"

# mmdebstrap(1) keeps services from starting while it works, and takes this back after the last
# hook only: a droplet's packages start and restart their services.
rm -f "$root/usr/sbin/policy-rc.d"
if [ -e "$root/usr/sbin/start-stop-daemon.REAL" ]; then
  mv "$root/usr/sbin/start-stop-daemon.REAL" "$root/usr/sbin/start-stop-daemon"
fi

# Each machine makes its own identity at its first boot.
: > "$root/etc/machine-id"
: > "$root/etc/fstab"
rm -f "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id" "$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' > "$root/etc/hosts"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf /usr/lib/systemd/system/systemd-networkd.service \
  "$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"

# How a droplet is seeded; on a real one the config drive comes first as well.
mkdir -p "$root/etc/cloud/cloud.cfg.d"
cat > "$root/etc/cloud/cloud.cfg.d/90_datasource.cfg" <<'CFG'
datasource_list: [ConfigDrive, DigitalOcean, NoCloud, None]
CFG

# Units that do nothing for a machine of this kind and cost seconds under software emulation.
for unit in \
  systemd-binfmt.service e2scrub_reap.service systemd-pstore.service \
  getty@tty1.service serial-getty@hvc0.service serial-getty@ttyS0.service \
  modprobe@drm.service modprobe@efi_pstore.service systemd-udev-load-credentials.service \
  ldconfig.service systemd-hwdb-update.service systemd-firstboot.service \
  systemd-machine-id-commit.service man-db.timer e2scrub_all.timer fstrim.timer \
  dev-mqueue.mount dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  proc-sys-fs-binfmt_misc.automount; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# The same for those that each log-in would start.
for unit in dirmngr gpg-agent gpg-agent-browser gpg-agent-extra gpg-agent-ssh keyboxd ssh-agent; do
  ln -sf /dev/null "$root/etc/systemd/user/$unit.socket"
done
touch "$root/etc/.updated" "$root/var/.updated"

# One primary partition at 1 MiB in a partition table written by hand (little-endian fields of
# the MBR: signature at 440, entry at 446, 55 AA at 510), then the file system inside of it.
le32() { # a number as four bytes of octal escapes
  printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}
truncate -s "${IMAGE_MIB}M" "$OUT_IMAGE"
table="$(le32 "0x$DISK_SIGNATURE")\\000\\000\\000\\376\\377\\377\\203\\376\\377\\377$(le32 2048)$(le32 $(((IMAGE_MIB - 1) * 2048)))"
# shellcheck disable=SC2059 # the format is the bytes
printf "$table" | dd of="$OUT_IMAGE" bs=1 seek=440 conv=notrunc status=none
printf '\125\252' | dd of="$OUT_IMAGE" bs=1 seek=510 conv=notrunc status=none
# mmdebstrap keeps /proc, /sys and parts of /dev mounted: a plain bind shows the root without them.
bare=$(mktemp -d)
mount --bind "$root" "$bare"
trap 'umount "$bare" && rmdir "$bare"' EXIT
mke2fs -q -F -t ext4 -m 0 -L cloudimg-rootfs \
  -E offset=1048576,lazy_itable_init=0,lazy_journal_init=0,nodiscard \
  -d "$bare" "$OUT_IMAGE" "$(((IMAGE_MIB - 1) * 1024))k"
