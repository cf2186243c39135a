"""Answers on the ports that it is given: TCP says hello, UDP sends back what came; IPv4 and IPv6."""

import socket
import sys
import threading


def greet(server):
    while True:
        with server.accept()[0] as connection:
            connection.sendall(b"hello\n")


def echo(server):
    while True:
        server.sendto(*server.recvfrom(2048))


for port in map(int, sys.argv[1:]):
    tcp = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.bind(("::", port))
    threading.Thread(target=greet, args=[tcp]).start()
    threading.Thread(target=echo, args=[udp]).start()
