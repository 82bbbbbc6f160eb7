"""
Remarks of a move on a database whose rows are not those of the app (padlock_move). They outlive the host, and
are in backups; whoever owns the database may write others.
"""

UNFINISHED = 'padlock: a copy that is not in use'
# With the kind of database that has them now, and since when.
MOVED = 'padlock: moved to '
