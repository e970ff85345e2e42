"""Attachments: handed out to those who may read their entry, as a download or to look at in the browser."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, send_file

from web.access import actor, needs
from web.services import now, services, work
from workflow.errors import NotFound
from workflow.permissions import Permission
from workflow.records import attachments, file_types
from workflow.records.attachments import File

blueprint = Blueprint("files", __name__, url_prefix="/files")
SHUT = "default-src 'none'; sandbox"
"""Nothing runs and nothing is loaded."""
SHUT_PDF = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'none'"
"""The same for a PDF: browsers do not show one in a sandbox; their viewer keeps what is in it away from the page."""


@blueprint.get("/<uuid:attachment_id>")
@needs(Permission.ATTACHMENT_READ)
def download(attachment_id: UUID) -> Response:
    """Send a file as a download, never as a page: an uploaded HTML or SVG must not run in our name."""
    return sent(_open(attachment_id))


@blueprint.get("/<uuid:attachment_id>/preview")
@needs(Permission.ATTACHMENT_READ)
def preview(attachment_id: UUID) -> Response:
    """Show a PDF, an image drawn anew, or a text; other kinds are only downloaded."""
    found = _open(attachment_id)
    shown = file_types.preview(found.content, found.media_type)
    if shown is None:
        raise NotFound("no_preview")
    content, media_type = shown
    answer = send_file(BytesIO(content), mimetype=media_type, download_name=found.name)
    answer.headers["Content-Security-Policy"] = SHUT_PDF if media_type == file_types.PDF else SHUT
    return answer


def sent(found: File) -> Response:
    """A file as a download."""
    answer = send_file(BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name)
    answer.headers["Content-Security-Policy"] = SHUT
    return answer


def _open(attachment_id: UUID) -> File:
    with work() as session:
        return attachments.open(session, actor(), attachment_id, now(), folder=services().config.attachments_dir)
