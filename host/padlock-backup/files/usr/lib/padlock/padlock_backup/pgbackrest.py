"""pgBackRest (https://pgbackrest.org/configuration.html), and what it says."""

import json
import re
from typing import Any

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure

from . import clock, host, settings

# As it numbers them, and as their state is kept.
REPOSITORIES = {'bucket': 1, 'volume': 2}
# An answer of the bucket's, and what a file is like that a wrong passphrase has opened.
ANSWER = re.compile(r' ?\*\*\* Path/Query \*\*\*.*?<Code>(.*?)</Code>.*?</Error>', re.DOTALL)
GARBLED = re.compile(r'\[?FormatError\]?:? .*?(?=\n *HINT|\Z)', re.DOTALL)
OTHER_PASSPHRASE = 'unable to load info file: it is damaged, or is not opened by this passphrase'  # noqa: S105


def configuration() -> str:
    return f'{host.HOME}/pgbackrest.conf'


def info(number: int, config: str | None = None) -> list[dict[str, Any]]:
    """What pgBackRest tells of a repository; raises Failure for one that cannot be read."""
    text = run('info', f'--repo={number}', '--output=json', config=config)
    # It writes the line breaks of an error as they are.
    told = json.loads(text, strict=False)
    for stanza in told:
        # 2: no backup yet (src/command/info/info.c); all above it is a repository that cannot be read.
        if stanza['status']['code'] not in (0, 2):
            reason = _reason(stanza)
            if clock.SAID.search(reason):
                raise Failure(f'{clock.WRONG} ({reason})')
            raise Failure(
                f'pgBackRest cannot read the repository: {reason}. Fix: where the place does not answer '
                'wait for it, where key or passphrase are refused pulumi up with the right ones'
            )
    return told


def names(number: int, folder: str, config: str | None = None) -> set[str]:
    """What is in a folder of a repository."""
    return set(json.loads(run('repo-ls', f'--repo={number}', '--output=json', config=config, of=folder)))


def read(number: int, name: str, config: str | None = None) -> str:
    """A file of a repository, without its encryption."""
    return run('repo-get', f'--repo={number}', config=config, of=name)


def _reason(stanza: dict[str, Any]) -> str:
    said = [stanza['status']['message'], *(one['status']['message'] for one in stanza.get('repo', []))]
    return re.sub(r'\s+', ' ', _short(said[-1]))


def run(verb: str, *words: str, config: str | None = None, of: str | None = None) -> str:
    """As PostgreSQL's own user, `of` a path; raises CommandFailure with the end of what it wrote."""
    called = [
        'pgbackrest',
        f'--config={config or configuration()}',
        f'--stanza={settings.STANZA}',
        *words,
        verb,
        *([] if of is None else [of]),
    ]
    done = host.as_postgres(*called, check=False)
    if done.returncode != 0:
        said = _short(log.tail(done.stdout + done.stderr, 12))
        text = f'pgbackrest {verb} failed with exit {done.returncode}:\n{said}'
        raise CommandFailure(f'{clock.WRONG}\n{text}' if clock.SAID.search(text) else text)
    return done.stdout


def _short(text: str) -> str:
    """
    Of an answer of the bucket's the code alone, and not all of its headers; of a file that a wrong
    passphrase opens, as about one in 256 does, none of what it has become.
    """
    plain = re.sub(GARBLED, OTHER_PASSPHRASE, text)
    return re.sub(ANSWER, r' \1', plain)
