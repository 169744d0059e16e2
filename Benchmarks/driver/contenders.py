"""Who is measured: each consumes the stream and posts to a receiver."""

import json
import os

from .ledger import PlainLedger, RelayLedger
from .process import Child

# Any secret will do that is long enough; the receiver does not verify.
SECRET = "whsec_YmVuY2htYXJrcyBuZWVkIG5vIHNlY3JldHMhIQ=="


class Destination:
    """One route of the relay."""

    def __init__(self, name, url, **options):
        self.name = name
        self.url = url
        self.options = {"concurrency": 64, **options}


class Relay:
    """`postback relay` as users run it."""

    def __init__(self, programs, log_level=None):
        self.programs = programs
        self.log_level = log_level
        self.name = "relay" if log_level is None else f"relay, log level {log_level}"

    def start(self, directory, redis, destinations, settings=None):
        data = os.path.join(directory, "data")
        os.makedirs(data, exist_ok=True)
        configuration = {
            "routes": [
                {"name": d.name, "success": {"url": d.url, "secret": SECRET, **d.options}} for d in destinations
            ],
            "callbacks": {"secret": SECRET, "allow": ["127.0.0.0/8"], "concurrency": 64},
            **(settings or {}),
        }
        file = os.path.join(directory, "postback.yaml")
        with open(file, "w") as out:
            json.dump(configuration, out)  # every JSON document is a YAML document
        arguments = [self.programs.postback, "relay", "--config", file, "--data", data, "--port", "0"]
        if self.log_level is not None:
            arguments += ["--log-level", self.log_level]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("POSTBACK_")}
        environment["REDIS_URL"] = redis.url
        return Child(arguments, output=os.path.join(directory, "relay.log"), environment=environment)

    def ledger(self, directory):
        return RelayLedger(os.path.join(directory, "data", "ledger.sqlite"))


class Peer:
    """A program that is given the socket, the file of its records and one URL."""

    def __init__(self, name, command):
        self.name = name
        self.command = command

    def start(self, directory, redis, destinations, settings=None):
        arguments = self.command + [
            "--redis", redis.socket, "--ledger", os.path.join(directory, "peer.sqlite"),
            "--url", destinations[0].url, "--secret", SECRET,
        ]
        return Child(arguments, output=os.path.join(directory, "peer.log"))

    def ledger(self, directory):
        return PlainLedger(os.path.join(directory, "peer.sqlite"))


def prototype(programs):
    return Peer("C prototype", [programs.prototype])


def asyncio_relay(programs):
    return Peer("Python relay", programs.asyncio_relay)
