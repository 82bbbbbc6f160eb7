"""One JSON object a line on stdout: the app's and the server's messages, one line a request.

Left out on purpose: query strings (the callback's holds the code), headers, cookies, bodies,
addresses and e-mail.
"""

import json
import logging
import os
import re
import time
import uuid
from datetime import UTC, datetime

from flask import Flask, g, has_request_context, request

log = logging.getLogger(__name__)

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class JsonFormatter(logging.Formatter):
    def __init__(self):
        super().__init__()
        self._release = os.environ.get("APP_RELEASE", "unreleased")

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "release": self._release,
        }
        if has_request_context() and "request_id" in g:
            line["request_id"] = g.request_id
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


# For gunicorn's logconfig_dict.
CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stdout",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    # Without handlers of their own, gunicorn's loggers pass on to the root.
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True}},
}


def log_requests(app: Flask) -> None:
    """One line for each request; the id comes from the proxy in front if it sends one."""

    @app.before_request
    def begin():
        g.began = time.perf_counter()
        sent = request.headers.get("X-Request-Id", "")
        g.request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex

    @app.after_request
    def end(response):
        response.headers["X-Request-Id"] = g.request_id
        log.info(
            "request",
            extra={
                "method": request.method,
                "path": request.path[:512],
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.began) * 1000, 1),
            },
        )
        return response
