"""Fills the relay's SQLite ledger directly, where publishing would take too long. The relay makes the schema; it must not run
meanwhile."""

import contextlib
import os
import sqlite3
import time

from .contenders import Relay
from .stage import Stage

EPOCH = 1_704_067_200_000  # of delivery ids, milliseconds
ATTEMPTS_EACH = 10

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)"

EVENTS = NUMBERS + """
INSERT INTO events (number, id, fingerprint, body)
SELECT :first + i, 'fill_' || (:first + i), randomblob(32),
  CAST(printf('{"event_id":"fill_%d","type":"job.completed","text":"%s"}', :first + i, :text) AS BLOB)
FROM n"""

DELIVERIES = NUMBERS + """
INSERT INTO deliveries (id, event, status, destination, attempts, next_attempt_at, ended_at, oldest_attempt_at,
  last_outcome, last_status_code, published_at, received_at, event_id, type, job_id, url)
SELECT (:begin - :epoch + :first + i) << 22, :first + i, :status, :destination, :attempts, :due, :ended,
  iif(:attempts > 0, :begin, NULL), :outcome, :code, :begin, :begin, 'fill_' || (:first + i), 'job.completed', 'job-' || i, :url
FROM n"""

# Every delivery of this fill has the same number of attempts; the last one has the delivery's outcome.
ATTEMPTS = NUMBERS + """
INSERT INTO attempts (delivery, number, trigger, started_at, url, outcome, request_was_sent, status_code, headers, body,
  body_was_truncated, remote_address, first_byte_ms, total_ms)
SELECT (:begin - :epoch + :first + i / :attempts) << 22, i % :attempts + 1, 'scheduled', :begin, :url,
  iif(i % :attempts + 1 = :attempts, :outcome, 'retry'), 1, iif(i % :attempts + 1 = :attempts, :code, 503),
  :headers, x'', 0, '127.0.0.1:80', 1.0, 1.5
FROM n"""

COUNTS = """
INSERT INTO destination_counts VALUES (:destination, :pending, :delivered, 0, 0, :url)
ON CONFLICT (destination) DO UPDATE SET pending = pending + :pending, delivered = delivered + :delivered"""

# Three fields as the ledger keeps them: each part behind its length.
HEADERS = b"".join(
    bytes([len(part)]) + part
    for part in (b"server", b"receiver", b"date", b"Tue, 24 Nov 2026 12:00:00 GMT", b"connection", b"keep-alive")
)


def make(programs, data):
    """Lets the relay make an empty ledger in the directory."""
    with Stage(programs, data=data) as stage:
        stage.start(Relay(programs)).stop()


@contextlib.contextmanager
def opened(data):
    """The ledger without its journal, which is put back afterwards; on the disk when the block ends."""
    path = os.path.join(data, "ledger.sqlite")
    database = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -524288"):
            database.execute(f"PRAGMA {pragma}")
        yield database
        database.execute("PRAGMA journal_mode = WAL")
    finally:
        database.close()
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def add_pending(database, destination, count, due_at, attempts=0):
    """Deliveries that wait: `due_at` in milliseconds, with so many failed attempts behind them."""
    _add(database, destination, count, "pending", attempts, due=due_at, outcome="retry" if attempts else None)


def add_delivered(database, destination, count):
    """Deliveries of the last day, each delivered at its tenth attempt."""
    _add(database, destination, count, "delivered", ATTEMPTS_EACH, ended=True, outcome="delivered")


def _add(database, destination, count, status, attempts, due=None, ended=False, outcome=None):
    first = database.execute("SELECT coalesce(max(number), 0) + 1 FROM events").fetchone()[0]
    begin = int(time.time() * 1000) - 86_400_000
    values = {
        "count": count, "first": first, "text": "x" * 960, "begin": begin, "epoch": EPOCH, "status": status,
        "destination": destination.ledger_name, "url": destination.url, "attempts": attempts, "due": due,
        "ended": begin if ended else None, "outcome": outcome,
        "code": {"delivered": 204, "retry": 503}.get(outcome), "headers": HEADERS,
        "pending": count if status == "pending" else 0, "delivered": count if status == "delivered" else 0,
    }
    database.execute("BEGIN")
    for statement in (EVENTS, DELIVERIES, COUNTS):
        database.execute(statement, values)
    if attempts:
        database.execute(ATTEMPTS, {**values, "count": count * attempts})
    database.execute("COMMIT")
