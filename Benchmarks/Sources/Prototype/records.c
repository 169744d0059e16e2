#include "records.h"

#include <sqlite3.h>
#include <string.h>

#include "support.h"

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
    " body BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, status TEXT NOT NULL,"
    " attempts INTEGER NOT NULL, received_at INTEGER NOT NULL, ended_at INTEGER, last_status_code INTEGER);"
    "CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);"
    "CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (id) WHERE status = 'pending';"
    "CREATE TABLE IF NOT EXISTS attempts (delivery INTEGER NOT NULL, number INTEGER NOT NULL, started_at INTEGER NOT NULL,"
    " outcome TEXT NOT NULL, status_code INTEGER, error TEXT, total_ms REAL NOT NULL,"
    " PRIMARY KEY (delivery, number)) WITHOUT ROWID;";

static sqlite3 *database;
static sqlite3_stmt *begin, *commit, *add_event, *add_delivery, *add_attempt, *end_delivery;

static sqlite3_stmt *prepare(const char *text) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        fail("sqlite: %s", sqlite3_errmsg(database));
    }
    return statement;
}

static void run(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail("sqlite: %s", sqlite3_errmsg(database));
    sqlite3_reset(statement);
}

void records_open(const char *path) {
    if (sqlite3_open(path, &database) != SQLITE_OK) fail("%s: %s", path, sqlite3_errmsg(database));
    sqlite3_busy_timeout(database, 5000);
    if (sqlite3_exec(database, schema, NULL, NULL, NULL) != SQLITE_OK) fail("sqlite: %s", sqlite3_errmsg(database));
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    add_event = prepare("INSERT INTO events (id, type, body) VALUES (?, ?, ?)");
    add_delivery = prepare("INSERT INTO deliveries (event, status, attempts, received_at) VALUES (?, 'pending', 0, ?)");
    add_attempt = prepare("INSERT INTO attempts VALUES (?, 1, ?, ?, ?, ?, ?)");
    end_delivery = prepare("UPDATE deliveries SET status = ?, attempts = 1, ended_at = ?, last_status_code = ? WHERE id = ?");
}

static void add(struct delivery *delivery, int64_t now) {
    sqlite3_bind_text(add_event, 1, delivery->event_id, -1, SQLITE_STATIC);
    sqlite3_bind_text(add_event, 2, delivery->type, -1, SQLITE_STATIC);
    sqlite3_bind_blob(add_event, 3, delivery->body, (int)delivery->body_length, SQLITE_STATIC);
    run(add_event);
    sqlite3_bind_int64(add_delivery, 1, sqlite3_last_insert_rowid(database));
    sqlite3_bind_int64(add_delivery, 2, now);
    run(add_delivery);
    delivery->row = sqlite3_last_insert_rowid(database);
}

static void end(const struct delivery *delivery, int64_t now) {
    const char *outcome = delivery->status >= 200 && delivery->status < 300 ? "delivered" : "failed";
    sqlite3_bind_int64(add_attempt, 1, delivery->row);
    sqlite3_bind_int64(add_attempt, 2, delivery->started_at);
    sqlite3_bind_text(add_attempt, 3, outcome, -1, SQLITE_STATIC);
    sqlite3_bind_int64(add_attempt, 4, delivery->status);
    sqlite3_bind_text(add_attempt, 5, delivery->code == CURLE_OK ? NULL : curl_easy_strerror(delivery->code), -1, SQLITE_STATIC);
    sqlite3_bind_double(add_attempt, 6, delivery->total_ms);
    run(add_attempt);
    sqlite3_bind_text(end_delivery, 1, outcome, -1, SQLITE_STATIC);
    sqlite3_bind_int64(end_delivery, 2, now);
    sqlite3_bind_int64(end_delivery, 3, delivery->status);
    sqlite3_bind_int64(end_delivery, 4, delivery->row);
    run(end_delivery);
}

void records_write(struct delivery_list *added, const struct delivery_list *ended) {
    const int64_t now = realtime_ns() / 1000000;
    run(begin);
    for (struct delivery *delivery = added->first; delivery != NULL; delivery = delivery->next) add(delivery, now);
    for (const struct delivery *delivery = ended->first; delivery != NULL; delivery = delivery->next) end(delivery, now);
    run(commit);
}
