"""How soon deliveries go out again: after Redis was away, and after a start with much to do."""

import os
import time

from .. import drain, ledger_fill
from ..contenders import Destination, Relay
from ..report import goal_row
from ..rounds import progress
from ..spread import Spread
from ..stage import Stage, temporary_directory

AWAY_SECONDS = (0.5, 2, 7)


def run(bench):
    programs = bench.programs
    results = {"redis_back": [], "start": []}
    for seconds in AWAY_SECONDS:
        progress(f"  Redis away for {seconds} s")
        results["redis_back"].append(redis_back(programs, seconds))
    pending = bench.count(quick=100_000, full=1_000_000)
    progress(f"  start with {pending:,} pending")
    results["start"] = start(programs, pending, max(2, bench.rounds))
    rows = [
        goal_row(
            "first delivery after Redis is back (away for " + ", ".join(f"{s:g}" for s in AWAY_SECONDS) + " s)",
            Spread(results["redis_back"]), "{:.2f}", at_most=1, unit=" s", every=True,
        ),
        goal_row(
            f"first delivery after start with {pending:,} pending",
            Spread(results["start"]), "{:.2f}", at_most=2, unit=" s", every=True,
        ),
    ]
    return rows, results


def redis_back(programs, seconds):
    with Stage(programs) as stage:
        child = stage.start(Relay(programs))
        stage.publish("--count", 100)
        drain.wait_for_arrivals(stage, child, 100, 30)
        stage.redis.kill()
        time.sleep(seconds)
        stage.receiver.reset()
        stage.redis.start()
        back = time.monotonic()
        stage.publish("--count", 1)
        drain.wait_for_arrivals(stage, child, 1, 60)
        return stage.receiver.stats()["first_ns"] / 1e9 - back


def start(programs, pending, times):
    """Ten destinations, everything due. Each start takes up where the one before was killed."""
    with temporary_directory() as directory:
        data = os.path.join(directory, "data")
        ledger_fill.make(programs, data)
        seen = []
        for number in range(times):
            with Stage(programs, data=data) as stage:
                destinations = [Destination(f"d{i}", stage.receiver.url(f"ok/{i}")) for i in range(10)]
                if number == 0:
                    with ledger_fill.opened(data) as database:
                        for destination in destinations:
                            ledger_fill.add_pending(database, destination, pending // 10, int(time.time() * 1000))
                begin = time.monotonic()
                child = stage.start(Relay(programs), destinations, waits=False)
                drain.wait_for_arrivals(stage, child, 1, 60)
                seen.append(stage.receiver.stats()["first_ns"] / 1e9 - begin)
                child.kill()
        return seen
