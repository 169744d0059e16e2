"""What the relay does when there is nothing to do."""

import time

from .. import drain
from ..contenders import Relay
from ..report import goal_row
from ..rounds import progress
from ..spread import Spread
from ..stage import Stage


def run(bench):
    results = []
    for number in range(bench.rounds):
        progress(f"  round {number + 1} of {bench.rounds}")
        results.append(rest(bench.programs, bench.count(quick=6, full=15)))
    commands = Spread(result["commands_per_second"] for result in results)
    cpu = Spread(result["cpu_percent"] for result in results)
    rows = [
        goal_row("idle: Redis commands per second", commands, "{:.1f}", at_most=5),
        goal_row("idle: CPU", cpu, "{:.2f}", at_most=0.5, unit=" %"),
    ]
    return rows, results


def rest(programs, seconds):
    with Stage(programs) as stage:
        child = stage.start(Relay(programs))
        stage.publish("--count", 100)
        drain.wait_for_arrivals(stage, child, 100, 30)
        # Idle connections are closed after some seconds; that is still work.
        time.sleep(6)
        commands, cpu, begin = stage.redis.commands(), child.cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        cpu, commands = child.cpu_seconds() - cpu, stage.redis.commands() - commands
        elapsed = time.monotonic() - begin
        return {
            # One of them was the question itself.
            "commands_per_second": (commands - 1) / elapsed,
            "cpu_percent": cpu / elapsed * 100,
        }
