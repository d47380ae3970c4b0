# Connects from 127.0.0.1:PORT to a server of its own, by a socket that shares its port with nobody: `client.py PORT`.
import socket, sys, time

server = socket.create_server(("127.0.0.1", 0))
client = socket.socket()
client.bind(("127.0.0.1", int(sys.argv[1])))
client.connect(server.getsockname())
print("connected", flush=True)
time.sleep(600)
