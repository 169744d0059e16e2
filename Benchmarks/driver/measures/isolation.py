"""What healthy destinations get while others hang: the same events, once with all of them healthy, once not."""

from .. import drain
from ..contenders import Destination, Relay
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage

# (hanging, of so many, goal)
CASES = ((1, 10, 0.95), (90, 100, 0.8))


def run(bench):
    programs = bench.programs
    rows, results = [], {}
    for hanging, total, goal in CASES:
        count = bench.count(quick=30_000, full=100_000)
        contenders = [("without", 0), ("with", hanging)]
        seen = interleave(bench.rounds, contenders, lambda hang: healthy(programs, count, hang, hanging, total))
        results[f"{hanging} of {total}"] = seen
        rates = {name: Spread(result["per_second"] for result in seen[name]) for name in seen}
        what = f"healthy throughput with {hanging} of {total} hanging"
        rows.append(goal_row(f"{what} / without", rates["with"] / rates["without"], "{:.2f}", at_least=goal))
        rows.append(Row(f"{what}, per second", rates["with"].text("{:,.0f}")))
    return rows, results


def healthy(programs, count, hanging, victims, total):
    """Events go to `total` destinations in turn. The last `victims` of them answer under another path, or hang: what is
    counted are the others, which are the same in both cases."""
    with Stage(programs) as stage:

        def url(number):
            if number < total - victims:
                return stage.receiver.url(f"ok/{number}")
            return stage.receiver.url(f"{'hang' if hanging else 'other'}/{number}")

        child = stage.start(Relay(programs), [Destination(f"d{i}", url(i)) for i in range(total)])
        child.suspend()
        stage.publish("--count", count, "--routes", total)
        stage.receiver.reset()
        child.resume()
        wanted = count // total * (total - victims)
        drain.wait_for_arrivals(stage, child, wanted, 200, "ok")
        stats = stage.receiver.stats()
        ok = stats["paths"]["ok"]
        return {
            "healthy": ok["count"],
            "requests": {name: path["count"] for name, path in stats["paths"].items()},
            "per_second": ok["count"] / ((ok["last_ns"] - ok["first_ns"]) / 1e9),
        }
