"""The smallest WSGI program: every answer is WORD and the pid that gave it."""

import os

WORD = "first"


def app(environ, start_response):
    body = f"{WORD} {os.getpid()}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
