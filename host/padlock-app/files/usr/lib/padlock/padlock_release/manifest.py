"""The manifest: what to run and with what, read from JSON and checked before anything is done."""

import json
import re
from typing import Any, NamedTuple, TextIO

from . import commands
from .checks import check, integer, line, matching, text
from .commands import Process, ReleaseCommand
from .failure import Failure

INCOMING = '/var/lib/padlock/incoming/'
DAY = r'\d{4}-\d\d-\d\d'


class Archive(NamedTuple):
    """A tar.gz of the app's folder, to be built on this host."""

    path: str
    sha256: str
    base_image: str | None
    # The day on which it was asked to be built anew on a base that is pulled anew.
    refreshed: str | None = None


class Image(NamedTuple):
    """An image to be pulled by digest."""

    reference: str


class Login(NamedTuple):
    """At a registry, or at a path below one."""

    username: str
    password: str


class Manifest(NamedTuple):
    id: str
    source: Archive | Image
    registries: dict[str, Login]
    env: dict[str, str]
    secrets: dict[str, str]
    host: str
    port: int
    memory_mib: int
    pids: int
    ready_path: str
    ready_seconds: int
    drain_seconds: int
    # What it was made of, and by whom; `unknown` where nobody said so.
    commit: str
    by: str
    # Words; the image's own if absent. The same of the limit: as many as there are.
    command: list[str] | None
    cpus: float | None
    release_command: ReleaseCommand | None
    processes: dict[str, Process]
    # A login stands in front of it, so it has none of its own.
    edge: bool
    # PostgreSQL runs on this host, and the app reaches it by its socket.
    database: bool
    # It reaches a managed one, by the certificate of its authority that lies on this host.
    managed: bool
    # After so many without an answer the app is restarted; never if 0.
    hang_seconds: int
    # Directories of the volume by path in the containers; empty for a volume without, absent without one.
    volumes: dict[str, str] | None = None
    # How many containers serve it, and which of them this is.
    replicas: int = 1
    replica: int = 1
    # Once on the volume, behind the release's command.
    seed_command: ReleaseCommand | None = None

    @property
    def name(self) -> str:
        """Of unit, container and directory: the release's own for the first, `RELEASE.2` for the second."""
        return self.id if self.replica == 1 else f'{self.id}.{self.replica}'

    @property
    def uses(self) -> str:
        """Its database: `local`, `managed`, or empty."""
        return 'managed' if self.managed else 'local' if self.database else ''

    def every(self) -> list['Manifest']:
        """All replicas, the first at the front."""
        return [self._replace(replica=number + 1) for number in range(self.replicas)]


def parse(stream: TextIO) -> Manifest:
    """Raises Failure with the key and what it must be; values are not repeated, they may be secret."""
    return checked(_read(stream))


def parse_image(stream: TextIO) -> tuple[Archive | Image, dict[str, Login]]:
    """What of a manifest an image is made of."""
    data = _read(stream)
    check(isinstance(data, dict), 'the manifest', 'an object')
    return _source(data.get('source')), _registries(data.get('registries', {}))


def _read(stream: TextIO) -> Any:
    try:
        return json.load(stream)
    except ValueError as error:
        raise Failure(f'the manifest is not JSON: {error}') from None


def checked(data: Any) -> Manifest:
    check(isinstance(data, dict), 'the manifest', 'an object')
    manifest = Manifest(
        id=matching(data, 'id', r'[0-9a-f]{12}', '12 hexadecimal digits'),
        source=_source(data.get('source')),
        registries=_registries(data.get('registries', {})),
        env=_environment(data, 'env'),
        secrets=_environment(data, 'secrets'),
        host=matching(data, 'host', r'[a-z0-9.-]+(:[0-9]{1,5})?', 'a host name, or host:port'),
        port=integer(data, 'port', 0, 65535),
        memory_mib=integer(data, 'memoryMiB', 16, 1048576),
        pids=integer(data, 'pids', 8, 1048576),
        ready_path=matching(data, 'readyPath', r'/[!-~]*', 'a path that begins with a slash'),
        ready_seconds=integer(data, 'readySeconds', 1, 3600),
        drain_seconds=integer(data, 'drainSeconds', 0, 3600),
        commit=line(data, 'commit'),
        by=line(data, 'by'),
        command=commands.words(data, 'command') if 'command' in data else None,
        cpus=commands.cpus(data),
        release_command=commands.one_command(data, 'releaseCommand'),
        processes=commands.processes(data.get('processes', {})),
        edge=data.get('edge') is True,
        database=data.get('database') is True,
        managed=data.get('managed') is True,
        hang_seconds=integer({'hangSeconds': commands.HANG_SECONDS, **data}, 'hangSeconds', 0, 3600),
        volumes=_volumes(data.get('volumes')),
        replicas=integer({'replicas': 1, **data}, 'replicas', 1, 64),
        seed_command=commands.one_command(data, 'seedCommand'),
    )
    for name, value in manifest.secrets.items():
        check(value != '', f'secrets.{name}', 'not empty')
        check(name not in manifest.env, f'secrets.{name}', 'absent from env')
    return manifest


