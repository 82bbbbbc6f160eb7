"""
`backup.py MIB`: how long the host's backup takes for so many MiB of rows, and its restore. Each step is a
line of JSON on standard output, with seconds, bytes of the database, and bytes that the place got.

The restore puts the host's database back to what it was when its log was handed on last: a host with rows
of worth is none to measure on.
"""

import json
import subprocess
import sys
import time

import server

# Half of what a row has is chance, as in text; a row takes about a KiB.
ROWS = 50_000
FILL = f"""
INSERT INTO rows (content)
SELECT (SELECT string_agg(encode(sha256((n::text || part || random())::bytea), 'hex'), '') FROM
  generate_series(1, 16) AS part)
FROM generate_series(1, {ROWS}) AS n;
"""
WHOLE = 'SELECT count(*), sum(hashtextextended(content, 0)) FROM rows;'
REPOSITORIES = {'volume': 2, 'bucket': 1}
# The host's own: the latest moment that its backups have. A backup before it is timed by itself.
RESTORE = {
    'source': None, 'at': None, 'label': None, 'database': True, 'files': False, 'backUpBefore': False,
}  # fmt: skip


def tell(step: str, seconds: float, **more: float) -> None:
    print(json.dumps({'step': step, 'seconds': seconds, **more}), flush=True)


def size() -> int:
    return int(server.sql(f"SELECT pg_database_size('{server.DATABASE}');", 'postgres'))


def pgbackrest(*words: str) -> str:
    called = ['pgbackrest', f'--config={server.PLACE["pgbackrest"]}', '--stanza=main', *words]
    return server.run(server.as_postgres(*called))


def stored(where: str) -> int:
    """Bytes that the last backup added to its place."""
    told = json.loads(pgbackrest(f'--repo={REPOSITORIES[where]}', '--output=json', 'info'))
    return told[0]['backup'][-1]['info']['repository']['delta']


def backup(verb: str, order: object = None) -> None:
    server.run([*server.PLACE['backup'], verb], '' if order is None else json.dumps(order))


def knows(verb: str) -> bool:
    done = subprocess.run([*server.PLACE['backup']], capture_output=True, text=True, check=False)
    return verb in done.stderr


def timed(what, *words) -> float:
    began = time.monotonic()
    what(*words)
    return time.monotonic() - began


def archived() -> None:
    """What was written last is in the log that was handed on."""
    # A segment in which nothing was written is not switched.
    wanted = server.sql(
        "SELECT pg_walfile_name(pg_create_restore_point('bench')); SELECT pg_switch_wal();", 'postgres'
    )
    segment, deadline = wanted.split('\n')[0], time.monotonic() + server.SECONDS
    while server.sql('SELECT last_archived_wal FROM pg_stat_archiver;', 'postgres') < segment:
        if time.monotonic() > deadline:
            raise TimeoutError('the log is not handed on')
        time.sleep(0.2)


def fill(mib: int) -> None:
    server.fresh()
    server.sql('CREATE TABLE rows (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content text);')
    while size() < mib * 2**20:
        server.sql(FILL)
    server.sql('CHECKPOINT;', 'postgres')


def main() -> None:
    (mib,) = server.arguments(1024)
    tell('fill', timed(fill, mib), bytes=size())
    archived()
    for where, number in REPOSITORIES.items():
        words = (f'--repo={number}', '--type=full', 'backup')
        tell(f'full backup, {where}', timed(pgbackrest, *words), bytes=size(), stored=stored(where))
    tell('night with nothing new: both places, files too', timed(backup, 'now'), bytes=size())
    server.sql(
        'INSERT INTO rows (content) SELECT repeat(md5(random()::text), 32) FROM generate_series(1, 10000);'
    )
    tell('before a release, 10,000 rows new', timed(backup, 'release'), bytes=size())
    archived()
    before = server.sql(WHOLE)
    if not knows('restore'):
        print('this backup has no verb restore: not measured', file=sys.stderr)
    else:
        seconds = timed(backup, 'restore', RESTORE)
        server.wait()
        after = server.sql(WHOLE)
        if after != before:
            raise RuntimeError(f'before the restore {before} (rows|sum), after it {after}')
        tell('restore', seconds, bytes=size(), rows=int(after.split('|')[0]))
    server.drop()


if __name__ == '__main__':
    main()
