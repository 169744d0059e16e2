"""Throughput over ten thousand destinations, beside ten."""

from .. import drain
from ..contenders import Relay
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage


def run(bench):
    programs = bench.programs
    count = bench.count(quick=30_000, full=100_000)

    def one_run(destinations):
        contender = Relay(programs)
        with Stage(programs) as stage:
            child = stage.start(contender)
            urls = ("--urls", destinations, "--url-base", stage.receiver.url("ok/"))
            result = drain.measure(stage, child, contender.ledger(stage), count, *urls)
            result["memory_mb"], result["highest_memory_mb"] = child.memory()
            return result

    results = interleave(bench.rounds, [("10", 10), ("10000", 10_000)], one_run)
    rate = {name: Spread(result["per_second"] for result in results[name]) for name in results}
    memory = Spread(result["highest_memory_mb"] for result in results["10000"])
    rows = [
        goal_row("throughput over 10,000 destinations / over 10", rate["10000"] / rate["10"], "{:.2f}", at_least=0.8),
        Row("memory with 10,000 destinations, highest", memory.text("{:.0f}") + " MB"),
    ]
    return rows, results
