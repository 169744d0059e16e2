import Testing

/// A ledger as one migration left it, with a row in every table: what a later one must be able to start from.
///
/// A fixture never changes once its migration is released.
struct SchemaFixture: Sendable, CustomTestStringConvertible {
    let migration: String
    let sql: String

    var testDescription: String { migration }

    /// One of each migration, in order.
    static let all = [
        SchemaFixture(migration: "v1", sql: version1),
        SchemaFixture(migration: "v2", sql: version1 + version2),
        SchemaFixture(migration: "v3", sql: version1 + version2 + version3),
    ]

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

        PRAGMA application_id = 1347375956;

        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('v1');

        INSERT INTO events VALUES (1, 'evt_1', x'01', NULL, x'7B7D');
        INSERT INTO deliveries VALUES (
          7, 1, 'pending', 'orders', 1, 2000, NULL, 1, NULL, 0, 'scheduled', NULL, 1000, 'retry', 503, 'unavailable',
          900, 950, 'evt_1', 'job.completed', NULL, 'job-1', NULL, NULL, NULL, 'https://example.com/'
        );
        INSERT INTO attempts VALUES (
          7, 1, 'scheduled', NULL, 1000, 'https://example.com/', 'retry', NULL, 'unavailable', 1, 503, x'01610162',
          x'', 0, '192.0.2.1:443', 0.5, 1.0, NULL, 9.5, 12.5
        );
        INSERT INTO quarantine VALUES (1, '1-0', 'data', 'is not an object', 950, x'01610162');
        INSERT INTO destinations VALUES ('orders', 'paused', 950, 'paused by ops');
        INSERT INTO destination_counts VALUES ('orders', 1, 0, 0, 0, 'https://example.com/');
        INSERT INTO latencies VALUES (0, 'orders', 8288, 1, 0, 12.5);
        """

    /// What the second migration added to the first.
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

        INSERT INTO grdb_migrations VALUES ('v2');

        INSERT INTO jobs VALUES (1, 'job-1', 'completed', 'pdf', NULL, 'invoice', 900, 950, x'7B7D');
        INSERT INTO job_spool VALUES (1, 'job-2', 'acme', 'key', x'01', 900, x'7B7D', x'7B7D');
        """

    /// And the third.
    private static let version3 = """

        ALTER TABLE jobs ADD COLUMN code TEXT;
        CREATE INDEX jobs_code ON jobs (code, created_at, id) WHERE code IS NOT NULL;
        UPDATE jobs SET code = 'INV-1';

        INSERT INTO grdb_migrations VALUES ('v3');
        """
}
