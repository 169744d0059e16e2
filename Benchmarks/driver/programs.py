"""Where the programs are that the measures run."""

import os
import shutil
import sys


class Programs:
    def __init__(self, postback, directory, peers, renderer_python):
        self.postback = os.path.abspath(postback)
        self.renderer_python = os.path.abspath(renderer_python)
        self.directory = os.path.abspath(directory)
        self.peers = peers
        for path in (self.postback, self.queue_worker, self.receiver, self.bare_loop, self.publisher):
            if not os.access(path, os.X_OK):
                sys.exit(f"{path}: not there; Benchmarks/run builds it")
        for name in ("redis-server", "wrk"):
            if shutil.which(name) is None:
                sys.exit(f"{name}: not there; Benchmarks/run installs it")

    @property
    def queue_worker(self):
        """A worker that does nothing, built beside the program."""
        return os.path.join(os.path.dirname(self.postback), "QueueWorker")

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

    def module(self, name):
        """A command of the peers' environment."""
        return [sys.executable, "-m", name]
