"""
PostgreSQL of the host: the cluster VERSION/main, whose data lies on the stack's volume and whose
configuration is made anew on each host that the volume comes to.
"""
