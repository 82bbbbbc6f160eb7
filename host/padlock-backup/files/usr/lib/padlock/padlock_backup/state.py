"""When each backup was made last and failed last, and what is to be said of that."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from padlock_release import store

from . import host

# What an operator's computer sends has no night: it is told with its age, and never late.
SENT = 'state '
# A night, and two hours for one that takes long.
LATE = timedelta(hours=26)
FORM = '%Y-%m-%dT%H:%M:%SZ'

State = dict[str, dict[str, Any]]


def load() -> State:
    """By `database bucket` and the like."""
    text = store.read(f'{host.HOME}/state.json')
    return {} if text is None else json.loads(text)


def note(what: str, now: datetime, problem: str | None, unmade: bool = False) -> None:
    """`unmade`: not even its repository could be begun; true until a backup succeeds."""
    state = load()
    one = state.get(what, {'last': None, 'failed': None, 'problem': None})
    if problem is None:
        one = {'last': now.strftime(FORM), 'failed': None, 'problem': None}
    else:
        one = {**one, 'failed': now.strftime(FORM), 'problem': ' '.join(problem.split())[:500]}
        if unmade:
            one['unmade'] = True
    store.write(f'{host.HOME}/state.json', json.dumps({**state, what: one}, indent=1) + '\n', 0o600)


def begin(whats: list[str], now: datetime) -> None:
    """What is ordered from now on has until the next night; what is ordered no more is forgotten."""
    state = load()
    empty = {'last': None, 'failed': None, 'problem': None, 'since': now.strftime(FORM)}
    kept = {what: state.get(what, empty) for what in whats}
    kept |= {what: one for what, one in state.items() if what.startswith(SENT)}
    store.write(f'{host.HOME}/state.json', json.dumps(kept, indent=1) + '\n', 0o600)


def unmade() -> set[str]:
    """By `database bucket` and the like."""
    return {what for what, one in load().items() if one.get('unmade')}


def judged(now: datetime) -> list[dict[str, Any]]:
    """Each with `what` and `state`: `good`, `failed`, `late`, or `none` while the first night is to come."""
    return [{'what': what, 'state': _state(what, one, now), **one} for what, one in load().items()]


def _state(what: str, one: dict[str, Any], now: datetime) -> str:
    known = one['last'] or one.get('since')
    # A clock that was wrong: a backup of the future says nothing of the last night.
    on_time = known is not None and timedelta(hours=-1) <= now - _time(known) <= LATE
    if not on_time and not what.startswith(SENT):
        return 'late'
    if one['failed'] is not None:
        return 'failed'
    return 'good' if one['last'] else 'none'


def warning(one: dict[str, Any]) -> str:
    """In one line, whatever a program said."""
    if one['state'] == 'full':
        return f'{one["what"]}: {one["problem"]}'
    last = f'the last one is of {one["last"]}' if one['last'] else 'there has been none'
    text = f'backup of {one["what"]}: {last}'
    if one['state'] == 'late':
        text += ', which is older than 26 hours' if one['last'] else ' for 26 hours'
    if one['problem']:
        when = f' at {one["failed"]}' if one['failed'] else ''
        text += f'; it failed{when}: {one["problem"]}'
    return ' '.join(text.split())


def _time(text: str) -> datetime:
    return datetime.strptime(text, FORM).replace(tzinfo=UTC)
