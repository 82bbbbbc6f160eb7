import http.client
import os
import socket
import stat
import threading

import pytest

from .conftest import ENVIRONMENT
from .serving import free_port, running, server, stop, wait

# Nothing listens here, so that no test asks a stranger's server.
OFFLINE = ENVIRONMENT | {"AUTH0_DOMAIN": "localhost:1"}


def over(path, target):
    """Status of a GET through a unix socket."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    connection.request("GET", target)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_serves_on_a_unix_socket_that_the_web_server_may_use(tmp_path):
    path = tmp_path / "app.sock"
    with server(OFFLINE, APP_SOCKET=str(path)) as process:
        wait(lambda: over(path, "/healthz") == 200, process)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o666
        assert over(path, "/home") == 302
        lines = stop(process)
    assert {line["release"] for line in lines} == {"3f2a9c01d2e4"}
    assert "Booting worker" in str(lines)
    assert [line["path"] for line in lines if line["message"] == "request"][-1] == "/home"


@pytest.mark.parametrize("key", ["APP_SECRET_KEY", "AUTH0_CLIENT_SECRET"])
def test_a_wrong_setting_ends_the_start_with_one_message(key):
    wrong = {"APP_URL": "app.example.com", key: "hush hush"}
    with server(OFFLINE | wrong, PORT="0") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 78
    assert "greeter cannot start, 2 settings are wrong:\n" in err
    assert "\n  APP_URL: " in err and f"\n  {key}: " in err
    assert "hush hush" not in out + err
    assert "Traceback" not in out + err


def test_requests_in_flight_are_ended_in_peace():
    # A request that waits for the tenant's answer: a listener that takes the call and keeps silent.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        domain = f"localhost:{silent.getsockname()[1]}"
        port = free_port()
        with running(OFFLINE | {"AUTH0_DOMAIN": domain}, port) as process:
            status = []

            def ask():
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/readyz")
                status.append(connection.getresponse().status)

            asking = threading.Thread(target=ask)
            asking.start()
            held, _ = silent.accept()  # the app is now in the middle of the request
            lines = stop(process)
            asking.join()
            held.close()
    assert status == [503]
    assert [line["path"] for line in lines if line["message"] == "request"][-1] == "/readyz"


def test_the_laptops_port_is_on_this_computer_alone():
    port = free_port()
    with running(OFFLINE, port) as process:
        lines = stop(process)
    assert f"http://127.0.0.1:{port} " in str(lines)
