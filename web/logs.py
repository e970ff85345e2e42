"""The last net under the log: identity and mobile numbers in a line are masked, whoever wrote it."""

import logging

from flask import Flask

from workflow.records import masking

OURS = ("waitress", "procrastinate", "alembic")
"""Loggers beside the application's own that write while the service runs."""


class Scrub(logging.Filter):
    """Masks numbers in the finished line, so that an argument cannot bring one in."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line; it is always written."""
        record.msg, record.args = masking.scrub(record.getMessage()), ()
        return True


def install(app: Flask) -> None:
    """Put the net under the application's log and that of the server beneath it; once a process."""
    for logger in (app.logger, *map(logging.getLogger, OURS)):
        if not any(isinstance(each, Scrub) for each in logger.filters):
            logger.addFilter(Scrub())
