"""The reference app under the name that the documents give theirs, with the log that it has in its image."""

import json
import logging.config
import os
from pathlib import Path

os.environ.update(json.loads((Path(__file__).parent / 'environment.json').read_text()))

from greeter.logs import CONFIG
from greeter.wsgi import app

logging.config.dictConfig(CONFIG)

if __name__ == '__main__':
    app.run(host='127.0.0.1', port=5000)
