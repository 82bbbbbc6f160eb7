"""
Plants symbolic links where the user `app` may write, and runs the release program as root over
them. Users are numbers here: 64001 stands for `app`, 64002 for `caddy`. The arguments are the folder
of padlock_release and a case below; printed is the Failure's message, or null. A case that finds
root's files changed ends in an AssertionError.
"""

import errno
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

from padlock_release import appuser, image, log, main, readiness, service, store  # noqa: E402
from padlock_release.failure import Failure  # noqa: E402
from padlock_release.manifest import Archive, Image, Login, parse  # noqa: E402

APP, CADDY, ID = 64001, 64002, '3f2a9c01d2e4'
MANIFEST = {
    'id': ID,
    'source': {'image': f'example.com/app@sha256:{"a" * 64}'},
    'secrets': {},
    'host': 'app.example.com',
    'port': 0,
    'memoryMiB': 256,
    'pids': 128,
    'readyPath': '/config/',
    'readySeconds': 5,
    'drainSeconds': 0,
    'caddyfile': 'x',
}


class Host:
    """A host's folders, and what must stay as it is: a directory and a file of root's."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.home = self.make('home/app', APP)
        self.runtime = self.make('run/user/64001', APP)
        self.releases = self.make('srv/app/releases', APP, CADDY, 0o750)
        self.units = self.home + '/.config/containers/systemd'
        for path in ('.config', '.config/containers', '.config/containers/systemd'):
            self.make(f'home/app/{path}', APP)
        self.victim = self.make('victim', 0)
        os.chmod(self.victim, 0o700)
        self.file = f'{self.victim}/app-{ID}.container'
        with open(self.file, 'w', encoding='utf-8') as file:
            file.write('Secret=a,type=env\n')
        os.chmod(self.file, 0o600)
        self.programs: list[tuple] = []
        self.has_image = True
        users = {'app': (APP, self.home), 'caddy': (CADDY, '/')}
        for module in (appuser, readiness):
            module.pwd = SimpleNamespace(
                getpwnam=lambda name: SimpleNamespace(
                    pw_uid=users[name][0], pw_gid=users[name][0], pw_dir=users[name][1]
                )
            )
        appuser.runtime_directory = lambda: self.runtime
        store.ROOT = f'{root}/srv/app'
        store.RELEASES = service.RELEASES = self.releases
        log.PATH = f'{root}/release.log'
        log.say = log.write
        self.run = appuser.run
        appuser.run = self.recorded

    def make(self, path: str, user: int, group: int | None = None, mode: int = 0o755) -> str:
        whole = f'{self.root}/{path}'
        os.makedirs(whole)
        os.chown(whole, user, user if group is None else group)
        os.chmod(whole, mode)
        return whole

    def recorded(self, *argv: str, **options: object) -> subprocess.CompletedProcess:
        """podman and systemd are not there: they are noted down and succeed."""
        if argv[0] not in ('podman', 'systemctl'):
            return self.run(*argv, **options)
        found = [argv, os.path.exists(f'{self.home}/build/Containerfile')]
        auth = f'{self.runtime}/padlock-auth.json'
        if os.path.exists(auth):
            state = os.stat(auth)
            found.append((state.st_uid, oct(state.st_mode & 0o7777), open(auth).read()))
        self.programs.append(tuple(found))
        if argv[:3] == ('podman', 'unshare', 'rm'):
            shutil.rmtree(argv[-1])
        missing = argv[1:3] == ('image', 'inspect') and not self.has_image
        return subprocess.CompletedProcess(argv, int(missing), 'sha256:1\n', '')

    def link(self, target: str, path: str) -> None:
        """As the user `app` would."""
        if os.path.isdir(path):
            shutil.rmtree(path)
        os.symlink(target, path)
        os.chown(path, APP, APP, follow_symlinks=False)

    def state(self) -> object:
        """Of root's directory: names, contents, modes, owners."""
        found = []
        for path in (self.victim, *(f'{self.victim}/{n}' for n in sorted(os.listdir(self.victim)))):
            seen = os.lstat(path)
            text = open(path, encoding='utf-8').read() if os.path.isfile(path) else None
            found.append((path, oct(seen.st_mode), seen.st_uid, seen.st_gid, text))
        return found


def manifest(**change: object):
    return parse(io.StringIO(json.dumps(MANIFEST | change)))


def archive(host: Host) -> Archive:
    """A tar.gz of one file, root's own, as it lies in /var/lib/padlock/incoming."""
    import gzip
    import hashlib
    import tarfile

    bytes_ = io.BytesIO()
    with tarfile.open(fileobj=bytes_, mode='w') as tar:
        text = b'FROM scratch\n'
        entry = tarfile.TarInfo('Containerfile')
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    path = f'{host.root}/app.tar.gz'
    with gzip.open(path, 'wb') as file:
        file.write(bytes_.getvalue())
    os.chmod(path, 0o600)
    return Archive(path, hashlib.sha256(bytes_.getvalue()).hexdigest(), None)


