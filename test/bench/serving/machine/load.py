"""
`load.py ROUNDS SECONDS CONNECTIONS HOST PORT`: loads the site at this port of the machine and
each of the documents' set-ups in turn, and prints a JSON object a line; to be run by root, on a machine
that is thrown away afterwards.

One set-up runs at a time beside the site. All must answer with the same page.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path

import setups

PATHS = ('/', '/healthz')
LOG = '/var/log/padlock-bench.log'
# wrk asks no server for names here; as its --connect-to of other programs.
LOOPBACK = "function wrk.resolve(_, service) wrk.addrs = wrk.lookup('127.0.0.1', service) end\n"
TICKS = os.sysconf('SC_CLK_TCK')


def main() -> None:
    rounds, seconds, connections = (int(word) for word in sys.argv[1:4])
    host, port = sys.argv[4], int(sys.argv[5])
    setups.install()
    site = setups.SetUp('padlock', port, [])
    setups.prepare(host, json.loads(fetch(site, host, '/healthz'))['release'])
    Path('/var/tmp/padlock-bench.lua').write_text(LOOPBACK)
    tell(versions=versions())
    everyone = [site, *setups.setups(host)]
    pages: dict[str, str] = {}
    for turn in range(rounds):
        for setup in everyone[turn % len(everyone) :] + everyone[: turn % len(everyone)]:
            with running(setup, host):
                for path in PATHS:
                    page = fetch(setup, host, path)
                    if pages.setdefault(path, page) != page:
                        raise SystemExit(f'{setup.name} answers {path} with another page:\n{page}')
                    wrk(setup, host, path, 2, connections)
                    before = processor_time()
                    said = wrk(setup, host, path, seconds, connections)
                    processor = spent(before)
                    tell(round=turn, setup=setup.name, path=path, wrk=said, processor=processor)


@contextmanager
def running(setup: setups.SetUp, host: str):
    with open(LOG, 'ab') as log:
        programs = [setups.start(program, log) for program in setup.programs]
    try:
        deadline = time.monotonic() + 180
        while not fetch(setup, host, PATHS[0]):
            ended = [program for program in programs if program.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise SystemExit(f'{setup.name} does not answer:\n{Path(LOG).read_text()[-3000:]}')
            time.sleep(0.3)
        yield
    finally:
        for program in programs:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGTERM)
        for program in programs:
            try:
                program.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)


def fetch(setup: setups.SetUp, host: str, path: str) -> str:
    """The page; empty where none comes, or another status than 200."""
    words = ['curl', '-sk', '--fail', '--max-time', '10', '--http1.1', '--resolve']
    words += [f'{host}:{setup.port}:127.0.0.1', f'https://{host}:{setup.port}{path}']
    return subprocess.run(words, text=True, capture_output=True, check=False).stdout


def wrk(setup: setups.SetUp, host: str, path: str, seconds: int, connections: int) -> str:
    words = ['wrk', '--threads', '1', '--connections', str(connections), '--duration', f'{seconds}s']
    words += ['--timeout', '30s', '--latency', '--script', '/var/tmp/padlock-bench.lua']
    return setups.run([*words, f'https://{host}:{setup.port}{path}'])


def processor_time() -> dict[int, tuple[str, float]]:
    """Name and seconds of each process, in user mode and in the kernel (proc_pid_stat(5))."""
    found = {}
    for folder in Path('/proc').iterdir():
        with suppress(OSError):
            if folder.name.isdigit():
                start, rest = (folder / 'stat').read_text().rsplit(')', 1)
                fields = rest.split()
                seconds = (int(fields[11]) + int(fields[12])) / TICKS
                found[int(folder.name)] = start.split('(', 1)[1], seconds
    return found


def spent(before: dict[int, tuple[str, float]]) -> dict[str, float]:
    """Seconds since then by name; those of wrk, which has ended, are not among them."""
    sums: dict[str, float] = defaultdict(float)
    for process, (name, seconds) in processor_time().items():
        sums[name] += seconds - before.get(process, (name, 0))[1]
    return {name: round(seconds, 2) for name, seconds in sums.items() if seconds > 0.05}


def versions() -> dict[str, str]:
    lines = setups.run(['dpkg-query', '-W', *setups.PACKAGES, 'caddy', 'python3']).splitlines()
    return dict(line.split('\t') for line in lines)


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == '__main__':
    main()
