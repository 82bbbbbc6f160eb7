"""Has the release's image in the store of the user `app`: built from an archive, or pulled."""

import base64
import glob
import gzip
import hashlib
import json
import os
import shutil
import tempfile
import zlib
from subprocess import CompletedProcess

from . import appuser
from .failure import Failure
from .log import say, write
from .manifest import Archive, Image

TRUST = '/etc/ssl/certs/ca-certificates.crt'


def reference(source: Archive | Image) -> str:
    """The name of the image; the same sources on the same base have the same name."""
    if isinstance(source, Image):
        return source.reference
    content = f'{source.sha256} {source.base_image or ""}'
    return f'localhost/app:{hashlib.sha256(content.encode()).hexdigest()[:12]}'


def ensure(source: Archive | Image) -> str:
    """Returns the image's id, `sha256:…`."""
    name = reference(source)
    found = appuser.run('podman', 'image', 'inspect', '--format', '{{.Id}}', name, check=False)
    if found.returncode != 0:
        if isinstance(source, Image):
            say(f'pulling {name}')
            found = _pull(source)
        else:
            say(f'building {name}')
            found = _build(source, name)
    # Podman's last line is the id in all three cases.
    return f'sha256:{found.stdout.split()[-1].removeprefix("sha256:")}'


def remove(names: list[str]) -> None:
    """Removes images that no release needs, and build layers that none has used for a week."""
    appuser.run('podman', 'rmi', '--ignore', *names, check=False)
    appuser.run('podman', 'image', 'prune', '--force', '--filter', 'until=168h', check=False)


def _build(source: Archive, name: str) -> CompletedProcess:
    _verify(source)
    context = os.path.join(appuser.home(), 'build')
    shutil.rmtree(context, ignore_errors=True)
    os.mkdir(context, 0o755)
    appuser.own(context)
    try:
        _unpack(source.path, context)
        arguments = [] if source.base_image is None else ['--build-arg', f'BASE={source.base_image}']
        # A build trusts what the host trusts, and keeps nothing of it.
        arguments += ['--volume', f'{TRUST}:{TRUST}:ro', '--build-arg', f'PIP_CERT={TRUST}']
        done = appuser.run('podman', 'build', '--tag', name, *arguments, context)
        write(done.stdout + done.stderr)
        return done
    finally:
        shutil.rmtree(context, ignore_errors=True)


def _verify(source: Archive) -> None:
    try:
        # Of the tar and not of its compression, which differs between compressors.
        with gzip.open(source.path) as file:
            found = hashlib.file_digest(file, 'sha256').hexdigest()
    except FileNotFoundError:
        raise Failure(f'{source.path} is not there: copy the archive to the host again') from None
    except (EOFError, OSError, zlib.error) as error:
        raise Failure(f'{source.path} was cut short: {error}') from None
    if found != source.sha256:
        raise Failure(f'{source.path} holds a tar with the SHA-256 {found}, not {source.sha256}')


def _unpack(archive: str, directory: str) -> None:
    """As the user `app`, so that nothing in the archive can be written elsewhere or as root."""
    readable = os.path.join(directory, '.archive')
    shutil.copyfile(archive, readable)
    appuser.own(readable)
    appuser.run(
        'tar', '--extract', '--gzip', '--no-same-owner', '--no-same-permissions',
        '--file', readable, '--directory', directory,
    )  # fmt: skip
    os.unlink(readable)


def _pull(source: Image) -> CompletedProcess:
    """The credentials are in a file on a tmpfs for as long as the pull takes."""
    for left in glob.glob(os.path.join(appuser.runtime_directory(), 'padlock-auth-*')):
        os.unlink(left)
    if source.username is None:
        return appuser.run('podman', 'pull', '--quiet', source.reference)
    pair = base64.b64encode(f'{source.username}:{source.password}'.encode()).decode()
    host = source.reference.split('/', 1)[0]
    descriptor, path = tempfile.mkstemp(prefix='padlock-auth-', dir=appuser.runtime_directory())
    try:
        with os.fdopen(descriptor, 'w') as file:
            json.dump({'auths': {host: {'auth': pair}}}, file)
        appuser.own(path)
        return appuser.run('podman', 'pull', '--quiet', '--authfile', path, source.reference)
    finally:
        os.unlink(path)
