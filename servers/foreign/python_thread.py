"""An echo server: a thread per connection."""

import socket
import socketserver
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 4096


def main(port, address="127.0.0.1"):
    with Server((address, int(port)), Echo) as server:
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        server.serve_forever()


main(*sys.argv[1:])
