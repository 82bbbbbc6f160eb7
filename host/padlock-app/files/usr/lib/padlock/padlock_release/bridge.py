"""
The unix socket of a release whose app listens on TCP. It runs as the user `app` inside the
container's network namespace, so no port is open outside, and makes the socket when the app
listens: until then the proxy is told at once that nobody is there, as with an app's own socket.
"""

import ipaddress
import os
import socket
import sys
import time

RELEASES = '/srv/app/releases'
PROXYD = '/usr/lib/systemd/systemd-socket-proxyd'
# Of /proc/net/tcp (proc_pid_net(5)).
LISTEN = '0A'
CONNECTIONS = 1024


def main(instance: str) -> None:
    """Never returns: systemd's own proxy takes the process over."""
    release, port = instance.rsplit('-', 1)
    enter(pid(f'{os.environ["XDG_RUNTIME_DIR"]}/app-{release}.pid'))
    address = _address(int(port))
    serve(f'{RELEASES}/{release}/app.sock', address, PROXYD)


def pid(path: str) -> int:
    """The process id of the container, once it runs."""
    while True:
        try:
            with open(path, encoding='utf-8') as file:
                return int(file.read())
        except (FileNotFoundError, ValueError):
            time.sleep(0.1)


def enter(process: int) -> None:
    """Goes into the process's namespaces of users and network; files and rights stay the same."""
    found = os.pidfd_open(process)
    os.setns(found, os.CLONE_NEWUSER | os.CLONE_NEWNET)
    os.close(found)


def _address(port: int) -> str:
    while (found := listening(port)) is None:
        time.sleep(0.1)
    return found


def listening(port: int, folder: str = '/proc/self/net') -> str | None:
    """Where the port is listened on, as systemd's proxy has it, host:port; None if it is not."""
    found = [
        address for table in ('tcp', 'tcp6') for address, at in _listeners(f'{folder}/{table}') if at == port
    ]
    if not found:
        return None
    # The first is IPv4's where there are both.
    address = found[0]
    if address.is_unspecified:
        # `::` takes IPv4 too unless the app has it otherwise, and a host may have nothing but IPv4.
        ipv4 = address.version == 4 or _takes('127.0.0.1', port)
        return f'127.0.0.1:{port}' if ipv4 else f'::1:{port}'
    # Without brackets, which systemd's proxy would take for a part of a name.
    return f'{address}:{port}'


def _takes(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def _listeners(
    path: str,
) -> list[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]]:
    try:
        with open(path, encoding='ascii') as file:
            rows = [line.split() for line in file.readlines()[1:]]
    except FileNotFoundError:
        return []
    return [_decoded(row[1]) for row in rows if row[3] == LISTEN]


def _decoded(local: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
    """Words of four bytes in the host's order, in hexadecimal digits."""
    digits, port = local.split(':')
    words = (bytes.fromhex(digits[at : at + 8]) for at in range(0, len(digits), 8))
    packed = b''.join(word[::-1] if sys.byteorder == 'little' else word for word in words)
    return ipaddress.ip_address(packed), int(port, 16)


def serve(path: str, address: str, program: str) -> None:
    """Makes the socket, open to all inside its directory, and hands it on (sd_listen_fds(3))."""
    if os.path.lexists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0)
    listener.bind(path)
    os.umask(mask)
    listener.listen(CONNECTIONS)
    # The first one after standard input, output and error; dup2 takes its close-on-exec off.
    if listener.fileno() == 3:
        os.set_inheritable(3, True)
    else:
        os.dup2(listener.fileno(), 3)
    handed = {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'}
    arguments = [program, f'--connections-max={CONNECTIONS}', address]
    os.execve(program, arguments, {**os.environ, **handed})
