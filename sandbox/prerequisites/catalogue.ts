/** A thing that the sandbox or its tests need on the computer, and where it comes from. */
export interface Source {
  /** What it is for, in a few words. */
  what: string
  /** All of these must be there; of each list one is enough. */
  programs: string[][]
  /** A command that must succeed as well. */
  check?: string[]
  /** Packages by package manager; a manager that is left out has none. */
  apt?: string[]
  dnf?: string[]
  brew?: string[]
  /** Services that apt's packages bring along: they are neither started nor enabled. */
  services?: string[]
  /** The command to use where the package manager has none. */
  otherwise?: string
}

export type Prerequisite =
  | ('qemu' | 'mmdebstrap' | 'iso' | 'pebble' | 'ssh' | 'python-venv' | 'go')
  | ('chromium' | 'certutil' | 'gpg' | 'shellcheck' | 'cloud-init' | 'dpkg-deb' | 'lintian')
  | ('maven' | 'rails' | 'systemd' | 'wrk' | 'h2load' | 'testssl' | 'podman')
  | ('postgresql' | 'pgbouncer' | 'pgbackrest' | 'restic' | 'faketime')

export const PREREQUISITES: Record<Prerequisite, Source> = {
  qemu: {
    what: 'runs the droplets',
    programs: [['qemu-system-x86_64'], ['qemu-img']],
    apt: ['qemu-system-x86', 'qemu-utils'],
    dnf: ['qemu-system-x86-core', 'qemu-img'],
    brew: ['qemu'],
  },
  mmdebstrap: {
    what: "builds the droplets' base image",
    programs: [['mmdebstrap'], ['mke2fs']],
    // uidmap: user namespaces for those who are not root.
    apt: ['mmdebstrap', 'debian-archive-keyring', 'e2fsprogs', 'uidmap'],
    dnf: ['mmdebstrap', 'debian-keyring', 'e2fsprogs', 'shadow-utils'],
    otherwise: '# mmdebstrap runs on Linux only: use a Linux virtual machine (colima, lima, UTM)',
  },
  iso: {
    what: "writes the droplets' config drive",
    programs: [['genisoimage', 'mkisofs', 'xorriso']],
    apt: ['genisoimage'],
    dnf: ['genisoimage'],
    brew: ['xorriso'],
  },
  pebble: {
    what: 'the certificate authority for tests',
    programs: [['pebble']],
    apt: ['pebble'],
    otherwise: 'go install github.com/letsencrypt/pebble/v2/cmd/pebble@latest',
  },
  ssh: {
    what: 'the way into a droplet',
    programs: [['ssh'], ['ssh-keygen']],
    apt: ['openssh-client'],
    dnf: ['openssh-clients'],
    brew: ['openssh'],
  },
  'python-venv': {
    what: 'runs the app and its tests',
    programs: [['python3']],
    check: ['python3', '-c', 'import ensurepip, venv'],
    apt: ['python3', 'python3-venv'],
    dnf: ['python3'],
    brew: ['python'],
  },
  go: {
    what: 'builds the engine where its download is out of reach',
    programs: [['go']],
    apt: ['golang-go'],
    dnf: ['golang'],
    brew: ['go'],
  },
  chromium: {
    what: 'the browser of the tests',
    programs: [['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']],
    apt: ['chromium'],
    dnf: ['chromium'],
    otherwise: 'brew install --cask chromium',
  },
  certutil: {
    what: "fills the test browser's trust store",
    programs: [['certutil']],
    apt: ['libnss3-tools'],
    dnf: ['nss-tools'],
    brew: ['nss'],
  },
  gpg: {
    what: 'verifies the package repository in the tests',
    programs: [['gpg']],
    apt: ['gnupg'],
    dnf: ['gnupg2'],
    brew: ['gnupg'],
  },
  shellcheck: {
    what: 'lints the scripts',
    programs: [['shellcheck']],
    apt: ['shellcheck'],
    dnf: ['ShellCheck'],
    brew: ['shellcheck'],
  },
  'cloud-init': {
    what: 'checks user data against its schema',
    programs: [['cloud-init']],
    apt: ['cloud-init'],
    dnf: ['cloud-init'],
    otherwise: '# cloud-init runs on Linux only; only the tests need it',
  },
  'dpkg-deb': {
    what: "reads the host's packages in the tests",
    programs: [['dpkg-deb'], ['dpkg']],
    apt: ['dpkg'],
    dnf: ['dpkg'],
    brew: ['dpkg'],
  },
  systemd: {
    what: "its socket proxy, which leads to an app's port in the tests",
    programs: [['systemctl']],
    apt: ['systemd'],
    dnf: ['systemd'],
    otherwise: '# systemd runs on Linux only; only the tests need it',
  },
  lintian: {
    what: "checks the host's packages against Debian's policy",
    programs: [['lintian']],
    apt: ['lintian'],
    otherwise: '# lintian runs on Debian and Ubuntu only; only the tests need it',
  },
  maven: {
    what: 'builds an example in Java',
    programs: [['mvn'], ['java']],
    apt: ['maven', 'default-jdk-headless'],
    dnf: ['maven'],
    brew: ['maven'],
  },
  rails: {
    what: 'runs an example in Ruby',
    programs: [['bundle'], ['puma']],
    check: ['ruby', '-e', 'require "action_controller/railtie"'],
    apt: ['ruby-railties', 'puma', 'bundler'],
    otherwise: 'gem install railties puma bundler',
  },
  wrk: {
    what: 'measures requests on connections of their own',
    programs: [['wrk']],
    apt: ['wrk'],
    dnf: ['wrk'],
    brew: ['wrk'],
  },
  h2load: {
    what: 'measures requests over HTTP/1.1 and HTTP/2',
    programs: [['h2load']],
    apt: ['nghttp2-client'],
    dnf: ['nghttp2'],
    brew: ['nghttp2'],
  },
  podman: {
    what: 'runs compose.yaml in the tests',
    programs: [['podman'], ['catatonit']],
    apt: ['podman', 'catatonit', 'runc', 'iptables'],
    dnf: ['podman', 'catatonit'],
    brew: ['podman'],
  },
  postgresql: {
    what: 'the database of the tests, and the servers of simulated clusters',
    programs: [['psql']],
    check: ['sh', '-c', 'ls /usr/lib/postgresql/*/bin/initdb || command -v initdb'],
    apt: ['postgresql'],
    services: ['postgresql'],
    dnf: ['postgresql-server'],
    brew: ['postgresql@17'],
  },
  pgbouncer: {
    what: 'the connection pools of simulated database clusters',
    programs: [['pgbouncer']],
    apt: ['pgbouncer'],
    services: ['pgbouncer'],
    dnf: ['pgbouncer'],
    brew: ['pgbouncer'],
  },
  testssl: {
    what: "judges a site's TLS",
    programs: [['testssl', 'testssl.sh']],
    apt: ['testssl.sh'],
    dnf: ['testssl'],
    brew: ['testssl'],
  },
  pgbackrest: {
    what: 'backs up the database of the tests',
    programs: [['pgbackrest']],
    apt: ['pgbackrest'],
    dnf: ['pgbackrest'],
    otherwise: '# pgBackRest runs on Linux only; only the tests need it',
  },
  restic: {
    what: 'backs up files in the tests',
    programs: [['restic']],
    apt: ['restic'],
    dnf: ['restic'],
    brew: ['restic'],
  },
  faketime: {
    what: 'lets backups of the tests become weeks old',
    programs: [['faketime']],
    apt: ['faketime'],
    otherwise: '# only a long test needs it: see the site of libfaketime',
  },
}
