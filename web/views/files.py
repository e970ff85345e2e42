"""Attachments: handed out to those who may read the entry they belong to."""

from uuid import UUID

from flask import Blueprint, Response, send_file

from web.access import actor, needs
from web.services import now, services, work
from workflow.permissions import Permission
from workflow.records import attachments

blueprint = Blueprint("files", __name__, url_prefix="/files")


@blueprint.get("/<uuid:attachment_id>")
@needs(Permission.ATTACHMENT_READ)
def download(attachment_id: UUID) -> Response:
    """Send a file as a download, never as a page: an uploaded HTML or SVG must not run in our name."""
    with work() as session:
        found = attachments.open(session, actor(), attachment_id, now(), folder=services().config.attachments_dir)
    answer = send_file(found.path, mimetype=found.media_type, as_attachment=True, download_name=found.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
