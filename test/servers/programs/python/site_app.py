"""The smallest Flask program: every answer is WORD and the pid that gave it."""

import os

from flask import Flask

WORD = "first"
app = Flask(__name__)


@app.get("/")
def answer():
    return f"{WORD} {os.getpid()}\n"
