#!/bin/sh
# Run by mmdebstrap with the image's root: takes out what a container image does not need.
set -eu
root=$1

# pip may install beside Debian's packages here: nobody else manages this system.
rm -f "$root"/usr/lib/python3.*/EXTERNALLY-MANAGED
ln -s /usr/bin/python3 "$root/usr/local/bin/python"

# Only maintainer scripts use Perl, and no package is installed after this.
rm -rf "$root"/usr/bin/perl* "$root"/usr/share/perl* "$root"/usr/lib/*/perl-base
rm -rf "$root"/usr/lib/*/gconv "$root"/usr/bin/localedef
rm -rf "$root"/usr/lib/python3.*/test "$root"/usr/lib/python3.*/idlelib \
	"$root"/usr/lib/python3.*/pydoc_data
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info \
	"$root"/usr/share/bash-completion
# Every file costs milliseconds to unpack: the bundle of authorities is what OpenSSL's cert.pem leads
# to, and no package is installed or removed here.
rm -rf "$root"/usr/share/ca-certificates "$root"/var/lib/dpkg/info
find "$root"/etc/ssl/certs -type l -delete
rm -rf "$root"/var/cache/* "$root"/var/log/* "$root"/var/lib/apt "$root"/tmp/* "$root"/run/*
rm -f "$root"/etc/resolv.conf "$root"/etc/hostname "$root"/etc/machine-id
