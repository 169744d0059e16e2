"""Deliveries per second while a backlog is drained, and the processor time of each."""

from .. import bare_loop, drain
from ..contenders import Relay, asyncio_relay, prototype
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread


def run(bench):
    count = bench.count(quick=20_000, full=60_000)
    programs = bench.programs
    contenders = [
        ("bare", None),
        ("relay", Relay(programs)),
        ("relay at warning", Relay(programs, log_level="warning")),
        ("prototype", prototype(programs)),
        ("python", asyncio_relay(programs)),
    ]

    def one_run(contender):
        if contender is None:
            return bare_loop.run(programs, 3 * count)  # it is the fastest, and would be over too soon
        return drain.run(programs, contender, count)

    results = interleave(bench.rounds, contenders, one_run)

    def spread(name, key):
        return Spread(result[key] for result in results[name])

    def row(what, name, key, form):
        return Row(f"{what}: {name}", spread(name, key).text(form))

    def relative(name, other, key="per_second"):
        return spread(name, key) / spread(other, key)

    rows = []
    for name in ("relay", "relay at warning"):
        rows += [
            goal_row(f"{name}: deliveries per second / bare loop's", relative(name, "bare"), "{:.2f}", at_least=0.5),
            goal_row(f"{name}: deliveries per second / Python relay's", relative(name, "python"), "{:.1f}", at_least=4),
            goal_row(f"{name}: CPU per delivery / bare loop's", relative(name, "bare", "cpu_us"), "{:.2f}", at_most=2),
        ]
    for name in ("prototype", "python"):
        rows += [
            Row(f"{name}: deliveries per second / bare loop's", relative(name, "bare").text()),
            Row(f"{name}: CPU per delivery / bare loop's", relative(name, "bare", "cpu_us").text()),
        ]
    rows += [row("deliveries per second", name, "per_second", "{:,.0f}") for name in results]
    rows += [row("CPU µs per delivery", name, "cpu_us", "{:.1f}") for name in results]
    return rows, results
