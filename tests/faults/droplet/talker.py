"""Says a few bytes and prints the answer: to a port, to a socket's path, or to a port behind a SOCKS proxy."""

import socket
import sys

# PostgreSQL's question whether it speaks TLS; it is answered before anybody has said who he is.
ASK = bytes.fromhex("0000000804d2162f")


def reach(kind, where, port=0, beyond=0):
    if kind == "unix":
        talk = socket.socket(socket.AF_UNIX)
        talk.settimeout(5)
        talk.connect(where)
        return talk
    talk = socket.create_connection((where if kind == "tcp" else "127.0.0.1", int(port)), 5)
    if kind == "socks":
        talk.sendall(b"\5\1\0")
        talk.recv(2)
        talk.sendall(b"\5\1\0\1" + socket.inet_aton(where) + int(beyond).to_bytes(2, "big"))
        if talk.recv(10)[1:2] != b"\0":
            sys.exit("refused by the proxy")
    return talk


with reach(*sys.argv[1:]) as talk:
    talk.sendall(ASK)
    print("answer:", talk.recv(64))
