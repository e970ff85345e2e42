"""What every answer carries for safety: a strict content policy, other headers, signed cookies, CSRF protection."""

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from web.config import Config
from workflow.sign_ins import SHIFT

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the diagram viewer draws its marks from data: images
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # case numbers must not travel to other sites; CSRF checks need it on ours
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def install(app: Flask, config: Config) -> None:
    """Set cookies and limits, protect every POST, and add the headers to every answer."""
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="carerelay",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SHIFT,
        MAX_CONTENT_LENGTH=config.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=2_000_000,  # a long assessment is 30 kB of text
        MAX_FORM_PARTS=2_000,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: a form may stay open over lunch
    )
    CSRFProtect(app)
    app.after_request(add_headers)


def add_headers(answer: Response) -> Response:
    """Add the headers; a view may set a stricter content policy of its own (downloads do)."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.is_secure:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        # After signing out on a shared computer, "back" must not show a case.
        answer.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
