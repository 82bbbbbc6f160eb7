"""
Anonymised snapshots of the database of the host, for environments that have none of production's rights.
The key of their bucket, and what opens it, come over standard input and lie in no file.
"""
