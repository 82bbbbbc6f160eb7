"""The text of a release's Quadlet unit (podman-systemd.unit(5))."""

from typing import NamedTuple

from . import volumes
from .manifest import Manifest

# In the runtime directory of the user.
PIDFILE = '%t/app-{}.pid'
CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
# The directory of PostgreSQL's socket, which a restart of the server makes anew in it.
POSTGRESQL = '/run/postgresql'
# The certificate of a managed database's authority (padlock-managed), and where containers have it.
MANAGED = '/var/lib/padlock/managed'
MANAGED_WITHIN = '/run/database'
# There on the host that the address leads to; two hosts stand side by side while one is replaced.
ACTIVE = '/srv/app/active'


class Limits(NamedTuple):
    """As many processors as there are if `cpus` is absent."""

    memory_mib: int
    cpus: float | None


def unit(manifest: Manifest, image: str, directory: str) -> str:
    """A container with nothing but its own files, a socket's directory, and outbound connections."""
    way = _way(manifest, directory)
    limits = Limits(manifest.memory_mib, manifest.cpus)
    return _sections(
        f'Release {manifest.name} of the app',
        [
            *_container(manifest, image, f'app-{manifest.name}', limits),
            f'PodmanArgs=--pidfile={PIDFILE.format(manifest.name)}',
            *way.container,
            'LogDriver=journald',
            'StopTimeout=30',
            *_own(manifest),
            *_exec(manifest.command),
        ],
        [
            # What a container that was killed leaves behind: many servers then refuse to start.
            f'ExecStartPre=/bin/rm -f {directory}/app.sock',
            'Restart=always',
            'RestartSec=1',
            'TimeoutStartSec=120',
            'TimeoutStopSec=40',
            *way.service,
        ],
        'default.target',
        *volumes.conditions(manifest),
    )


def once(manifest: Manifest, image: str, name: str, command: list[str], limits: Limits, seconds: int) -> str:
    """
    A command that comes to its end, of the unit `app-RELEASE-NAME`; it is killed after so many seconds.
    What it writes goes to the journal by itself, beside what Podman has to say.
    """
    unit = f'app-{manifest.id}-{name}'
    return _sections(
        f'{name} of release {manifest.id} of the app',
        [
            *_container(manifest, image, unit, limits),
            'LogDriver=passthrough',
            *_own(manifest),
            *_exec(command),
        ],
        ['Type=oneshot', f'TimeoutStartSec={seconds}', 'TimeoutStopSec=40'],
        '',
        *volumes.conditions(manifest),
    )


def worker(manifest: Manifest, image: str, name: str, command: list[str], limits: Limits) -> str:
    """A process that no visitor reaches, where this host is the one that the address leads to."""
    return _sections(
        f'{name} of release {manifest.id} of the app',
        [
            *_container(manifest, image, f'app-{manifest.id}-{name}', limits),
            'LogDriver=journald',
            'StopTimeout=30',
            *_own(manifest),
            *_exec(command),
        ],
        ['Restart=always', 'RestartSec=5', 'TimeoutStartSec=120', 'TimeoutStopSec=40'],
        'default.target',
        f'ConditionPathExists={ACTIVE}',
        *volumes.conditions(manifest),
    )


def timer(release: str, name: str, calendars: list[str]) -> str:
    """Starts a job; one that was missed while the host was off, once it is on."""
    lines = [
        '[Unit]',
        f'Description=When {name} of release {release} of the app runs',
        f'ConditionPathExists={ACTIVE}',
        '',
        '[Timer]',
        *(f'OnCalendar={calendar}' for calendar in calendars),
        'AccuracySec=1s',
        'Persistent=true',
        '',
        '[Install]',
        'WantedBy=timers.target',
        '',
    ]
    return '\n'.join(lines)


def _container(manifest: Manifest, image: str, name: str, limits: Limits) -> list[str]:
    return [
        f'Image={image}',
        'Pull=never',
        f'ContainerName={name}',
        'ReadOnly=true',
        'Tmpfs=/tmp',
        'NoNewPrivileges=true',
        'DropCapability=all',
        'Network=pasta',
        f'PidsLimit={manifest.pids}',
        f'PodmanArgs=--memory={limits.memory_mib}m',
        *([] if limits.cpus is None else [f'PodmanArgs=--cpus={limits.cpus:g}']),
    ]


