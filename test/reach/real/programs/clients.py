"""Connects so many times: `python3 clients.py ADDRESS PORT COUNT`. It says `ready` when all are through, and keeps them."""

import socket
import sys
import time

address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
open_ones = [socket.create_connection((address, port)) for _ in range(count)]
print("ready", flush=True)
while open_ones:
    time.sleep(60)
