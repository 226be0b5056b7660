"""A program that receives notices, run as a process of its own: its port, then a line a request.

``python receiver.py 500 200`` answers the first request with 500 and all others with 200. With
``RECEIVER_CERTIFICATE`` (a PEM file of key and certificate) it speaks https.
"""

import json
import os
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

ANSWERS = [int(text) for text in sys.argv[1:]] or [200]


class Receiver(BaseHTTPRequestHandler):
    """Tells what came, word for word."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        told = {
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        self.send_response(ANSWERS.pop(0) if len(ANSWERS) > 1 else ANSWERS[0])
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    if certificate := os.environ.get("RECEIVER_CERTIFICATE"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
