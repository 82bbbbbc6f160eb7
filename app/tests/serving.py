"""Runs the real server, as the container does, for the time of a test."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

APP = Path(__file__).parents[1]


@contextmanager
def server(environment, **extra):
    """gunicorn with this environment and nothing of the caller's but PATH.

    One worker: a second one that is just being forked would miss a SIGTERM, and gunicorn would
    wait for it until the graceful timeout.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:greeter.gunicorn_conf"],
        cwd=APP,
        env={"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "1"} | environment | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # the workers too
            process.communicate()


def stop(process):
    """Ends it as a container engine does; gives back what it logged, line by line."""
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


@contextmanager
def running(environment, port, **extra):
    """The server on a port of this computer, once it answers."""
    with server(environment, PORT=str(port), **extra) as process:
        wait(lambda: requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok, process)
        yield process


def wait(check, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {process.communicate()}")
        try:
            if check():
                return
        except OSError:  # requests' errors are OSErrors too
            pass
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
