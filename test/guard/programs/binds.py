"""Binds one socket and tells what became of it: `binds.py HOST PORT [only] [udp]`. `only`: IPv6 without IPv4.

It prints what bind() answered, the name of the socket, and then where each client comes from; clients get `hello`.
"""

import errno
import socket
import sys

host, port, *words = sys.argv[1:]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
listener = socket.socket(family, socket.SOCK_DGRAM if "udp" in words else socket.SOCK_STREAM)
if family == socket.AF_INET6:
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int("only" in words))
try:
    listener.bind((host, int(port)))
except OSError as error:
    print(errno.errorcode[error.errno or 0], flush=True)
    sys.exit(1)
print("bound", *listener.getsockname()[:2], flush=True)
while "udp" in words:
    listener.sendto(*listener.recvfrom(100))
listener.listen()
while True:
    connection, client = listener.accept()
    print("client", client[0], flush=True)
    connection.sendall(b"hello")
    connection.close()
