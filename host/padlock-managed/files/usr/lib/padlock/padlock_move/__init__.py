"""
Moves the app's rows from one database of the stack to the other, of PostgreSQL on the host and a managed
one. An order lies ready, and the release that is to use the other database begins with the copy: so the
time in which nothing can be written is that of the copy and of the release's start. The copy changes
nothing of the source but that its sessions are read-only.
"""
