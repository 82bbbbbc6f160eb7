"""
`memory.py [SAMPLES [SECONDS]]`: what PostgreSQL holds of this machine's memory, process by process, as JSON
on standard output; to be run by root. Samples are taken at this interval.

A process counts with its proportional set size and its part of the swap (proc_pid_smaps_rollup(5)); what
of it is shared memory of the server's stands apart.
"""

import json
import re
import sys
import time
from pathlib import Path

import server

FIELD = re.compile(r'^(Pss|Pss_Shmem|SwapPss): +(\d+) kB$', re.MULTILINE)
UNITS = {'kB': 1, '8kB': 8, 'MB': 1024}


def setting(name: str) -> int:
    """KiB."""
    row = server.sql(f"SELECT setting, unit FROM pg_settings WHERE name = '{name}';", 'postgres')
    value, unit = row.split('|')
    return int(value) * UNITS[unit]


def processes():
    main = server.main_process()
    for pid in [main, *server.children(main)]:
        try:
            sizes = dict(FIELD.findall(Path(f'/proc/{pid}/smaps_rollup').read_text()))
            words = Path(f'/proc/{pid}/cmdline').read_bytes().rstrip(b'\0').decode(errors='replace')
        except OSError:
            continue  # it has ended
        # `postgres: 17/main: checkpointer `
        name = words.split('\0')[0].split(': ')[-1].strip() if words.startswith('postgres: ') else 'postgres'
        yield {
            'name': name,
            'kib': int(sizes['Pss']) + int(sizes['SwapPss']),
            'shared': int(sizes['Pss_Shmem']),
        }


def group() -> dict[str, int]:
    """Of the control group of the unit, bytes (Documentation/admin-guide/cgroup-v2.rst); none elsewhere."""
    path = Path('/proc', str(server.main_process()), 'cgroup').read_text().strip().split(':', 2)[2]
    folder = Path('/sys/fs/cgroup' + path)
    if 'postgresql' not in path or not (folder / 'memory.stat').exists():
        return {}
    lines = (folder / 'memory.stat').read_text().splitlines()
    stat = {key: int(value) for key, value in (line.split() for line in lines)}
    return {
        'current': int((folder / 'memory.current').read_text()),
        **{key: stat[key] for key in ('anon', 'file', 'shmem', 'kernel') if key in stat},
    }


def main() -> None:
    samples, seconds = server.arguments(1, 3)
    taken = []
    for turn in range(samples):
        if turn:
            time.sleep(seconds)
        taken.append(list(processes()))
    found = {'samples': taken, 'group': group()}
    sizes = {'buffers': setting('shared_buffers'), 'allocated': setting('shared_memory_size')}
    json.dump({**found, **sizes}, sys.stdout)


if __name__ == '__main__':
    main()
