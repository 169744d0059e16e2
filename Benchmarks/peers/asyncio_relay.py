"""A relay by hand in Python, made as fast as asyncio goes: what a good afternoon's work would be.

uvloop, aiohttp over 64 kept connections, hiredis for the protocol, batches everywhere: one commit and one XACK+XDEL for what
was read, one commit for what has gathered of the results. SQLite has a thread of its own, so that a commit does not hold
up the requests. Like the prototype it makes one attempt, and has no retries and no limits for each destination.
"""

import argparse
import asyncio
import base64
import collections
import concurrent.futures
import gc
import hmac
import sqlite3
import time

import aiohttp
import hiredis
import uvloop

STREAM, GROUP, CONSUMER = b"postback:events", b"relay", b"asyncio"
CONNECTIONS, BATCH, MAXIMUM_OPEN = 64, 500, 2000

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, status TEXT NOT NULL,
  attempts INTEGER NOT NULL, received_at INTEGER NOT NULL, ended_at INTEGER, last_status_code INTEGER);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (id) WHERE status = 'pending';
CREATE TABLE IF NOT EXISTS attempts (delivery INTEGER NOT NULL, number INTEGER NOT NULL, started_at INTEGER NOT NULL,
  outcome TEXT NOT NULL, status_code INTEGER, error TEXT, total_ms REAL NOT NULL, PRIMARY KEY (delivery, number)) WITHOUT ROWID;
