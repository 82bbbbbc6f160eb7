"""A certificate and its times, as a visitor meets it or as a file has it."""

import re
import socket
import ssl
import subprocess
from datetime import UTC, datetime
from typing import NamedTuple

TIMEOUT_SECONDS = 10
PEM = re.compile('-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----', re.DOTALL)


class Certificate(NamedTuple):
    """The common name of whom it is for, and when it begins and ends, UTC."""

    name: str
    begins: datetime
    ends: datetime


def served(name: str, port: int) -> Certificate:
    """What a visitor of that name or address gets; raises OSError or ValueError where there is none."""
    # Whether it is trusted is not asked: one that has ended is to be seen as well.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(('127.0.0.1', port), timeout=TIMEOUT_SECONDS) as plain,
        # An address is no server name (RFC 6066, 3), and Python sends none.
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        found = secure.getpeercert(binary_form=True)
    if found is None:
        raise ValueError('no certificate')
    return _read(ssl.DER_cert_to_PEM_cert(found))


def in_file(path: str) -> list[Certificate]:
    """Those of a PEM file; none where there is no file."""
    try:
        with open(path, encoding='ascii') as file:
            return [_read(text) for text in PEM.findall(file.read())]
    except FileNotFoundError:
        return []


def _read(pem: str) -> Certificate:
    # OpenSSL, since Python's standard library shows nothing of a certificate that it has not verified.
    asked = ['openssl', 'x509', '-noout', '-startdate', '-enddate', '-subject', '-nameopt', 'multiline,utf8']
    done = subprocess.run(asked, input=pem, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(f'not a certificate: {done.stderr.strip()}')
    name = re.search(r'^ *commonName *= (.*)$', done.stdout, re.MULTILINE)
    return Certificate(name[1] if name else '', *(_time(done.stdout, of) for of in ('notBefore', 'notAfter')))


def _time(text: str, of: str) -> datetime:
    """`notAfter=Nov 28 09:00:00 2026 GMT`"""
    found = re.search(f'^{of}=(.*) GMT$', text, re.MULTILINE)
    if found is None:
        raise ValueError(f'no {of} in {text}')
    return datetime.strptime(found[1], '%b %d %H:%M:%S %Y').replace(tzinfo=UTC)
