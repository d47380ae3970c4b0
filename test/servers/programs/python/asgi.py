"""The smallest ASGI program: every answer is WORD and the pid that gave it."""

import os

WORD = "first"


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    body = f"{WORD} {os.getpid()}\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def live(receive, send):
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": message["type"] + ".complete"})
    await send({"type": "lifespan.shutdown.complete"})
