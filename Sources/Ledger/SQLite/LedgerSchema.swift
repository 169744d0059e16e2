import FaultPoints
import GRDB

/// The tables of the SQLite ledger, as migrations that only go forward.
///
/// A migration that has been released is never edited: the next change is a new one at the end of ``migrator``, and
/// its schema joins the fixtures of `LedgerTests`. Enumerations are stored under their raw values, which are the
/// words of the contract; times are milliseconds since the Unix epoch.
enum LedgerSchema {
    /// Marks the file as a ledger: `POST` in ASCII, in SQLite's `application_id`.
    static let applicationID: Int64 = 0x504F_5354

    /// Every migration, in order.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in
            try db.execute(sql: version1)
            FaultPoint.startMigrating.reached()
        }
        migrator.registerMigration("v2") { db in
            try db.execute(sql: version2)
        }
        migrator.registerMigration("v3") { db in
            try db.execute(sql: version3)
        }
        return migrator
    }()

    /// The first schema.
    ///
    /// Foreign keys are declared but not enforced at run time: the code that writes keeps them, and the tests check
    /// them.
    ///
    /// - `events` holds what is sent and what tells repeats apart. What lists and filters show is kept in
    ///   `deliveries`, so that they never read past a body.
    /// - `deliveries_due` and `deliveries_waiting` contain pending deliveries only, `deliveries_undelivered` what is
    ///   listed most and is the rarest in a long history: each index is as small as what it finds.
    /// - `destination_counts` is kept up to date by every transaction that changes a status; `latencies` counts
    ///   attempts by minute, destination and logarithmic bucket of their total time (see ``LatencyTally``). With them
    ///   the cost of statistics does not grow with the history.
    private static let version1 = """
        CREATE TABLE events (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          fingerprint BLOB NOT NULL,
          traceparent TEXT,
          body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE deliveries (
          id INTEGER PRIMARY KEY,
          event INTEGER NOT NULL REFERENCES events (number),
          status TEXT NOT NULL,
          destination TEXT NOT NULL,
          attempts INTEGER NOT NULL DEFAULT 0,
          next_attempt_at INTEGER,
          ended_at INTEGER,
          step INTEGER NOT NULL DEFAULT 0,
          not_ready_since INTEGER,
          not_ready_tries INTEGER NOT NULL DEFAULT 0,
          next_trigger TEXT NOT NULL DEFAULT 'scheduled',
          requested_by TEXT,
          oldest_attempt_at INTEGER,
          last_outcome TEXT,
          last_status_code INTEGER,
          last_error TEXT,
          published_at INTEGER NOT NULL,
          received_at INTEGER NOT NULL,
          event_id TEXT NOT NULL,
          type TEXT NOT NULL,
          tenant TEXT,
          job_id TEXT,
          product_id TEXT,
          queue TEXT,
          route TEXT,
          url TEXT NOT NULL
        ) STRICT;
        CREATE INDEX deliveries_event ON deliveries (event);
        CREATE INDEX deliveries_job ON deliveries (job_id) WHERE job_id IS NOT NULL;
        CREATE INDEX deliveries_due ON deliveries (destination, (attempts > 0), next_attempt_at)
          WHERE status = 'pending';
        CREATE INDEX deliveries_waiting ON deliveries (oldest_attempt_at)
          WHERE status = 'pending' AND oldest_attempt_at IS NOT NULL;
        CREATE INDEX deliveries_undelivered ON deliveries (status, id) WHERE status <> 'delivered';
        CREATE INDEX deliveries_ended ON deliveries (status, ended_at) WHERE ended_at IS NOT NULL;

        CREATE TABLE attempts (
          delivery INTEGER NOT NULL REFERENCES deliveries (id),
          number INTEGER NOT NULL,
          trigger TEXT NOT NULL,
          requested_by TEXT,
          started_at INTEGER NOT NULL,
          url TEXT NOT NULL,
          outcome TEXT NOT NULL,
          failure TEXT,
          error TEXT,
          request_was_sent INTEGER NOT NULL,
          status_code INTEGER,
          headers BLOB NOT NULL,
          body BLOB NOT NULL,
          body_was_truncated INTEGER NOT NULL,
          remote_address TEXT,
          dns_ms REAL,
          connect_ms REAL,
          tls_ms REAL,
          first_byte_ms REAL,
          total_ms REAL NOT NULL,
          PRIMARY KEY (delivery, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE quarantine (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          entry_id TEXT NOT NULL,
          field TEXT NOT NULL,
          reason TEXT NOT NULL,
          received_at INTEGER NOT NULL,
          fields BLOB NOT NULL
        ) STRICT;
        CREATE INDEX quarantine_entry ON quarantine (entry_id);
        CREATE INDEX quarantine_received ON quarantine (received_at);

        CREATE TABLE destinations (
          name TEXT PRIMARY KEY,
          health TEXT NOT NULL,
          since INTEGER NOT NULL,
          reason TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE destination_counts (
          destination TEXT PRIMARY KEY,
          pending INTEGER NOT NULL,
          delivered INTEGER NOT NULL,
          dead INTEGER NOT NULL,
          cancelled INTEGER NOT NULL,
          url TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE latencies (
          minute INTEGER NOT NULL,
          destination TEXT NOT NULL,
          bucket INTEGER NOT NULL,
          attempts INTEGER NOT NULL,
          delivered INTEGER NOT NULL,
          total_ms REAL NOT NULL,
          PRIMARY KEY (minute, destination, bucket)
        ) STRICT, WITHOUT ROWID;

        PRAGMA application_id = \(applicationID);
        """

    /// Jobs.
    ///
    /// - `jobs` is the record of those that have ended: what lists filter by, each with an index in the order of the list, and
    ///   a document with the rest.
    /// - `job_spool` holds submissions that wait for Redis, the payload apart from the document, so that it goes through byte
    ///   for byte. A tenant that is none is an empty text there, because a unique index takes each NULL for another.
    private static let version2 = """
        CREATE TABLE jobs (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          status TEXT NOT NULL,
          queue TEXT NOT NULL,
          tenant TEXT,
          product_id TEXT,
          created_at INTEGER NOT NULL,
          ended_at INTEGER NOT NULL,
          document BLOB NOT NULL
        ) STRICT;
        CREATE INDEX jobs_created ON jobs (created_at, id);
        CREATE INDEX jobs_status ON jobs (status, created_at, id);
        CREATE INDEX jobs_queue ON jobs (queue, created_at, id);
        CREATE INDEX jobs_tenant ON jobs (tenant, created_at, id) WHERE tenant IS NOT NULL;
        CREATE INDEX jobs_product ON jobs (product_id, created_at, id) WHERE product_id IS NOT NULL;
        CREATE INDEX jobs_ended ON jobs (ended_at);

        CREATE TABLE job_spool (
          number INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          tenant TEXT NOT NULL,
          idempotency_key TEXT,
          fingerprint BLOB NOT NULL,
          accepted_at INTEGER NOT NULL,
          document BLOB NOT NULL,
          payload BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX job_spool_key ON job_spool (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
        """

    /// What the submitter called a job's document, which is often all that people know of it: so far only in the document.
    private static let version3 = """
        ALTER TABLE jobs ADD COLUMN code TEXT;
        UPDATE jobs SET code = json_extract(CAST(document AS TEXT), '$.code')
          WHERE json_valid(CAST(document AS TEXT)) AND json_type(CAST(document AS TEXT), '$.code') = 'text';
        CREATE INDEX jobs_code ON jobs (code, created_at, id) WHERE code IS NOT NULL;
        """
}
