"""From the publisher's clock to the receiver's, at a low and at a moderate steady rate on an otherwise idle machine."""

from .. import drain
from ..contenders import Relay, asyncio_relay, prototype
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage

RATES = (100, 1000)


def run(bench):
    seconds = bench.count(quick=4, full=10)
    programs = bench.programs
    contenders = [
        ("prototype", prototype(programs)),
        ("relay", Relay(programs)),
        ("python", asyncio_relay(programs)),
    ]
    rows, results = [], {}
    for rate in RATES:
        seen = interleave(bench.rounds, contenders, lambda contender: steady(programs, contender, rate, seconds))
        results[str(rate)] = seen

        def spread(name, key):
            return Spread(result[key] for result in seen[name])

        for key, goal in (("p50_us", 1.5), ("p99_us", 2)):
            what = f"event to arrival at {rate}/s, {key[:3]}"
            ratio = spread("relay", key) / spread("prototype", key)
            rows.append(goal_row(f"{what}: relay / prototype", ratio, "{:.2f}", at_most=goal))
        for name in seen:
            rows.append(
                Row(
                    f"event to arrival at {rate}/s, p50 and p99 in ms: {name}",
                    " and ".join(Spread(v / 1e3 for v in spread(name, key).values).text() for key in ("p50_us", "p99_us")),
                )
            )
    return rows, results


def steady(programs, contender, rate, seconds):
    with Stage(programs) as stage:
        child = stage.start(contender)
        # Connections, caches and pages as they are in a process that has been running.
        stage.publish("--rate", rate, "--seconds", 1)
        drain.wait_for_arrivals(stage, child, rate, 30)
        stage.receiver.reset()
        before = child.cpu_seconds()
        published = stage.publish("--rate", rate, "--seconds", seconds)
        drain.wait_for_arrivals(stage, child, rate * seconds, 30)
        cpu = child.cpu_seconds() - before
        return {
            **stage.receiver.latency(),
            "publisher_latest_ms": published["latest_ms"],
            "cpu_us": cpu / (rate * seconds) * 1e6,
        }
