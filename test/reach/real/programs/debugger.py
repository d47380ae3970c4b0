"""Halts another process as a debugger does at a breakpoint: `python3 debugger.py PID`. It says `ready` and stays."""

import ctypes
import os
import sys
import time

PTRACE_ATTACH = 16

libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
if libc.ptrace(PTRACE_ATTACH, pid, None, None) != 0:
    sys.exit(f"ptrace: {os.strerror(ctypes.get_errno())}")
os.waitpid(pid, 0)
print("ready", flush=True)
while True:
    time.sleep(60)
