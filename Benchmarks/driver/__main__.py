"""Runs the measures and prints the table."""

import argparse
import json
import os
import signal
import sys
import time
import traceback

from . import machine
from .measures import (
    callback,
    documents,
    growth,
    idle,
    isolation,
    jobs,
    latency,
    long_history,
    many_destinations,
    memory,
    recovery,
    retries,
    submissions,
    throughput,
)
from .programs import Programs
from .report import table
from .rounds import progress

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

MEASURES = {
    "throughput": throughput,
    "latency": latency,
    "memory": memory,
    "isolation": isolation,
    "retries": retries,
    "idle": idle,
    "recovery": recovery,
    "history": long_history,
    "destinations": many_destinations,
    "growth": growth,
    "submissions": submissions,
    "jobs": jobs,
    "documents": documents,
    "callback": callback,
}


class Bench:
    """What the measures are told."""

    def __init__(self, programs, quick, rounds):
        self.programs = programs
        self.quick = quick
        self.rounds = rounds

    def count(self, quick, full):
        return quick if self.quick else full


def arguments():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller counts, fewer rounds")
    parser.add_argument("--rounds", type=int, help="runs of each contender (3; with --quick 1)")
    parser.add_argument("--only", metavar="NAMES", help=f"some of {','.join(MEASURES)}")
    parser.add_argument("--postback", metavar="PATH", default=os.path.join(here, "../.build/release/postback"))
    parser.add_argument("--programs", metavar="DIR", default=os.path.join(here, ".build/release"))
    parser.add_argument(
        "--renderer", metavar="PATH", default=os.path.join(here, "../.build/weasyprint/bin/python3"),
        help="a Python that has WeasyPrint",
    )
    parser.add_argument("--output", metavar="FILE", default=os.path.join(here, ".build/results.json"))
    given = parser.parse_args()
    given.names = given.only.split(",") if given.only else list(MEASURES)
    for name in given.names:
        if name not in MEASURES:
            parser.error(f"--only: {name} is not one of {', '.join(MEASURES)}")
    given.peers = os.path.join(here, "peers")
    return given


def interrupted(*_):
    """Ends every `with` block, and with it every process and every directory; a second signal does not disturb that."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    given = arguments()
    for number in SIGNALS:
        signal.signal(number, interrupted)
    bench = Bench(
        Programs(given.postback, given.programs, given.peers, given.renderer),
        quick=given.quick,
        rounds=given.rounds or (1 if given.quick else 3),
    )
    report = {"machine": machine.facts(), "quick": given.quick, "rounds": bench.rounds, "measures": {}}
    rows, failed = [], []
    try:
        for name in given.names:
            progress(name)
            begin = time.monotonic()
            try:
                new_rows, results = MEASURES[name].run(bench)
            except Exception:  # one measure that breaks off does not take the others with it
                traceback.print_exc()
                failed.append(name)
                continue
            rows += new_rows
            report["measures"][name] = {
                "seconds": round(time.monotonic() - begin, 1),
                "rows": [row.as_json() for row in new_rows],
                "results": results,
            }
    except KeyboardInterrupt:
        progress("interrupted")
        failed.append("interrupted")
    os.makedirs(os.path.dirname(os.path.abspath(given.output)), exist_ok=True)
    with open(given.output, "w") as file:
        json.dump(report, file, indent=1)
    facts = report["machine"]
    print(f"{facts['cores']} cores, {facts['processor']}, Linux {facts['kernel']}, {bench.rounds} rounds"
          f"{', quick' if bench.quick else ''}\n")
    print(table(rows))
    if failed:
        print(f"\nNot finished: {', '.join(failed)}")
    return 1 if failed else 0


sys.exit(main())