def as_json(manifest: Manifest) -> dict[str, Any]:
    """What `checked` reads, without the logins at registries: whoever keeps it has the image."""
    source = manifest.source
    if isinstance(source, Archive):
        origin = {'archive': source.path, 'sha256': source.sha256, 'baseImage': source.base_image}
        if source.refreshed is not None:
            origin['refreshed'] = source.refreshed
    else:
        origin = {'image': source.reference}
    return {
        'id': manifest.id,
        'source': origin,
        'env': manifest.env,
        'secrets': manifest.secrets,
        'host': manifest.host,
        'port': manifest.port,
        'memoryMiB': manifest.memory_mib,
        'pids': manifest.pids,
        'readyPath': manifest.ready_path,
        'readySeconds': manifest.ready_seconds,
        'drainSeconds': manifest.drain_seconds,
        'commit': manifest.commit,
        'by': manifest.by,
        **({'edge': True} if manifest.edge else {}),
        **({'database': True} if manifest.database else {}),
        **({'managed': True} if manifest.managed else {}),
        **({'replicas': manifest.replicas} if manifest.replicas > 1 else {}),
        **({} if manifest.volumes is None else {'volumes': manifest.volumes}),
        **commands.as_json(manifest),
    }


def _source(source: Any) -> Archive | Image:
    check(isinstance(source, dict), 'source', 'an object')
    if 'archive' in source:
        path = matching(source, 'archive', re.escape(INCOMING) + r'[\w.-]+', f'a file in {INCOMING}')
        sha256 = matching(source, 'sha256', r'[0-9a-f]{64}', '64 hexadecimal digits')
        base = source.get('baseImage')
        return Archive(
            path,
            sha256,
            None if base is None else text(source, 'baseImage'),
            matching(source, 'refreshed', DAY, 'a day, as in 2026-11-28') if 'refreshed' in source else None,
        )
    reference = matching(source, 'image', r'[^\s/@]+/[^\s@]+@sha256:[0-9a-f]{64}', 'host/name@sha256:digest')
    return Image(reference)


def _registries(registries: Any) -> dict[str, Login]:
    check(isinstance(registries, dict), 'registries', 'an object')
    for place, login in registries.items():
        check(isinstance(login, dict), f'registries.{place}', 'an object')
    return {
        place: Login(text(login, 'username'), text(login, 'password')) for place, login in registries.items()
    }


def _volumes(volumes: Any) -> dict[str, str] | None:
    if volumes is None:
        return None
    check(isinstance(volumes, dict), 'volumes', 'an object')
    for path, name in volumes.items():
        check(re.fullmatch(r'(/[A-Za-z0-9._-]+)+', path), f'volumes.{path}', 'an absolute path')
        known = isinstance(name, str) and re.fullmatch(r'[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?', name)
        check(known, f'volumes.{path}', 'a name of lower-case letters, digits and -')
    return volumes


def _environment(data: dict[str, Any], key: str) -> dict[str, str]:
    environment = data.get(key, {})
    check(isinstance(environment, dict), key, 'an object')
    for name, value in environment.items():
        check(re.fullmatch(r'[A-Za-z_][A-Za-z0-9_]*', name), f'{key}.{name}', 'a variable name')
        check(isinstance(value, str) and '\0' not in value, f'{key}.{name}', 'a text without NUL')
    return environment
