"""A PgBouncer in front of a test's PostgreSQL, as strict as any that a provider may run."""

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

# At once: since PgBouncer 1.23 SIGTERM waits for clients (its changelog).
ENDS = signal.SIGQUIT
PORT = 6432


def program() -> str:
    """Debian has it where administrators' programs lie, which may not be in PATH."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "no PgBouncer: apt-get install pgbouncer"
    return found


@contextmanager
def pool(folder, connections: int):
    """Yields the port whose socket in the server's folder is a pool of each database there, in mode
    `transaction`; nothing of a session is kept from one transaction to the next one's client."""
    version = subprocess.run([program(), "--version"], check=True, capture_output=True, text=True)
    tracks = tuple(map(int, re.findall(r"\d+", version.stdout)[:2])) >= (1, 21)
    settings = [
        *("[databases]", f"* = host={folder} user=postgres", "[pgbouncer]"),
        *("listen_addr =", f"listen_port = {PORT}", f"unix_socket_dir = {folder}"),
        *("auth_type = any", "pool_mode = transaction", f"default_pool_size = {connections}"),
        # Since 1.21 it may follow prepared statements (https://www.pgbouncer.org/config.html).
        *(["max_prepared_statements = 0"] if tracks else []),
    ]
    config = folder / "pgbouncer.ini"
    config.write_text("\n".join(settings) + "\n")
    # PgBouncer refuses to run as root, as PostgreSQL does.
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    with open(folder / "pgbouncer.log", "wb") as log:
        child = subprocess.Popen([program(), config], cwd="/", stdout=log, stderr=log, **user)
    try:
        deadline = time.monotonic() + 15
        while not (folder / f".s.PGSQL.{PORT}").exists():
            assert child.poll() is None and time.monotonic() < deadline, (
                folder / "pgbouncer.log"
            ).read_text()
            time.sleep(0.05)
        yield PORT
    finally:
        child.send_signal(ENDS)
        child.wait(15)
