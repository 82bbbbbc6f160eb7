"""A restore, from the order to what is said of it."""

import contextlib
import time
from datetime import UTC, datetime
from typing import Any

from padlock_release import clusters, log
from padlock_release.failure import Failure

from . import (
    archive,
    chosen_kinds,
    elsewhere,
    host,
    journal,
    lock,
    meant,
    needs,
    places,
    recovery,
    restored_dump,
    restored_files,
    room,
    staging,
    swap,
)  # fmt: skip
from .attempts import Part
from .order import Order
from .places import Backup, Place
from .staging import Staging
from .state import FORM
from .wanted import RestoreOrder

HOUR = 3600
WATCH = 'padlock-backup-resume.path'


def restore(order: RestoreOrder, own: Order | None, back_up: Any, now: datetime) -> dict[str, Any]:
    """
    What runs stays untouched until what is to replace it has been proven beside it. `back_up` makes a
    last backup of the host's own, and returns what of it failed.
    """
    began = time.monotonic()
    problems: list[str] = []
    _refuse_future(order, now)
    with contextlib.ExitStack() as stack:
        found = stack.enter_context(places.opened(order.source, own))
        whats = chosen_kinds.of(order, own, found)
        chosen = {what: _choose(order, found, what, now) for what in whats}
        staged = former = None
        if 'managed' in whats:
            staged = stack.enter_context(staging.opened(order.into, own))
            staging.ensure_free(staged)
            staging.ensure_room(staged, restored_dump.size(chosen['managed'][0]))
            former = _former(staged)
        _ensure_room(order, chosen, own)
        if own is not None and own.database:
            archive.mark()
        if own is not None and order.back_up_before:
            problems += _last_backup(back_up, own)
            # That one is on the same volume.
            _ensure_room(order, chosen, own)
        swap.forget()
        swap.forget_former()
        if staged is not None:
            staging.forget_former(staged)
        # It ends this one if it is killed.
        host.run('systemctl', 'start', WATCH, check=False)
        journal.note(step='prepare', **({'kind': staged.side.kind} if staged else {}))
        try:
            # Each notes itself before it looks for the other's note.
            if clusters.upgrading():
                raise Failure(lock.UPGRADE)
            parts = {what: _bring(order, chosen[what], what, staged, found, own) for what in whats}
            files_of = parts['files'].system if 'files' in parts else None
            down, problem = swap.run(whats, files_of, staged)
        except BaseException:
            if not swap.has_begun(whats):
                swap.forget()
                if staged is not None:
                    staging.forget_tried(staged)
            raise
    problems += [problem] if problem else []
    log.say(f'restored, after {down} s without service')
    if 'database' in whats:
        problems += _read_only(order, own)
    problems += finish(whats, own, back_up)
    return {
        'database': _told(parts.get('database') or parts.get('managed')), 'files': _told(parts.get('files')),
        'former': former,
        'seconds': round(time.monotonic() - began, 1), 'downSeconds': down, 'problems': problems,
        'appReady': problem is None,
    }  # fmt: skip


def finish(whats: list[str], own: Order | None, back_up: Any) -> list[str]:
    """After the swap: the former data is kept, and backups of what runs now begin. Returns what failed."""
    swap.settle(whats)
    problems = []
    if own is not None:
        # Whoever tries one moment after the other still needs the oldest.
        failed = back_up(own, 'full' if 'database' in whats else 'incr', False)
        if failed:
            problems.append(f'the backup after the restore failed: {", ".join(failed)}; see ./padlock status')
            log.say(problems[-1])
    swap.forget()
    return problems


def _refuse_future(order: RestoreOrder, now: datetime) -> None:
    if order.at is not None and order.at > now:
        raise Failure(f'{_iso(order.at)} is in the future: the clock of this host says {_iso(now)}')


