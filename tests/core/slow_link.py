#!/usr/bin/python3
"""slow_link.py NAMESPACE DELAY_MS LOSS_PERCENT: a point-to-point link to a network namespace that delays what comes from there,
and loses some of it: what tc's netem does where the kernel has it. The ends are called slow0, with the addresses 10.1.2.1 here
and 10.1.2.2 there."""
import collections
import fcntl
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000


def end(own, other):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", b"slow0", IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", own, "peer", other, "dev", "slow0"], check=True)
    subprocess.run(["ip", "link", "set", "slow0", "up"], check=True)
    return fd


def carry(here, there, delay_s, loss):
    due = collections.deque()
    random.seed(1)
    while True:
        timeout = max(0, due[0][0] - time.monotonic()) if due else None
        ready, _, _ = select.select([here, there], [], [], timeout)
        if here in ready:
            os.write(there, os.read(here, 65536))
        if there in ready:
            packet = os.read(there, 65536)
            if random.random() >= loss:
                due.append((time.monotonic() + delay_s, packet))
        while due and due[0][0] <= time.monotonic():
            os.write(here, due.popleft()[1])


if len(sys.argv) == 4:
    here_fd = end("10.1.2.1/32", "10.1.2.2")
    os.set_inheritable(here_fd, True)
    os.execvp("ip", ["ip", "netns", "exec", sys.argv[1], sys.executable, __file__, *sys.argv[2:], str(here_fd), "carry"])
carry(int(sys.argv[3]), end("10.1.2.2/32", "10.1.2.1"), float(sys.argv[1]) / 1e3, float(sys.argv[2]) / 100)
