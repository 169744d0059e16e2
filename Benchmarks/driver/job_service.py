"""Where jobs are submitted: Postback's API, and a Flask application that puts them into RQ."""

import json
import os
import re
import subprocess
import urllib.request

from .process import Child, wait_until

KEY = "pbk_0123456789abcdef0123456789abcdef"
PRODUCT = "bench"
# Submitted by every measure: what an n8n node would send.
SUBMISSION = {
    "product_id": PRODUCT,
    "code": "USER123",
    "user_name": "Ada Lovelace",
    "data": {"participant": {"name": "Ada Lovelace"}, "scores": [{"name": f"dimension {n}", "score": n} for n in range(10)]},
}


class PostbackAPI:
    """`postback relay`: the API and the relay in one process, without a worker."""

    path = "/api/jobs/pdf/submit"

    def __init__(self, programs, relay):
        self.programs = programs
        self.relay = relay

    def start(self, stage, destinations, settings):
        templates = os.path.join(stage.directory, "templates")
        if not os.path.exists(templates):
            make_product(templates, "<h1>{{user_name}}</h1>")
        self.settings = {
            "api": {
                "keys": [{"name": "bench", "key": KEY, "role": "ops"}],
                "limits": {"submit": "none", "status": "none"},
            },
            "jobs": {"capacity": 1_000_000},
            "templates": {"path": templates},
            **settings,
        }
        return self.relay.start(stage, destinations, self.settings)

    def wait(self, stage, child):
        return wait_for_address(child, r"is up at http://127\.0\.0\.1:(\d+)/")

    def queued(self, stage):
        return stage.redis.client.xlen("postback:jobs:queue:pdf:normal")


class FlaskRQ:
    """Two gunicorn workers with threads, so that connections are kept."""

    path = "/jobs"

    def __init__(self, programs):
        self.programs = programs

    def start(self, stage, destinations, settings):
        environment = {**os.environ, "BENCH_REDIS": f"unix://{stage.redis.socket}", "PYTHONPATH": self.programs.peers}
        arguments = [
            *self.programs.module("gunicorn"), "--workers", "2", "--worker-class", "gthread", "--threads", "4",
            "--keep-alive", "60", "--bind", "127.0.0.1:0", "rq_service:app",
        ]
        return Child(arguments, output=os.path.join(stage.directory, "flask.log"), environment=environment)

    def wait(self, stage, child):
        return wait_for_address(child, r"Listening at: http://127\.0\.0\.1:(\d+)")

    def queued(self, stage):
        return stage.redis.client.llen("rq:queue:bench")


def wait_for_address(child, pattern):
    """The port that a service says it listens on."""

    def port():
        child.check()
        with open(child.output) as file:
            found = re.search(pattern, file.read())
        return found and int(found.group(1))

    return wait_until(port, 30, f"{child.name} does not listen: {child.last_output()}", pause=0.05)


def make_product(templates, html, stylesheet=""):
    """A product whose data may be anything."""
    folder = os.path.join(templates, PRODUCT)
    os.makedirs(folder)
    files = {
        "product.yaml": "title: Benchmark\nrenderer: weasyprint\nschema: { type: object }\n",
        "template.html": html,
        "style.css": stylesheet,
    }
    for name, content in files.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(content)


def submit(port, path, submission):
    """Hands one job in; the answer."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=json.dumps(submission).encode(),
        headers={"content-type": "application/json", "x-api-key": KEY},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def load(programs, port, path, seconds, method="POST", connections=64):
    """Asks the same over and over, with POST to take a job; what wrk saw."""
    script = os.path.join(programs.peers, "submit.lua")
    environment = {**os.environ, "BENCH_METHOD": method, "BENCH_KEY": KEY}
    if method == "POST":
        environment["BENCH_BODY"] = json.dumps(SUBMISSION)
    command = [
        "wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "10s",
        "--script", script, f"http://127.0.0.1:{port}{path}",
    ]
    done = subprocess.run(
        command, capture_output=True, check=True, timeout=seconds + 60, env=environment, start_new_session=True
    )
    seen = json.loads(done.stdout.splitlines()[-1])
    if seen["errors"]:
        raise RuntimeError(f"{seen['errors']} of {seen['requests']} requests were refused or lost")
    return seen
