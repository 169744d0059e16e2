"""Drains a backlog: the same steps for whoever consumes the stream."""

import time

from .process import wait_until
from .stage import Stage


def run(programs, contender, count, *options, limit=300):
    """One drain of `count` events by a fresh contender over a fresh Redis. The options are the publisher's."""
    with Stage(programs) as stage:
        child = stage.start(contender)
        result = measure(stage, child, contender.ledger(stage), count, *options, limit=limit)
        result["memory_mb"], result["highest_memory_mb"] = child.memory()
        return result


def measure(stage, child, ledger, count, *options, limit=300):
    """Fills the stream while the consumer is stopped, lets it go, and waits until everything has arrived, the stream is
    empty and everything is recorded."""
    _, delivered_before = ledger.counts()
    child.suspend()
    stage.publish("--count", count, "--first", delivered_before, *options)
    stage.receiver.reset()
    processes = {"cpu": child, "redis_cpu": stage.redis.child, "receiver_cpu": stage.receiver.child}
    before = {name: process.cpu_seconds() for name, process in processes.items()}
    released = time.monotonic()
    deadline = released + limit
    child.resume()

    wait_for_arrivals(stage, child, count, limit)

    def is_recorded():
        pending, delivered = ledger.counts()
        return pending == 0 and delivered == delivered_before + count and stage.redis.waiting() == 0

    left = max(1, deadline - time.monotonic())
    wait_until(is_recorded, left, f"{child.name}: not everything is recorded: {ledger.counts()}", pause=0.005)
    end = time.monotonic()
    after = {name: process.cpu_seconds() for name, process in processes.items()}

    stats = stage.receiver.stats()
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


def wait_for_arrivals(stage, child, count, limit, path=None):
    """Until the receiver has had so many requests. Asked seldom while there is much left, so that asking costs nothing."""
    deadline = time.monotonic() + limit
    while (arrived := stage.receiver.count(path)) < count:
        child.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{child.name}: {arrived} of {count} arrived in {limit} s")
        time.sleep(0.05 if count - arrived > 2000 else 0.005)