def serve(path: str, head: bytes = b'200 OK') -> list[bytes]:
    """A server that answers this to whatever is asked; returned is what reached it."""
    reached: list[bytes] = []
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o777)
    listener.listen()

    def answer() -> None:
        while True:
            connection, _ = listener.accept()
            reached.append(connection.recv(1000))
            connection.sendall(b'HTTP/1.1 ' + head + b'\r\nContent-Length: 0\r\n\r\n')
            connection.close()

    threading.Thread(target=answer, daemon=True).start()
    return reached


def build_link(host: Host) -> None:
    host.link(host.victim, f'{host.home}/build')
    image._build(archive(host), 'x', [])


def units_link(host: Host) -> None:
    host.link(host.victim, host.units)
    service.install(manifest(), 'image')


def config_link(host: Host) -> None:
    host.link(f'{host.root}/elsewhere', f'{host.home}/.config')
    os.makedirs(f'{host.root}/elsewhere/containers')
    os.symlink(host.victim, f'{host.root}/elsewhere/containers/systemd')
    service.install(manifest(), 'image')


def unit_link(host: Host) -> None:
    host.link(host.file, f'{host.units}/app-{ID}.container')
    service.install(manifest(), 'image')


def unit_link_read(host: Host) -> None:
    host.link(host.file, f'{host.units}/app-{ID}.container')
    try:
        service.remove(ID)
    finally:
        assert host.programs == [], host.programs


def units_link_removal(host: Host) -> None:
    host.link(host.victim, host.units)
    service.remove(ID)


def units_link_listed(host: Host) -> None:
    host.link(host.victim, host.units)
    service.installed()


def unit_pipe(host: Host) -> None:
    os.mkfifo(f'{host.units}/app-{ID}.container')
    service.remove(ID)


def release_link(host: Host) -> None:
    host.link(host.victim, store.socket_directory(ID))
    store.make_directory(ID)


def release_link_removed(host: Host) -> None:
    host.link(host.victim, store.socket_directory(ID))
    store.remove_directory(ID)


def whole_release(host: Host) -> None:
    """All of it: the directory is a link when the release is brought up."""
    service.ensure_manager = service.ensure_mount = lambda: None
    host.link(host.victim, store.socket_directory(ID))
    main.bring_up(manifest())


def auth_link(host: Host) -> None:
    host.link(host.file, f'{host.runtime}/padlock-auth.json')
    host.has_image = False
    image.ensure(Image('example.com/app'), {'example.com': Login('ada', 'hunter22')})


def socket_link(host: Host) -> None:
    os.mkdir(store.socket_directory(ID), 0o777)
    reached = serve(f'{host.root}/admin.sock')
    host.link(f'{host.root}/admin.sock', store.socket_path(ID))
    try:
        readiness.wait(manifest(), lambda: 0)
    finally:
        assert reached == [], reached


def socket_directory_link(host: Host) -> None:
    other = host.make('other', APP)
    reached = serve(f'{other}/app.sock')
    host.link(other, store.socket_directory(ID))
    try:
        readiness.wait(manifest(), lambda: 0)
    finally:
        assert reached == [], reached


def link_inside_release(host: Host) -> None:
    """Removed with the directory; what it points to stays."""
    store.make_directory(ID)
    host.link(host.victim, f'{store.socket_directory(ID)}/link')
    store.remove_directory(ID)
    assert not os.path.lexists(store.socket_directory(ID))


def mount_of_releases(host: Host) -> None:
    """Mounted as its unit says, the kernel follows no link of the app's for anybody."""
    with open(f'{sys.argv[1]}/../systemd/system/srv-app-releases.mount', encoding='utf-8') as file:
        unit = dict(line.strip().split('=', 1) for line in file if '=' in line)
    assert unit['What'] == unit['Where'] == '/srv/app/releases', unit
    store.make_directory(ID)
    other, own = f'{host.root}/admin.sock', store.socket_path(ID)
    reached = [serve(other), serve(f'{own}.real')]
    host.link(other, own)
    store.swap(ID)
    path = f'{host.root}/srv/app/current/app.sock'
    assert answered(path), 'without the mount, a link is followed'
    service.subprocess = SimpleNamespace(run=lambda argv, **_: subprocess.CompletedProcess(argv, 0))
    try:
        service.ensure_mount()
        raise AssertionError('no mount was missed')
    except Failure as failure:
        assert 'without nosymfollow' in str(failure), failure
    mount = ['mount', '-o', unit['Options'], host.releases, host.releases]
    subprocess.run(mount, check=True)
    try:
        service.ensure_mount()
        reached[0].clear()
        assert not answered(path)
        assert reached[0] == [], reached
        assert answered(f'{path}.real')
    finally:
        subprocess.run(['umount', host.releases], check=True)