def _choose(order: RestoreOrder, found: list[Place], what: str, now: datetime) -> list[Backup]:
    """Those that fit, the newest first; a place that lags behind has no later log either."""
    there = places.listed(found, what)
    newest = max(there, key=lambda one: one.time)
    if order.label is None and newest.time > now.timestamp() + HOUR:
        raise Failure(
            f'the clock of this host says {_iso(now)}, and there is a backup of {_of(newest)}: one of them '
            'is wrong. Fix: sudo timedatectl set-ntp true; or, if it was wrong then, --backup LABEL of '
            'another one (./padlock backup list). Nothing was changed'
        )
    if order.label is not None:
        fitting = [one for one in there if one.label.startswith(order.label)]
        if not fitting:
            raise Failure(
                f'there is no backup {order.label} at {" or ".join(map(str, found))}; ./padlock backup list '
                'names those that there are. Nothing was changed'
            )
        _ensure_readable(fitting[0])
        return fitting
    if order.at is None:
        # Of a version before an upgrade there is another database, and this host cannot run it.
        there = [one for one in there if _is_readable(one)] or there
        there = meant.ensure_one(there, what)
    fitting = [one for one in there if order.at is None or one.time <= order.at.timestamp()]
    if not fitting and order.at is not None:
        oldest = min(there, key=lambda one: one.time)
        raise Failure(
            f'no backup of the {places.NAMES[what]} covers {_iso(order.at)}: the oldest one is of '
            f'{_of(oldest)}. Nothing was changed'
        )
    newest = max(fitting, key=lambda one: one.time)
    _ensure_readable(newest)
    # Where that one is damaged, an older one (and its log) stands in; another database's or volume's never.
    same = [one for one in fitting if one.system == newest.system]
    return sorted(same, key=_age)


def _is_readable(backup: Backup) -> bool:
    return backup.version in (None, host.version())


def _ensure_readable(backup: Backup) -> None:
    """Raises Failure where it is of another major version, as those before an upgrade are."""
    if not _is_readable(backup):
        raise Failure(
            f'the backup {backup.label} is of PostgreSQL {backup.version}, and this host has '
            f'{host.version()}. Fix: restore it into a stack whose databaseVersion is {backup.version} '
            '(./padlock restore --to STACK), which ./padlock database upgrade then raises. Nothing was '
            'changed'
        )


def _age(backup: Backup) -> float:
    """The bucket's of the same night is made after the volume's, and is no newer for that."""
    return -backup.time - (HOUR if backup.place.where == 'volume' else 0)


def _ensure_room(order: RestoreOrder, chosen: dict[str, list[Backup]], own: Order | None) -> None:
    here = order.into is not None and order.into.kind == 'local'
    needed = needs.of(chosen, order.at is None and order.label is None, own, here)
    room.ensure(needed.restored, needed.backup, host.free() + swap.room_of_former())


def _last_backup(back_up: Any, own: Order) -> list[str]:
    """Of what is about to be replaced."""
    # What is about to be restored may be the oldest.
    failed = back_up(own, 'incr', False)
    if not failed:
        return []
    problem = f'no last backup was made of {", ".join(failed)}; the restore goes on'
    log.say(problem)
    return [problem]


def _bring(
    order: RestoreOrder, chosen: list[Backup], what: str, staged: Staging | None, found: list[Place],
    own: Order | None,
) -> Part:  # fmt: skip
    if staged is not None and what == 'managed':
        return restored_dump.bring(chosen, staged)
    if what == 'database':
        try:
            return recovery.bring(chosen, order.at, order.label is not None, _is_used(own))
        except elsewhere.Elsewhere as failure:
            raise elsewhere.told(failure, *_asked(order, chosen), found) from None
    return restored_files.bring(chosen)


def _is_used(own: Order | None) -> bool:
    """Is the host's database the app's? One beside may well have rows of before a move."""
    return not (own and own.beside)


def _read_only(order: RestoreOrder, own: Order | None) -> list[str]:
    """Of the database that runs now; an app may have all that there is read-only by its own choice."""
    word = elsewhere.read_only() if _is_used(own) else None
    if word is None:
        return []
    log.say(word)
    return [word] if order.at or order.label else []


def _asked(order: RestoreOrder, chosen: list[Backup]) -> tuple[str, float | None]:
    """The moment that is asked for, in words and in seconds."""
    if order.at is not None:
        return f'at {_iso(order.at)}', order.at.timestamp()
    if order.label is not None:
        return f'when the backup {chosen[0].label} was made, at {_of(chosen[0])},', chosen[0].time
    return 'at the end of what was handed on', None


def _former(staged: Staging) -> dict[str, Any] | None:
    """The database that is to have what is replaced; None where there is nothing to replace."""
    if staged.number(staged.side.database) is None:
        log.say(f'there is no database {staged.side.database}: nothing is replaced')
        return None
    return {'name': staged.former, 'kind': staged.side.kind}


def _told(part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {
        'label': part.label, 'where': part.where, 'seconds': part.seconds, 'passedOver': part.passed_over,
        'until': None if part.until is None else part.until.isoformat(),
    }  # fmt: skip


def _of(backup: Backup) -> str:
    return _iso(datetime.fromtimestamp(backup.time, UTC))


def _iso(when: datetime) -> str:
    return when.strftime(FORM)
