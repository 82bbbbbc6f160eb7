"""
Remarks of a move on a database whose rows are not those of the app (padlock_move). They outlive the host, and
are in backups. The app writes none of them: on the host, where the database is its own, they are on its role,
on which its superuser alone writes; in a cluster on the database, which is doadmin's.
"""

UNFINISHED = 'padlock: a copy that is not in use'
# With the kind of database that has them now, and since when.
MOVED = 'padlock: moved to '
# Of the host's server; empty where there is none.
ON_HOST = """
SELECT coalesce((SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'app'), '')"""
# Of the cluster's database that is asked; empty where there is none.
IN_CLUSTER = """
SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database
WHERE datname = current_database()"""
