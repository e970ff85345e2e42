"""Files over HTTP: as a download, to look at, and in the list of a case; never as a page of ours."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment, Reading

Send = Callable[..., Any]
Open = Callable[[str], Any]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 4), "red").save(stream, "JPEG")
    return stream.getvalue() + b"<script>alert(1)</script>"


@pytest.fixture
def upload(send: Send, session: Session) -> Callable[..., Attachment]:
    """Send a referral with a file; returns the file."""

    def upload(content: bytes, name: str) -> Attachment:
        page = send(attach=(io.BytesIO(content), name))
        assert page.status_code == 200, page.text
        return session.scalars(select(Attachment)).one()

    return upload


@pytest.mark.parametrize(
    ("content", "kind", "policy"),
    [
        (PDF, "application/pdf", "default-src 'none'; style-src"),
        (picture(), "image/jpeg", "default-src 'none'; sandbox"),
    ],
)
def test_a_preview_stands_alone(
    upload: Any, as_person: Open, session: Session, content: bytes, kind: str, policy: str
) -> None:
    file = upload(content, "<img src=x onerror=alert(1)>.exe")
    coordinator = as_person("coordinator")
    answer = coordinator.get(f"/files/{file.id}/preview")
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert answer.headers["Content-Security-Policy"].startswith(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    assert b"<script>" not in answer.data
    readings = session.scalars(select(Reading).where(Reading.what == "attachment")).all()
    assert [reading.case_id for reading in readings] == [file.case_id]
    download = coordinator.get(f"/files/{file.id}")
    assert download.data == content
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nobody_else_looks_at_it(upload: Any, as_person: Open) -> None:
    file = upload(PDF, "单.pdf")
    for who in ("outsider", "agency", "worker2"):
        assert as_person(who).get(f"/files/{file.id}/preview").status_code == 404
    assert as_person("admin").get(f"/files/{file.id}/preview").status_code == 403


def test_the_case_lists_its_documents(upload: Any, as_person: Open) -> None:
    file = upload(picture(), "照片 <b>.jpg")
    page = as_person("coordinator").get(f"/cases/{file.case_id}").text
    assert 'id="documents"' in page
    assert "照片 &lt;b&gt;.jpg" in page
    assert f"/files/{file.id}/preview" in page


def test_a_file_that_is_not_allowed_is_told_and_not_kept(send: Send, session: Session) -> None:
    page = send(attach=(io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "图.png"))
    assert page.status_code in (400, 422)
    assert session.scalars(select(Attachment)).all() == []


def test_nothing_uploaded_lies_where_the_server_serves_files(app: Any) -> None:
    folder = app.extensions["carerelay"].config.attachments_dir
    assert str(app.static_folder) not in str(folder)
