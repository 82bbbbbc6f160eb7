"""The clock of this host: S3 takes what is signed within 15 minutes of its own."""

import contextlib
import http.client
import re
import ssl
from email.utils import parsedate_to_datetime
from time import time as now

# Less than S3's tolerance, as the answer takes its time.
SECONDS = 14 * 60
ANSWER_SECONDS = 10
SAID = re.compile(r"RequestTimeTooSkewed|request time and the (current|server's) time")
WRONG = 'the clock of this host is wrong, and S3 refuses what it signs. Fix: sudo timedatectl set-ntp true'


def is_wrong(endpoint: str) -> bool:
    """By the time that the server tells with any answer; False where it gives none."""
    told = None
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        told = _told(endpoint)
    return told is not None and abs(now() - told) > SECONDS


def _told(endpoint: str) -> float | None:
    """Seconds since 1970; whose certificate it is says nothing to a host whose clock may be wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.closing(
        http.client.HTTPSConnection(endpoint, timeout=ANSWER_SECONDS, context=context)
    ) as connection:
        connection.request('HEAD', '/')
        date = connection.getresponse().headers.get('Date')
    return parsedate_to_datetime(date).timestamp() if date else None
