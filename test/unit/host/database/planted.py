"""
Plants symbolic links where PostgreSQL's own user may write, and runs the programs of the database as root
over them. The user is a number here, 64003. The arguments are the folders of padlock's programs and a case
below; printed is the Failure's message, or null. A case that finds root's files changed ends in an
AssertionError.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from types import SimpleNamespace

sys.dont_write_bytecode = True
*folders, case = sys.argv[1:]
sys.path[:0] = folders

from padlock_backup import database, host, lock, recovery, swap as restored  # noqa: E402
from padlock_backup.server import process  # noqa: E402
from padlock_database import altered, cluster, journal, main, service, settings, swap  # noqa: E402
from padlock_release import clusters, log, store, volumes, watch  # noqa: E402
from padlock_release.failure import CommandFailure, Failure  # noqa: E402

POSTGRES = 64003
NOTE = clusters.JOURNAL
TEXT = "secret = 'rose'\n"
# Damaged ones; the last have a known step, and no versions.
NOTES = [
    b'', b'{', b'\xff', b'[]', b'null', b'{}', b'{"step": 1}', b'{"step": "gone", "old": "17", "new": "18"}',
    b'{"step": "copy"}', b'{"step": "copy", "old": 17, "new": "18"}',
    b'{"step": "copy", "old": "17", "new": "../18"}', b'{"step": "copy", "old": "17", "new": "1800"}',
    b'{"step": "copy", "old": "17", "new": "18", "more": ""}',
]  # fmt: skip

root = os.path.realpath(tempfile.mkdtemp(prefix='padlock-planted-'))
os.chmod(root, 0o755)
victim, target = f'{root}/victim', f'{root}/victim/z'
cluster.VOLUME = host.VOLUME = f'{root}/volume'
clusters.ON_VOLUME = f'{root}/volume/postgresql'
clusters.JOURNAL = f'{root}/volume/upgrade/upgrade.json'
clusters.DATA = f'{root}/clusters'
clusters.CONFIGURATIONS = f'{root}/etc'
clusters.LOGS = f'{root}/log'
clusters.chosen = lambda: '17'
clusters.programs = lambda of=None: '/bin'
cluster.fitting = lambda: settings.fitting(1 << 30, 1 << 30)
cluster.pwd = SimpleNamespace(getpwnam=lambda _: SimpleNamespace(pw_uid=POSTGRES, pw_gid=POSTGRES))
store.shutil = SimpleNamespace(chown=lambda *_, **__: None)
log.say = lambda _: None


def as_postgres(*words, stdin='', check=True):
    if words[0].endswith('initdb'):
        return None
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, check=False, cwd='/',
        user=POSTGRES, group=POSTGRES, extra_groups=[],
    )  # fmt: skip
    if check and done.returncode != 0:
        raise CommandFailure(done.stderr)
    return done


cluster.as_postgres = altered.as_postgres = as_postgres


def theirs(path, text=None):
    """A folder, or a file, of the user's; returns its path."""
    if text is None:
        os.makedirs(path, exist_ok=True)
    else:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
    os.chown(path, POSTGRES, POSTGRES)
    return path


def link(path, to):
    os.symlink(to, path)
    os.chown(path, POSTGRES, POSTGRES, follow_symlinks=False)


def state():
    """Of root's folder: all that is in it, with contents, modes and owners."""
    found = []
    for parent, names, files in os.walk(victim):
        for path in [parent, *(f'{parent}/{each}' for each in (*names, *files))]:
            seen = os.lstat(path)
            text = open(path, encoding='utf-8').read() if os.path.isfile(path) else None
            found.append((path, oct(seen.st_mode), seen.st_uid, seen.st_gid, text))
    return sorted(found)


def version(name):
    """A version's folder as PostgreSQL's user has it."""
    return theirs(f'{clusters.ON_VOLUME}/{name}')


def note():
    """The step `swap`, by which root would copy and remove."""
    words = {'step': 'swap', 'old': '../../y', 'new': '../../x'}
    theirs(f'{clusters.ON_VOLUME}/upgrade.json', json.dumps(words))
    assert journal.read() is None
    os.makedirs(os.path.dirname(clusters.JOURNAL))
    with open(clusters.JOURNAL, 'w', encoding='utf-8') as file:
        json.dump(words, file)
    journal.read()