def answered(path: str) -> bool:
    """As Caddy connects: by the path. False if a link on it is not followed."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError as error:
            assert error.errno == errno.ELOOP, error
            return False
        client.sendall(b'GET / HTTP/1.1\r\n\r\n')
        return client.recv(100).startswith(b'HTTP/1.1 200')


def without_links(host: Host) -> None:
    """What all this is for goes on working."""
    assert service.installed() == []
    service.install(manifest(), 'image')
    unit = os.stat(f'{host.units}/app-{ID}.container')
    assert (unit.st_uid, oct(unit.st_mode & 0o7777)) == (APP, '0o644'), unit
    assert service.installed() == [ID]
    service.install(manifest(memoryMiB=512), 'image')
    assert 'memory=512m' in open(f'{host.units}/app-{ID}.container').read()
    other = 'app-bbbbbbbbbbbb.pid'
    for name in (f'app-{ID}.pid', other):
        open(f'{host.runtime}/{name}', 'w').close()
    service.remove(ID)
    assert service.installed() == []
    assert os.listdir(host.runtime) == [other], os.listdir(host.runtime)
    os.unlink(f'{host.runtime}/{other}')

    store.make_directory(ID)
    made = os.stat(store.socket_directory(ID))
    assert (made.st_uid, oct(made.st_mode & 0o7777)) == (APP, '0o777'), made
    assert 'has not made its socket' in readiness.ask(manifest(readyPath='/'))
    reached = serve(store.socket_path(ID))
    assert readiness.ask(manifest(readyPath='/readyz')) is None
    assert reached[0].startswith(b'GET /readyz HTTP/1.1'), reached
    assert b'X-Forwarded-Proto: https\r\n' in reached[0], reached
    os.unlink(store.socket_path(ID))
    reached = serve(store.socket_path(ID))
    assert readiness.ask(manifest(env={'APP_URL': 'http://shop.example'})) is None
    assert b'X-Forwarded-Proto: http\r\n' in reached[0], reached
    os.chmod(store.socket_path(ID), 0o700)
    assert 'closed its socket' in readiness.ask(manifest(readyPath='/'))
    os.unlink(store.socket_path(ID))
    serve(store.socket_path(ID), b'301 Moved Permanently\r\nLocation: https://shop.example/')
    redirected = readiness.ask(manifest(readyPath='/readyz'))
    assert redirected == '/readyz answered 301 and leads to https://shop.example/', redirected
    os.mkdir(f'{store.socket_directory(ID)}/of-another', 0o700)
    open(f'{store.socket_directory(ID)}/of-another/file', 'w').close()
    store.remove_directory(ID)
    assert not os.path.lexists(store.socket_directory(ID))
    assert host.programs[-1][0][:4] == ('podman', 'unshare', 'rm', '-rf'), host.programs

    host.programs.clear()
    image._build(archive(host), 'x', [])
    [(argv, unpacked)] = host.programs
    assert argv[:2] == ('podman', 'build') and unpacked, host.programs
    assert not os.path.lexists(f'{host.home}/build')

    host.programs.clear()
    host.has_image = False
    logins = {'example.com': Login('ada', 'hunter22'), 'docker.io': Login('bo', 'x')}
    image.ensure(Image('example.com/app'), logins)
    image.ensure(archive(host), logins)
    _, pull, _, build = host.programs
    for argv, _, auth in (pull, build):
        assert argv[3 if argv[1] == 'pull' else 4 :][:2] == (
            '--authfile',
            f'{host.runtime}/padlock-auth.json',
        ), argv
        assert 'hunter22' not in ' '.join(argv) and 'YWRh' not in ' '.join(argv), argv
        assert auth == (
            APP,
            '0o600',
            '{"auths": {"example.com": {"auth": "YWRhOmh1bnRlcjIy"}, "docker.io": {"auth": "Ym86eA=="}}}',
        ), auth
    assert os.listdir(host.runtime) == []
    logged = open(log.PATH, encoding='utf-8').read()
    assert 'hunter22' not in logged and 'YWRh' not in logged, logged

    host.programs.clear()
    image.ensure(Image('example.com/app'), {})
    assert host.programs[-1][0] == ('podman', 'pull', '--quiet', 'example.com/app'), host.programs


def attempt(name: str) -> str | None:
    root = tempfile.mkdtemp(prefix='padlock-planted-')
    os.chmod(root, 0o755)
    try:
        host = Host(root)
        before = host.state()
        try:
            globals()[name](host)
            message = None
        except Failure as failure:
            message = str(failure).replace(root, '')
        assert host.state() == before, (host.state(), before)
        return message
    finally:
        shutil.rmtree(root)


print(json.dumps(attempt(sys.argv[2])))
