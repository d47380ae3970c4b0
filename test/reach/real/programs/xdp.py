"""Attaches an XDP program to an interface, for as long as it runs: it drops TCP over IPv4, and lets all else pass."""

import ctypes
import os
import socket
import struct
import sys
import threading

PROG_LOAD, LINK_CREATE = 5, 28
PROG_TYPE_XDP, ATTACH_XDP = 6, 37
XDP_DROP, XDP_PASS = 1, 2
SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command: int, attributes: bytes) -> int:
    buffer = ctypes.create_string_buffer(attributes, 128)
    answer = libc.syscall(SYS_BPF, command, buffer, len(buffer))
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def instruction(code: int, dst: int = 0, src: int = 0, offset: int = 0, value: int = 0) -> bytes:
    return struct.pack("<BBhi", code, dst | src << 4, offset, value)


PROGRAM = b"".join(
    [
        instruction(0x61, 2, 1, 0),  # r2 = the packet's beginning
        instruction(0x61, 3, 1, 4),  # r3 = its end
        instruction(0xBF, 4, 2),  # r4 = r2 + 24
        instruction(0x07, 4, value=24),
        instruction(0x2D, 4, 3, 6),  # shorter: pass
        instruction(0x69, 5, 2, 12),  # r5 = what it carries
        instruction(0x55, 5, offset=4, value=0x0008),  # not IPv4 (0x0800, in network order): pass
        instruction(0x71, 5, 2, 23),  # r5 = the protocol
        instruction(0x55, 5, offset=2, value=6),  # not TCP: pass
        instruction(0xB7, 0, value=XDP_DROP),
        instruction(0x95),
        instruction(0xB7, 0, value=XDP_PASS),
        instruction(0x95),
    ]
)

code = ctypes.create_string_buffer(PROGRAM, len(PROGRAM))
licence = ctypes.create_string_buffer(b"GPL")
program = bpf(
    PROG_LOAD,
    struct.pack("<IIQQ", PROG_TYPE_XDP, len(PROGRAM) // 8, ctypes.addressof(code), ctypes.addressof(licence)),
)
link = bpf(LINK_CREATE, struct.pack("<IIII", program, socket.if_nametoindex(sys.argv[1]), ATTACH_XDP, 0))
print("attached", flush=True)
threading.Event().wait()
