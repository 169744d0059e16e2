"""What healthy destinations get while others hang: the same events, once with all of them healthy, once not."""

from .. import drain
from ..contenders import Destination, Relay
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage

# (destinations that may hang, others, goal)
CASES = ((1, 9, 0.95), (90, 10, 0.8))


def run(bench):
    programs = bench.programs
    count = bench.count(quick=30_000, full=100_000)
    rows, results = [], {}
    for victims, others, goal in CASES:
        contenders = [("without", "other"), ("with", "hang")]
        seen = interleave(bench.rounds, contenders, lambda path: healthy(programs, count, victims, others, path))
        name = f"{victims} of {victims + others}"
        results[name] = seen
        rates = {case: Spread(result["per_second"] for result in seen[case]) for case in seen}
        what = f"healthy throughput with {name} hanging"
        rows.append(goal_row(f"{what} / without", rates["with"] / rates["without"], "{:.2f}", at_least=goal))
        rows.append(Row(f"{what}, per second", rates["with"].text("{:,.0f}")))
    return rows, results


def healthy(programs, count, victims, others, path):
    """Every tenth event goes to one of the victims, which hang or answer under another path. Counted is what the others get:
    the same events in both cases."""
    with Stage(programs) as stage:
        destinations = [Destination(f"d{i}", stage.receiver.url(f"ok/{i}")) for i in range(others)]
        destinations += [
            Destination(f"d{i}", stage.receiver.url(f"{path}/{i}")) for i in range(others, others + victims)
        ]
        child = stage.start(Relay(programs), destinations)
        child.suspend()
        stage.publish("--count", count, "--routes", others, "--rare", victims)
        stage.receiver.reset()
        child.resume()
        drain.wait_for_arrivals(stage, child, count // 10 * 9, 200, "ok")
        stats = stage.receiver.stats()
        ok = stats["paths"]["ok"]
        return {
            "healthy": ok["count"],
            "requests": {name: path["count"] for name, path in stats["paths"].items()},
            "per_second": ok["count"] / ((ok["last_ns"] - ok["first_ns"]) / 1e9),
        }
