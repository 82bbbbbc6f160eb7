#!/bin/sh
# Run by mmdebstrap with the image's root: takes out what a container image does not need.
set -eu
root=$1

# Only maintainer scripts use Perl, and no package is installed after this.
rm -rf "$root"/usr/bin/perl* "$root"/usr/share/perl* "$root"/usr/lib/*/perl-base
rm -rf "$root"/usr/lib/*/gconv "$root"/usr/bin/localedef
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/info \
	"$root"/usr/share/bash-completion
# Every file costs milliseconds to unpack: the bundle of authorities is what OpenSSL's cert.pem leads
# to, and no package is installed or removed here.
rm -rf "$root"/usr/share/ca-certificates "$root"/var/lib/dpkg/info
find "$root"/etc/ssl/certs -type l -delete
rm -rf "$root"/var/cache/* "$root"/var/log/* "$root"/var/lib/apt "$root"/tmp/* "$root"/run/*
rm -f "$root"/etc/resolv.conf "$root"/etc/hostname "$root"/etc/machine-id
