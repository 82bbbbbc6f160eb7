"""Has the release's image in the store of the user `app`: built from an archive, or pulled."""

import base64
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import CompletedProcess
from typing import BinaryIO

from . import appuser, progress
from .failure import Failure, is_full
from .log import say, write
from .manifest import Archive, Image, Login

# Of an image that was built anew for a refresh: its day.
REFRESHED = 'padlock.refreshed'
TRUST = '/etc/ssl/certs/ca-certificates.crt'
BUILD = 'what one of its steps waits for, or the registry of its base, is silent'
# A registry's words where it wants a login, or has none left for the anonymous.
UNAUTHORIZED = r'unauthorized|authentication required|access to the resource is denied|toomanyrequests'
FIX = (
    'Fix: give the registry a login, docker.io for Docker Hub: '
    'pulumi config set --path \'appRegistries["HOST"].user\' NAME; '
    'pulumi config set --secret --path \'appRegistries["HOST"].password\''
)


def reference(source: Archive | Image) -> str:
    """The name of the image; the same sources on the same base have the same name."""
    if isinstance(source, Image):
        return source.reference
    content = f'{source.sha256} {source.base_image or ""}'
    if source.refreshed is not None:
        content += f' {source.refreshed}'
    return f'localhost/app:{hashlib.sha256(content.encode()).hexdigest()[:12]}'


def ensure(source: Archive | Image, registries: dict[str, Login], fix: str = progress.AGAIN) -> str:
    """Returns the image's id, `sha256:…`; `fix` is what helps where the registry is silent."""
    name = reference(source)
    found = appuser.run('podman', 'image', 'inspect', '--format', '{{.Id}}', name, check=False)
    if found.returncode != 0:
        with _logins(registries) as logins, _room():
            if isinstance(source, Image):
                say(f'pulling {name}')
                with progress.pull(name, fix):
                    found = appuser.run('podman', 'pull', '--quiet', *logins, name, getting_on=True)
            else:
                say(f'building {name}')
                with progress.told(f'the build of {name}', BUILD, fix):
                    found = _build(source, name, logins)
    # Podman's last line is the id in all three cases.
    return f'sha256:{found.stdout.split()[-1].removeprefix("sha256:")}'


def exists(name: str) -> bool:
    return appuser.run('podman', 'image', 'exists', name, check=False).returncode == 0


def missing(name: str) -> bool:
    """Podman says that there is none; an error of its own (125) says nothing."""
    return appuser.run('podman', 'image', 'exists', name, check=False).returncode == 1


def built() -> list[str]:
    """The names of all images that were built here; none where Podman does not say."""
    words = ('podman', 'images', '--format', '{{.Repository}}:{{.Tag}}')
    listed = appuser.run(*words, check=False).stdout.split()
    return [name for name in listed if name.startswith('localhost/app:')]


def remove(names: list[str]) -> None:
    """Removes images that no release needs, and build layers that none has used for a week."""
    appuser.run('podman', 'rmi', '--ignore', *names, check=False)
    appuser.run('podman', 'image', 'prune', '--force', '--filter', 'until=168h', check=False)


@contextmanager
def _room() -> Iterator[None]:
    """A full disk gets back what the build has left on it, and the layers of former builds."""
    try:
        yield
    except Failure as failure:
        if is_full(str(failure)):
            appuser.run('podman', 'image', 'prune', '--force', check=False)
        raise


def _build(source: Archive, name: str, logins: list[str]) -> CompletedProcess:
    context = os.path.join(appuser.home(), 'build')
    with _verified(source) as file:
        appuser.remove(context)
        try:
            _unpack(file, context)
            arguments = [] if source.base_image is None else ['--build-arg', f'BASE={source.base_image}']
            # A build trusts what the host trusts, and keeps nothing of it.
            arguments += ['--volume', f'{TRUST}:{TRUST}:ro', '--build-arg', f'PIP_CERT={TRUST}']
            arguments += _anew(source.refreshed)
            done = appuser.run(
                'podman', 'build', '--tag', name, *logins, *arguments, context, getting_on=True
            )
            write(done.stdout + done.stderr)
            return done
        finally:
            appuser.remove(context)


def _anew(refreshed: str | None) -> list[str]:
    """
    Once for each refresh: the base comes from its registry again, and no layer of former builds is
    used. Later builds start from what was pulled then.
    """
    if refreshed is None:
        return []
    label = f'{REFRESHED}={refreshed}'
    built = appuser.run('podman', 'images', '--quiet', '--filter', f'label={label}', check=False)
    return ['--label', label] if built.stdout.strip() else ['--label', label, '--pull=always', '--no-cache']


@contextmanager
def _verified(source: Archive) -> Iterator[BinaryIO]:
    """The archive, opened, once it holds what the manifest says."""
    try:
        # Unbuffered: tar is given the descriptor, which a buffer would leave at the wrong place.
        file = open(source.path, 'rb', buffering=0)
    except FileNotFoundError:
        raise Failure(f'{source.path} is not there: copy the archive to the host again') from None
    with file:
        try:
            # Of the tar and not of its compression, which differs between compressors.
            with gzip.open(file) as tar:
                found = hashlib.file_digest(tar, 'sha256').hexdigest()
        except (EOFError, OSError, zlib.error) as error:
            raise Failure(f'{source.path} was cut short: {error}') from None
        if found != source.sha256:
            raise Failure(f'{source.path} holds a tar with the SHA-256 {found}, not {source.sha256}')
        file.seek(0)
        yield file


def _unpack(archive: BinaryIO, directory: str) -> None:
    """As the user `app`, so that nothing in the archive can be written elsewhere or as root."""
    appuser.run('mkdir', directory)
    appuser.run(
        'tar', '--extract', '--gzip', '--no-same-owner', '--no-same-permissions',
        '--file', '-', '--directory', directory, stdin=archive,
    )  # fmt: skip


@contextmanager
def _logins(registries: dict[str, Login]) -> Iterator[list[str]]:
    """
    Arguments for podman by which it logs in where it must. The logins are in a file on a tmpfs for
    as long as podman takes (containers-auth.json(5)), and in no build's reach.
    """
    path = os.path.join(appuser.runtime_directory(), 'padlock-auth.json')
    appuser.remove(path)
    try:
        arguments = []
        if registries:
            auths = {place: {'auth': _pair(login)} for place, login in registries.items()}
            appuser.write(path, json.dumps({'auths': auths}), umask=0o077)
            arguments = ['--authfile', path]
        yield arguments
    except Failure as failure:
        if not re.search(UNAUTHORIZED, str(failure), re.IGNORECASE):
            raise
        raise Failure(f'{failure}\n{FIX}') from None
    finally:
        appuser.remove(path)


def _pair(login: Login) -> str:
    return base64.b64encode(f'{login.username}:{login.password}'.encode()).decode()
