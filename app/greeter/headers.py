"""Headers that every answer carries. Strict-Transport-Security is left to whoever ends TLS."""

from urllib.parse import urlsplit

from flask import Flask, g, request

from .settings import Settings

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protect(app: Flask, settings: Settings) -> None:
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        # Logout is a form whose answer redirects to the tenant, and the rule covers redirects.
        # The page with the form knows where that is, if not at the issuer's own address.
        "form-action": "'self' {}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    csp = "; ".join(f"{name} {value}" for name, value in policy.items())
    issuer = urlsplit(settings.issuer)
    tenant = f"{issuer.scheme}://{issuer.netloc}"

    @app.after_request
    def add(response):
        response.headers.update(_ALWAYS)
        target = g.get("logout_origin", tenant)
        response.headers["Content-Security-Policy"] = csp.format(target)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