def note_written():
    for name in ('upgrade.json', 'upgrade.json.new', 'swapping', 'swapping.new'):
        link(f'{clusters.ON_VOLUME}/{name}', target)
    # The folder is made in one that is root's alone.
    assert os.path.dirname(os.path.dirname(NOTE)) == volumes.MOUNT, NOTE
    journal.note('swap', '17', '18')
    assert journal.read() == ('swap', '17', '18')
    for path in (os.path.dirname(clusters.JOURNAL), clusters.JOURNAL, journal.mark()):
        assert os.lstat(path).st_uid == 0, path


def version_link():
    link(f'{clusters.ON_VOLUME}/18', victim)
    cluster.initialized('18')


def version_file():
    theirs(f'{clusters.ON_VOLUME}/18', '')
    cluster.initialized('18')


def version_read():
    link(theirs(f'{version("17")}/main') + '/PG_VERSION', target)
    cluster.on_volume()


def adopted():
    theirs(theirs(f'{version("17")}/main') + '/PG_VERSION', '17\n')
    os.rename(f'{clusters.ON_VOLUME}/17', f'{clusters.ON_VOLUME}/aside')
    link(f'{clusters.ON_VOLUME}/17', f'{clusters.ON_VOLUME}/aside')
    clusters.version = lambda: '17'
    cluster.adopt()


def begun():
    link(f'{version("18")}/main.new', victim)
    new = cluster.initialized('18')
    assert not os.path.lexists(new)
    theirs(new)
    cluster.clusters.rename(new, clusters.data('18'))
    assert os.listdir(f'{clusters.ON_VOLUME}/18') == ['main']


def setting_read():
    link(theirs(f'{version("17")}/main') + f'/{altered.NAME}', target)
    new = theirs(f'{version("18")}/main.new')
    altered.take_over('17', new)
    assert os.listdir(new) == []


def _settings():
    theirs(theirs(f'{version("17")}/main') + f'/{altered.NAME}', "work_mem = '5MB'\n")
    return theirs(f'{version("18")}/main.new')


def setting_new():
    new = _settings()
    link(f'{new}/{altered.NAME}.new', target)
    altered.take_over('17', new)
    with open(f'{new}/{altered.NAME}', encoding='utf-8') as file:
        assert file.read() == "work_mem = '5MB'\n"


def setting_written():
    new = _settings()
    link(f'{new}/{altered.NAME}', target)
    try:
        altered.take_over('17', new)
    except CommandFailure as failure:
        assert 'Permission denied' in str(failure), failure
        return
    raise AssertionError('written')


def damaged():
    """By whatever: each that reads it says so, and the server starts at a boot all the same."""
    volumes.MOUNT = f'{root}/volume'
    volumes.BACKUP = volumes.DATABASE = __file__
    volumes.away = lambda: False
    lock.LOCK = f'{root}/lock'
    cluster.on_volume, cluster.is_configured, cluster.configure = (
        (lambda: '17'),
        (lambda: True),
        (lambda: False),
    )
    started, said = [], []
    service.start_soon = started.append
    log.say = said.append
    os.makedirs(os.path.dirname(clusters.JOURNAL))
    for text in NOTES:
        with open(clusters.JOURNAL, 'wb') as file:
            file.write(text)
        # Of a step alone the programs of the app know enough.
        knows = text.startswith(b'{"step": "')
        for reads in (
            journal.read,
            clusters.upgrading,
            lock.held().__enter__,
            *([] if knows else [volumes.swapping]),
        ):
            try:
                raise AssertionError((text, reads, reads()))
            except Failure as failure:
                assert 'is no note that this host can read' in str(failure), failure
        if not knows:
            assert watch.main() == 1, text
        main.boot()
        assert 'is no note that this host can read' in said[-1], said
    assert started == [False] * len(NOTES), started
    with open(clusters.JOURNAL, 'w', encoding='utf-8') as file:
        json.dump({'step': 'prepare', 'old': '9', 'new': '18'}, file)
    assert journal.read() == ('prepare', '9', '18')


def configuration_theirs():
    """Debian's package gives the folder around it to the user."""
    cluster.configure('17')
    theirs(clusters.CONFIGURATIONS)
    with open(f'{clusters.configuration("17")}/conf.d/own.conf', 'w', encoding='utf-8') as file:
        file.write("work_mem = '5MB'\n")
    link(theirs(theirs(f'{clusters.CONFIGURATIONS}/18') + '/main') + '/conf.d', victim)
    swap._configured('17', '18')


