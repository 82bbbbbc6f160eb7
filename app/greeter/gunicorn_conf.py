"""How the app is served: `gunicorn --config python:greeter.gunicorn_conf`."""

import os

from greeter.logs import CONFIG

wsgi_app = "greeter.wsgi:app"

# A unix socket behind the host's web server; a TCP port on a laptop.
if socket := os.environ.get("APP_SOCKET"):
    bind = f"unix:{socket}"
    umask = 0o111  # the web server is another user; the socket's directory decides who gets near
else:
    bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # one a core
threads = 4
preload_app = True  # one copy of the code in memory, and a bad setting ends the start at once
graceful_timeout = 25  # seconds for the requests in flight when the release is replaced
timeout = 30
if os.path.isdir("/dev/shm"):  # noqa: S108 - the heartbeat file must not wait for a disk
    worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True  # it would need a writable home

accesslog = None  # the app logs its requests itself
logconfig_dict = CONFIG
