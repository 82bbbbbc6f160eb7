"""
What PostgreSQL keeps of a password (RFC 5803, https://www.postgresql.org/docs/17/catalog-pg-authid.html).
Made here, so that no password comes into a statement, which the server may log.
"""

import base64
import hashlib
import hmac
import os
import re

ITERATIONS = 4096


def verifier(password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """Of a password of printable ASCII, which SASLprep leaves as it is."""
    salt = os.urandom(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac('sha256', password.encode('ascii'), salt, iterations)
    client = hmac.digest(salted, b'Client Key', 'sha256')
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    server = base64.b64encode(hmac.digest(salted, b'Server Key', 'sha256')).decode()
    return f'SCRAM-SHA-256${iterations}:{base64.b64encode(salt).decode()}${stored}:{server}'


def matches(password: str, kept: str) -> bool:
    """Is what is kept made of this password?"""
    found = re.match(r'SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$', kept)
    if found is None:
        return False
    again = verifier(password, base64.b64decode(found[2]), int(found[1]))
    return hmac.compare_digest(again, kept)
