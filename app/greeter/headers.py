"""Headers that every answer carries. Strict-Transport-Security is left to whoever ends TLS."""

from flask import Flask, request

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
        "form-action": f"'self' https://{settings.auth0_domain}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    csp = "; ".join(f"{name} {value}" for name, value in policy.items())

    @app.after_request
    def add(response):
        response.headers.update(_ALWAYS)
        response.headers["Content-Security-Policy"] = csp
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
