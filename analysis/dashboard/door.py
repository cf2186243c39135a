"""The door: loopback only, under its own names only, reads only, and only for who has the address that was printed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from analysis.dashboard.frame import plain

LOOPBACK = "127.0.0.1"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
Answer = Callable[[str, str], tuple[HTTPStatus, str]]


class Door(ThreadingHTTPServer):
    """`answer` gets the page's name and the query; the key in the address keeps other accounts of the machine out."""

    daemon_threads = True

    def __init__(self, port: int, answer: Answer) -> None:
        super().__init__((LOOPBACK, port), _Visit)
        self.answer = answer
        self.key = secrets.token_urlsafe(24)

    @property
    def names(self) -> set[str]:
        """What a browser of this machine calls it; a page of elsewhere whose name was bent to here does not."""
        return {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    def opens(self, key: str) -> bool:
        """Whether it is the key."""
        return secrets.compare_digest(key.encode(), self.key.encode())

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.key}/"


class _Visit(BaseHTTPRequestHandler):
    server: Door
    server_version, sys_version = "dashboard", ""
    timeout = 30

    def do_GET(self) -> None:
        """A page."""
        path, _, query = self.path.partition("?")
        key, _, page = path.removeprefix("/").partition("/")
        if self.headers.get("Host") not in self.server.names:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "This is not the name of this page.")
        elif path == "/favicon.ico":
            self._send(HTTPStatus.NO_CONTENT, "")
        elif not self.server.opens(key):
            self._refuse(
                HTTPStatus.FORBIDDEN, "Open the address that make dashboard printed: it is another each time."
            )
        else:
            self._send(*self.server.answer(page, query))

    do_HEAD = do_GET  # noqa: N815 - same

    def do_POST(self) -> None:
        """Nothing is ever written."""
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "Pages are read here, nothing is written.")

    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815 - same

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - same
        """Nothing: an address has the key."""

    def _refuse(self, status: HTTPStatus, said: str) -> None:
        self.close_connection = True
        self._send(status, plain("No", said))

    def _send(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
