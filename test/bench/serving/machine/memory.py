"""
`memory.py [SAMPLES [SECONDS]]`: what each process of this machine holds of its memory, as JSON on standard
output; to be run by root. Samples are taken at this interval.

A process counts with its proportional set size and with what of it lies in swap (proc_pid_smaps_rollup(5)):
so the sum counts what processes share once, and nothing looks small because it was swapped out. The login
that measures is left out.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

# A process of the app's containers (podman-run(1), --cgroups=split).
CONTAINER = re.compile(r'/libpod-(payload-)?[0-9a-f]{64}')
FIELD = re.compile(r'^(Pss|SwapPss): +(\d+) kB$', re.MULTILINE)
KERNEL = (
    *('MemTotal', 'MemFree', 'MemAvailable', 'Cached', 'SReclaimable', 'SUnreclaim', 'KernelStack'),
    *('PageTables', 'Percpu', 'SwapTotal', 'SwapFree'),
)


def main() -> None:
    samples, seconds = (int(word) for word in [*sys.argv[1:], '1', '3'][:2])
    taken = []
    for turn in range(samples):
        if turn:
            time.sleep(seconds)
        taken.append(list(processes()))
    json.dump({'samples': taken, 'kernel': kernel(), 'events': events()}, sys.stdout)


def processes():
    mine = f'/user-{os.environ.get("SUDO_UID", "none")}.slice/'
    for folder in Path('/proc').iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            group = (folder / 'cgroup').read_text().strip().split(':', 2)[2]
            sizes = FIELD.findall((folder / 'smaps_rollup').read_text())
            words = (folder / 'cmdline').read_bytes().rstrip(b'\0').decode(errors='replace').split('\0')
        except OSError:
            continue  # it has ended, or is a thread of the kernel
        if sizes and mine not in group:
            yield {
                'unit': unit(group),
                'name': name(words),
                'app': bool(CONTAINER.search(group)),
                'kib': sum(int(size) for _, size in sizes),
            }


def unit(group: str) -> str:
    """The innermost unit of systemd; `user:` in front of one of a user's manager."""
    units = [part for part in group.split('/') if part.endswith(('.service', '.scope'))]
    if not units:
        return group
    inner = units[-1]
    return f'user:{inner}' if len(units) > 1 else inner


def name(words: list[str]) -> str:
    program = Path(words[0].split(' ')[0].rstrip(':')).name
    script = next((word for word in words[1:] if word.startswith('/')), None)
    return f'{program} {Path(script).name}' if program.startswith('python') and script else program


def kernel() -> dict[str, int]:
    lines = Path('/proc/meminfo').read_text().splitlines()
    found = dict(line.replace(' kB', '').split(':') for line in lines)
    return {key: int(found[key]) for key in KERNEL}


def events() -> dict[str, int]:
    """Since the boot: processes killed for want of memory, and pages (4 KiB) that went out to swap."""
    found = dict(line.split() for line in Path('/proc/vmstat').read_text().splitlines())
    return {key: int(found[key]) for key in ('oom_kill', 'pswpout', 'pswpin')}


if __name__ == '__main__':
    main()
