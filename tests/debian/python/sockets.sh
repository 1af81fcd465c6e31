#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's socket, socketserver, selectors and multiprocessing on AF_UNIX.
t() { echo "## $1"; }
cd /tmp || exit 1
t pair; python3 - <<'END'
import socket

a, b = socket.socketpair()
print(a.family.name, a.type.name, a.proto, a.getblocking(), a.get_inheritable(), repr(a.getsockname()))
a.sendall(b"hello")
print(b.recv(3), b.recv(100), b.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM)
b.close()
print(a.recv(10))
try:
    a.send(b"x")
except BrokenPipeError as e:
    print(e)
END
t server; python3 - <<'END'
import os, socket, threading

def serve(server):
    for _ in range(3):
        conn, address = server.accept()
        with conn, conn.makefile("rw") as f:
            for line in f:
                f.write(line.upper())
                f.flush()

for name in ("path", "\0parley-python"):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        print(repr(server.getsockname()))
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        for i in range(3):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(name)
                client.sendall(b"line %d\nand more\n" % i)
                client.shutdown(socket.SHUT_WR)
                print(b"".join(iter(lambda: client.recv(4), b"")))
        thread.join()
os.unlink("path")
END
t datagrams; python3 - <<'END'
import os, socket

a, b = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
a.bind("a")
b.bind("b")
for text in b"one", b"", b"three":
    a.sendto(text, "b")
print([b.recvfrom(100) for _ in range(3)])
b.sendto(b"too long for it", "a")
print(a.recvmsg(3))
b.close()
try:
    a.sendto(b"x", "b")
except ConnectionRefusedError as e:
    print(e)
END
t timeouts; python3 - <<'END'
import socket

a, b = socket.socketpair()
a.settimeout(0.05)
try:
    a.recv(1)
except TimeoutError as e:
    print(type(e).__name__, e)
a.setblocking(False)
try:
    while True:
        a.send(b"x" * 4096)
except BlockingIOError as e:
    print(e)
END
t descriptors; python3 - <<'END'
import os, socket

a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
r, w = os.pipe()
if os.fork() == 0:
    message, fds, flags, address = socket.recv_fds(b, 100, 10)
    os.write(fds[0], message + b" back")
    os._exit(0)
socket.send_fds(a, [b"there and"], [w])
os.close(w)
print(os.read(r, 100), os.wait()[1])
END
t credentials; python3 - <<'END'
import os, socket, struct

a, b = socket.socketpair()
print(struct.unpack("3i", a.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)) == (os.getpid(), os.getuid(), os.getgid()))
b.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
a.send(b"x")
data, control, flags, address = b.recvmsg(1, 100)
print(data, [(level, kind, struct.unpack("3i", value)[0] == os.getpid()) for level, kind, value in control], flags)
END
t socketserver; python3 - <<'END'
import os, socket, socketserver, threading

class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline()[::-1])

class Forking(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    pass

for kind in socketserver.ThreadingUnixStreamServer, Forking:
    with kind("server", Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        for i in range(5):
            with socket.socket(socket.AF_UNIX) as s:
                s.connect("server")
                s.sendall(b"%d forward\n" % i)
                print(s.makefile("rb").read())
        server.shutdown()
        thread.join()
    os.unlink("server")
END
t selectors; python3 - <<'END'
import selectors, socket

for kind in selectors.SelectSelector, selectors.PollSelector, selectors.EpollSelector:
    a, b = socket.socketpair()
    with kind() as s:
        s.register(a, selectors.EVENT_READ | selectors.EVENT_WRITE)
        one = [events for _, events in s.select(0)]
        b.send(b"x")
        two = [events for _, events in s.select(0)]
        print(kind.__name__, one, two)
END
t multiprocessing; python3 - <<'END'
from multiprocessing import get_context
from multiprocessing.connection import Client, Listener
import threading

fork = get_context("fork")

def child(pipe):
    pipe.send({"got": pipe.recv(), "more": list(range(5))})

here, there = fork.Pipe()
p = fork.Process(target=child, args=(there,))
p.start()
here.send("question")
print(here.recv())
p.join()
with Listener("listener", "AF_UNIX", authkey=b"secret") as listener:
    def serve():
        with listener.accept() as conn:
            conn.send(conn.recv() * 2)
    thread = threading.Thread(target=serve)
    thread.start()
    with Client("listener", authkey=b"secret") as conn:
        conn.send("twice ")
        print(conn.recv())
    thread.join()
with fork.Manager() as manager:
    shared = manager.dict(a=1)
    q = fork.Process(target=shared.update, args=({"b": 2},))
    q.start()
    q.join()
    print(dict(shared))
END
t asyncio; python3 - <<'END'
import asyncio, os

async def handle(reader, writer):
    while line := await reader.readline():
        writer.write(line.swapcase())
        await writer.drain()
    writer.close()

async def client(n):
    reader, writer = await asyncio.open_unix_connection("aserver")
    writer.write(b"Client %d\n" % n)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer

async def main():
    server = await asyncio.start_unix_server(handle, "aserver")
    async with server:
        print(await asyncio.gather(*(client(n) for n in range(10))))

asyncio.run(main())
END
