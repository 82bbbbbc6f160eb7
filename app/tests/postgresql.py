"""A PostgreSQL for the time of the tests: a socket in a folder of its own, and no TCP port."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path:
    """Debian keeps each version's server in a folder of its own, out of PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: len(str(path))
    )
    found = str(debian[-1]) if debian else shutil.which("initdb")
    assert found, "no PostgreSQL server: apt-get install postgresql"
    return Path(found).parent


@contextmanager
def server():
    """Yields the folder of its socket; everybody is let in as `postgres`."""
    # PostgreSQL refuses to run as root, and a socket's path is short.
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, "postgres")

    def run(program, *words):
        subprocess.run(
            [programs() / program, *words], check=True, cwd="/", capture_output=True, **user
        )

    data = str(folder / "data")
    run("initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync")
    options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories={folder}"
    run("pg_ctl", "--pgdata", data, "-l", str(folder / "log"), "-o", options, "--wait", "start")
    try:
        yield folder
    finally:
        run("pg_ctl", "--pgdata", data, "--mode=immediate", "stop")
        shutil.rmtree(folder)
