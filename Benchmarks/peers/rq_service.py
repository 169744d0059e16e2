"""The submit API as one would write it with Flask and RQ: checks the body, puts a job into the queue, answers 202."""

import os

import redis
import rq
from flask import Flask, jsonify, request

import rq_jobs

app = Flask(__name__)
queue = rq.Queue("bench", connection=redis.Redis.from_url(os.environ["BENCH_REDIS"]))
API_KEY = os.environ.get("BENCH_KEY")


@app.post("/jobs")
def submit():
    if API_KEY and request.headers.get("x-api-key") != API_KEY:
        return jsonify(error="unauthorized"), 401
    body = request.get_json()
    for field in ("product_id", "code", "user_name"):
        if not isinstance(body.get(field), str) or not body[field]:
            return jsonify(error="invalid", message=f"{field} is missing"), 422
    if not isinstance(body.get("data", {}), dict):
        return jsonify(error="invalid", message="data is not an object"), 422
    job = queue.enqueue(rq_jobs.nothing, body)
    return jsonify(success=True, job_id=job.id, status="queued", status_url=f"/jobs/{job.id}"), 202
