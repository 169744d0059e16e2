"""Where the programs are that the measures run."""

import os
import shutil
import sys


class Programs:
    def __init__(self, postback, directory, peers):
        self.postback = os.path.abspath(postback)
        self.directory = os.path.abspath(directory)
        self.peers = peers
        for path in (self.postback, self.receiver, self.bare_loop, self.publisher):
            if not os.access(path, os.X_OK):
                sys.exit(f"{path}: not there; Benchmarks/run builds it")
        if shutil.which("redis-server") is None:
            sys.exit("redis-server: not there; deploy/setup installs it")

    @property
    def receiver(self):
        return os.path.join(self.directory, "Receiver")

    @property
    def bare_loop(self):
        return os.path.join(self.directory, "BareLoop")

    @property
    def publisher(self):
        return os.path.join(self.directory, "Publisher")

    @property
    def prototype(self):
        return os.path.join(self.directory, "Prototype")

    @property
    def asyncio_relay(self):
        return [sys.executable, os.path.join(self.peers, "asyncio_relay.py")]
