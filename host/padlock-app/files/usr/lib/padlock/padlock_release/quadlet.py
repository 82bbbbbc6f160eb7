"""The text of a release's Quadlet unit (podman-systemd.unit(5))."""

from .manifest import Manifest

CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'


def unit(manifest: Manifest, image: str, directory: str) -> str:
    """A container with nothing but its own files, a socket's directory, and outbound connections."""
    environment = manifest.env | {
        'APP_RELEASE': manifest.id,
        'APP_SOCKET': '/run/app/app.sock',
        'REQUESTS_CA_BUNDLE': CERTIFICATES,
        'SSL_CERT_FILE': CERTIFICATES,
    }
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
        # The proxy is another user: without this a server's socket would be closed to it.
        'PodmanArgs=--umask=0000',
        'LogDriver=journald',
        'StopTimeout=30',
        f'Volume={directory}:/run/app',
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
            '',
            '[Install]',
            'WantedBy=default.target',
            '',
        ]
    )


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
