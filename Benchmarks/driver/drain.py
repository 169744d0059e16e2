"""Drains a backlog: the same steps for whoever consumes the stream."""

import json
import subprocess
import tempfile
import time

from .contenders import Destination
from .exclusive import exclusive
from .process import wait_until
from .receiver import Receiver
from .redis_server import RedisServer


def publish(programs, redis, *options):
    """Runs the publisher to its end; what it prints."""
    command = [programs.publisher, "--redis", redis.socket, *map(str, options)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=600, start_new_session=True).stdout)


def run(programs, contender, count, limit=300):
    """One drain of `count` events by a fresh contender over a fresh Redis."""
    with tempfile.TemporaryDirectory(prefix="postback-bench-") as directory, exclusive():
        with RedisServer(directory) as redis, Receiver(programs, directory) as receiver:
            destinations = [Destination("default", receiver.url("ok"))]
            with contender.start(directory, redis, destinations) as child:
                redis.wait_for_reader(child)
                result = measure(programs, contender.ledger(directory), child, redis, receiver, count, limit)
                result["memory_mb"], result["highest_memory_mb"] = child.memory()
                return result


def measure(programs, ledger, child, redis, receiver, count, limit=300, delivered_before=0):
    """Fills the stream while the consumer is stopped, lets it go, and waits until everything has arrived, the stream is
    empty and everything is recorded."""
    child.suspend()
    publish(programs, redis, "--count", count)
    receiver.reset()
    processes = {"cpu": child, "redis_cpu": redis.child, "receiver_cpu": receiver.child}
    before = {name: process.cpu_seconds() for name, process in processes.items()}
    deadline = time.monotonic() + limit
    released = time.monotonic()
    child.resume()

    # Asked seldom while there is much left, so that the asking costs nothing.
    while (arrived := receiver.count()) < count:
        child.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{child.name}: {arrived} of {count} arrived in {limit} s")
        time.sleep(0.05 if count - arrived > 2000 else 0.005)

    def is_recorded():
        pending, delivered = ledger.counts()
        return pending == 0 and delivered == delivered_before + count and redis.waiting() == 0

    wait_until(is_recorded, max(1, deadline - time.monotonic()), f"{child.name}: not everything is recorded", pause=0.005)
    end = time.monotonic()
    after = {name: process.cpu_seconds() for name, process in processes.items()}

    stats = receiver.stats()
    if stats["distinct_ids"] != count:
        raise RuntimeError(f"{child.name}: {stats['distinct_ids']} ids for {count} events")
    seconds = end - stats["first_ns"] / 1e9
    result = {
        "count": count,
        "seconds": seconds,
        "per_second": count / seconds,
        "first_after_ms": (stats["first_ns"] / 1e9 - released) * 1e3,
        "recorded_after_last_ms": (end - stats["last_ns"] / 1e9) * 1e3,
        "duplicates": stats["total"] - count,
        "head_bytes": stats["head_bytes"] / stats["total"],
        "body_bytes": stats["body_bytes"] / stats["total"],
    }
    for name in processes:
        result[f"{name}_us"] = (after[name] - before[name]) / count * 1e6
    return result
