"""From a submission to its callback, with a worker that does nothing, on an otherwise idle machine."""

import http.client
import json
import time

from .. import drain
from ..contenders import Relay
from ..job_service import KEY, SUBMISSION, PostbackAPI
from ..job_workers import PostbackWorker
from ..report import Row, goal_row
from ..rounds import progress
from ..spread import Spread
from ..stage import Stage
from .retries import read_log

RATE = 50


def run(bench):
    count = bench.count(quick=200, full=500)
    results = []
    for number in range(bench.rounds):
        results.append(steady(bench.programs, count))
        progress(f"  round {number + 1} of {bench.rounds}: p50 {results[-1]['p50_ms']:.2f} ms")

    def spread(key):
        return Spread(result[key] for result in results)

    what = f"submission to callback at {RATE}/s, without rendering"
    return [
        goal_row(f"{what}, p50", spread("p50_ms"), "{:.1f}", at_most=10, unit=" ms"),
        Row(f"{what}, p99 and latest", " and ".join(spread(key).text("{:.1f}") for key in ("p99_ms", "latest_ms")) + " ms"),
    ], results


def steady(programs, count):
    with Stage(programs, log=True) as stage:
        api = PostbackAPI(programs, Relay(programs))
        service = stage.start(api, waits=True)
        port = api.wait(stage, service)
        worker = PostbackWorker(programs, concurrency=2)
        worker.wait(stage, stage.start(worker, waits=False))
        submission = json.dumps({**SUBMISSION, "callback_url": stage.receiver.url("ok")}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"content-type": "application/json", "x-api-key": KEY}
        sent = {}

        def submit():
            begin = time.time_ns()
            connection.request("POST", api.path, body=submission, headers=headers)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            if answer.status != 202:
                raise RuntimeError(f"a submission was refused: {body}")
            sent[body["job_id"]] = begin

        for _ in range(RATE):  # as it is in processes that have been running
            submit()
        drain.wait_for_arrivals(stage, service, RATE, 30)
        sent.clear()
        begin = time.monotonic()
        for number in range(count):
            time.sleep(max(0, begin + number / RATE - time.monotonic()))
            submit()
        drain.wait_for_arrivals(stage, service, RATE + count, 30)
        connection.close()
        arrivals = read_log(stage)
        late = sorted((arrivals[f"{job}:1", 1][0] * 1e3 - at) / 1e6 for job, at in sent.items())
        return {
            "count": count,
            "p50_ms": late[len(late) // 2],
            "p99_ms": late[int(len(late) * 0.99)],
            "latest_ms": late[-1],
        }
