"""Listens on 127.0.0.1:PORT and forks COUNT workers, which all have the one socket, or with `reuseport` each one of its own."""
import os, signal, socket, sys, time

port, count, own = int(sys.argv[1]), int(sys.argv[2]), len(sys.argv) > 3


def listen():
    it = socket.socket()
    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    it.bind(("127.0.0.1", port))
    it.listen()
    return it


shared = None if own else listen()
for _ in range(count):
    if os.fork() == 0:
        mine = shared or listen()
        os.write(1, f"{os.getpid()}\n".encode())
        time.sleep(3600)
signal.pause()