def _own(manifest: Manifest) -> list[str]:
    """What all processes of a release are told."""
    environment = manifest.env | {
        'APP_RELEASE': manifest.id,
        'REQUESTS_CA_BUNDLE': CERTIFICATES,
        'SSL_CERT_FILE': CERTIFICATES,
    }
    environment |= _way(manifest, '').environment
    return [
        f'Volume={CERTIFICATES}:{CERTIFICATES}:ro',
        *volumes.lines(manifest),
        *(f'Environment={quote(f"{name}={value}")}' for name, value in sorted(environment.items())),
        *(f'Secret={secret(manifest.id, name)},type=env,target={name}' for name in sorted(manifest.secrets)),
        *([f'Volume={POSTGRESQL}:{POSTGRESQL}:ro'] if manifest.database else []),
        *([f'Volume={MANAGED}:{MANAGED_WITHIN}:ro'] if manifest.managed else []),
    ]


def _exec(command: list[str] | None) -> list[str]:
    return [] if command is None else [f'Exec={" ".join(quote(word) for word in command)}']


def _sections(
    description: str, container: list[str], service: list[str], wanted_by: str = '', *unit: str
) -> str:
    install = ['[Install]', f'WantedBy={wanted_by}', ''] if wanted_by else []
    return '\n'.join(
        [
            '[Unit]',
            f'Description={description}',
            'StartLimitIntervalSec=0',
            *unit,
            '',
            '[Container]',
            *container,
            '',
            '[Service]',
            *service,
            '',
            *install,
        ]
    )


class _Way(NamedTuple):
    """How the proxy's requests come to the app: lines of the unit's sections, and variables."""

    environment: dict[str, str]
    container: list[str]
    service: list[str]


def _way(manifest: Manifest, directory: str) -> _Way:
    return _port(manifest) if manifest.port else _socket(manifest, directory)


def _socket(manifest: Manifest, directory: str) -> _Way:
    return _Way(
        {'APP_SOCKET': '/run/app/app.sock'},
        [
            # The proxy is another user: without this a server's socket would be closed to it.
            'PodmanArgs=--umask=0000',
            f'Volume={directory}:/run/app',
        ],
        [],
    )


def _port(manifest: Manifest) -> _Way:
    bridge = bridge_unit(manifest.name, manifest.port)
    return _Way(
        {'PORT': str(manifest.port)},
        # As Docker has it: the port may be 80, and nobody is root for it.
        ['Sysctl=net.ipv4.ip_unprivileged_port_start=0'],
        [
            # A container that starts again has another network. The app ends first, what it had
            # begun included, and then the bridge.
            f'ExecStartPost=/usr/bin/systemctl --user --no-block start {bridge}',
            f'ExecStopPost=-/usr/bin/systemctl --user --no-block stop {bridge}',
            f'ExecStopPost=-/bin/rm -f {PIDFILE.format(manifest.name)}',
        ],
    )


def bridge_unit(release: str, port: int | str) -> str:
    """The unit that leads the release's unix socket to its port."""
    return f'padlock-bridge@{release}-{port}.service'


def secret(release: str, name: str) -> str:
    """The name of a release's secret in Podman's store."""
    return f'app-{release}-{name}'


def secrets(text: str) -> list[str]:
    """The secrets that a unit names."""
    lines = (line for line in text.splitlines() if line.startswith('Secret='))
    return [line.removeprefix('Secret=').split(',')[0] for line in lines]


def quote(word: str) -> str:
    """
    One word for a unit file. Quadlet takes the quotes and escapes off and writes the word into an
    ExecStart line, where `%` and `$` have a meaning of their own (systemd.service(5)).
    """
    escapes = {'\\': '\\\\', '"': '\\"', '%': '%%', '$': '$$', '\n': '\\n', '\r': '\\r', '\t': '\\t'}
    return '"' + ''.join(escapes.get(character, character) for character in word) + '"'
