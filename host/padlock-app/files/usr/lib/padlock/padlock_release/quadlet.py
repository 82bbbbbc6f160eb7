"""The text of a release's Quadlet unit (podman-systemd.unit(5))."""

from typing import NamedTuple

from .manifest import Manifest

# In the runtime directory of the user.
PIDFILE = '%t/app-{}.pid'
CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'


def unit(manifest: Manifest, image: str, directory: str) -> str:
    """A container with nothing but its own files, a socket's directory, and outbound connections."""
    environment = manifest.env | {
        'APP_RELEASE': manifest.id,
        'REQUESTS_CA_BUNDLE': CERTIFICATES,
        'SSL_CERT_FILE': CERTIFICATES,
    }
    way = _port(manifest) if manifest.port else _socket(manifest, directory)
    environment |= way.environment
    container = [
        f'Image={image}',
        'Pull=never',
        f'ContainerName=app-{manifest.id}',
        'ReadOnly=true',
        'Tmpfs=/tmp',
        'NoNewPrivileges=true',
        'DropCapability=all',
        'Network=pasta',
        f'PidsLimit={manifest.pids}',
        f'PodmanArgs=--memory={manifest.memory_mib}m',
        f'PodmanArgs=--pidfile={PIDFILE.format(manifest.id)}',
        *way.container,
        'LogDriver=journald',
        'StopTimeout=30',
        f'Volume={CERTIFICATES}:{CERTIFICATES}:ro',
        *(f'Environment={quote(f"{name}={value}")}' for name, value in sorted(environment.items())),
        *(f'Secret={secret(manifest.id, name)},type=env,target={name}' for name in sorted(manifest.secrets)),
    ]
    return '\n'.join(
        [
            '[Unit]',
            f'Description=Release {manifest.id} of the app',
            'StartLimitIntervalSec=0',
            '',
            '[Container]',
            *container,
            '',
            '[Service]',
            # What a container that was killed leaves behind: many servers then refuse to start.
            f'ExecStartPre=/bin/rm -f {directory}/app.sock',
            'Restart=always',
            'RestartSec=1',
            'TimeoutStartSec=120',
            'TimeoutStopSec=40',
            *way.service,
            '',
            '[Install]',
            'WantedBy=default.target',
            '',
        ]
    )


class _Way(NamedTuple):
    """How the proxy's requests come to the app: lines of the unit's sections, and variables."""

    environment: dict[str, str]
    container: list[str]
    service: list[str]


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
    bridge = bridge_unit(manifest.id, manifest.port)
    return _Way(
        {'PORT': str(manifest.port)},
        # As Docker has it: the port may be 80, and nobody is root for it.
        ['Sysctl=net.ipv4.ip_unprivileged_port_start=0'],
        [
            # A container that starts again has another network. The app ends first, what it had
            # begun included, and then the bridge.
            f'ExecStartPost=/usr/bin/systemctl --user --no-block start {bridge}',
            f'ExecStopPost=-/usr/bin/systemctl --user --no-block stop {bridge}',
            f'ExecStopPost=-/bin/rm -f {PIDFILE.format(manifest.id)}',
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
