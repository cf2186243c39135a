"""Where alerts and pings arrive in tests: real HTTP servers and a real SMTP server on loopback, which may refuse."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

__all__ = ["deliver", "mailbox", "switch", "webhook"]


class Webhook:
    """Takes JSON; `down` answers 503, `plain` refuses what has something attached."""

    def __init__(self, url):
        self.url = url
        self.posts = []
        self.paths = []
        self.down = False
        self.plain = False

    def titles(self):
        return [post["title"] for post in self.posts]


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def switch():
    """A dead man's switch: where it is, with a canary for its key, and the paths that it was asked for."""
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/key-canary", paths


@pytest.fixture
def webhook():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.paths.append(self.path)
            post = json.loads(body)
            refused = found.down or (found.plain and bool(post["attachments"]))
            if not refused:
                found.posts.append(post)
            self.send_response(503 if refused else 200)
            self.end_headers()

        def log_message(self, *_words):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        found = Webhook(f"json://127.0.0.1:{port}/token-canary")
        yield found


class Mailbox:
    def __init__(self, port):
        self.url = f"mailto://127.0.0.1:{port}?from=darkpool@example.org&to=trader@example.org&mode=insecure"
        self.mails = []


@pytest.fixture
def mailbox():
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "DATA":
                    self.say("354 go on")
                    found.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.say("221 bye" if word == "QUIT" else "250 fine")
                if word == "QUIT":
                    return

        def say(self, line):
            self.wfile.write(f"{line}\r\n".encode())

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        found = Mailbox(port)
        yield found


@pytest.fixture
def deliver(collector, tmp_path, webhook):
    """Deliver as cron does, with the channels given, the webhook if none."""
    (tmp_path / "failures").mkdir()
    collector.settings["COLLECTOR_ALERTS_DIR"] = str(tmp_path)

    def go(at, *channels):
        urls = [{"url": one.url} for one in channels or (webhook,)]
        (tmp_path / "alerts-urls.json").write_text(json.dumps(urls))
        offset = datetime.fromisoformat(at) - datetime.now(timezone.utc)
        collector.settings["COLLECTOR_CLOCK_OFFSET_S"] = str(round(offset.total_seconds()))
        done = collector("alerts", "deliver", "--failures", str(tmp_path / "failures"))
        assert (done.returncode, done.stderr) == (0, "")

    return go
