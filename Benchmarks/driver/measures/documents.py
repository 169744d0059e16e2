"""What a document takes from claim to end, beside the bare engine: the same HTML in one process, over and over."""

import json
import os
import statistics
import subprocess
import time

from .. import job_service
from ..contenders import Relay
from ..process import Child, wait_until
from ..report import Row, goal_row
from ..rounds import interleave
from ..spread import Spread
from ..stage import Stage

STYLE = """
@page { size: A4; margin: 2cm; @bottom-right { content: counter(page) " of " counter(pages) } }
body { font: 10pt Inter, sans-serif; color: #222 }
h1 { font-size: 20pt; margin: 0 0 1em }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: 4pt; border-bottom: .5pt solid #ccc }
td:last-child { text-align: right }
"""


def document(rows=120):
    """A report of a few pages: headings, text and a table that is broken over pages. Nothing in it is filled in, so that both
    render the same bytes."""
    lines = "".join(
        f"<tr><td>{n}</td><td>Dimension {n}</td><td>Says how often the participant looked twice</td><td>{n * 7 % 100}</td></tr>"
        for n in range(rows)
    )
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>Report</title><style>{STYLE}</style></head><body>"
        "<h1>Assessment report</h1><p>Results of every dimension, with the number of points in each.</p>"
        f"<table><thead><tr><th>No.</th><th>Name</th><th>Meaning</th><th>Points</th></tr></thead><tbody>{lines}</tbody></table>"
        "</body></html>"
    )


def run(bench):
    count = bench.count(quick=8, full=24)
    programs = bench.programs
    contenders = [
        ("bare engine", lambda: bare(programs, count)),
        ("postback worker", lambda: worker(programs, count)),
    ]
    results = interleave(bench.rounds, contenders, lambda contender: contender())

    def spread(name):
        return Spread(result["document_ms"] for result in results[name])

    rows = [
        goal_row("seconds of a PDF / bare engine's", spread("postback worker") / spread("bare engine"), "{:.2f}", at_most=1.15)
    ]
    rows += [Row(f"milliseconds of a PDF: {name}", spread(name).text("{:,.0f}")) for name in results]
    return rows, results


def bare(programs, count):
    with Stage(programs) as stage:
        template = os.path.join(stage.directory, "template.html")
        with open(template, "w") as file:
            file.write(document())
        command = [programs.renderer_python, os.path.join(programs.peers, "bare_engine.py"), template, str(count)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=300, start_new_session=True)
        seen = json.loads(done.stdout)
        return {"count": count, "document_ms": statistics.mean(seen["seconds"]) * 1e3, "bytes": seen["bytes"]}


def worker(programs, count):
    """A queue is filled, and one worker drains it, one job at a time. The first ends before the time begins."""
    with Stage(programs) as stage:
        templates = os.path.join(stage.directory, "templates")
        job_service.make_product(templates, document())
        api = job_service.PostbackAPI(programs, Relay(programs))
        service = stage.start(api, waits=False)
        port = api.wait(stage, service)
        for _ in range(count + 1):
            job_service.submit(port, api.path, job_service.SUBMISSION)
        service.stop()
        configuration = os.path.join(stage.directory, "postback.yaml")
        arguments = [
            programs.postback, "worker", "--config", configuration, "--data", stage.data, "--concurrency", "1",
        ]
        environment = {**os.environ, "REDIS_URL": stage.redis.url, "POSTBACK_WORKER_PYTHON": programs.renderer_python}
        with Child(arguments, output=os.path.join(stage.directory, "worker.log"), environment=environment) as child:

            def ended(number):
                child.check()
                return stage.redis.waiting() >= number

            wait_until(lambda: ended(1), 60, "no document was made", pause=0.002)
            begin = time.monotonic()
            wait_until(lambda: ended(count + 1), 300, "not every document was made", pause=0.002)
            seconds = time.monotonic() - begin
        events = [fields for _, fields in stage.redis.client.xrange("postback:events")]
        for fields in events:
            if fields[b"type"] != b"job.completed":
                raise RuntimeError(f"a document failed: {fields[b'data'].decode()}")
        result = json.loads(events[-1][b"data"])["result"]
        return {"count": count, "document_ms": seconds / count * 1e3, "bytes": result["pdf_file_size"], "pages": result["pages"]}
