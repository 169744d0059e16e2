"""The receiver, and the questions it answers."""

import http.client
import json

from .process import Child


class Receiver:
    def __init__(self, programs, directory, log=None):
        arguments = [programs.receiver]
        if log is not None:
            arguments += ["--log", log]
        self.child = Child(arguments, output=f"{directory}/receiver.log", pipe=True)
        ports = json.loads(self.child.process.stdout.readline())
        self.port = ports["port"]
        self._control = http.client.HTTPConnection("127.0.0.1", ports["control_port"], timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._control.close()
        self.child.kill()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def _ask(self, question):
        self._control.request("GET", question)
        return json.loads(self._control.getresponse().read())

    def reset(self):
        self._ask("/reset")

    def stats(self):
        return self._ask("/stats")

    def latency(self):
        return self._ask("/latency")

    def count(self, path=None):
        stats = self.stats()
        return stats["total"] if path is None else stats["paths"].get(path, {"count": 0})["count"]
