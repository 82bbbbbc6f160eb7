"""HTTP over a unix socket."""

import socket
from http.client import HTTPConnection


class UnixConnection(HTTPConnection):
    """An HTTP connection to a path instead of an address."""

    def __init__(self, path: str, timeout: float, host: str = 'localhost') -> None:
        super().__init__(host, timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)
