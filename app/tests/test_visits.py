"""The app with a real PostgreSQL: migrations, visits, and what happens where they fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from greeter import settings
from greeter.tenant import Tenant

from . import postgresql
from .conftest import ENVIRONMENT, browser, log_in

APP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def server():
    with postgresql.server() as folder:
        yield folder


@pytest.fixture
def url(server, request):
    """Of a database for one test."""
    name = f"t{abs(hash(request.node.name)) % 10**8}"
    admin = create_engine(
        f"postgresql+psycopg://postgres@/postgres?host={server}", isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"postgresql://postgres@/{name}?host={server}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def migrate(url, folder=APP / "greeter/migrations"):
    """As the releaseCommand does, from another folder than the app's too."""
    alembic = Path(sys.executable).parent / "alembic"
    return subprocess.run(
        [alembic, "--config", folder / "alembic.ini", "upgrade", "head"],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        | ({"DATABASE_URL": url} if url else {}),
        capture_output=True,
        text=True,
        cwd="/",
    )


def rows(url, query):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def tables(url):
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return [name for (name,) in rows(url, query)]


@pytest.fixture
def build(build, monkeypatch):
    """The app with a tenant that answers."""
    monkeypatch.setattr(Tenant, "probe", lambda self: None)
    return build


def test_a_migrated_database_counts_the_visits_of_each_user(url, build):
    assert migrate(url).returncode == 0
    client = browser(build(DATABASE_URL=url))
    assert client.get("/readyz").status_code == 200
    log_in(client)
    assert "visit number 1<" in client.get("/home").text
    # Another release, and another user.
    later = browser(build(DATABASE_URL=url, APP_RELEASE="b" * 12))
    log_in(later)
    assert "visit number 2<" in later.get("/home").text
    log_in(later, sub="auth0|bob", email="ada@example.com")
    assert "visit number 1<" in later.get("/home").text
    assert rows(url, "SELECT subject, number FROM visits ORDER BY 1") == [
        ("auth0|ada", 2),
        ("auth0|bob", 1),
    ]


def test_migrating_again_changes_nothing(url):
    assert [migrate(url).returncode, migrate(url).returncode] == [0, 0]
    assert rows(url, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_a_migration_that_fails_leaves_schema_rows_and_the_old_version_as_they_were(
    url, build, tmp_path
):
    migrate(url)
    client = browser(build(DATABASE_URL=url))
    log_in(client)
    client.get("/home")
    before = tables(url)
    broken = tmp_path / "greeter/migrations"
    shutil.copytree(APP / "greeter", tmp_path / "greeter")
    (broken / "versions/0002_more.py").write_text(
        'from alembic import op\nrevision = "0002"\ndown_revision = "0001"\n'
        "def upgrade():\n"
        '    op.execute("CREATE TABLE more (n int)")\n'
        '    op.execute("ALTER TABLE visits DROP COLUMN number")\n'
    )
    (broken / "versions/0003_wrong.py").write_text(
        'from alembic import op\nrevision = "0003"\ndown_revision = "0002"\n'
        'def upgrade():\n    op.execute("ALTER TABLE nothing ADD COLUMN n int")\n'
    )
    done = migrate(url, broken)
    assert done.returncode != 0
    assert 'relation "nothing" does not exist' in done.stderr
    assert tables(url) == before
    assert rows(url, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert "visit number 2<" in client.get("/home").text


def test_a_database_that_was_not_migrated_is_not_ready_and_greets_all_the_same(url, build):
    client = browser(build(DATABASE_URL=url))
    answer = client.get("/readyz")
    assert (answer.status_code, "database" in answer.json["reason"]) == (503, True)
    log_in(client)
    page = client.get("/home")
    assert page.status_code == 200
    assert "Hello, Ada Lovelace!" in page.text
    assert "visit" not in page.text


def test_why_visits_are_not_counted_is_logged_once_and_without_the_address(url, build, caplog):
    client = browser(build(DATABASE_URL=url.replace("postgres@", "postgres:hunter22@")))
    log_in(client)
    caplog.set_level("INFO", "greeter.visits")

    def logged():
        return [record.getMessage() for record in caplog.records if "visits" in record.name]

    for _ in range(3):
        client.get("/home")
    # 42P01: undefined_table.
    problem = "visits are not counted: ProgrammingError, SQLSTATE 42P01"
    assert logged() == [problem]
    migrate(url)
    for _ in range(2):
        client.get("/home")
    assert logged() == [problem, "visits are counted again"]
    assert "hunter22" not in caplog.text and "auth0|ada" not in caplog.text


def test_connections_that_a_restart_has_ended_are_replaced(url, build):
    migrate(url)
    client = browser(build(DATABASE_URL=url))
    log_in(client)
    client.get("/home")
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    rows(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    assert "visit number 2<" in client.get("/home").text


def test_without_a_database_there_is_nothing_of_it(build):
    code = "import greeter.wsgi, sys; print({'sqlalchemy', 'psycopg', 'alembic'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], env=ENVIRONMENT, cwd=APP, capture_output=True, text=True
    )
    assert done.stdout == "set()\n", done.stderr
    client = browser(build())
    log_in(client)
    assert "visit" not in client.get("/home").text
    assert client.get("/readyz").status_code == 200
    assert "DATABASE_URL is not set" in migrate(None).stderr


@pytest.mark.parametrize(
    "value", ["mysql://app:hunter22@/app", "postgresql://app:hunter22@", "hunter22"]
)
def test_another_address_ends_the_start_and_is_not_repeated(value):
    with pytest.raises(settings.SettingsError, match="DATABASE_URL: it is not an") as raised:
        settings.read(ENVIRONMENT | {"DATABASE_URL": value})
    assert "hunter22" not in str(raised.value)


def test_the_address_is_not_in_the_representation():
    url = "postgresql://app:hunter22@/app?host=/run/postgresql"
    assert "hunter22" not in repr(settings.read(ENVIRONMENT | {"DATABASE_URL": url}))
