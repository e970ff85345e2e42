"""Builds the application from the environment, for any WSGI server: `waitress-serve wsgi:app`."""

import atexit
from contextlib import ExitStack

from web import config, postgres
from web.app import create_app

_open = ExitStack()
atexit.register(_open.close)  # the embedded database, where it is used, stops with this process

app = create_app(_open.enter_context(postgres.ready(config.read())))
