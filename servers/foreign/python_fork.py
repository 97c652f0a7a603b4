"""An echo server: a process per connection."""

import socket
import socketserver
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


class Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True
    request_queue_size = 4096
    max_children = 4096


def main(port, address="127.0.0.1"):
    with Server((address, int(port)), Echo) as server:
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        server.serve_forever()


main(*sys.argv[1:])
