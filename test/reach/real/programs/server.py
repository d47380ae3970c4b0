"""A server with the faults that a test asks for: `python3 server.py ADDRESS PORT [FAULT …]`. It says `ready` and stays.

Faults: udp, bound (no listen), v6only, device=NAME, backlog=N, deaf (never accepts), files=N (may have so many open).
`unix=PATH` listens on that path, too; without a fault it accepts, and answers each line with itself.
"""

import os
import resource
import select
import socket
import sys
import time

address, port, *faults = sys.argv[1:]
given = dict(fault.partition("=")[::2] for fault in faults)


def open_socket():
    if address == "-":
        return None
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    own = socket.socket(family, socket.SOCK_DGRAM if "udp" in given else socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "v6only" in given:
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if "device" in given:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, given["device"].encode())
    own.bind((address, int(port)))
    if "udp" not in given and "bound" not in given:
        own.listen(int(given.get("backlog", 64)))
    return own


def open_unix():
    if "unix" not in given:
        return None
    own = socket.socket(socket.AF_UNIX)
    own.bind(given["unix"])
    own.listen(16)
    return own


def use_up_files():
    """Opens files until one more can't be had: accept() fails from here on."""
    limit = int(given["files"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    try:
        while True:
            os.dup(0)
    except OSError:
        pass


def accept(server):
    try:
        return server.accept()[0]
    except OSError:
        # No file is left for it: it stays in the queue, and is tried again.
        time.sleep(0.05)
        return None


servers = [own for own in (open_socket(), open_unix()) if own]
if "files" in given:
    use_up_files()
print("ready", flush=True)
if "deaf" in given or "udp" in given or "bound" in given:
    while True:
        time.sleep(60)
clients = []
while True:
    for ready in select.select(servers + clients, [], [])[0]:
        if ready in servers:
            client = accept(ready)
            if client:
                clients.append(client)
            continue
        try:
            data = ready.recv(4096)
        except OSError:
            data = b""
        if data:
            ready.sendall(data)
        else:
            clients.remove(ready)
            ready.close()
