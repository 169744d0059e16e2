"""Who is measured: each consumes the stream and posts to a receiver."""

import json
import os

from .ledger import PlainLedger, RelayLedger
from .process import Child

# Any secret will do that is long enough; the receiver does not verify.
SECRET = "whsec_YmVuY2htYXJrcyBuZWVkIG5vIHNlY3JldHMhIQ=="


class Destination:
    """A route of the relay, and its one destination."""

    def __init__(self, name, url, **options):
        self.name = name
        self.url = url
        self.options = {"concurrency": 64, **options}

    @property
    def ledger_name(self):
        return f"{self.name}.success"


class Relay:
    """`postback relay` as users run it."""

    def __init__(self, programs, log_level=None):
        self.programs = programs
        self.log_level = log_level

    def start(self, stage, destinations, settings):
        os.makedirs(stage.data, exist_ok=True)
        configuration = {
            "routes": [
                {"name": d.name, "success": {"url": d.url, "secret": SECRET, **d.options}} for d in destinations
            ],
            "callbacks": {"secret": SECRET, "allow": ["127.0.0.0/8"], "concurrency": 64},
            **settings,
        }
        file = os.path.join(stage.directory, "postback.yaml")
        with open(file, "w") as out:
            json.dump(configuration, out)  # every JSON document is a YAML document
        arguments = [self.programs.postback, "relay", "--config", file, "--data", stage.data, "--port", "0"]
        if self.log_level is not None:
            arguments += ["--log-level", self.log_level]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("POSTBACK_")}
        environment["REDIS_URL"] = stage.redis.url
        return Child(arguments, output=os.path.join(stage.directory, "relay.log"), environment=environment)

    def ledger(self, stage):
        return RelayLedger(os.path.join(stage.data, "ledger.sqlite"))


class Peer:
    """A program that is given the socket, the file of its records and one URL."""

    def __init__(self, command):
        self.command = command

    def start(self, stage, destinations, settings):
        arguments = self.command + [
            "--redis", stage.redis.socket, "--ledger", os.path.join(stage.directory, "peer.sqlite"),
            "--url", destinations[0].url, "--secret", SECRET,
        ]
        return Child(arguments, output=os.path.join(stage.directory, "peer.log"))

    def ledger(self, stage):
        return PlainLedger(os.path.join(stage.directory, "peer.sqlite"))


def prototype(programs):
    return Peer([programs.prototype])


def asyncio_relay(programs):
    return Peer(programs.asyncio_relay)
