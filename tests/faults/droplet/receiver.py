"""A webhook and a dead man's switch on loopback: writes down what it is asked, a line of JSON each."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.note({})

    def do_POST(self):
        self.note(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def note(self, post):
        with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([self.path, post.get("title", ""), post.get("message", "")]) + "\n")
        self.send_response(200)
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
