"""Deliveries per second while a backlog is drained, and the processor time of each."""

from .. import bare_loop, drain
from ..contenders import Relay
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread

BODY = 1024


def run(bench):
    count = bench.count(quick=20_000, full=60_000)
    programs = bench.programs
    contenders = [
        ("bare", None),
        ("relay", Relay(programs)),
        ("relay at warning", Relay(programs, log_level="warning")),
    ]

    def one_run(contender):
        if contender is None:
            return bare_loop.run(programs, count, BODY)
        return drain.run(programs, contender, count)

    results = interleave(bench.rounds, contenders, one_run)

    def spread(name, key):
        return Spread(result[key] for result in results[name])

    rate, cpu = spread("bare", "per_second"), spread("bare", "cpu_us")
    rows = [
        Row("bare libcurl loop, requests per second", rate.text("{:,.0f}")),
        Row("bare libcurl loop, CPU µs per request", cpu.text("{:.1f}")),
    ]
    for name in results:
        if name == "bare":
            continue
        rows += [
            goal_row(f"{name}: deliveries per second / bare loop", spread(name, "per_second") / rate, "{:.2f}", at_least=0.5),
            goal_row(f"{name}: CPU per delivery / bare loop", spread(name, "cpu_us") / cpu, "{:.2f}", at_most=2),
            Row(f"{name}: deliveries per second", spread(name, "per_second").text("{:,.0f}")),
            Row(f"{name}: CPU µs per delivery", spread(name, "cpu_us").text("{:.1f}")),
        ]
    return rows, results
