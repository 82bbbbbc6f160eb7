"""Statements as PostgreSQL's own user."""

from padlock_release import clusters

from . import cluster
from .apart import Server
from .command import as_postgres

# Of a database's owner are the names in it, and where names are looked for (ALTER DATABASE ... SET
# search_path): a superuser's session calls the server's own alone.
NAMES = 'options=-csearch_path=pg_catalog'


def ask(statements: str, database: str = 'postgres', check: bool = True, server: Server | None = None) -> str:
    """
    What psql printed, rows in lines, columns divided by `|`. Statements go over standard input, which no
    other user of the host sees. `server`: one apart, instead of the host's own.
    """
    words = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1']
    version, sockets = (server.version, server.sockets) if server else (None, cluster.SOCKETS)
    where = [f'--host={sockets}', '--username=postgres', '--no-password']
    called = [f'{clusters.programs(version)}/psql', *words, *where, f'--dbname=dbname={database} {NAMES}']
    return as_postgres(*called, stdin=f'{statements}\n;\n', check=check).stdout.strip()
