# shellcheck shell=bash
# Sourced by every step of the provisioning: stops at the first failure and says where it was.
set -Eeuo pipefail
trap 'echo "${0##*/}, line $LINENO: failed with $?: $BASH_COMMAND" >&2' ERR
umask 022
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
# shellcheck source=/dev/null
. /etc/padlock/host.env

# apt_get ARGUMENT...: waits for another apt, keeps the configuration that lies there already,
# and does not flush every file: if the power fails during the first boot, the step is run again.
apt_get() {
  apt-get --quiet --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    -o Dpkg::Options::=--force-unsafe-io "$@"
}
