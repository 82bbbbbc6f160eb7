#!/bin/sh
# Serves one connection of the metadata service on standard input and output: QEMU starts one for
# each, in the machine's folder. The tree lies under ./metadata.
set -u
read -r method path _ || exit 0
while read -r header; do
  [ "$header" = "$(printf '\r')" ] && break
  [ -z "$header" ] && break
done
path=${path%%\?*}
file=metadata${path%/}
case $path in *..*) file= ;; esac
[ "$method" = GET ] || [ "$method" = HEAD ] || file=
[ -d "$file" ] && file=$file/.index
if [ -n "$file" ] && [ -f "$file" ]; then
  case $file in *.json) type=application/json ;; *) type='text/plain; charset=utf-8' ;; esac
  printf 'HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' \
    "$type" "$(($(wc -c < "$file")))"
  [ "$method" = HEAD ] || cat "$file"
else
  printf 'HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\nConnection: close\r\n\r\nnot found\n'
fi
