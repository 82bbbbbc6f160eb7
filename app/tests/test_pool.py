"""The app behind a pool in mode `transaction`, as `databasePool` puts one in front."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from greeter.tenant import Tenant

from . import pooler, postgresql
from .conftest import browser, log_in
from .test_visits import migrate, rows

# Fewer sessions at the server than the workers have connections, so they share them.
SESSIONS = 2
WORKERS = 4
# psycopg prepares a statement at its sixth execution, where it is left to.
VISITS = 12


@pytest.fixture(scope="module")
def server():
    with postgresql.server() as folder, pooler.pool(folder, SESSIONS):
        yield folder


@pytest.fixture
def pooled(server):
    return f"postgresql://postgres@/postgres?host={server}&port={pooler.PORT}"


def test_workers_that_share_the_sessions_of_a_pool_count_every_visit(
    server, pooled, build, monkeypatch
):
    # Two hosts at once: the lock, its limit and the migration are one transaction.
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(migrate, [pooled, pooled]))
    assert [(one.returncode, one.stderr[-500:]) for one in done if one.returncode] == []
    straight = f"postgresql://postgres@/postgres?host={server}"
    assert rows(straight, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert rows(straight, "SHOW lock_timeout") == rows(pooled, "SHOW lock_timeout") == [("0",)]

    monkeypatch.setattr(Tenant, "probe", lambda self: None)

    def worker(number):
        client = browser(build(DATABASE_URL=pooled))
        log_in(client, sub=f"auth0|{number}")
        pages = [client.get("/home").text for _ in range(VISITS)]
        return [f"visit number {n + 1}<" in page for n, page in enumerate(pages)], client.get(
            "/readyz"
        ).status_code

    with ThreadPoolExecutor(WORKERS) as workers:
        assert list(workers.map(worker, range(WORKERS))) == [([True] * VISITS, 200)] * WORKERS
    assert rows(straight, "SELECT count(*), min(number), max(number) FROM visits") == [
        (WORKERS, VISITS, VISITS)
    ]
