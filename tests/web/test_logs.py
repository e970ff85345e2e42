"""Numbers of people never stay in a log line."""

import logging

import pytest
from flask import Flask


@pytest.mark.parametrize("name", ["web.app", "waitress"])
def test_numbers_in_a_line_are_masked(app: Flask, caplog: pytest.LogCaptureFixture, name: str) -> None:
    logger = app.logger if name == "web.app" else logging.getLogger(name)
    with caplog.at_level(logging.INFO):
        logger.warning("call %s about %s, case %s", "13911118888", "11010119900307123X", "CR2026-000001")
    assert "call 139****8888 about 11**************3X, case CR2026-000001" in caplog.text


def test_the_net_is_put_up_once(app: Flask) -> None:
    from web import logs

    before = len(app.logger.filters)
    logs.install(app)
    assert len(app.logger.filters) == before
