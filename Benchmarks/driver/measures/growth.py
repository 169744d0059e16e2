"""What a delivery costs as the backlog grows: ten times the events, and again, in the same process and ledger."""

from .. import drain
from ..contenders import Relay
from ..report import Row, goal_row
from ..rounds import progress
from ..spread import Spread
from ..stage import Stage

# Small backlogs are over so soon that one says little.
REPETITIONS = {1_000: 20, 10_000: 5}
WITHIN = 1.10


def run(bench):
    programs = bench.programs
    sizes = [1_000, 10_000, 100_000] + bench.count(quick=[], full=[1_000_000])
    results = {}
    for size in sizes:
        progress(f"  {size:,} events")
        results[str(size)] = drains(programs, size, REPETITIONS.get(size, 1 if size > 100_000 else bench.rounds))
    rows = []
    for key, what in (("cpu_us", "CPU"), ("elapsed_us", "time")):
        cost = {size: Spread(result[key] for result in seen) for size, seen in results.items()}
        medians = [spread.median for spread in cost.values()]
        name = f"{what} per delivery, {sizes[0]:,} to {sizes[-1]:,} events: highest / lowest median"
        rows.append(goal_row(name, Spread([max(medians) / min(medians)]), "{:.2f}", at_most=WITHIN))
        rows += [Row(f"{what} per delivery in µs, {int(size):,} events", cost[size].text("{:.1f}")) for size in cost]
    return rows, results


def drains(programs, size, times):
    contender = Relay(programs)
    with Stage(programs) as stage:
        child = stage.start(contender)
        ledger = contender.ledger(stage)
        # Connections, allowances and caches as they are in a process that has been running.
        drain.measure(stage, child, ledger, 5_000)
        seen = [drain.measure(stage, child, ledger, size) for _ in range(times)]
    for result in seen:
        result["elapsed_us"] = result["seconds"] / size * 1e6
    return seen
