"""The answer to a kept draft: a line, the fields drawn anew, or the whole page, depending on what asked for it."""

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from web import formdata
from web.views.session import switch_language
from workflow.forms import BoundForm


def answer(bound: BoundForm, draft_url: str, page_url: str) -> Response | str:
    """Answer a request that saved a draft. `bound` is the form as it now stands.

    Scripts ask for the fields (an answer makes others appear) or for one line that says "saved"; people who pressed a
    button come back to the page, which shows the draft, in the language they chose.
    """
    if request.headers.get("HX-Target") == "fields":
        return render_template("parts/fields.html", bound=bound, draft_url=draft_url)
    if "HX-Request" in request.headers:
        return render_template("parts/saved.html")
    switch_language(request.form.get("_language", ""))
    if not formdata.only_a_row():
        flash(gettext("草稿已保存，只有您能看到。"), "done")
    return redirect(f"{page_url}#fields")
