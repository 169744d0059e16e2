"""How late retries come while many others wait."""

import os
import time

from .. import drain, ledger_fill
from ..contenders import Destination, Relay
from ..process import wait_until
from ..report import Row, goal_row
from ..rounds import progress
from ..spread import Spread
from ..stage import Stage, temporary_directory

WAITING = 100_000
# 3,000 of these are refused at first: a fifth, which does not suspend the destination.
EVENTS, REFUSED_PERCENT, RATE = 15_000, 20, 3_000


def run(bench):
    results = []
    for number in range(bench.rounds):
        progress(f"  round {number + 1} of {bench.rounds}")
        results.append(retry(bench.programs))
    spread = {key: Spread(result[key] for result in results) for key in ("p50_ms", "p99_ms", "latest_ms", "earliest_ms")}
    rows = [
        goal_row(f"retries after they are due, {WAITING:,} waiting, p99", spread["p99_ms"], "{:.1f}", at_most=50, unit=" ms"),
        Row(
            "retries after they are due: earliest, p50, latest",
            ", ".join(spread[key].text("{:.1f}") for key in ("earliest_ms", "p50_ms", "latest_ms")) + " ms",
        ),
    ]
    return rows, results


def retry(programs):
    with temporary_directory() as directory:
        data = os.path.join(directory, "data")
        ledger_fill.make(programs, data)
        contender = Relay(programs)
        with Stage(programs, data=data, log=True) as stage:
            refused_first = stage.receiver.url(f"flaky/{REFUSED_PERCENT}")
            busy = Destination("d0", refused_first, retries=["15s"])
            quiet = Destination("quiet", stage.receiver.url("ok"), retries=["1h"])
            with ledger_fill.opened(data) as database:
                for destination in (busy, quiet):
                    ledger_fill.add_pending(database, destination, WAITING // 2, in_an_hour(), attempts=1)
            child = stage.start(contender, [busy, quiet])
            stage.publish("--rate", RATE, "--seconds", EVENTS // RATE, "--routes", 1)
            drain.wait_for_arrivals(stage, child, EVENTS, 60)
            arrivals = read_log(stage)
            refused = {event for (event, attempt), (_, status) in arrivals.items() if status == 503 and attempt == 1}

            def due_times():
                found = dict(contender.ledger(stage).rows(
                    "SELECT event_id, next_attempt_at FROM deliveries"
                    " WHERE status = 'pending' AND destination = 'd0.success' AND event_id >= 'evt_' AND event_id < 'evt`'"
                    " AND attempts = 1"
                ))
                return found if found.keys() >= refused else None

            due = wait_until(due_times, 10, "the retries are not in the ledger", pause=0.2)
            drain.wait_for_arrivals(stage, child, EVENTS + len(refused), 60)
            arrivals = read_log(stage)
            late = sorted(arrivals[event, 2][0] / 1e3 - due[event] for event in refused)
            return {
                "retries": len(late),
                "waiting": contender.ledger(stage).counts()[0],
                "earliest_ms": late[0],
                "p50_ms": late[len(late) // 2],
                "p99_ms": late[int(len(late) * 0.99)],
                "latest_ms": late[-1],
            }


def in_an_hour():
    return int(time.time() * 1000) + 3_600_000


def read_log(stage):
    """{(event, attempt): (arrival in µs, status)}"""
    stage.receiver.stats()  # writes out what is still in memory
    arrivals = {}
    with open(stage.log) as file:
        for line in file:
            event, arrived, attempt, status = line.split()
            arrivals[event, int(attempt)] = (int(arrived), int(status))
    return arrivals
