"""Programs: each acts for a person of the cast with a token of theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import User
from workflow import identity, tokens


@dataclass
class Program:
    """A client that sends a token and, with writes, a fresh key."""

    client: FlaskClient
    token: str

    def get(self, path: str, **more: Any) -> TestResponse:
        """Read."""
        return self.client.get(f"/api/v1{path}", headers=self._headers(), **more)

    def send(self, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> TestResponse:
        """Write, with a key of its own unless one is given."""
        sent = {**self._headers(), "Idempotency-Key": key or str(uuid4()), **headers}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def program(app: Flask, session: Session, cast: dict[str, User], now: datetime) -> Callable[..., Program]:
    """A program of a person of the cast: `program("nurse")` may do everything, or only what is named."""

    def make(username: str, *scopes: str, days: int = 30) -> Program:
        user = cast[username]
        actor = identity.load_actor(session, user.id, user.session_epoch)
        assert actor is not None
        token = tokens.make(session, actor, "a program", scopes or tuple(tokens.SCOPES), days, now)
        session.commit()
        return Program(app.test_client(), token)

    return make
