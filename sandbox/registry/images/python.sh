#!/bin/sh
# Run by mmdebstrap with the image's root.
set -eu
root=$1

# pip may install beside Debian's packages here: nobody else manages this system.
rm -f "$root"/usr/lib/python3.*/EXTERNALLY-MANAGED
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
# What pip installs lies where the official image has it, and Containerfiles copy it from.
for lib in "$root"/usr/local/lib/python3.*; do
	[ ! -e "$lib/dist-packages" ] || rmdir "$lib/dist-packages"
	mkdir "$lib/site-packages"
	ln -s site-packages "$lib/dist-packages"
done
rm -rf "$root"/usr/lib/python3.*/test "$root"/usr/lib/python3.*/idlelib \
	"$root"/usr/lib/python3.*/pydoc_data
