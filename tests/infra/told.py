"""A webhook and a mail server on loopback, for Alertmanager: write down what they are told, a line of JSON each.

Started on the server by a test: python3 told.py HTTP-PORT SMTP-PORT FILE.
"""

from __future__ import annotations

import json
import sys
import threading
from email import message_from_string
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer


def note(way: str, what: str, alert: str) -> None:
    """One line."""
    with Path(sys.argv[3]).open("a", encoding="utf-8") as file:
        file.write(json.dumps([way, what, alert]) + "\n")


class Webhook(BaseHTTPRequestHandler):
    """Alertmanager's own JSON."""

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in told["alerts"]:
            note("http", alert["status"], alert["annotations"]["summary"])
        self.send_response(200)
        self.end_headers()


class Mail(StreamRequestHandler):
    """As much of SMTP as a letter takes."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                letter = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                subject = str(message_from_string(letter)["Subject"])
                note("smtp", "resolved" if "[RESOLVED" in subject else "firing", subject)
            self.say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


if __name__ == "__main__":
    ThreadingTCPServer.allow_reuse_address = True
    mail = ThreadingTCPServer(("127.0.0.1", int(sys.argv[2])), Mail)
    threading.Thread(target=mail.serve_forever, daemon=True).start()
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Webhook).serve_forever()