def configuration_link():
    theirs(clusters.CONFIGURATIONS)
    theirs(f'{root}/theirs/main/conf.d')
    link(f'{root}/theirs/main/postgresql.conf.new', target)
    link(f'{clusters.CONFIGURATIONS}/17', f'{root}/theirs')
    cluster.configure('17')


def configuration_removed():
    theirs(clusters.CONFIGURATIONS)
    link(f'{clusters.CONFIGURATIONS}/17', victim)
    cluster.forget('17')


def configuration_own():
    """It is root's again once root has written there, and goes as a whole."""
    theirs(clusters.CONFIGURATIONS)
    assert cluster.configure('17')
    assert not cluster.configure('17')
    assert os.stat(clusters.CONFIGURATIONS).st_uid == 0
    cluster.configure('18')
    link(f'{clusters.configuration("17")}/conf.d/a', target)
    cluster.forget('17')
    assert clusters.configured() == ['18']


def renamed():
    link(f'{clusters.ON_VOLUME}/18', victim)
    swap._rename(swap.beside('18'), swap.former('18') + '.aside')


def removed():
    link(f'{clusters.ON_VOLUME}/18', victim)
    swap.remove(journal.Upgrade('prepare', '17', '18'))


def owned():
    link(theirs(f'{root}/run') + '/run', victim)
    cluster.own(f'{root}/run/run')


def process_read():
    link(theirs(version('17') + '/main') + '/postmaster.pid', target)
    clusters.version = lambda: '17'
    service.ensure_own()


def log_read():
    link(theirs(clusters.LOGS) + '/postgresql-17-main.log', target)
    clusters.version = lambda: '17'
    said = service._said(0)
    assert 'rose' not in said, said
    raise Failure(said)


def drop_in():
    """That of backups, in a configuration that is the user's."""
    host.HOME = f'{root}/home'
    os.mkdir(host.HOME)
    host.folder = lambda *_: None
    database._settings, database._begun = (lambda _: ''), (lambda *_: None)
    clusters.version = lambda: '17'
    theirs(clusters.CONFIGURATIONS)
    link(theirs(theirs(f'{clusters.CONFIGURATIONS}/17') + '/main') + '/conf.d', victim)
    database.configure(None)


def drop_in_removed():
    clusters.version = lambda: '17'
    link(f'{theirs(clusters.CONFIGURATIONS)}/17', victim)
    database.forget()


def restore_forgotten():
    link(f'{clusters.ON_VOLUME}/17', victim)
    host.data = lambda: f'{clusters.DATA}/17/main'
    recovery.trial.shutil = SimpleNamespace(rmtree=lambda *_, **__: None)
    recovery.forget()


def restore_replaced():
    link(f'{clusters.ON_VOLUME}/17', victim)
    host.data = lambda: f'{clusters.DATA}/17/main'
    restored.forget_former()


def restore_swapped():
    link(f'{clusters.ON_VOLUME}/17', victim)
    restored._swap(f'{clusters.DATA}/17/main')


def restore_process():
    """Of nobody whom root would end for it."""
    data = theirs(f'{version("17")}/main.restored')
    with open(target, 'w', encoding='utf-8') as file:
        file.write(f'{os.getpid()}\n')
    os.chdir(data)
    link(f'{data}/postmaster.pid', target)
    try:
        assert process(f'{clusters.DATA}/17/main.restored') is None
    finally:
        os.chdir('/')
        with open(target, 'w', encoding='utf-8') as file:
            file.write(TEXT)


def attempt():
    theirs(clusters.ON_VOLUME)
    os.chown(cluster.VOLUME, 0, 0)
    os.symlink(clusters.ON_VOLUME, clusters.DATA)
    os.mkdir(victim, 0o700)
    for name in ('main', 'main/conf.d', 'main.new', 'main.restored', 'main.former'):
        os.mkdir(f'{victim}/{name}', 0o700)
    for path in (target, f'{victim}/main/conf.d/padlock-backup.conf'):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(TEXT)
    os.chmod(target, 0o600)
    before = state()
    message = None
    try:
        globals()[case]()
    except Failure as failure:
        message = str(failure).replace(root, '')
    assert state() == before, (state(), before)
    return message


try:
    print(json.dumps(attempt()))
finally:
    shutil.rmtree(root)
