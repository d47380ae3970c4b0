"""Listens on 127.0.0.1:PORT, says `up PID`, and does on SIGTERM what MODE says: `heirs.py MODE PORT`.

fork      leaves a child that has the socket
exec      becomes another program, which has no socket and heeds no SIGTERM
drain     closes the socket, and goes on
hand      hands the socket to a process of its own session, which was started before it listened
relisten  ends, and a process that has waited for it takes the port anew
"""
import array, os, signal, socket, sys, time

mode, port = sys.argv[1], int(sys.argv[2])


def listen():
    it = socket.socket()
    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    it.bind(("127.0.0.1", port))
    it.listen()
    return it


def tell(what):
    # in one piece, as two processes have the one stdout
    os.write(1, f"{what} {os.getpid()}\n".encode())


def stay():
    while True:
        time.sleep(3600)


def wait_for_socket(end):
    end.recvmsg(1, socket.CMSG_SPACE(4))
    stay()


def wait_for_port(end):
    end.recv(1)
    while True:
        try:
            it = listen()
        except OSError:
            time.sleep(0.001)
            continue
        tell("again")
        stay()


ours, theirs = socket.socketpair()
if mode in ("hand", "relisten") and os.fork() == 0:
    os.setsid()
    ours.close()
    tell("heir")
    (wait_for_socket if mode == "hand" else wait_for_port)(theirs)
listener = listen()


def on_term(*_):
    if mode == "fork" and os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return
    if mode == "exec":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.execvp("sleep", ["sleep", "600"])
    if mode == "drain":
        return listener.close()
    if mode == "hand":
        ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener.fileno()]))])
    if mode == "relisten":
        ours.send(b"x")
    os._exit(0)


signal.signal(signal.SIGTERM, on_term)
tell("up")
stay()
