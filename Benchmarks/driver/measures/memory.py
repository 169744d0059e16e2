"""Memory of the relay: with little to do, with a million deliveries that wait, and under answers that do not end."""

import time

from .. import drain
from ..contenders import SECRET, Destination, Relay
from ..process import wait_until
from ..report import Row, goal_row
from ..rounds import progress
from ..spread import Spread
from ..stage import Stage

# Growth that still counts as flat: allocators and page tables keep a little.
FLAT_MB = 5
HOSTILE = ("endless", "headers")
PART = 1_000


def run(bench):
    programs = bench.programs
    many = bench.count(quick=100_000, full=1_000_000)
    results = {}
    for name, count in (("few", 10), ("many", many)):
        progress(f"  {count:,} waiting")
        results[name] = waiting(programs, count)
    progress("  answers that do not end")
    results["hostile"] = hostile(programs, bench.count(quick=6, full=12))

    def spread(name, key):
        return Spread([results[name][key]])

    rows = [
        goal_row("memory with 10 waiting, highest", spread("few", "highest_memory_mb"), "{:.0f}", at_most=60, unit=" MB"),
        Row("memory with 10 waiting, afterwards", spread("few", "memory_mb").text("{:.0f}") + " MB"),
        goal_row(
            f"memory with {many:,} waiting, highest from the first event on", spread("many", "highest_memory_mb"),
            "{:.0f}", at_most=100, unit=" MB",
        ),
        Row(f"memory with {many:,} waiting, afterwards", spread("many", "memory_mb").text("{:.0f}") + " MB"),
        goal_row(
            "growth of memory under hostile answers, second half", spread("hostile", "growth_mb"),
            "{:.1f}", at_most=FLAT_MB, unit=" MB",
        ),
        Row("memory under hostile answers, highest", f"{max(results['hostile']['memory_mb']):.0f} MB"),
    ]
    return rows, results


def waiting(programs, count):
    """All that is published fails at its first attempt, if it gets one, and waits an hour for the next."""
    contender = Relay(programs)
    with Stage(programs) as stage:
        child = stage.start(contender, [Destination("default", stage.receiver.url("fail"), retries=["1h"])])
        child.suspend()
        stage.publish("--count", count)
        child.resume()
        ledger = contender.ledger(stage)

        def is_taken_in():
            child.check()
            return stage.redis.waiting() == 0 and ledger.counts()[0] == count

        wait_until(is_taken_in, 280, f"not everything was taken in: {ledger.counts()}", pause=0.2)
        time.sleep(3)
        memory, highest = child.memory()
        return {"count": count, "memory_mb": memory, "highest_memory_mb": highest}


def hostile(programs, parts):
    """Bodies without an end at one destination, header fields without an end at many, in equal parts. Caches that have a limit
    fill up at first, so what counts is how much the second half adds to the first. Nothing is tried again: destinations with
    deliveries that wait stay in memory, and here only the answers are to count."""
    callbacks = {"secret": SECRET, "allow": ["127.0.0.0/8"], "concurrency": 64, "retries": []}
    with Stage(programs) as stage:
        endless = Destination("d0", stage.receiver.url("endless"), timeout="5s", retries=[])
        child = stage.start(Relay(programs), [endless], {"callbacks": callbacks})
        sizes = []
        for number in range(parts):
            stage.publish("--count", PART, "--routes", 1)
            # Each URL gets few, since one that fails ten times is suspended.
            urls = ("--urls", PART // 5, "--url-base", stage.receiver.url(f"headers/{number}-"))
            stage.publish("--count", PART, *urls)
            for path in HOSTILE:
                drain.wait_for_arrivals(stage, child, PART * (number + 1), 120, path)
            time.sleep(1)
            sizes.append(child.memory()[0])
        return {
            "memory_mb": sizes,
            "growth_mb": sizes[-1] - sizes[parts // 2 - 1],
            "answers": {path: stage.receiver.count(path) for path in HOSTILE},
        }
