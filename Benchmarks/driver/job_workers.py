"""Who runs jobs, filled and drained in the same steps: a worker that does nothing but the queue's own work."""

import os

import redis
import rq

from . import job_service
from .contenders import Relay
from .process import Child, wait_until


class PostbackWorker:
    """The worker of `postback worker`, with a handler that takes every job for done."""

    def __init__(self, programs, concurrency):
        self.programs = programs
        self.concurrency = concurrency

    def start(self, stage, destinations, settings):
        arguments = [
            self.programs.queue_worker, "--redis", stage.redis.url, "--idle-kind", "pdf",
            # The defaults of `postback worker`.
            "--lease-milliseconds", "30000", "--beat-milliseconds", "10000", "--concurrency", str(self.concurrency),
        ]
        return Child(arguments, output=os.path.join(stage.directory, "worker.log"))

    def wait(self, stage, child):
        def waits():
            child.check()
            return any(c["cmd"] in ("blpop", "blmove") for c in stage.redis.client.client_list())

        wait_until(waits, 30, f"{child.name} does not wait: {child.last_output()}")

    def fill(self, stage, count):
        api = job_service.PostbackAPI(self.programs, Relay(self.programs))
        child = stage.start(api, waits=False)
        port = api.wait(stage, child)
        while (queued := api.queued(stage)) < count:
            job_service.load(self.programs, port, api.path, seconds=1)
        child.stop()
        return queued

    def done(self, stage):
        """Jobs that ended; each has put an event on the stream, which nobody reads meanwhile."""
        return stage.redis.waiting()


class RQWorker:
    """`rq worker`: a process for every job, as it is by default, or `SimpleWorker`, which runs them in its own."""

    def __init__(self, programs, worker_class=None):
        self.programs = programs
        self.worker_class = worker_class

    def start(self, stage, destinations, settings):
        arguments = [*self.programs.module("rq.cli"), "worker", "--url", f"unix://{stage.redis.socket}", "--quiet", "bench"]
        if self.worker_class is not None:
            arguments += ["--worker-class", self.worker_class]
        environment = {**os.environ, "PYTHONPATH": self.programs.peers}
        return Child(arguments, output=os.path.join(stage.directory, "worker.log"), environment=environment)

    wait = PostbackWorker.wait

    def fill(self, stage, count):
        connection = redis.Redis(unix_socket_path=stage.redis.socket)
        queue = rq.Queue("bench", connection=connection)
        jobs = [rq.Queue.prepare_data("rq_jobs.nothing", args=(job_service.SUBMISSION,)) for _ in range(count)]
        queue.enqueue_many(jobs)
        connection.close()
        return count

    def done(self, stage):
        return stage.redis.client.zcard("rq:finished:bench")
