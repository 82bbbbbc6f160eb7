"""
`writes.py ROUNDS SECONDS [CLIENTS [SCALE]]`: transactions a second by pgbench, of its TPC-B-like script and
of single rows, with the log archived and not, in turns. Each as a line of JSON on standard output.

While the log is not archived a hole comes into it: a moment in between cannot be had again, and the next
backup begins anew. A host with rows of worth is none to measure on.
"""

import json
import re
import tempfile
from pathlib import Path

import server

INSERT = 'INSERT INTO singles (content) VALUES (repeat(md5(random()::text), 6));\n'
ARCHIVED = 'SELECT archived_count FROM pg_stat_archiver;'


def archive(wanted: bool) -> None:
    statement = 'ALTER SYSTEM RESET archive_mode;' if wanted else 'ALTER SYSTEM SET archive_mode = off;'
    server.sql(statement, 'postgres')
    server.restart()
    found = server.sql('SHOW archive_mode;', 'postgres')
    if found != ('on' if wanted else 'off'):
        raise RuntimeError(f'archive_mode is {found}: are backups on?')
    # What a checkpoint writes whole once more is in both.
    server.sql('CHECKPOINT;', 'postgres')


def pgbench(script: list[str], seconds: int, clients: int) -> dict[str, float]:
    words = ['--no-vacuum', f'--client={clients}', '--jobs=1', f'--time={seconds}', '--username=postgres']
    said = server.run(server.program('pgbench', *words, *script, server.DATABASE))
    rate = re.search(r'^tps = ([\d.]+)', said, re.MULTILINE)
    latency = re.search(r'^latency average = ([\d.]+) ms', said, re.MULTILINE)
    failed = re.search(r'^number of failed transactions: (\d+)', said, re.MULTILINE)
    if rate is None or latency is None:
        raise RuntimeError(f'pgbench says:\n{said}')
    return {
        'rate': float(rate[1]), 'latency': float(latency[1]), 'failed': int(failed[1]) if failed else 0,
    }  # fmt: skip


def main() -> None:
    rounds, seconds, clients, scale = server.arguments(3, 60, 4, 10)
    server.fresh()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        script = Path(folder) / 'insert.sql'
        script.write_text(INSERT)
        script.chmod(0o644)
        scripts = {'TPC-B-like': ['--builtin=tpcb-like'], 'single rows': [f'--file={script}']}
        try:
            for turn in range(rounds):
                for archiving in (True, False) if turn % 2 == 0 else (False, True):
                    archive(archiving)
                    server.run(
                        server.program(
                            'pgbench', '--initialize', '--quiet', f'--scale={scale}', '--username=postgres',
                            server.DATABASE,
                        )
                    )  # fmt: skip
                    server.sql(
                        'DROP TABLE IF EXISTS singles; CREATE TABLE singles (id bigint GENERATED ALWAYS AS '
                        'IDENTITY PRIMARY KEY, at timestamptz DEFAULT now(), content text);'
                    )
                    for what, words in scripts.items():
                        server.sql('CHECKPOINT;', 'postgres')
                        before = int(server.sql(ARCHIVED, 'postgres'))
                        found = pgbench(words, seconds, clients)
                        segments = int(server.sql(ARCHIVED, 'postgres')) - before
                        line = {'round': turn, 'what': what, 'archiving': archiving, 'segments': segments}
                        print(
                            json.dumps({**line, 'seconds': seconds, 'clients': clients, **found}), flush=True
                        )
        finally:
            archive(True)
            server.drop()


if __name__ == '__main__':
    main()
