"""What a database holds: tables with their rows, sequences, large objects, extensions."""

from typing import Any, NamedTuple

from .sides import Side

# Neither the server's own nor an extension's, which brings its tables along.
OWN = r"""
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
"""
# What is a table in one statement may be a view in the next, made by the app to run as whoever asks.
NO_VIEWS = """
SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings
WHERE name = 'restrict_nonsystem_relation_kind' \\g /dev/null
"""
# Materialized views are not copied but filled anew from their tables, and need not be as they were.
COUNTS = f"""
{NO_VIEWS}
SELECT format('SELECT json_build_array(''table'', %L, count(*)) FROM %I.%I',
  n.nspname || '.' || c.relname, n.nspname, c.relname)
{OWN} AND c.relkind = 'r' ORDER BY n.nspname, c.relname \\gexec
SELECT format('SELECT json_build_array(''sequence'', %L, last_value, is_called) FROM %I.%I',
  n.nspname || '.' || c.relname, n.nspname, c.relname)
{OWN} AND c.relkind = 'S' ORDER BY n.nspname, c.relname \\gexec
SELECT json_build_array('large', '', count(*)) FROM pg_largeobject_metadata;
"""  # noqa: S608
# What sessions have written, once they are over or have waited for a second.
WRITTEN = 'SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables;'


# Of extensions, which bring rows along that they have not made (pg_extension_config_dump()).
OTHERS = """
SELECT json_build_array(n.nspname || '.' || c.relname) FROM pg_depend AS d
JOIN pg_class AS c ON c.oid = d.objid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND c.relkind IN ('r', 'S');"""


class Contents(NamedTuple):
    """Rows by `schema.table`, the last value of each sequence and whether it was given, large objects."""

    tables: dict[str, int]
    sequences: dict[str, list[Any]]
    large: int

    @property
    def rows(self) -> int:
        return sum(self.tables.values()) + self.large


def of(side: Side) -> Contents:
    """Counts every row."""
    found = side.rows(COUNTS)
    return Contents(
        {name: more[0] for kind, name, *more in found if kind == 'table'},
        {name: more for kind, name, *more in found if kind == 'sequence'},
        next(more[0] for kind, _, *more in found if kind == 'large'),
    )


def differences(source: Contents, target: Contents) -> list[str]:
    """Each as a line; empty where the target has what the source has."""
    lines = []
    for what, ours, theirs in (
        ('rows of', source.tables, target.tables),
        ('last value of', source.sequences, target.sequences),
    ):
        for name in sorted({*ours, *theirs}):
            if ours.get(name) != theirs.get(name):
                lines.append(f'{what} {name}: {ours.get(name)} and {theirs.get(name)}')
    if source.large != target.large:
        lines.append(f'large objects: {source.large} and {target.large}')
    return lines


def version(side: Side) -> int:
    """The server's major version."""
    return int(side.admin('SHOW server_version_num;')[0]) // 10000


def size(side: Side) -> int:
    """Bytes."""
    return int(side.own('SELECT pg_database_size(current_database());')[0])


def free(side: Side, volume: int) -> int | None:
    """
    Bytes; of a cluster what the databases that one may ask about leave of its storage, and None where nobody
    knows how much it has. `volume`: those of the host's.
    """
    if side.kind == 'local':
        return volume
    if side.storage == 0:
        return None
    asked = (
        'SELECT coalesce(sum(pg_database_size(oid)), 0) FROM pg_database '
        "WHERE datallowconn AND has_database_privilege(oid, 'CONNECT');"
    )
    return max(0, (side.storage << 20) - int(side.admin(asked)[0]))


def extensions(side: Side) -> dict[str, str]:
    """The schema of each; plpgsql is everywhere."""
    asked = (
        'SELECT json_build_array(extname, nspname) FROM pg_extension JOIN pg_namespace AS n '
        "ON n.oid = extnamespace WHERE extname <> 'plpgsql' ORDER BY extname;"
    )
    return dict(side.rows(asked))


def of_extensions(side: Side) -> set[str]:
    """`schema.table` of the tables and sequences that extensions have made."""
    return {name for [name] in side.rows(OTHERS)}


def written(side: Side) -> int:
    return int(side.own(WRITTEN)[0])
