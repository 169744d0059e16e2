"""What a delivery costs as the backlog grows: ten times the events, and again, in the same process and ledger."""

import statistics

from .. import drain
from ..contenders import Relay
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage

# Small backlogs are over so soon that one says little: the median of so many.
REPETITIONS = {1_000: 20, 10_000: 5}
WITHIN = 1.10


def run(bench):
    programs = bench.programs
    sizes = [1_000, 10_000, 100_000] + bench.count(quick=[], full=[1_000_000])
    results = interleave(bench.rounds, [(f"{size:,}", size) for size in sizes], lambda size: cost(programs, size))
    rows = []
    for key, what in (("cpu_us", "CPU"), ("elapsed_us", "time")):
        costs = {name: Spread(result[key] for result in results[name]) for name in results}
        by_round = list(zip(*(spread.values for spread in costs.values())))
        ratio = Spread(max(values) / min(values) for values in by_round)
        name = f"{what} per delivery, {sizes[0]:,} to {sizes[-1]:,} events: highest / lowest"
        rows.append(goal_row(name, ratio, "{:.2f}", at_most=WITHIN))
        rows += [Row(f"{what} per delivery in µs, {name} events", costs[name].text("{:.1f}")) for name in costs]
    return rows, results


def cost(programs, size):
    contender = Relay(programs)
    with Stage(programs) as stage:
        child = stage.start(contender)
        ledger = contender.ledger(stage)
        # Connections, allowances and caches as they are in a process that has been running.
        drain.measure(stage, child, ledger, 5_000)
        drains = [drain.measure(stage, child, ledger, size) for _ in range(REPETITIONS.get(size, 1))]
    return {
        "cpu_us": statistics.median(result["cpu_us"] for result in drains),
        "elapsed_us": statistics.median(result["seconds"] for result in drains) / size * 1e6,
        "drains": drains,
    }
