#!/bin/sh
# Run by mmdebstrap with the image's root.
set -eu
root=$1

# pip may install beside Debian's packages here: nobody else manages this system.
rm -f "$root"/usr/lib/python3.*/EXTERNALLY-MANAGED
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
rm -rf "$root"/usr/lib/python3.*/test "$root"/usr/lib/python3.*/idlelib \
	"$root"/usr/lib/python3.*/pydoc_data
