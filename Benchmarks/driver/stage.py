"""What one measurement takes place on: a Redis, a receiver and a directory of its own, all gone afterwards."""

import contextlib
import json
import os
import subprocess
import tempfile

from .contenders import Destination
from .exclusive import exclusive
from .receiver import Receiver
from .redis_server import RedisServer


class Stage:
    """Use it in a `with` statement. `data` is a data directory of the relay that outlives the stage."""

    def __init__(self, programs, data=None, log=False):
        self.programs = programs
        self._data = data
        self._log = log
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self._stack.enter_context(exclusive())
            self.directory = self._stack.enter_context(temporary_directory())
            self.data = self._data or os.path.join(self.directory, "data")
            self.log = os.path.join(self.directory, "arrivals") if self._log else None
            self.redis = self._stack.enter_context(RedisServer(self.directory))
            self.receiver = self._stack.enter_context(Receiver(self.programs, self.directory, self.log))
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    def start(self, contender, destinations=None, settings=None, waits=True):
        """Starts a contender; returns once it waits for events."""
        destinations = destinations or [Destination("default", self.receiver.url("ok"))]
        child = self._stack.enter_context(contender.start(self, destinations, settings or {}))
        if waits:
            self.redis.wait_for_reader(child)
        return child

    def publish(self, *options):
        """Runs the publisher to its end; what it prints."""
        command = [self.programs.publisher, "--redis", self.redis.socket, *map(str, options)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=600, start_new_session=True)
        return json.loads(done.stdout)


def temporary_directory():
    return tempfile.TemporaryDirectory(prefix="postback-bench-")
