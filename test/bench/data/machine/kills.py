"""
`kills.py KILLS [WRITERS]`: rows with running numbers are written, one a transaction, by several writers at
once, and the server's main process is killed (SIGKILL) at random moments. What each writer was told of is
kept here, outside of the database, and looked for after each kill and at the end. A result as JSON on
standard output.

With `PGOPTIONS='-c synchronous_commit=off'` rows do get lost.
"""

import hashlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import server

# Of a kill after the first row that was acknowledged, seconds.
LATEST = 1.5
TABLE = """
CREATE TABLE numbers (n bigint PRIMARY KEY, content text NOT NULL, digest text NOT NULL);
"""


class Load:
    """Writers of one life of the server; `acknowledged` has the numbers that it said yes to."""

    def __init__(self, numbers: 'itertools.count[int]', writers: int) -> None:
        self.acknowledged: list[int] = []
        self.sent: list[int] = []
        self._threads = [threading.Thread(target=self._write, args=(numbers,)) for _ in range(writers)]
        for thread in self._threads:
            thread.start()

    def _write(self, numbers: 'itertools.count[int]') -> None:
        client = subprocess.Popen(
            server.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd='/',
        )  # fmt: skip
        try:
            while True:
                n = next(numbers)
                content = random.randbytes(200).hex()
                digest = hashlib.md5(content.encode()).hexdigest()
                self.sent.append(n)
                client.stdin.write(
                    f"INSERT INTO numbers VALUES ({n}, '{content}', '{digest}') RETURNING n;\n"
                )
                client.stdin.flush()
                if client.stdout.readline().strip() != str(n):
                    return
                self.acknowledged.append(n)
        except BrokenPipeError:
            return
        finally:
            client.kill()
            client.wait()

    def begun(self) -> None:
        deadline = time.monotonic() + server.SECONDS
        while not self.acknowledged:
            if time.monotonic() > deadline or not any(thread.is_alive() for thread in self._threads):
                raise RuntimeError('no row was acknowledged')
            time.sleep(0.005)

    def ended(self) -> None:
        for thread in self._threads:
            thread.join()


def kill() -> None:
    """Returns once no process of the server is left."""
    main = server.main_process()
    others = server.children(main)
    os.kill(main, signal.SIGKILL)
    deadline = time.monotonic() + server.SECONDS
    while any(server.lives(pid) for pid in [main, *others]):
        if time.monotonic() > deadline:
            raise TimeoutError('processes of the server that was killed do not end')
        time.sleep(0.01)


def missing(acknowledged: list[int]) -> list[int]:
    least = min(acknowledged, default=0)
    there = {int(line) for line in server.sql(f'SELECT n FROM numbers WHERE n >= {least};').split()}
    return sorted(set(acknowledged) - there)


def main() -> None:
    kills, writers = server.arguments(100, 4)
    numbers = itertools.count(1)
    acknowledged: list[int] = []
    sent, lost, recoveries, busy = 0, set(), [], 0.0
    server.fresh()
    server.sql(TABLE)
    for turn in range(kills):
        load = Load(numbers, writers)
        load.begun()
        since = time.monotonic()
        time.sleep(random.uniform(0, LATEST))
        busy += time.monotonic() - since
        kill()
        killed = time.monotonic()
        load.ended()
        server.start_again()
        server.wait()
        recoveries.append(time.monotonic() - killed)
        sent += len(load.sent)
        acknowledged += load.acknowledged
        found = missing(load.acknowledged)
        lost.update(found)
        print(f'kill {turn + 1}: {len(load.acknowledged)} acknowledged, {len(found)} lost', file=sys.stderr)
    lost.update(missing(acknowledged))
    rows, half = server.sql(
        'SELECT count(*), count(*) FILTER (WHERE md5(content) <> digest) FROM numbers;'
    ).split('|')
    server.drop()
    json.dump(
        {
            'kills': kills, 'writers': writers, 'sent': sent, 'acknowledged': len(acknowledged),
            'rows': int(rows), 'half': int(half), 'lost': sorted(lost), 'recoveries': recoveries,
            'seconds': busy,
        },
        sys.stdout,
    )  # fmt: skip


if __name__ == '__main__':
    main()
