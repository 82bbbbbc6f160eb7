#!/bin/sh
# Run by mmdebstrap with the image's root: the user that the official image has.
set -eu
root=$1

echo 'node:x:1000:1000::/home/node:/bin/sh' >> "$root/etc/passwd"
echo 'node:x:1000:' >> "$root/etc/group"
install -d -m 0755 -o 1000 -g 1000 "$root/home/node"
