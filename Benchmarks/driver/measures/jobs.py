"""Jobs per second through a worker that does nothing, beside RQ's."""

import time

from ..job_workers import PostbackWorker, RQWorker
from ..process import wait_until
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage


def run(bench):
    programs = bench.programs
    contenders = [
        ("postback", (PostbackWorker(programs, concurrency=2), bench.count(quick=10_000, full=40_000))),
        ("rq", (RQWorker(programs), bench.count(quick=100, full=400))),
        ("rq SimpleWorker", (RQWorker(programs, "rq.worker.SimpleWorker"), bench.count(quick=1_000, full=4_000))),
    ]
    results = interleave(bench.rounds, contenders, lambda contender: drain(programs, *contender))

    def spread(name, key):
        return Spread(result[key] for result in results[name])

    def ratio(name):
        return spread("postback", "per_second") / spread(name, "per_second")

    rows = [
        goal_row("jobs per second / RQ's", ratio("rq"), "{:.1f}", at_least=20),
        Row("jobs per second / RQ's SimpleWorker", ratio("rq SimpleWorker").text("{:.1f}")),
    ]
    rows += [Row(f"jobs per second: {name}", spread(name, "per_second").text("{:,.0f}")) for name in results]
    return rows, results


def drain(programs, worker, count):
    """The queue is filled while the worker stands still; then it runs until every job has ended."""
    with Stage(programs) as stage:
        child = stage.start(worker, waits=False)
        worker.wait(stage, child)
        child.suspend()
        count = worker.fill(stage, count)
        cpu, redis_cpu = child.cpu_seconds(), stage.redis.child.cpu_seconds()
        begin = time.monotonic()
        child.resume()

        def all_done():
            child.check()
            return worker.done(stage) >= count

        wait_until(all_done, 300, f"{child.name}: not every job has ended")
        seconds = time.monotonic() - begin
        return {
            "count": count,
            "seconds": seconds,
            "per_second": count / seconds,
            "cpu_us": (child.cpu_seconds() - cpu) / count * 1e6,  # without the processes that RQ makes
            "redis_cpu_us": (stage.redis.child.cpu_seconds() - redis_cpu) / count * 1e6,
        }
