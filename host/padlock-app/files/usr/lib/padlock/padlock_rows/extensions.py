"""
The extensions that a target must have before the copy. What the app may not make itself, on the host the
superuser makes before the app has a way into the database: the script of an extension (CREATE EXTENSION)
looks for names in the schema that it goes to, where the app could have put functions of its own.
"""

from typing import NamedTuple

from padlock_release.failure import CommandFailure, Failure

from .sides import Side, quoted

# What the superuser makes on the host: of the server's own modules those that clusters offer too and that
# give the app nothing of the host (https://www.postgresql.org/docs/17/contrib.html), and PostGIS.
KNOWN = frozenset({
    'address_standardizer', 'address_standardizer_data_us', 'bloom', 'dblink', 'earthdistance', 'intagg',
    'pg_buffercache', 'pg_stat_statements', 'pgrowlocks', 'pgstattuple', 'postgis', 'postgis_raster',
    'postgis_sfcgal', 'postgis_tiger_geocoder', 'postgis_topology', 'postgres_fdw', 'sslinfo',
})  # fmt: skip
# Of the version that would be made.
ASKED = (
    'SELECT json_build_array(e.name, v.trusted OR NOT v.superuser, coalesce(v.requires, ARRAY[]::name[])) '
    'FROM pg_available_extensions AS e JOIN pg_available_extension_versions AS v '
    'ON v.name = e.name AND v.version = e.default_version ORDER BY e.name;'
)


class Available(NamedTuple):
    """`free`: may the app make it itself?"""

    free: bool
    requires: list[str]


def of_target(target: Side) -> dict[str, Available]:
    return {name: Available(free, requires) for name, free, requires in target.rows(ASKED)}


def ensure(wanted: dict[str, str], of: str, target: Side) -> None:
    """
    Raises Failure where the target has not what is wanted, or nobody makes it there. `wanted` has the schema
    of each, as of all here; `of` says what wants them.
    """
    there = of_target(target)
    missing = sorted(set(wanted) - set(there))
    if missing:
        raise Failure(
            f'the {target.kind} database has not the extensions that the {of} uses: '
            f'{", ".join(missing)}. Fix: do without them (DROP EXTENSION), or stay'
        )
    if target.kind != 'local':
        return
    unknown = sorted(name for name in wanted if not there[name].free and name not in KNOWN)
    if unknown:
        raise Failure(
            f'the {of} uses the extensions {", ".join(unknown)}, which on the host its '
            f'superuser alone may make, and he makes none but {", ".join(sorted(KNOWN))}. '
            'Fix: do without them (DROP EXTENSION), or stay'
        )


def of_owner(wanted: dict[str, str], target: Side) -> dict[str, str]:
    """Those that the owner of the server's databases makes; what one requires stands before it."""
    there = of_target(target)
    found: dict[str, str] = {}

    def add(name: str) -> None:
        for other in there[name].requires:
            if other not in found and other in wanted:
                add(other)
        found[name] = wanted[name]

    for name in wanted:
        if name in there and not there[name].free and (name in KNOWN or target.kind == 'managed'):
            add(name)
    return found


def make_as_owner(made: dict[str, str], target: Side) -> None:
    """In a database that is closed to the app, which gets the schemas afterwards."""
    for name, schema in made.items():
        if schema != 'public':
            target.admin(f'CREATE SCHEMA IF NOT EXISTS {quoted(schema)};')
        target.admin(_create(name, schema))
    for schema in {*made.values()} - {'public'}:
        if target.kind == 'local':
            target.admin(f'ALTER SCHEMA {quoted(schema)} OWNER TO {quoted(target.app)};')
        else:
            # Who gives a schema away must be of the role that gets it.
            target.admin(f'GRANT ALL ON SCHEMA {quoted(schema)} TO {quoted(target.app)};')


def make(wanted: dict[str, str], target: Side, alone: bool = False) -> None:
    """
    The rest, as the app; what a cluster does not let it make, as the cluster's administrator, unless the app
    makes them `alone`.
    """
    for name, schema in wanted.items():
        if schema != 'public':
            target.make(f'CREATE SCHEMA IF NOT EXISTS {quoted(schema)};')
        try:
            target.make(_create(name, schema))
        except CommandFailure:
            # On the host that is the superuser, and this database has been the app's since.
            if target.kind == 'local' or alone:
                raise
            target.admin(_create(name, schema))


def _create(name: str, schema: str) -> str:
    return f'CREATE EXTENSION IF NOT EXISTS {quoted(name)} WITH SCHEMA {quoted(schema)};'
