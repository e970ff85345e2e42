"""Uploads: what is accepted, that they lie sealed, who gets them, and that they belong to one entry."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from models import Attachment
from models.sealed import SealBroken
from workflow.errors import Invalid, InvalidForm, NotFound
from workflow.records import attachments, file_types, sealed_files

LARGEST = 10 * 1024 * 1024
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SCRIPT = b"<html><script>alert(1)</script></html>"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 4), **more: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, kind, **more)
    return stream.getvalue()


PNG = picture()


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
        (picture("JPEG"), "image/jpeg"),
        (picture("WEBP"), "image/webp"),
        (picture("JPEG") + SCRIPT, "image/jpeg"),
        ("随访记录\n第二行".encode(), "text/plain"),
        (archive("[Content_Types].xml", "word/document.xml"), file_types.WORD),
        (archive("[Content_Types].xml", "xl/workbook.xml"), file_types.EXCEL),
    ],
)
def test_the_type_is_found_from_the_content(
    ward: Any, session: Session, tmp_path: Path, content: bytes, media_type: str
) -> None:
    kept = store(ward, session, tmp_path, content, "whatever.exe")
    assert kept.media_type == media_type
    assert kept.size == len(content)
    assert sealed_files.read(tmp_path, kept) == content
    assert content[:40] not in (tmp_path / kept.stored_at).read_bytes(), "nothing lies open on the disk"
    assert "whatever" not in kept.stored_at


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"x" * (LARGEST + 1), "file_too_large"),
        (b"MZ" + bytes(100), "file_type_not_allowed"),
        (b"<html><script>alert(1)</script></html>", "file_type_not_allowed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type_not_allowed"),
        (archive("a.txt"), "file_type_not_allowed"),
        (picture("GIF"), "file_type_not_allowed"),
        (b"\x89PNG\r\n\x1a\n" + SCRIPT, "file_type_not_allowed"),
        (SCRIPT + PDF, "file_type_not_allowed"),
        (b"\xff\xd8\xff\xe0" + SCRIPT, "file_type_not_allowed"),
        (picture()[:16] + (50_000).to_bytes(4, "big") * 2 + picture()[24:], "file_type_not_allowed"),
        (archive("word/document.xml")[:-30], "file_type_not_allowed"),
        (archive("word/document.xml", "word/VBAPROJECT.BIN"), "file_type_not_allowed"),
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
    assert attachments.open(session, ward.people["nurse"], kept.id, ward.now, folder=tmp_path).content == PDF
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


def test_a_document_that_explodes_is_refused(ward: Any, session: Session, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", "<x/>")
        with made.open("word/media.bin", "w", force_zip64=True) as part:
            for _ in range(201):
                part.write(bytes(1024 * 1024))
    assert len(stream.getvalue()) < 1024 * 1024
    with pytest.raises(Invalid):
        store(ward, session, tmp_path, stream.getvalue())
    many = archive("word/document.xml", *(f"x{number}" for number in range(file_types.MOST_PARTS)))
    with pytest.raises(Invalid):
        store(ward, session, tmp_path, many)


@pytest.mark.parametrize(
    "name", ["报告\r\nSet-Cookie: a=b.pdf", "‮fdp.exe", "<script>alert(1)</script>.pdf", 'a"; filename="b.exe']
)
def test_a_hostile_name_stays_one_line_of_text(ward: Any, session: Session, tmp_path: Path, name: str) -> None:
    kept = store(ward, session, tmp_path, PDF, name).name
    assert not set(kept) & set("\r\n\x00‮/\\")


def test_the_limit_is_a_setting(ward: Any, session: Session, tmp_path: Path) -> None:
    from models import Setting

    session.add(Setting(key="attachment_mb", value=1, reason="", set_at=ward.now))
    session.flush()
    with pytest.raises(Invalid) as refused:
        store(ward, session, tmp_path, b"x" * (1024 * 1024 + 1))
    assert refused.value.details["most"] == 1024 * 1024


def test_files_that_were_changed_or_swapped_on_the_disk_open_neither(
    ward: Any, session: Session, tmp_path: Path
) -> None:
    one, two = (store(ward, session, tmp_path, PDF) for _ in range(2))
    assert one.stored_at != two.stored_at, "the same content twice lies there twice: nobody sees that it is the same"
    (tmp_path / one.stored_at).write_bytes((tmp_path / two.stored_at).read_bytes())
    with pytest.raises(SealBroken):
        sealed_files.read(tmp_path, one)
    changed = bytearray((tmp_path / two.stored_at).read_bytes())
    changed[-1] ^= 1
    (tmp_path / two.stored_at).write_bytes(changed)
    with pytest.raises(SealBroken):
        sealed_files.read(tmp_path, two)
    (tmp_path / two.stored_at).write_bytes(b"%PDF-1.7 put there by somebody")
    with pytest.raises(SealBroken):
        sealed_files.read(tmp_path, two)


def test_a_file_of_an_older_release_is_still_read(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(ward, session, tmp_path, PDF)
    (tmp_path / kept.stored_at).write_bytes(PDF)
    assert attachments.open(session, ward.people["nurse"], kept.id, ward.now, folder=tmp_path).content == PDF


def test_only_the_service_itself_reads_the_files(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(ward, session, tmp_path, PDF)
    assert os.stat(tmp_path / kept.stored_at).st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_preview_is_drawn_anew_and_nothing_else_survives(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "桂花路2号"
    content = picture(kind, exif=exif) + SCRIPT
    media_type = file_types.media_type(content)
    assert media_type is not None
    shown = file_types.preview(content, media_type)
    assert shown is not None
    assert b"script" not in shown[0]
    assert "桂花路".encode() not in shown[0]
    with Image.open(io.BytesIO(shown[0])) as image:
        assert not image.getexif()
        assert image.size == (4, 8), "turned upright as the telephone meant it"


def test_a_large_photo_becomes_small_and_what_is_no_image_has_no_preview() -> None:
    shown = file_types.preview(picture("JPEG", (6000, 4000)), "image/jpeg")
    assert shown is not None
    with Image.open(io.BytesIO(shown[0])) as image:
        assert max(image.size) <= file_types.LONGEST_SIDE
    assert file_types.preview(picture("JPEG", (500, 500))[:2000], "image/jpeg"), "cut off: as far as it goes"
    assert file_types.preview(PDF, "image/png") is None
    assert file_types.preview(archive("word/document.xml"), file_types.WORD) is None
