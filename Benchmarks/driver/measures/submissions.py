"""Jobs submitted per second: Postback's API beside Flask and RQ behind gunicorn."""

from ..contenders import Relay
from ..job_service import FlaskRQ, PostbackAPI, load
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage


def run(bench):
    seconds = bench.count(quick=3, full=8)
    programs = bench.programs
    contenders = [("postback", PostbackAPI(programs, Relay(programs))), ("flask and rq", FlaskRQ(programs))]
    contenders = [(name, lambda service=service: handing_in(programs, service, seconds)) for name, service in contenders]
    contenders.append(("answers of /livez", lambda: answering(programs, seconds)))
    results = interleave(bench.rounds, contenders, lambda contender: contender())

    def spread(name, key):
        return Spread(result[key] for result in results[name])

    ratio = spread("postback", "per_second") / spread("flask and rq", "per_second")
    rows = [goal_row("submissions per second / Flask and RQ's", ratio, "{:.1f}", at_least=10)]
    rows.append(Row(
        "submissions per second / answers of /livez, which is the HTTP server alone",
        (spread("postback", "per_second") / spread("answers of /livez", "per_second")).text(),
    ))
    rows += [Row(f"submissions per second: {name}", spread(name, "per_second").text("{:,.0f}")) for name in results]
    rows += [
        Row(
            f"submission to answer, p50 and p99 in ms: {name}",
            " and ".join(Spread(v / 1e3 for v in spread(name, key).values).text() for key in ("p50_us", "p99_us")),
        )
        for name in ("postback", "flask and rq")
    ]
    return rows, results


def answering(programs, seconds):
    """What the HTTP server does when it has nothing else to do."""
    with Stage(programs) as stage:
        service = PostbackAPI(programs, Relay(programs))
        child = stage.start(service, waits=False)
        port = service.wait(stage, child)
        load(programs, port, "/livez", seconds=1, method="GET")
        cpu = child.cpu_seconds()
        seen = load(programs, port, "/livez", seconds, method="GET")
        return {**measured(seen), "cpu_us": (child.cpu_seconds() - cpu) / seen["requests"] * 1e6}


def handing_in(programs, service, seconds):
    with Stage(programs) as stage:
        child = stage.start(service, waits=False)
        port = service.wait(stage, child)
        load(programs, port, service.path, seconds=1)  # connections, caches and pages as they are after a while
        queued = service.queued(stage)
        redis_cpu = stage.redis.child.cpu_seconds()
        cpu = child.cpu_seconds()
        seen = load(programs, port, service.path, seconds)
        taken = service.queued(stage) - queued
        # What is under way when wrk hangs up is taken too, before and after.
        if not seen["requests"] <= taken <= seen["requests"] + 128:
            raise RuntimeError(f"{child.name}: {seen['requests']} answers and {taken} jobs")
        return {
            **measured(seen),
            "cpu_us": (child.cpu_seconds() - cpu) / taken * 1e6,  # of gunicorn only the parent
            "redis_cpu_us": (stage.redis.child.cpu_seconds() - redis_cpu) / taken * 1e6,
        }


def measured(seen):
    """What wrk saw, by the names that all measures use."""
    return {
        "count": seen["requests"],
        "seconds": seen["seconds"],
        "per_second": seen["requests"] / seen["seconds"],
        "p50_us": seen["p50_us"],
        "p99_us": seen["p99_us"],
    }
