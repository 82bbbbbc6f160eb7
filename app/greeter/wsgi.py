"""What gunicorn loads: the application of this environment, or one clear message and exit 78."""

import os
import sys

from . import create_app
from .settings import SettingsError, read

_EX_CONFIG = 78  # sysexits.h

try:
    app = create_app(read(os.environ))
except SettingsError as error:
    print(f"greeter {error}", file=sys.stderr)
    sys.exit(_EX_CONFIG)
