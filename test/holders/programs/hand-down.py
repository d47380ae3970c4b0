"""
Starts CROWD processes that idle, opens FILES files, listens on 127.0.0.1:PORT, and hands its socket to COUNT workers,
which do not have it under its number. Then it waits for events, as servers do; the workers sleep.
"""
import os, select, socket, sys, time

port, files, count, crowd = map(int, sys.argv[1:])
for _ in range(crowd):
    if os.fork() == 0:
        time.sleep(3600)
opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(files)]
listener = socket.socket()
listener.bind(("127.0.0.1", port))
listener.listen()

for _ in range(count):
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        listener.close()
        os.open("/dev/null", os.O_RDONLY)  # takes its number
        handed = socket.recv_fds(theirs, 1, 1)[1]
        os.write(1, f"{os.getpid()}\n".encode())
        time.sleep(3600)
    socket.send_fds(ours, [b"x"], [listener.fileno()])
select.epoll().poll(3600)
