"""What the target has before the copy, and how it is emptied."""

from padlock_release.failure import Failure
from padlock_rows import contents, extensions
from padlock_rows.remarks import IN_CLUSTER, MOVED, ON_HOST, UNFINISHED
from padlock_rows.sides import Side, quoted

from .order import Order


def remark(side: Side) -> str:
    return (side.admin(f'{ON_HOST if side.kind == "local" else IN_CLUSTER};') or [''])[0]


def say(side: Side, text: str | None) -> None:
    value = 'NULL' if text is None else f"'{text}'"
    where = f'ROLE {quoted(side.app)}' if side.kind == 'local' else f'DATABASE {quoted(side.database)}'
    side.admin(f'COMMENT ON {where} IS {value};')


def ensure_there(target: Side) -> None:
    """Where a copy was cut off as it made the app's database on the host anew (`_anew`): has it the app's."""
    if target.kind != 'local':
        return
    # Both names are lower-case letters, digits and _ (order.py).
    asked = (
        f"SELECT datdba = '{target.app}'::regrole AND datallowconn FROM pg_database "  # noqa: S608
        f"WHERE datname = '{target.database}';"
    )
    found = target.admin(asked, 'postgres')
    if found == ['t']:
        return
    database, app = quoted(target.database), quoted(target.app)
    opened = f'ALTER DATABASE {database} ALLOW_CONNECTIONS true;\nALTER DATABASE {database} OWNER TO {app};'
    made = f'CREATE DATABASE {database} OWNER {app};'
    target.admin(f'{opened if found else made}\nREVOKE ALL ON DATABASE {database} FROM PUBLIC;', 'postgres')


def ensure_free(order: Order, target: Side, unfinished: bool) -> None:
    """Raises Failure where the target has rows that nobody has said may go."""
    said = remark(target)
    if unfinished or said == UNFINISHED:
        return
    has = contents.of(target)
    if has.rows == 0 or (order.replace and said.startswith(MOVED)):
        return
    tables = [name for name, rows in has.tables.items() if rows > 0]
    named = f'{has.rows} rows ({", ".join(tables[:5])}{", …" if len(tables) > 5 else ""})'
    if said.startswith(MOVED):
        raise Failure(
            f'the {target.kind} database still has the {named} that were {said[9:]}; the move would put the '
            'rows of now in their place. Fix, if those of then may go: --replace'
        )
    raise Failure(
        f'the {target.kind} database has {named} of its own, and the move would put others in their place. '
        'Fix: keep what is of use (pg_dump), drop those tables in psql; then run this again'
    )


def ensure_room(source: Side, target: Side, free: int | None) -> int:
    """
    Raises Failure where the rows would not fit, with some for the log of the copy; returns the bytes
    of the source. `free` is None where nobody knows.
    """
    has = contents.size(source)
    needed = has + has // 5 + (256 << 20)
    if free is not None and free + contents.size(target) < needed:
        raise Failure(
            f'the {target.kind} database has room for {_mib(free)} MiB more, and the move needs '
            f'{_mib(needed)} MiB. Fix: a larger volume for a local one (pulumi config set volume), a larger '
            'databaseSize for a managed one; then run this again'
        )
    return has


def ensure_versions(source: Side, target: Side, tools: int) -> tuple[int, int]:
    """Raises Failure where the target is older than the source, or its extensions are not to be had."""
    versions = (contents.version(source), contents.version(target))
    if versions[1] < versions[0]:
        raise Failure(
            f'the {source.kind} database is PostgreSQL {versions[0]} and the {target.kind} one '
            f'{versions[1]}: rows do not go to an older version'
        )
    if versions[0] > tools:
        raise Failure(
            f'the {source.kind} database is PostgreSQL {versions[0]}, which pg_dump {tools} of this host '
            'does not read'
        )
    extensions.ensure(contents.extensions(source), f'{source.kind} database', target)
    return versions


def prepare(source: Side, target: Side) -> None:
    """Nothing of the app's is in it afterwards but its extensions, and the app may make everything anew."""
    say(target, UNFINISHED)
    if target.kind == 'local':
        _anew(source, target)
    else:
        _emptied(target)
    extensions.make(contents.extensions(source), target)


def _anew(source: Side, target: Side) -> None:
    database, app = quoted(target.database), quoted(target.app)
    # Until it is the app's nobody but the superuser gets in, so what he runs there is nobody else's.
    target.admin(
        # The app may have called its own one a template, which is not dropped.
        f'ALTER DATABASE {database} IS_TEMPLATE false;\n'
        f'DROP DATABASE {database} WITH (FORCE);\n'
        f'CREATE DATABASE {database} ALLOW_CONNECTIONS false;\n'
        f'REVOKE ALL ON DATABASE {database} FROM PUBLIC;\n'
        f'ALTER DATABASE {database} ALLOW_CONNECTIONS true;',
        'postgres',
    )
    try:
        wanted = contents.extensions(source)
        extensions.make_as_owner(extensions.of_owner(wanted, target), target)
    finally:
        target.admin(f'ALTER DATABASE {database} OWNER TO {app};', 'postgres')


def _emptied(target: Side) -> None:
    """The provider knows its databases by name, so it stays and what is in it goes."""
    database, app = quoted(target.database), quoted(target.app)
    target.own('DROP OWNED BY current_user CASCADE;')
    target.admin(
        f'ALTER DATABASE {database} RESET default_transaction_read_only;\n'
        f'GRANT ALL ON DATABASE {database} TO {app};\nGRANT ALL ON SCHEMA public TO {app};'
    )


def _mib(count: int) -> int:
    return count >> 20
