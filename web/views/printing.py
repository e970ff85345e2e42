"""Print views and PDFs: of a case file, and of the letter of a referral to an agency."""

from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, send_file, url_for
from flask_babel import gettext

from web import printing as press
from web.access import actor, needs
from web.errors import page
from web.services import now, work
from workflow.errors import Conflict, Invalid
from workflow.permissions import Permission
from workflow.records import printing

blueprint = Blueprint("printing", __name__)


@blueprint.get("/cases/<uuid:case_id>/print/<document>")
@needs(Permission.CASE_READ)
def show(case_id: UUID, document: str) -> str:
    """Show a page of a case as it is printed."""
    with work() as session:
        paper = printing.open_print(session, actor(), case_id, document, now())
    pdf_url = url_for(".pdf", case_id=case_id, document=document)
    back = url_for("cases.show", case_id=case_id)
    return render_template("print/entry.html", paper=paper, pdf=False, pdf_url=pdf_url, back_to=back)


@blueprint.get("/cases/<uuid:case_id>/print/<document>.pdf")
@needs(Permission.CASE_READ)
def pdf(case_id: UUID, document: str) -> Any:
    """Send the same as PDF."""
    with work() as session:
        paper = printing.open_print(session, actor(), case_id, document, now())
    return _sent(render_template("print/entry.html", paper=paper, pdf=True), paper.summary.number, now())


@blueprint.get("/agency-referrals/<uuid:task_id>/print")
@needs(Permission.OUTGOING_READ)
def letter(task_id: UUID) -> str:
    """Show the letter of a referral as it is printed."""
    with work() as session:
        paper = printing.open_letter(session, actor(), task_id, now())
    pdf_url, back = url_for(".letter_pdf", task_id=task_id), url_for("agency.show", task_id=task_id)
    return render_template("print/letter.html", paper=paper, pdf=False, pdf_url=pdf_url, back_to=back)


@blueprint.get("/agency-referrals/<uuid:task_id>/print.pdf")
@needs(Permission.OUTGOING_READ)
def letter_pdf(task_id: UUID) -> Any:
    """Send the same as PDF."""
    with work() as session:
        paper = printing.open_letter(session, actor(), task_id, now())
    return _sent(render_template("print/letter.html", paper=paper, pdf=True), paper.page.number, now())


def _sent(made: str, number: str, at: datetime) -> Any:
    """Named by the number alone: the name of a file in a folder for downloads tells nobody who it is about."""
    try:
        content = press.pdf(made)
    except Invalid as refused:
        if refused.code != "print_too_long":
            raise
        text = gettext("这份内容太长，做不成 PDF。请打开打印页，用浏览器的打印功能打印。")
        return page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, gettext("内容太长"), text)
    except Conflict as refused:
        if refused.code != "print_busy":
            raise
        text = gettext("现在做 PDF 的人较多。请过一会儿再试，或者打开打印页，用浏览器打印。")
        return page(HTTPStatus.SERVICE_UNAVAILABLE, gettext("请稍等"), text)
    name = f"{number}-{at:%Y%m%d}.pdf"
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)
