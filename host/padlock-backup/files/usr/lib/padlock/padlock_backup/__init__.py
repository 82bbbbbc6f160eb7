"""
Backups of a host: the database by pgBackRest, the app's files by restic, each to the bucket and to the
volume. What opens them, and the bucket's key, come over standard input and lie in files of root's.
"""
