"""Headers that every answer carries: strict CSP without inline code, no framing, no sniffing."""

from flask import Flask, Response, request

POLICY = ("default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
          "frame-ancestors 'none'; form-action 'self'")


HEADERS = (
    ("Content-Security-Policy", POLICY), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cache-Control", "no-store"))


def guard_answers(app: Flask) -> None:
    """Add the headers; pages behind sign-in are not kept by shared caches."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS:
            if name != "Cache-Control" or request.endpoint != "static":
                response.headers.setdefault(name, value)
        return response
