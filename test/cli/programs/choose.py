"""Which ports of a range the kernel gives to bind(0) and to connect(): choose.py FIRST LAST, in a namespace of its own."""

import json
import socket
import sys

first, last = map(int, sys.argv[1:])
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
    file.write(f"{first} {last}")
server = socket.create_server(("127.0.0.1", 9), backlog=64)


def take(use, options):
    """Until there is none left: the numbers, in order."""
    sockets = []
    try:
        while True:
            sockets.append(socket.socket())
            for option in options:
                sockets[-1].setsockopt(socket.SOL_SOCKET, option, 1)
            use(sockets[-1])
    except OSError:
        return sorted(each.getsockname()[1] for each in sockets[:-1])
    finally:
        for each in sockets:
            each.close()


shared = [socket.SO_REUSEADDR]
bound = take(lambda each: each.bind(("127.0.0.1", 0)), shared)
assert bound == take(lambda each: each.bind(("0.0.0.0", 0)), [])
print(json.dumps({"bound": bound, "connected": take(lambda each: each.connect(("127.0.0.1", 9)), [])}))
