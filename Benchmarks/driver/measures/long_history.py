"""Throughput with a long history in the ledger, beside an empty one."""

import os
import shutil

from .. import drain, ledger_fill
from ..contenders import Destination, Relay
from ..exclusive import exclusive
from ..report import goal_row
from ..rounds import interleave, progress
from ..spread import Spread
from ..stage import Stage, temporary_directory

BYTES_PER_DELIVERY = 5_000


def run(bench):
    programs = bench.programs
    count = bench.count(quick=20_000, full=60_000)
    attempts = bench.count(quick=1_000_000, full=10_000_000)
    deliveries = attempts // ledger_fill.ATTEMPTS_EACH
    with temporary_directory() as directory:
        needed = deliveries * BYTES_PER_DELIVERY * 2
        if shutil.disk_usage(directory).free < needed:
            raise RuntimeError(f"{directory}: {needed / 1e9:.0f} GB of room are needed")
        data = os.path.join(directory, "data")
        progress(f"  writing {attempts:,} attempts")
        ledger_fill.make(programs, data)
        with ledger_fill.opened(data) as database:
            # In the same destination, and at a URL that nothing is sent to any more.
            destination = Destination("default", "http://127.0.0.1:9/")
            for _ in range(10):
                with exclusive():
                    ledger_fill.add_delivered(database, destination, deliveries // 10)
        size = os.path.getsize(os.path.join(data, "ledger.sqlite"))

        def one_run(data):
            contender = Relay(programs)
            with Stage(programs, data=data) as stage:
                child = stage.start(contender)
                result = drain.measure(stage, child, contender.ledger(stage), count)
                child.stop()
                return result

        results = interleave(bench.rounds, [("empty", None), ("long", data)], one_run)
    rate = {name: Spread(result["per_second"] for result in results[name]) for name in results}
    rows = [
        goal_row(
            f"throughput with {attempts:,} attempts in the ledger / with none", rate["long"] / rate["empty"], "{:.2f}", at_least=0.9
        )
    ]
    return rows, {**results, "ledger_bytes": size}
