#!/bin/sh
# The first half of every machine's vendor data; the calls follow. cloud-init runs it at each boot.
set -eu

# Makes names known: $1 is a line for /etc/hosts.
names() {
  for file in /etc/hosts /etc/cloud/templates/hosts.debian.tmpl; do
    grep -qxF "$1" "$file" || echo "$1" >> "$file"
  done
}

# Has Docker Hub's official images come from the registry $1 where Docker Hub cannot be reached
# (containers-registries.conf(5): mirrors are asked first).
images() {
  mkdir -p /etc/containers/registries.conf.d
  cat > /etc/containers/registries.conf.d/vendor.conf << CONF
[[registry]]
prefix = "docker.io/library"
location = "$1"
[[registry.mirror]]
location = "docker.io/library"
CONF
}

# Trusts the certificates on standard input. It does what update-ca-certificates(8) would do, without
# the seconds that it takes to do it for all. The bundle is what nearly every program reads; the
# links by hash follow on the side.
trust() {
  cd /usr/local/share/ca-certificates
  [ ! -e vendor-0.crt ] || return 0
  awk '/BEGIN CERTIFICATE/ { file = "vendor-" n++ ".crt" } { print > file }'
  cat vendor-*.crt >> /etc/ssl/certs/ca-certificates.crt
  (
    for file in vendor-*.crt; do
      ln -sf "$PWD/$file" "/etc/ssl/certs/${file%.crt}.pem"
      hash=$(openssl x509 -hash -noout -in "$file")
      n=0
      while [ -e "/etc/ssl/certs/$hash.$n" ]; do n=$((n + 1)); done
      ln -s "${file%.crt}.pem" "/etc/ssl/certs/$hash.$n"
    done
  ) < /dev/null > /dev/null 2>&1 &
}