"""


class Records:
    """The SQLite file, on its one thread."""

    def __init__(self, path):
        self.path = path
        self.thread = concurrent.futures.ThreadPoolExecutor(1)
        self.next_row = 1

    async def call(self, function, *arguments):
        return await asyncio.get_running_loop().run_in_executor(self.thread, function, *arguments)

    def open(self):
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.executescript(SCHEMA)

    def add(self, events):
        """Writes events and deliveries; returns the row of the first."""
        first, now = self.next_row, time.time_ns() // 1_000_000
        self.next_row += len(events)
        execute = self.database.executemany
        self.database.execute("BEGIN IMMEDIATE")
        execute("INSERT INTO events VALUES (?, ?, ?, ?)", ((first + i, e[0], e[1], e[2]) for i, e in enumerate(events)))
        execute(
            "INSERT INTO deliveries VALUES (?, ?, 'pending', 0, ?, NULL, NULL)",
            ((first + i, first + i, now) for i in range(len(events))),
        )
        self.database.execute("COMMIT")
        return first

    def end(self, results):
        """Writes attempts and what became of the deliveries: (row, started_at, outcome, status, error, total_ms)."""
        now = time.time_ns() // 1_000_000
        execute = self.database.executemany
        self.database.execute("BEGIN IMMEDIATE")
        execute("INSERT INTO attempts VALUES (?, 1, ?, ?, ?, ?, ?)", results)
        execute(
            "UPDATE deliveries SET status = ?, attempts = 1, ended_at = ?, last_status_code = ? WHERE id = ?",
            ((outcome, now, status, row) for row, _, outcome, status, _, _ in results),
        )
        self.database.execute("COMMIT")


class Stream:
    """The event stream over one connection; replies come in the order of the commands."""

    async def open(self, path):
        self.input, self.output = await asyncio.open_unix_connection(path, limit=1 << 20)
        self.replies = hiredis.Reader()
        self.send(b"XGROUP", b"CREATE", STREAM, GROUP, b"0", b"MKSTREAM")
        await self.reply()

    def send(self, *arguments):
        self.output.write(hiredis.pack_command(arguments))

    async def reply(self):
        while (reply := self.replies.gets()) is False:
            data = await self.input.read(1 << 18)
            if not data:
                raise ConnectionError("redis has closed the connection")
            self.replies.feed(data)
        return reply

    async def read(self):
        """The next entries; none after five seconds without."""
        self.send(b"XREADGROUP", b"GROUP", GROUP, CONSUMER, b"COUNT", b"%d" % BATCH, b"BLOCK", b"5000", b"STREAMS", STREAM, b">")
        reply = await self.reply()
        if isinstance(reply, Exception):
            raise reply
        return reply[0][1] if reply else []

    async def acknowledge(self, ids):
        self.send(b"XACK", STREAM, GROUP, *ids)
        self.send(b"XDEL", STREAM, *ids)
        await self.reply()
        await self.reply()


def render(entry):
    """(event id, type, body) of a stream entry: an envelope, then the members of `data`."""
    entry_id, values = entry
    fields = dict(zip(values[::2], values[1::2]))
    kind = fields[b"type"]
    milliseconds = int(entry_id[: entry_id.index(b"-")])
    seconds, rest = divmod(milliseconds, 1000)
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    head = (
        f'{{"event_id":"evt_{entry_id.decode()}","type":"{kind.decode()}","timestamp":"{when}.{rest:03}Z",'
        f'"job_id":"{fields.get(b"job_id", b"").decode()}","status":"{kind.rpartition(b".")[2].decode()}",'
    )
    return f"evt_{entry_id.decode()}", kind.decode(), head.encode() + fields[b"data"][1:]


class Relay:
    def __init__(self, options):
        self.url = options.url
        self.plain_key = options.secret.encode()
        self.key = base64.b64decode(options.secret.removeprefix("whsec_"))
        self.redis = options.redis
        self.records = Records(options.ledger)
        self.stream = Stream()
        self.queue = collections.deque()
        self.idle = collections.deque()  # workers without work, as futures
        self.results = []
        self.has_results = asyncio.Event()
        self.open = 0
        self.has_room = asyncio.Event()

    def headers(self, row, event_id, kind, body):
        seconds = int(time.time())
        signed = hmac.digest(self.key, b"%s.%d." % (event_id.encode(), seconds) + body, "sha256")
        return {
            "content-type": "application/json",
            "user-agent": "Postback/0.1.0 (webhook; swift)",
            "x-postback-event": kind,
            "x-postback-delivery": f"dlv_{row:013}",
            "x-postback-attempt": "1",
            "webhook-id": event_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": "v1," + base64.b64encode(signed).decode(),
            "x-postback-signature": hmac.digest(self.plain_key, body, "sha256").hex(),
        }

    async def take_in(self):
        while True:
            if self.open >= MAXIMUM_OPEN:
                self.has_room.clear()
                await self.has_room.wait()
            entries = await self.stream.read()
            if not entries:
                continue
            events = [render(entry) for entry in entries]
            row = await self.records.call(self.records.add, events)
            self.open += len(events)
            for event in events:
                self.queue.append((row, *event))
                row += 1
            for _ in range(min(len(events), len(self.idle))):
                self.idle.popleft().set_result(None)
            await self.stream.acknowledge([entry[0] for entry in entries])

    async def work(self, session):
        """Sends one delivery after the other: no task for each."""
        loop = asyncio.get_running_loop()
        while True:
            while not self.queue:
                wake = loop.create_future()
                self.idle.append(wake)
                await wake
            row, event_id, kind, body = self.queue.popleft()
            begin = time.time()
            status, error = None, None
            try:
                async with session.post(self.url, data=body, headers=self.headers(row, event_id, kind, body)) as response:
                    status = response.status
                    await response.read()
            except (aiohttp.ClientError, TimeoutError) as problem:
                error = repr(problem)
            outcome = "delivered" if status is not None and 200 <= status < 300 else "failed"
            self.results.append((row, int(begin * 1000), outcome, status, error, (time.time() - begin) * 1000))
            self.has_results.set()

    async def record(self):
        while True:
            await self.has_results.wait()
            self.has_results.clear()
            results, self.results = self.results, []
            await self.records.call(self.records.end, results)
            self.open -= len(results)
            if self.open < MAXIMUM_OPEN:
                self.has_room.set()

    async def run(self):
        await self.records.call(self.records.open)
        await self.stream.open(self.redis)
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        timeout = aiohttp.ClientTimeout(total=30, connect=5)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["Accept", "Accept-Encoding", "User-Agent"],
        ) as session, asyncio.TaskGroup() as tasks:
            for _ in range(CONNECTIONS):
                tasks.create_task(self.work(session))
            tasks.create_task(self.record())
            tasks.create_task(self.take_in())
            # What is there now stays; the collector need not look at it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 50, 50)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("redis", "ledger", "url", "secret"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()

    async def start():
        await Relay(options).run()

    uvloop.run(start())


main()
