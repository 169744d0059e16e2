"""A Redis of its own for every drain: append-only file each second, no eviction, reached over a unix socket."""

import os

import redis

from .process import Child, wait_until

STREAM = "postback:events"
GROUP = "relay"


class RedisServer:
    def __init__(self, directory):
        self.directory = os.path.join(directory, "redis")
        os.makedirs(self.directory, exist_ok=True)
        self.socket = os.path.join(self.directory, "redis.sock")
        self.child = None
        self.client = None
        self.start()

    def start(self):
        self.child = Child(
            [
                "redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.directory,
                "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--save", "",
                # A rewrite of the file in the middle of a measurement would be measured too.
                "--auto-aof-rewrite-percentage", "0",
            ],
            output=os.path.join(self.directory, "log"),
        )
        self.client = redis.Redis(unix_socket_path=self.socket)
        wait_until(self._answers, 60, "redis-server does not answer")

    def _answers(self):
        self.child.check()
        try:
            return self.client.ping()
        except redis.exceptions.RedisError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.client.close()
        self.child.kill()

    @property
    def url(self):
        return f"unix://{self.socket}"

    def waiting(self):
        """Entries in the stream."""
        return self.client.xlen(STREAM)

    def commands(self):
        """Commands processed since start."""
        return self.client.info("stats")["total_commands_processed"]

    def wait_for_reader(self, child, seconds=60):
        """Until somebody waits for new entries of the stream."""

        def reader():
            child.check()
            return any(c["cmd"] == "xreadgroup" and "b" in c["flags"] for c in self.client.client_list())

        wait_until(reader, seconds, f"{child.name} does not read the stream: {child.last_output()}", pause=0.05)
