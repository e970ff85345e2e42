"""Uploads: what is accepted, who gets them, and that they belong to one entry."""

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from models import Attachment
from workflow.errors import Invalid, InvalidForm, NotFound
from workflow.records import attachments

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(20)


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return stream.getvalue()


def store(
    ward: Any, session: Session, folder: Path, content: bytes, name: str = "检查单.pdf", who: str = "nurse"
) -> Attachment:
    return attachments.store(session, ward.people[who], name, io.BytesIO(content), ward.now, folder=folder)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        ("随访记录\n第二行".encode(), "text/plain"),
        (archive("[Content_Types].xml", "word/document.xml"), attachments.WORD),
        (archive("[Content_Types].xml", "xl/workbook.xml"), attachments.EXCEL),
    ],
)
def test_the_type_is_found_from_the_content(
    ward: Any, session: Session, tmp_path: Path, content: bytes, media_type: str
) -> None:
    kept = store(ward, session, tmp_path, content, "whatever.exe")
    assert kept.media_type == media_type
    assert kept.size == len(content)
    assert (tmp_path / kept.stored_at).read_bytes() == content
    assert "whatever" not in kept.stored_at


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"x" * (attachments.LARGEST + 1), "file_too_large"),
        (b"MZ" + bytes(100), "file_type_not_allowed"),
        (b"<html><script>alert(1)</script></html>", "file_type_not_allowed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type_not_allowed"),
        (archive("a.txt"), "file_type_not_allowed"),
        (archive("word/document.xml", "word/vbaProject.bin"), "file_type_not_allowed"),
        (b"\xff\xfe\x00bad", "file_type_not_allowed"),
    ],
)
def test_other_content_is_refused(ward: Any, session: Session, tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        store(ward, session, tmp_path, content)
    assert refused.value.code == code
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\docs\\a\x00b.pdf", "ab.pdf"), ("", "file"), ("长" * 300, "长" * 200)],
)
def test_the_name_is_only_a_name(ward: Any, session: Session, tmp_path: Path, typed: str, kept: str) -> None:
    assert store(ward, session, tmp_path, PDF, typed).name == kept


def test_a_pending_file_is_its_uploaders_alone(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(ward, session, tmp_path, PDF)
    assert attachments.open(session, ward.people["nurse"], kept.id, ward.now, folder=tmp_path).path.read_bytes() == PDF
    for who in ("lead", "supervisor", "admin"):
        with pytest.raises(NotFound):
            attachments.open(session, ward.people[who], kept.id, ward.now, folder=tmp_path)


def test_a_file_goes_with_its_entry_to_those_who_read_it(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(ward, session, tmp_path, PDF)
    opened = ward.send(attach=[str(kept.id)])
    session.refresh(kept)
    assert kept.case_id == opened.case_id
    for who in ("nurse", "lead", "coordinator", "supervisor"):
        assert attachments.open(session, ward.people[who], kept.id, ward.now, folder=tmp_path).name == "检查单.pdf"
    for who in ("nurse2", "worker2", "outsider", "agency", "admin"):
        with pytest.raises(NotFound):
            attachments.open(session, ward.people[who], kept.id, ward.now, folder=tmp_path)
    with pytest.raises(InvalidForm):
        ward.send(attach=[str(kept.id)])


def test_nobody_hands_in_the_file_of_somebody_else(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(ward, session, tmp_path, PDF, who="lead")
    with pytest.raises(InvalidForm):
        ward.send(attach=[str(kept.id)])


def test_a_lost_or_unknown_file_is_not_found(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(ward, session, tmp_path, PDF)
    (tmp_path / kept.stored_at).unlink()
    for attachment_id in (kept.id, uuid4()):
        with pytest.raises(NotFound):
            attachments.open(session, ward.people["nurse"], attachment_id, ward.now, folder=tmp_path)
